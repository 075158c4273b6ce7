//! Everything that a reader must know of a run to judge its samples: `run.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Bytes, Count, Digest, Stop, Subject, Timestamp, Warning};

/// The format version that this crate writes. Readers accept it and older ones, and refuse newer ones by name.
///
/// 2 numbers trials by cell and repetition, and knows rounds, disturbances, evidence, warnings and stops. 1 knew none of
/// them and numbered trials by the shuffled plan, so a run of version 1 is read and compared, but never resumed.
pub const FORMAT: u32 = 2;

/// All trials of one command on one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The version of the record's format.
    pub format: u32,
    /// The folder's name; the recorder sets it.
    pub id: String,
    /// The harness's command: `table3`.
    pub command: String,
    /// How the command was called; the recorder leaves out folders and names of this machine.
    pub argv: Vec<String>,
    /// What was asked, by name: what was chosen, how much of it, and when to stop. Two runs that were asked the same have
    /// the same cells under the same numbers, whatever the order of their words. Empty in runs of version 1.
    #[serde(default)]
    pub selection: BTreeMap<String, String>,
    /// By how much a cell's share of a round was made smaller, so that a short budget has several rounds; none where it was
    /// not. It decides in which round a repetition is done, so a resumed run goes on with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shrink: Option<Count>,
    /// The sources; none outside of a git checkout.
    pub git: Option<Revision>,
    /// Of `Cargo.lock`.
    pub lockfile: Option<Digest>,
    /// What compiled the subjects.
    pub toolchain: Toolchain,
    /// The Docker engine that containers ran in, its version and how it stores images; none where none was used.
    pub docker: Option<String>,
    /// Every subject, with its digest.
    pub subjects: Vec<Subject>,
    /// Every data set that tools were fed.
    pub datasets: Vec<Dataset>,
    /// Where it ran.
    pub machine: Machine,
    /// Of the shuffle and of the generators.
    pub seed: u64,
    /// What this machine could not do.
    pub missing: Vec<Missing>,
    /// What a reader should know before believing it.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// Why each cell has as many samples as it has.
    #[serde(default)]
    pub stops: Vec<Stop>,
    /// When the run began.
    pub start: Timestamp,
    /// When it was taken up again, if it was.
    #[serde(default)]
    pub resumed: Vec<Timestamp>,
    /// Absent while it runs, and for ever if it was interrupted.
    pub end: Option<End>,
}

/// A state of the sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The commit's full id.
    pub commit: String,
    /// Whether the working tree differed from it.
    pub dirty: bool,
}

/// What compiled the subjects, and what ran the components.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// `rustc --version`.
    pub rustc: String,
    /// Where the Wasm target's standard library came from.
    pub wasm_target: String,
    /// wasmtime's version as a library.
    pub wasmtime: String,
    /// The engine's settings that change generated code or its speed.
    pub wasmtime_flags: Vec<String>,
    /// `wasmtime --version` of the stock command; none where it is not installed.
    pub wasmtime_command: Option<String>,
    /// Profiles and flags that subjects were built with, one `subject: flags` each; of an original, its version and what runs it.
    pub build_flags: Vec<String>,
}

/// A data set with its content's digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// Of its manifest.
    pub digest: Digest,
}

/// The facts of the machine that move numbers. No host name, no user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The CPU's model name.
    pub cpu: String,
    /// Logical processors.
    pub processors: Count,
    /// Physical memory.
    pub memory: Bytes,
    /// Operating system and kernel release.
    pub kernel: String,
    /// The instruction set: `x86_64`.
    pub architecture: String,
    /// The frequency governor; none where there is none.
    pub governor: Option<String>,
    /// `v1`, `v2` or `hybrid`; none where there are no control groups.
    pub cgroup: Option<String>,
    /// The hypervisor, if one is seen.
    pub hypervisor: Option<String>,
    /// One-minute load average before the run, in thousandths.
    pub load_milli: Option<Count>,
}

/// Something that this machine cannot do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What is lacking.
    pub what: String,
    /// The reason.
    pub why: String,
    /// The command that would change it.
    pub remedy: String,
}

/// How the run ended, sealing its samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When.
    pub time: Timestamp,
    /// How many samples there are.
    pub samples: Count,
    /// Of `samples.jsonl` as a whole.
    pub digest: Digest,
}

impl Run {
    /// A run that is about to start; the caller fills in the rest of what it knows.
    pub fn new(command: impl Into<String>, seed: u64, start: Timestamp) -> Self {
        Self {
            format: FORMAT,
            id: String::new(),
            command: command.into(),
            argv: Vec::new(),
            selection: BTreeMap::new(),
            shrink: None,
            git: None,
            lockfile: None,
            toolchain: Toolchain::default(),
            docker: None,
            subjects: Vec::new(),
            datasets: Vec::new(),
            machine: Machine::default(),
            seed,
            missing: Vec::new(),
            warnings: Vec::new(),
            stops: Vec::new(),
            start,
            resumed: Vec::new(),
            end: None,
        }
    }

    /// The names of what differs between two runs such that their samples must not share a median. Load, times, the
    /// order of words and what is missing may differ.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let machine = |run: &Self| Machine {
            load_milli: None,
            ..run.machine.clone()
        };
        let checks = [
            ("format version", self.format == other.format),
            ("command", self.command == other.command),
            ("question", self.selection == other.selection),
            ("sources", self.git == other.git),
            ("Cargo.lock", self.lockfile == other.lockfile),
            ("toolchain", self.toolchain == other.toolchain),
            ("Docker engine", self.docker == other.docker),
            ("subjects", same(&self.subjects, &other.subjects)),
            ("data sets", self.datasets == other.datasets),
            ("machine", machine(self) == machine(other)),
            ("seed", self.seed == other.seed),
        ];
        checks
            .into_iter()
            .filter(|(_, same)| !same)
            .map(|(name, _)| name)
            .collect()
    }
}

/// Equal but for the order.
fn same(ours: &[Subject], theirs: &[Subject]) -> bool {
    let sorted = |subjects: &[Subject]| {
        let mut subjects = subjects.to_vec();
        subjects.sort();
        subjects
    };
    sorted(ours) == sorted(theirs)
}
