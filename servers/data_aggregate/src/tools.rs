//! The five tools: arguments in, the work of the module of the same purpose, the answer out.

use crate::answer::{Aggregated, Combined, Deduplicated, Merged, Trend, Written};
use crate::deduplicate::Keep;
use crate::{aggregate, combine, deduplicate as duplicates, merge, trend};
use wasmmcp::Any;
use wasmmcp::prelude::*;

/// Which of several items with one key is kept.
#[derive(Clone, Copy, Debug, Deserialize, Schema)]
#[serde(rename_all = "lowercase")]
pub enum KeepWhich {
    /// The first.
    First,
    /// The last, in the first one's place.
    Last,
}

/// Sums up a list of objects: how many there are for each value of a field, and what the numbers of other fields are.
#[tool(title = "Aggregate a list", read_only, idempotent, closed_world)]
pub(crate) fn aggregate_list(
    /// The objects.
    #[arg(raw = r#"{"type":"array","items":{"type":"object"},"description":"The objects."}"#)]
    items: Any,
    /// A field: how many items each of its values has.
    group_by: Option<String>,
    /// A field: its twenty most frequent values.
    count_field: Option<String>,
    /// Fields whose numbers are added up; texts such as "1,234.5" count.
    #[arg(max_items = 100)]
    sum_fields: Option<Vec<String>>,
) -> Result<Json<Written<Aggregated>>, ToolError> {
    let json = aggregate::aggregate_list(items.get(), group_by, count_field, sum_fields)?;
    Ok(Json::written(json))
}

/// Merges summaries of the same fields into one: totals, and averages by weight.
#[tool(title = "Merge summaries", read_only, idempotent, closed_world)]
pub(crate) fn merge_summaries(
    #[arg(
        raw = r#"{"type":"array","items":{"type":"object"},"description":"The summaries: fields with numbers, lists of numbers, or objects of numbers."}"#
    )]
    summaries: Any,
    #[arg(
        raw = r#"{"type":"array","items":{"type":"number"},"description":"What each summary weighs; left out: all the same."}"#
    )]
    weights: Option<Any>,
) -> Result<Json<Written<Merged>>, ToolError> {
    let weights = weights.as_ref().map(Any::get);
    Ok(Json::written(merge::merge_summaries(
        summaries.get(),
        weights,
    )?))
}

/// Puts search results in order of their score and joins titles and summaries to one text.
#[tool(title = "Combine results", read_only, idempotent, closed_world)]
pub(crate) fn combine_research_results(
    #[arg(raw = r#"{"type":"array","items":{"type":"object"},"description":"The results."}"#)]
    results: Any,
    /// The field with the title.
    #[arg(default = "title")]
    title_field: String,
    /// The field with the summary.
    #[arg(default = "summary")]
    summary_field: String,
    /// The field with the score, the higher the better; empty: results stay as they come.
    #[arg(default = "relevance_score")]
    score_field: String,
) -> Result<Json<Written<Combined>>, ToolError> {
    let json = combine::combine_research_results(
        results.get(),
        &title_field,
        &summary_field,
        Some(score_field.as_str()).filter(|field| !field.is_empty()),
    )?;
    Ok(Json::written(json))
}

/// Drops items that agree in some fields with an earlier or a later one.
#[tool(title = "Drop duplicates", read_only, idempotent, closed_world)]
pub(crate) fn deduplicate(
    #[arg(raw = r#"{"type":"array","items":{"type":"object"},"description":"The objects."}"#)]
    items: Any,
    /// The fields in which duplicates agree; a number is not the text that spells it.
    #[arg(min_items = 1, max_items = 32)]
    key_fields: Vec<String>,
    /// Which one is kept, in the first one's place.
    #[arg(default = "first")]
    keep: KeepWhich,
) -> Result<Json<Written<Deduplicated>>, ToolError> {
    let keep = match keep {
        KeepWhich::First => Keep::First,
        KeepWhich::Last => Keep::Last,
    };
    Ok(Json::written(duplicates::deduplicate(
        items.get(),
        &key_fields,
        keep,
    )?))
}

/// Tells whether a series of numbers rises or falls: the mean of its second half against that of its first.
#[tool(title = "Compute a trend", read_only, idempotent, closed_world)]
pub(crate) fn compute_trends(
    #[arg(
        raw = r#"{"type":"array","items":{"type":"object"},"description":"The points, the oldest first: they are taken in this order."}"#
    )]
    time_series: Any,
    /// The field with the time; points are taken as they come, so it is not read.
    #[arg(default = "timestamp")]
    _time_field: String,
    /// The field with the number.
    #[arg(default = "value")]
    value_field: String,
    /// Without effect: the original takes it and does not use it.
    #[arg(default = 10, minimum = 1)]
    _bucket_count: u64,
) -> Result<Json<Written<Trend>>, ToolError> {
    Ok(Json::written(trend::compute_trends(
        time_series.get(),
        &value_field,
    )?))
}
