//! A number that is known, or the reason why it is not.

use std::fmt;

/// A number, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// It is this.
    Is(T),
    /// It was not measured, for this reason.
    Not(String),
}

/// What a cost model needed and nobody measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is unknown ({reason}); measure it, or choose a cost model that does without")]
pub struct Unknown {
    /// Which field of which profile, in the file's words.
    pub field: String,
    /// The profile's own reason.
    pub reason: String,
}

impl<T> Known<T> {
    /// The number where it is known.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Not(_) => None,
        }
    }

    /// The reason where it is not.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Is(_) => None,
            Self::Not(reason) => Some(reason),
        }
    }

    /// The number, or a refusal that names the field.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn need(&self, field: impl FnOnce() -> String) -> Result<&T, Unknown> {
        match self {
            Self::Is(value) => Ok(value),
            Self::Not(reason) => Err(Unknown {
                field: field(),
                reason: reason.clone(),
            }),
        }
    }

    /// Known as something else.
    pub fn map<U>(&self, f: impl FnOnce(&T) -> U) -> Known<U> {
        match self {
            Self::Is(value) => Known::Is(f(value)),
            Self::Not(reason) => Known::Not(reason.clone()),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Known<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(value) => value.fmt(f),
            Self::Not(_) => f.pad("not known"),
        }
    }
}
