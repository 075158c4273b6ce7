//! The exit codes, and which error ends in which.

use std::process::ExitCode;

use record::{FindError, OfferError, ReadError, RecordError, RemoveError};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; cells that are unavailable are no failure.
    Done,
    /// A fault of ours.
    Bug,
    /// Usage, or a file that cannot be accepted.
    Usage,
    /// A wrong answer.
    Wrong,
    /// This machine lacks what was asked for.
    Lacking,
    /// A claim holds less than was accepted.
    Refuted,
    /// A comparison found what it was told to fail on.
    Regressed,
    /// Interrupted; the record is kept.
    Interrupted,
}

impl Exit {
    /// The documented number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Bug => 1,
            Exit::Usage => 2,
            Exit::Wrong => 3,
            Exit::Lacking => 4,
            Exit::Refuted => 5,
            Exit::Regressed => 6,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// A message for the person at the keyboard, with the code that it ends in.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Told {
    /// What happened and what to do next.
    pub message: String,
    /// How the command ends.
    pub exit: Exit,
}

impl Told {
    /// The user's words or files cannot be accepted.
    pub fn usage(message: impl Into<String>) -> Told {
        Told {
            message: message.into(),
            exit: Exit::Usage,
        }
    }

    /// The machine lacks something.
    pub fn lacking(message: impl Into<String>) -> Told {
        Told {
            message: message.into(),
            exit: Exit::Lacking,
        }
    }
}

/// The code in which an error ends.
pub fn of(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        if let Some(told) = cause.downcast_ref::<Told>() {
            return told.exit;
        }
        if let Some(error) = cause.downcast_ref::<RecordError>() {
            return match error {
                RecordError::NoSpace { .. } | RecordError::ReadOnly { .. } => Exit::Lacking,
                RecordError::Trial { .. } => Exit::Bug,
                _ => Exit::Usage,
            };
        }
        if let Some(error) = cause.downcast_ref::<RemoveError>() {
            return match error {
                RemoveError::Busy { .. } => Exit::Usage,
                RemoveError::Io { .. } => Exit::Lacking,
            };
        }
        if cause.is::<crate::server::Unacceptable>()
            || cause.is::<crate::claim::BadClaims>()
            || cause.is::<scenario::Refused>()
            || cause.is::<ReadError>()
            || cause.is::<FindError>()
            || cause.is::<OfferError>()
            || cause.is::<crate::replay::Unreplayable>()
            || matches!(
                cause.downcast_ref(),
                Some(figures::DrawError::Offers(_) | figures::DrawError::Decisions(_))
            )
            || cause.is::<dataset::Missing>()
            || cause.is::<crate::input::NoInput>()
        {
            return Exit::Usage;
        }
        if cause.is::<toolchain::Missing>() {
            return Exit::Lacking;
        }
        if let Some(figures::DrawError::Write { .. }) = cause.downcast_ref() {
            return Exit::Lacking;
        }
        if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            let lacking = [
                std::io::ErrorKind::StorageFull,
                std::io::ErrorKind::ReadOnlyFilesystem,
            ];
            if lacking.contains(&error.kind()) {
                return Exit::Lacking;
            }
        }
    }
    Exit::Bug
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn an_error_keeps_its_code_under_context() {
        let told = Err::<(), _>(Told::lacking("no engine"))
            .context("containers")
            .expect_err("told");
        assert_eq!(of(&told), Exit::Lacking);
        assert_eq!(of(&anyhow::anyhow!("surprise")), Exit::Bug);
        let full = anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
        assert_eq!(of(&full).code(), 4);
        let folder = std::path::PathBuf::from("run");
        let read_only = RecordError::ReadOnly {
            path: folder.clone(),
        };
        let no_space = RecordError::NoSpace {
            path: folder.clone(),
        };
        assert_eq!(of(&read_only.into()).code(), 4);
        assert_eq!(of(&no_space.into()).code(), 4);
        let busy = RemoveError::Busy {
            folder: folder.clone(),
        };
        let kept = RemoveError::Io {
            path: folder,
            source: std::io::ErrorKind::PermissionDenied.into(),
        };
        assert_eq!(of(&busy.into()).code(), 2);
        assert_eq!(of(&kept.into()).code(), 4);
    }
}
