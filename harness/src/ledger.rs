//! What each packaging allows: tried from inside of it by a program that has no rule of its own, with the same grants in each.

pub mod processors;

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use record::Packaging;
use serde::Serialize;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::input::Places;
use crate::peer::{Peer, Subject};
use crate::place;
use crate::server::Server;
use crate::standin::Standins;
use crate::subject::Built;

/// What the probe is granted: one folder to read, one to write, and 64 MiB.
const PROBE: &str = r#"
name = "probe"
title = "Attempts"
package = "probe"
table = false
arguments = []

[grants]
directories = [{ path = "{data}", access = "read" }, { path = "{scratch}", access = "read-write" }]
environment = []
outbound = []

[limits]
memory = "64 MiB"
reference = "128 MiB"
timeout = "20 s"
"#;

/// The attempt that no probe makes.
const PROCESSORS: &str = "processors";

/// What is tried, in the order of the rows. Memory is last: whoever asks for too much may be ended for it.
const ATTEMPTS: [(&str, &str, bool); 10] = [
    ("read a granted file", "read", true),
    ("write to a granted folder", "write", true),
    ("write where only reading is granted", "write", false),
    ("write outside of any grant", "write", false),
    ("read a file that is not granted", "read", false),
    ("follow a link out of a granted folder", "read", false),
    (
        "connect to a loopback port that is not granted",
        "connect",
        false,
    ),
    ("start a program", "spawn", false),
    // No packaging is kept from any: whose server works on many at once has them in each. It is read of its process and not tried: what
    // a program gets depends on who else runs.
    ("use every processor of this machine", PROCESSORS, true),
    ("hold 256 MiB where 64 are granted", "memory", false),
];

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was done.
    Allowed,
    /// It was not, for this reason.
    Denied(String),
}

/// One attempt, from inside of every packaging that this machine has.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What was tried.
    pub attempt: &'static str,
    /// Whether it is granted.
    pub granted: bool,
    /// What came of it.
    pub verdicts: Vec<(Packaging, Verdict)>,
}

impl Row {
    /// The packagings in which it is not as it was granted.
    pub fn differs(&self) -> impl Iterator<Item = Packaging> {
        let all = self.verdicts.iter();
        let other = all.filter(|(_, verdict)| (*verdict == Verdict::Allowed) != self.granted);
        other.map(|(packaging, _)| *packaging)
    }
}

/// The description of the probe.
pub fn probe() -> Server {
    toml::from_str(PROBE).expect("our own words are acceptable")
}

/// Folders, a file and a port that are there for whoever may reach them: nothing but a packaging keeps anybody from them.
pub struct Ground {
    folder: tempfile::TempDir,
    listener: TcpListener,
    scratches: std::cell::Cell<u32>,
}

impl Ground {
    /// Lays it out.
    ///
    /// # Errors
    /// When a folder or a port cannot be had.
    pub fn new() -> Result<Ground> {
        let folder = place::scratch().context("no temporary folder can be made")?;
        let ground = Ground {
            listener: TcpListener::bind("127.0.0.1:0").context("no port can be had")?,
            scratches: std::cell::Cell::new(0),
            folder,
        };
        // A container's user is another: what keeps it out is to be the container, and not the mode of a file.
        let open = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode));
        open(ground.folder.path(), 0o755)?;
        for name in ["data", "outside"] {
            fs::create_dir(ground.at(name))?;
            open(&ground.at(name), 0o777)?;
        }
        for name in ["data/granted", "outside/secret"] {
            fs::write(ground.at(name), "x")?;
            open(&ground.at(name), 0o666)?;
        }
        symlink(ground.at("outside/secret"), ground.at("data/way-out"))?;
        Ok(ground)
    }

    /// A path in it; what is not granted is below `outside`.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The places of one process.
    fn places(&self, subject: &Subject<'_>) -> Result<Places> {
        self.scratches.set(self.scratches.get() + 1);
        let scratch = self.at(&format!("own-{}", self.scratches.get()));
        fs::create_dir(&scratch)?;
        let places = Places::new(self.at("data"), scratch, &Standins::default());
        subject
            .housed(places)
            .context("the temporary folder cannot be given to a container's user")
    }

    /// What an attempt is made with.
    fn target(&self, row: usize, places: &Places) -> Result<String> {
        let path = |path: PathBuf| path.to_string_lossy().into_owned();
        Ok(match row {
            0 => path(self.at("data/granted")),
            1 => path(places.scratch.join("own")),
            2 => path(self.at("data/new")),
            3 => path(self.at("outside/new")),
            4 => path(self.at("outside/secret")),
            5 => path(self.at("data/way-out")),
            6 => self.listener.local_addr()?.to_string(),
            9 => "256".to_owned(),
            _ => String::new(),
        })
    }
}

/// Every row. What cannot be started at all is an error: it says nothing of what is allowed.
///
/// # Errors
/// When a packaging that was made does not start, or answers something else than what came of an attempt.
pub fn rows(
    built: &Built,
    server: &Server,
    ground: &Ground,
    clock: &dyn Clock,
) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = ATTEMPTS
        .iter()
        .map(|&(attempt, _, granted)| Row {
            attempt,
            granted,
            verdicts: Vec::new(),
        })
        .collect();
    let standins = Standins::default();
    for made in &built.subjects {
        let subject = Subject {
            made,
            server,
            programs: &built.programs,
            cache: &built.cache,
            generated: true,
            standins: &standins,
        };
        let mut up: Option<Peer> = None;
        for (at, row) in rows.iter_mut().enumerate() {
            let mut peer = match up.take() {
                Some(peer) => peer,
                None => {
                    Peer::start(&subject, ground.places(&subject)?, clock).map_err(|failed| {
                        anyhow::anyhow!(
                            "the probe does not start as {}: {}",
                            made.packaging,
                            failed.outcome
                        )
                    })?
                }
            };
            if ATTEMPTS[at].1 == PROCESSORS {
                row.verdicts
                    .push((made.packaging, processors::every(peer.id())));
                up = Some(peer);
                continue;
            }
            let arguments =
                json!({"what": ATTEMPTS[at].1, "target": ground.target(at, &peer.places)?});
            let request = peer.render("attempt", &arguments);
            let answered = peer.ask(&request, clock).and_then(|reply| reply.result());
            let verdict = match answered {
                Ok(result) => {
                    up = Some(peer);
                    read(&result).with_context(|| format!("as {}", made.packaging))?
                }
                // Whoever gives no answer any more was kept from it for good.
                Err(failure) => Verdict::Denied(peer.fail(failure, clock).outcome.to_string()),
            };
            row.verdicts.push((made.packaging, verdict));
        }
    }
    Ok(rows)
}

/// The probe's own words.
fn read(result: &Value) -> Result<Verdict> {
    let text = result.pointer("/content/0/text").and_then(Value::as_str);
    let failed = result.get("isError") == Some(&Value::Bool(true));
    match text {
        Some("allowed") if !failed => Ok(Verdict::Allowed),
        // An instance that was ended by its host, which lives on, is told as a failed call.
        Some(why) if failed => Ok(Verdict::Denied(why.to_owned())),
        Some(said) => match said.strip_prefix("denied: ") {
            Some(why) => Ok(Verdict::Denied(why.to_owned())),
            None => anyhow::bail!("the probe answers {said:?}; build again"),
        },
        None => anyhow::bail!("the probe answers {result}; build again"),
    }
}
