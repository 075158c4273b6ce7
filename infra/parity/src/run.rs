//! Asks each of the three the whole list, and judges what the list of differences says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use harness::input::Places;
use harness::launch::Made;
use harness::launch::Programs;
use harness::process::Launch;
use harness::reference;
use harness::server::Server;
use harness::standin::Standins;
use original::Store;
use record::Packaging;
use serde_json::Value;

use crate::answer::Answer;
use crate::mask::{self, Mask, Span};
use crate::side::{self, Side};
use crate::site::Site;
use crate::stage::Stage;
use crate::suite::{Case, Suite};

/// Every zone's day begins at a quarter of an hour; in seconds.
const QUARTER: i64 = 900;

/// What ours are started with.
#[derive(Debug, Clone, Copy)]
pub struct Workshop<'a> {
    /// The checkout.
    pub root: &'a Path,
    /// The data set.
    pub data: &'a Path,
    /// What was built of the server: component, native program, or both.
    pub subjects: &'a [Made],
    /// What runs components.
    pub programs: &'a Programs,
    /// Precompiled code.
    pub cache: &'a Path,
}

/// The answers to one case.
#[derive(Debug)]
pub struct Compared {
    /// The case.
    pub id: String,
    /// Whether it is an edge.
    pub edge: bool,
    /// The original's.
    pub original: Answer,
    /// Ours, by packaging.
    pub ours: BTreeMap<Packaging, Answer>,
}

/// The answers to all cases of a server.
#[derive(Debug)]
pub struct Run {
    /// The server.
    pub server: String,
    /// What it was compared with.
    pub original: String,
    /// Case by case.
    pub compared: Vec<Compared>,
}

/// Why a server was not compared.
#[derive(Debug)]
pub enum NoRun {
    /// The original cannot be had here.
    Missing(original::Missing),
    /// Something went wrong.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for NoRun {
    fn from(error: E) -> NoRun {
        NoRun::Failed(error.into())
    }
}

/// Where everything of one run lies.
struct Ground<'a> {
    suite: &'a Suite,
    places: Places,
    home: PathBuf,
    site: Site,
}

/// Asks the original, then ours, one after the other.
///
/// # Errors
/// When the original is missing, a process does not come up, or what the cases are about cannot be built.
pub fn run(
    suite: &Suite,
    server: &Server,
    workshop: Workshop<'_>,
    store: &Store,
    said: &mut dyn FnMut(&str),
) -> Result<Run, NoRun> {
    let folder = harness::place::scratch().context("no temporary folder can be made")?;
    let home = folder.path().join("home");
    std::fs::create_dir(&home)?;
    let ground = Ground {
        suite,
        places: Places::new(
            workshop.data,
            folder.path().join("root"),
            &Standins::default(),
        ),
        home,
        site: Site::start(&suite.pages, workshop.data)?,
    };
    let fill = |text: &str| ground.fill(text);
    let launch = side::original(suite, workshop.root, store, &ground.home, &fill, said)
        .map_err(NoRun::Missing)?;
    let mut asked = || -> Result<_> {
        said(&format!(
            "{}: asking {}",
            suite.server,
            reference::title(&suite.server)
        ));
        let original = ground.asked(&launch)?;
        let mut ours = Vec::new();
        for made in workshop.subjects {
            said(&format!("{}: asking our {}", suite.server, made.packaging));
            let (programs, cache) = (workshop.programs, workshop.cache);
            let launch = side::ours(suite, server, made, programs, cache, &ground.places, &fill);
            ours.push((made.packaging, ground.asked(&launch)?));
        }
        Ok((original, ours))
    };
    let begun = now();
    let (mut original, mut ours) = asked()?;
    if begun / QUARTER != now() / QUARTER {
        // Midnight may have come somewhere between one answer and another.
        (original, ours) = asked()?;
    }
    let compared = suite
        .cases
        .iter()
        .zip(original)
        .enumerate()
        .map(|(at, (case, original))| Compared {
            id: case.id.clone(),
            edge: case.edge.is_some(),
            original,
            ours: ours
                .iter()
                .map(|(packaging, answers)| (*packaging, answers[at].clone()))
                .collect(),
        });
    Ok(Run {
        server: suite.server.clone(),
        original: reference::title(&suite.server),
        compared: compared.collect(),
    })
}

