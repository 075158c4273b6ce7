//! The only place of this crate that asks what time it is.

use std::time::Instant;

/// Now, on the monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock module that everything else is handed its time by"
)]
pub fn now() -> Instant {
    Instant::now()
}
