//! The five tools: arguments in, the work of the module of the same name, the answer out.

use crate::answer::{FilteredEntries, FoundEntries, LogStatistics, ParsedLogs, TimeRange, Written};
use crate::filter::Keep;
use crate::format::Format;
use crate::{filter, level, parse, search, statistics, time_range};
use wasmmcp::Any;
use wasmmcp::prelude::*;

/// A format, or the choice to find it out.
#[derive(Clone, Copy, Debug, Deserialize, Schema)]
#[serde(rename_all = "snake_case")]
pub enum FormatType {
    /// The first of the first ten lines that is in any format tells.
    Auto,
    /// `ip ident user [time] "method path protocol" status size "referrer" "agent"`.
    ApacheCombined,
    /// The same without the last two.
    ApacheCommon,
    /// As combined, with a `-` in the second place and a size in digits.
    Nginx,
    /// `Mon DD HH:MM:SS host process[pid]: message`.
    Syslog,
    /// `YYYY-MM-DD HH:MM:SS,mmm - logger - LEVEL - message`.
    Python,
    /// `[time] [level] [client x] message`, or with module, pid and tid.
    ApacheError,
    /// One JSON object a line.
    Json,
}

/// A severity to filter by.
#[derive(Clone, Copy, Debug, Deserialize, Schema)]
#[serde(rename_all = "lowercase")]
pub enum MinLevel {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

impl FormatType {
    fn format(self) -> Option<Format> {
        Some(match self {
            Self::Auto => return None,
            Self::ApacheCombined => Format::ApacheCombined,
            Self::ApacheCommon => Format::ApacheCommon,
            Self::Nginx => Format::Nginx,
            Self::Syslog => Format::Syslog,
            Self::Python => Format::Python,
            Self::ApacheError => Format::ApacheError,
            Self::Json => Format::Json,
        })
    }
}

impl MinLevel {
    fn rank(self) -> u8 {
        level::rank(match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        })
    }
}

/// Reads the lines of a log into entries, each with its fields and a `_level`. The other tools take these entries.
#[tool(title = "Parse logs", read_only, idempotent, closed_world)]
pub(crate) fn parse_logs(
    /// The log's text.
    log_content: String,
    /// The log's format.
    #[arg(default = "auto")]
    format_type: FormatType,
    /// How many lines to read, blank ones included.
    #[arg(default = 1000, minimum = 0)]
    max_entries: u64,
) -> Result<Json<Written<ParsedLogs>>, ToolError> {
    let most = usize::try_from(max_entries).unwrap_or(usize::MAX);
    let json = parse::parse_logs(&log_content, format_type.format(), most)?;
    Ok(Json::written(json))
}

/// Keeps the entries of a severity and above, or those of some named levels.
#[tool(title = "Filter entries", read_only, idempotent, closed_world)]
pub(crate) fn filter_entries(
    /// The entries that parse_logs answered.
    #[arg(raw = r#"{"type":"array","items":{"type":"object"}}"#)]
    entries: Any,
    /// The least severity that is kept.
    #[arg(default = "warning")]
    min_level: MinLevel,
    /// Exactly these levels, whatever the severity; an empty list counts as none given.
    include_levels: Option<Vec<String>>,
) -> Result<Json<Written<FilteredEntries>>, ToolError> {
    let keep = match include_levels {
        Some(levels) if !levels.is_empty() => {
            Keep::Levels(levels.iter().map(|level| level.to_lowercase()).collect())
        }
        _ => Keep::AtLeast(min_level.rank()),
    };
    Ok(Json::written(filter::filter_entries(entries.get(), &keep)?))
}

/// Counts entries by level, HTTP status, address and path.
#[tool(title = "Count entries", read_only, idempotent, closed_world)]
pub(crate) fn compute_log_statistics(
    /// The entries that parse_logs or filter_entries answered.
    #[arg(raw = r#"{"type":"array","items":{"type":"object"}}"#)]
    entries: Any,
) -> Result<Json<Written<LogStatistics>>, ToolError> {
    let json = statistics::compute_log_statistics(entries.get())?;
    Ok(Json::written(json))
}

/// Finds the entries in which a field matches a regular expression; the first hundred are listed, all are counted.
#[tool(title = "Search entries", read_only, idempotent, closed_world)]
pub(crate) fn search_entries(
    /// The entries that parse_logs or filter_entries answered.
    #[arg(raw = r#"{"type":"array","items":{"type":"object"}}"#)]
    entries: Any,
    /// A regular expression without look-around and back-references; `\w`, `\d`, `\s` and `\b` are ASCII.
    pattern: String,
    /// The fields to search, in order; left out: message and raw.
    fields: Option<Vec<String>>,
    /// Whether upper and lower case differ.
    #[arg(default = false)]
    case_sensitive: bool,
) -> Result<Json<Written<FoundEntries>>, ToolError> {
    let fields = fields.unwrap_or_else(|| ["message", "raw"].map(str::to_owned).to_vec());
    let json = search::search_entries(entries.get(), &pattern, &fields, case_sensitive)?;
    Ok(Json::written(json))
}

/// Tells the first and the last time that entries carry, in the order of the entries.
#[tool(title = "Time range", read_only, idempotent, closed_world)]
pub(crate) fn extract_time_range(
    /// The entries that parse_logs or filter_entries answered.
    #[arg(raw = r#"{"type":"array","items":{"type":"object"}}"#)]
    entries: Any,
) -> Result<Json<Written<TimeRange>>, ToolError> {
    let json = time_range::extract_time_range(entries.get())?;
    Ok(Json::written(json))
}
