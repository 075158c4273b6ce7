//! What a rule is, and what it finds.

use std::fmt;

use crate::graph::Graph;
use crate::tree::Tree;

/// A rule of the repository: named, reasoned, and with examples that prove that it can fail.
pub struct Rule {
    /// A few words, printed with each finding.
    pub name: &'static str,
    /// Why the rule is there and what to do, printed once after its findings.
    pub reason: &'static str,
    /// Looks through the whole repository.
    pub check: fn(&Repository) -> Vec<Finding>,
    /// Small repositories, each of which breaks the rule in one way.
    pub bad: fn() -> Vec<Repository>,
    /// A small repository that comes near and keeps the rule.
    pub good: fn() -> Repository,
}

/// What the rules look at.
#[derive(Debug, Default)]
pub struct Repository {
    /// The files that git tracks, or would after `git add`.
    pub tree: Tree,
    /// Who depends on whom.
    pub graph: Graph,
}

impl Repository {
    /// A repository of these files alone; for examples.
    pub fn of_files(files: &[(&str, &str)]) -> Self {
        Self {
            tree: Tree::planted(files),
            graph: Graph::default(),
        }
    }

    /// A repository of these dependencies alone; for examples.
    pub fn of_graph(graph: Graph) -> Self {
        Self {
            tree: Tree::default(),
            graph,
        }
    }
}

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file or crate.
    pub place: String,
    /// The line, counted from one, where there is one.
    pub line: Option<usize>,
    /// What is wrong there.
    pub what: String,
}

impl Finding {
    /// A finding about a whole file or crate.
    pub fn at(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            line: None,
            what: what.into(),
        }
    }

    /// A finding on a line, counted from one.
    pub fn on(place: impl Into<String>, line: usize, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            line: Some(line),
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.place, self.what),
            None => write!(f, "{}: {}", self.place, self.what),
        }
    }
}
