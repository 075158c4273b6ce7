//! What is said of something that this machine lacks and that can neither be found nor made: the target, an original, an engine.

/// Why something is not to be had here, and what would change that.
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
    pub fn new(why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            remedy: remedy.into(),
        }
    }
}
