//! The async runtime behind blocking callers: one thread on which every connection to the engine lives.
//!
//! It runs by itself, and not only while somebody waits for an answer: what a container says has to be carried on in the meantime.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A running runtime; it ends when this is dropped.
pub(crate) struct Reactor {
    pub(crate) handle: Handle,
    _runs: oneshot::Sender<()>,
}

/// Why a question has no answer.
pub(crate) enum Unanswered {
    /// The time that was given is over.
    Late(Duration),
    /// The answer is an error, in its own words.
    Refused(bollard::errors::Error),
}

impl Reactor {
    pub(crate) fn start() -> std::io::Result<Reactor> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (runs, stopped) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("docker".to_owned())
            .spawn(move || {
                // It is never told anything: the other end goes away.
                let _gone = runtime.block_on(stopped);
            })?;
        Ok(Reactor {
            handle,
            _runs: runs,
        })
    }

    /// Waits for an answer, and no longer than that.
    pub(crate) fn wait<Answer>(
        &self,
        patience: Duration,
        asked: impl Future<Output = Result<Answer, bollard::errors::Error>>,
    ) -> Result<Answer, Unanswered> {
        self.handle.block_on(async {
            match tokio::time::timeout(patience, asked).await {
                Ok(answered) => answered.map_err(Unanswered::Refused),
                Err(_) => Err(Unanswered::Late(patience)),
            }
        })
    }
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unanswered::Late(patience) => {
                write!(f, "has not answered within {} s", patience.as_secs_f32())
            }
            Unanswered::Refused(error) => write!(f, "gives no right answer: {}", told(error)),
        }
    }
}

/// An error with all that it was caused by; the outermost often says no more than `client error`.
pub(crate) fn told(error: &bollard::errors::Error) -> String {
    use std::error::Error as _;
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !said.contains(&words) {
            said = format!("{said}: {words}");
        }
        cause = inner.source();
    }
    said
}
