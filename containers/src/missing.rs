//! What is said when there is no engine.

/// Why no engine can be used here, and what would change that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}. {remedy}")]
pub struct Missing {
    /// What was tried and how it ended, as a lower-case fragment without a full stop.
    pub why: String,
    /// What the person at the keyboard does next, as a sentence.
    pub remedy: String,
}

impl Missing {
    /// Both parts at once, because neither is of use alone.
    pub(crate) fn new(why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            remedy: remedy.into(),
        }
    }
}
