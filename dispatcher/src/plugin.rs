//! A plug-in as a scheduler: a file that was read and found fit, under a cost model and rules.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use record::{Bytes, Digest};
use scheduler::Scheduler;
use scheduler::call::Call;
use scheduler::cost::Cost;
use scheduler::filter::Rules;
use scheduler::plan::{Infeasible, Plan};
use scheduler::problem::Problem;
use scheduler::tier::Tier;
use scheduler::view::View;

use crate::answer::placements;
use crate::bindings::PluginPre;
use crate::fault::{Fault, Refused, Unfit};
use crate::host::{Guest, ask, ready};
use crate::meter::Limits;
use crate::question::question;

/// A plug-in is at most so long: ours has a fortieth of it, and compiling takes time by the byte.
pub const MOST_BYTES: Bytes = Bytes(4_000_000);
/// A file name has at most so many letters.
const LONGEST_NAME: usize = 64;

/// A scheduler of a user's own. It is asked with what the rules leave, and what it answers is held against them.
pub struct Plugin {
    name: String,
    digest: Digest,
    ready: PluginPre<Guest>,
    limits: Limits,
    cost: Cost,
    rules: Rules,
}

impl Plugin {
    /// Reads, checks and compiles a file; records and tables know it by its file name.
    ///
    /// # Errors
    /// When it cannot be read, is larger than [`MOST_BYTES`], or is no component of world `plugin`.
    pub fn open(path: &Path) -> Result<Self, Refused> {
        let opened = || {
            let name = name(path)?;
            Self::of(name, &read(path)?)
        };
        opened().map_err(|why| Refused {
            path: path.display().to_string(),
            why,
        })
    }

    /// Checks and compiles these bytes under a name.
    ///
    /// # Errors
    /// When they are no component of world `plugin`.
    pub fn of(name: &str, bytes: &[u8]) -> Result<Self, Unfit> {
        // As the binary format has it: a magic number, a version, and whether it is a module or a component.
        match bytes {
            [] => return Err(Unfit::Empty),
            [b'\0', b'a', b's', b'm', _, _, 0, 0, ..] => return Err(Unfit::CoreModule),
            [b'\0', b'a', b's', b'm', ..] => {}
            _ => return Err(Unfit::NoWasm),
        }
        Ok(Self {
            name: name.to_owned(),
            digest: Digest::of(bytes),
            ready: ready(bytes)?,
            limits: Limits::default(),
            cost: Cost::default(),
            rules: Rules::default(),
        })
    }

    /// Under this cost model and these rules.
    #[must_use]
    pub fn under(self, cost: Cost, rules: Rules) -> Self {
        Self {
            cost,
            rules,
            ..self
        }
    }

    /// Within other limits.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Of the component.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// A fault as schedulers tell one.
    fn faulty(&self, fault: &Fault) -> Infeasible {
        Infeasible::Faulty {
            scheduler: self.name.clone(),
            why: format!("the plug-in {fault}; mend it"),
        }
    }
}

impl Scheduler for Plugin {
    fn name(&self) -> &str {
        &self.name
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        let mut verdicts = Vec::with_capacity(calls.len());
        let problem = Problem::judged(calls, view, self.rules, |told| verdicts.push(told))?;
        let model = problem.model(self.cost)?;
        let asked = question(&problem, &model, self.cost);
        let answer = ask(&self.ready, &self.limits, &asked).map_err(|fault| self.faulty(&fault))?;
        let answer = answer.map_err(|why| {
            Infeasible::Unfit(format!("the plug-in {} finds no plan: {why}", self.name))
        })?;
        let placements = placements(&problem, &verdicts, &answer);
        let placements = placements.map_err(|fault| self.faulty(&fault))?;
        let tiers: Vec<Tier> = placements.iter().map(|placed| placed.tier).collect();
        Ok(Plan {
            placements,
            total: Some(model.total(&tiers)),
            search_space: None,
        })
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name)
            .field("digest", &self.digest)
            .field("limits", &self.limits)
            .field("cost", &self.cost)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

/// What tables call a file: its name without folders, which are this machine's.
fn name(path: &Path) -> Result<&str, Unfit> {
    let name = path.file_name().and_then(|name| name.to_str());
    let plain = |name: &&str| {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        name.len() <= LONGEST_NAME && name.chars().all(fits)
    };
    name.filter(plain).ok_or(Unfit::Name)
}

/// The file's bytes, if it is a file and not too long.
fn read(path: &Path) -> Result<Vec<u8>, Unfit> {
    // Asked before it is opened: opening a pipe waits for its other end.
    let about = std::fs::metadata(path).map_err(Unfit::Unreadable)?;
    if !about.is_file() {
        return Err(Unfit::NoFile);
    }
    let file = File::open(path).map_err(Unfit::Unreadable)?;
    let mut bytes = Vec::new();
    // It may grow while it is read.
    let mut file = file.take(MOST_BYTES.0 + 1);
    file.read_to_end(&mut bytes).map_err(Unfit::Unreadable)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= MOST_BYTES.0 => Ok(bytes),
        _ => Err(Unfit::TooLarge(MOST_BYTES)),
    }
}
