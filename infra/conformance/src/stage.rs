//! What is asked: every server in both packagings that serve HTTP, built as they are measured, with the data that they are granted.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use harness::input::Places;
use harness::launch::{self, Code};
use harness::listening::Listening;
use harness::peer::Subject;
use harness::process::Launch;
use harness::server::{self, Server};
use harness::standin::{Standins, Up};
use harness::subject::{self, Built};
use harness::{clock::Clock, place};
use record::Packaging;
use tempfile::TempDir;

/// Servers with everything that starts them.
#[derive(Debug)]
pub struct Stage {
    /// The checkout.
    pub root: PathBuf,
    servers: Vec<Server>,
    built: Built,
    data: PathBuf,
    standins: Standins,
}

impl Stage {
    /// Builds the servers for which `wanted` holds, and starts what stands in for the network, which ends with the second of the two. Each
    /// line that a build prints goes to standard error.
    ///
    /// # Errors
    /// When a build fails, or the data cannot be written. A missing Wasm target is none: see [`Stage::lacking`].
    pub fn set<'c>(
        wanted: impl Fn(&Server) -> bool,
        clock: &'c dyn Clock,
    ) -> Result<(Stage, Up<'c>)> {
        let root = place::root()?;
        let cache = place::cache()?;
        let mut servers = server::read_all(&root)?;
        servers.retain(wanted);
        let data = dataset::ensure(&cache)?;
        let mut said = |line: &str| eprintln!("{line}");
        let built = subject::build(&root, &servers, false, &cache, &mut said)?;
        let up = Up::start(built.standin.as_deref(), &servers, &data, clock)?;
        let stage = Stage {
            root,
            servers,
            built,
            data,
            standins: up.standins.clone(),
        };
        Ok((stage, up))
    }

    /// Why there are no components, if there are none.
    pub fn lacking(&self) -> Option<&str> {
        let missing = self.built.missing.iter();
        let mut missing = missing.filter(|absent| absent.packaging == Packaging::Component);
        missing.next().map(|absent| absent.missing.why.as_str())
    }

    /// Every server as a component and as a native program.
    pub fn subjects(&self) -> impl Iterator<Item = Subject<'_>> {
        let made = self.built.subjects.iter();
        let ours = [Packaging::Component, Packaging::Native];
        made.filter(move |made| ours.contains(&made.packaging))
            .map(|made| Subject {
                made,
                server: self
                    .servers
                    .iter()
                    .find(|server| server.name == made.server)
                    .expect("subjects are built from these"),
                programs: &self.built.programs,
                cache: &self.built.cache,
                generated: true,
                standins: &self.standins,
            })
    }

    /// The data, and a folder to write in that lives as long as the second of the two.
    ///
    /// # Errors
    /// When no folder can be made.
    pub fn places(&self) -> Result<(Places, TempDir)> {
        let folder = place::scratch().context("no temporary folder can be made")?;
        let places = Places::new(self.data.clone(), folder.path(), &self.standins);
        Ok((places, folder))
    }

    /// Serves a subject over HTTP; the process ends with the value.
    ///
    /// # Errors
    /// When it does not listen.
    pub fn serve(
        &self,
        subject: &Subject<'_>,
        places: &Places,
        clock: &dyn Clock,
    ) -> Result<Listening> {
        let code = Code::Cached(Path::new(subject.cache));
        Listening::start(subject, places.clone(), code, clock).map_err(|failed| {
            anyhow::anyhow!(
                "{} as {} does not listen: {}",
                subject.server.name,
                subject.made.packaging,
                failed.outcome
            )
        })
    }

    /// What starts a subject on stdio.
    pub fn stdio(&self, subject: &Subject<'_>, places: &Places) -> Launch {
        let code = Code::Cached(Path::new(subject.cache));
        launch::stdio(
            subject.made,
            subject.server,
            subject.programs,
            places,
            code,
            None,
        )
    }
}
