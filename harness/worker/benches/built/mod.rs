//! What the benches start, built before the first is timed.

use std::path::PathBuf;

use harness::clock::Monotonic;
use harness::launch::Made;
use harness::peer::Subject;
use harness::server::{self, Server};
use harness::standin::Up;
use harness::subject::{self, Built};
use harness::{input::Places, place};

/// Servers with their subjects, and the data that they are fed.
pub struct Bench {
    pub servers: Vec<Server>,
    pub built: Built,
    pub data: PathBuf,
    up: Up<'static>,
}

impl Bench {
    /// Builds these servers, and says so: it can take minutes the first time.
    pub fn of(wanted: impl Fn(&Server) -> bool) -> Bench {
        let root = place::root().expect("cargo runs benches inside the checkout");
        let cache = place::cache().expect("a cache");
        let mut servers = server::read_all(&root).expect("every server.toml is acceptable");
        servers.retain(wanted);
        let mut said = |line: &str| eprintln!("{line}");
        let built =
            subject::build(&root, &servers, false, &cache, &mut said).expect("everything builds");
        for absent in &built.missing {
            eprintln!("skipped: {absent}");
        }
        let data = dataset::ensure(&cache).expect("the data set");
        // it is looked at until the process ends
        let clock: &'static Monotonic = Box::leak(Box::new(Monotonic::new()));
        let up = Up::start(built.standin.as_deref(), &servers, &data, clock)
            .expect("the stand-ins listen");
        Bench {
            servers,
            built,
            data,
            up,
        }
    }

    /// One of the subjects with its server.
    pub fn subject<'a>(&'a self, made: &'a Made) -> Subject<'a> {
        let mut servers = self.servers.iter();
        Subject {
            made,
            server: servers
                .find(|server| server.name == made.server)
                .expect("subjects are built from these"),
            programs: &self.built.programs,
            cache: &self.built.cache,
            generated: true,
            standins: &self.up.standins,
        }
    }

    /// The data, and a scratch folder that lives as long as the second of the two.
    pub fn places(&self) -> (Places, tempfile::TempDir) {
        let scratch = place::scratch().expect("a temporary folder");
        let places = Places::new(&self.data, scratch.path(), &self.up.standins);
        (places, scratch)
    }
}