impl Ground<'_> {
    /// The folder that cases are about.
    fn root(&self) -> &Path {
        &self.places.scratch
    }

    fn fill(&self, text: &str) -> String {
        let text = text
            .replace("{root}", &self.root().to_string_lossy())
            .replace("{home}", &self.home.to_string_lossy())
            .replace("{site}", &self.site.url())
            .replace("{address}", &self.site.address());
        self.places.fill(&text)
    }

    /// Builds everything anew and asks one process every case.
    fn asked(&self, launch: &Launch) -> Result<Vec<Answer>> {
        let from = now();
        let mut stage = Stage::at(self.root())?;
        stage.build(&self.suite.steps)?;
        let mut side = Side::start(launch)?;
        let mut answers = Vec::new();
        for case in &self.suite.cases {
            let mut asked = || -> Result<Answer> {
                stage.build(&case.steps)?;
                let answer = side.ask(case, &self.resolved(&case.arguments)?);
                if let Answer::None(why) = &answer {
                    bail!("{} did not answer: {why}", launch.program.display());
                }
                self.masked(case, &answer, from)
            };
            answers.push(
                asked()
                    .with_context(|| format!("the case {} of {}", case.id, self.suite.server))?,
            );
        }
        side.end();
        Ok(answers)
    }

    /// The answer without what no two processes have in common, and without the names of this run's folders.
    fn masked(&self, case: &Case, answer: &Answer, from: i64) -> Result<Answer> {
        let span = Span { from, until: now() };
        let mut commits = Vec::new();
        if case.mask.contains(&Mask::Commit) {
            let repository = case.arguments.get("repo_path").and_then(Value::as_str);
            let repository =
                repository.context("a case that masks commits names its repository")?;
            commits = mask::commits(&self.home, Path::new(&self.fill(repository)), from)?;
        }
        let (root, data) = (
            self.root().to_string_lossy(),
            self.places.data.to_string_lossy(),
        );
        let home = self.home.to_string_lossy();
        let (url, address) = (self.site.url(), self.site.address());
        Ok(answer.mapped(&|text| {
            let mut text = text.to_owned();
            if case.mask.contains(&Mask::Clock) {
                text = mask::clock(&text, span);
            }
            if case.mask.contains(&Mask::Commit) {
                text = mask::commit(&text, &commits);
            }
            text.replace(&*root, "{root}")
                .replace(&*home, "{home}")
                .replace(&*data, "{data}")
                .replace(&url, "{site}")
                .replace(&address, "{address}")
        }))
    }

    /// The arguments with everything filled in.
    fn resolved(&self, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => items
                .iter()
                .map(|item| self.resolved(item))
                .collect::<Result<_>>()?,
            Value::Object(fields) => {
                let only = (fields.len() == 1).then(|| fields.iter().next()).flatten();
                match only.map(|(key, value)| (key.as_str(), value)) {
                    Some(("$null", _)) => Value::Null,
                    Some(("$file" | "$json", _)) => self.places.resolve(value)?,
                    Some(("$repeat", Value::Array(parts))) => match parts.as_slice() {
                        [Value::String(text), Value::Number(times)] => Value::String(
                            text.repeat(usize::try_from(times.as_u64().unwrap_or(0))?),
                        ),
                        _ => bail!("$repeat is a text and a number"),
                    },
                    _ => {
                        let filled = fields
                            .iter()
                            .map(|(key, value)| Ok((key.clone(), self.resolved(value)?)));
                        Value::Object(filled.collect::<Result<_>>()?)
                    }
                }
            }
            other => other.clone(),
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "masks tell a time that is now from another, and this is where now comes from"
)]
fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| {
        i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
    })
}

impl Run {
    /// How many answers of a packaging are the original's.
    pub fn equal(&self, packaging: Packaging) -> usize {
        self.compared
            .iter()
            .filter(|one| {
                one.ours
                    .get(&packaging)
                    .is_some_and(|ours| ours.equals(&one.original))
            })
            .count()
    }

    /// What the list of differences says wrongly: a case that differs and is not listed, or is listed and does not differ.
    pub fn faults(&self, suite: &Suite) -> Vec<String> {
        let mut faults = Vec::new();
        for one in &self.compared {
            let listed = suite.difference(&one.id);
            for (packaging, ours) in &one.ours {
                let excused = listed.is_some_and(|difference| {
                    difference.only.is_none_or(|only| only.is(*packaging))
                });
                let equal = ours.equals(&one.original);
                let (theirs, ours) = crate::answer::side_by_side(&one.original, ours);
                if !equal && !excused {
                    faults.push(format!(
                        "{} {}, {packaging}: differs and is not listed\n    original {theirs:?}\n    ours     {ours:?}",
                        self.server, one.id
                    ));
                } else if equal && excused {
                    faults.push(format!(
                        "{} {}, {packaging}: is equal now; take it off the list of differences",
                        self.server, one.id
                    ));
                }
            }
        }
        faults
    }
}
