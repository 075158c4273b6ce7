//! The two tools as a client sees them.

use crate::answer::{Conversion, Time};
use crate::refusal::Refusal;
use crate::{clock, convert};
use wasmmcp::prelude::*;

/// Tells date, time and weekday in a time zone, and whether daylight saving time holds there now.
#[tool(
    title = "Current time",
    read_only,
    non_destructive,
    idempotent,
    closed_world
)]
pub(crate) fn get_current_time(
    /// The IANA name of the zone, such as 'America/New_York' or 'Asia/Seoul'. Where the user names none, '{local}'.
    timezone: String,
) -> Result<Json<Time>, ToolError> {
    indented(
        "get_current_time",
        convert::current(clock::now(), &timezone),
    )
}

/// Tells what a time of today in one zone is in another, and how many hours lie between their clocks.
#[tool(
    title = "Convert a time",
    read_only,
    non_destructive,
    idempotent,
    closed_world
)]
pub(crate) fn convert_time(
    /// The IANA name of the zone in which the time is given, such as 'Europe/London'. Where the user names none, '{local}'.
    source_timezone: String,
    /// The time of day as HH:MM, from 00:00 to 23:59.
    time: String,
    /// The IANA name of the zone that is asked about, such as 'Asia/Tokyo'. Where the user names none, '{local}'.
    target_timezone: String,
) -> Result<Json<Conversion>, ToolError> {
    let found = convert::convert(clock::now(), &source_timezone, &time, &target_timezone);
    indented("convert_time", found)
}

/// The answer, and as text the same JSON indented by two; or the failure: both as the official server writes them.
fn indented<T: Serialize>(tool: &str, found: Result<T, Refusal>) -> Result<Json<T>, ToolError> {
    let answer = found.map_err(|why| format!("Error executing tool {tool}: {why}"))?;
    let text = serde_json::to_string_pretty(&answer).map_err(ToolError::from_error)?;
    Ok(Json::with_text(answer, text))
}
