//! What is said when an engine does not do what it was asked.

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the Docker engine was to {what} and {why}")]
pub struct Failure {
    /// What was wanted.
    pub what: String,
    /// What came instead.
    pub why: String,
    /// Whether the engine does not know what it was asked about.
    pub absent: bool,
}

impl Failure {
    /// One that is no answer of the engine's.
    pub(crate) fn of(what: &str, why: impl std::fmt::Display) -> Failure {
        Failure {
            what: what.to_owned(),
            why: why.to_string(),
            absent: false,
        }
    }
}
