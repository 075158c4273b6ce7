//! The one place that reads the clock; everything else is handed the instant.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 in UTC.
pub(crate) fn now() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock module: telling the time is what the server is for"
    )]
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock that is set before 1970 is wrong by decades; an answer in 1970 shows it.
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
