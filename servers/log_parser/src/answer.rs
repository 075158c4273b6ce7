//! The shapes of the five answers, for their output schemas: the answers themselves are written as JSON directly.

use serde::Serializer;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::marker::PhantomData;
use wasmmcp::prelude::*;
use wasmmcp::{Any, Piece};

/// An answer of the shape of `T` that is only ever written as JSON.
///
/// The type has no values, so the code that would serialise one, which is never run, is not in the component.
#[derive(Debug)]
pub struct Written<T> {
    never: Infallible,
    shape: PhantomData<T>,
}

impl<T> Serialize for Written<T> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match self.never {}
    }
}

impl<T: Schema> Schema for Written<T> {
    const MEMBERS: &'static [Piece] = T::MEMBERS;
}

/// An entry: field names and values, and `_level`.
type Entry = BTreeMap<String, Any>;

/// How often each name was seen.
type Counts = BTreeMap<String, u64>;

/// What parse_logs answers.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct ParsedLogs {
    /// The format that was used: the one asked for, or the one found.
    format_detected: String,
    /// Lines in the text, blank ones included.
    total_lines: u64,
    /// Entries below.
    parsed_count: u64,
    /// Lines that are no JSON object although the format is json. Lines that a text format does not match are entries with `raw` and `parsed: false`.
    error_count: u64,
    /// One object a line: the format's fields as text, and `_level`.
    entries: Vec<Entry>,
}

/// What filter_entries answers.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct FilteredEntries {
    /// Entries given.
    original_count: u64,
    /// Entries kept.
    filtered_count: u64,
    /// Levels of the entries kept, in the order in which they first occur.
    levels_included: Vec<String>,
    /// Entries kept, by level.
    by_level: Counts,
    /// The entries kept, as they were given.
    entries: Vec<Entry>,
}

/// What compute_log_statistics answers.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct LogStatistics {
    /// Entries given.
    entry_count: u64,
    /// Entries by level.
    by_level: Counts,
    /// The ten most frequent HTTP statuses; null if no entry has one.
    by_status: Option<Counts>,
    /// The ten most frequent addresses; null if no entry has one.
    top_ips: Option<Counts>,
    /// The ten most frequent paths; null if no entry has one.
    top_paths: Option<Counts>,
}

/// What search_entries answers.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct FoundEntries {
    /// The pattern.
    search_pattern: String,
    /// The fields that were searched, in order.
    fields_searched: Vec<String>,
    /// Entries given.
    total_entries: u64,
    /// Entries that match.
    match_count: u64,
    /// The first hundred of them.
    matches: Vec<Match>,
}

/// One entry that matches.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct Match {
    /// The entry, as it was given.
    entry: Entry,
    /// The first field that matches.
    matched_field: String,
    /// The field's text, at most 200 characters of it.
    matched_text: String,
}

/// What extract_time_range answers.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct TimeRange {
    /// Whether any entry has a time.
    has_timestamps: bool,
    /// Entries given.
    entry_count: u64,
    /// The first entry's time.
    first_timestamp: Option<String>,
    /// The last entry's time.
    last_timestamp: Option<String>,
    /// The first five times.
    sample_timestamps: Option<Vec<String>>,
}
