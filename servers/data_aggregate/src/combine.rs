//! `combine_research_results`: results by their score, and all in one text.

use crate::number::Number;
use crate::value::{self, Object, Value, name, objects, size};
use std::borrow::Cow;

/// The answer as compact JSON.
///
/// # Errors
/// Where the results are no list of objects.
pub fn combine_research_results(
    results: &str,
    title: &str,
    summary: &str,
    score: Option<&str>,
) -> Result<String, String> {
    let mut results = objects("results", results)?;
    let mut answer = Object::default();
    answer.set("result_count", Value::Int(results.len() as i128));
    if results.is_empty() {
        answer.set("combined_summary", Value::Text("".into()));
        return value::answer(&answer);
    }
    let input = size(&results);
    if let Some(field) = score {
        // What has no number counts as 0. Stable: equal ones stay as they came.
        let value = |result: &Object<'_>| {
            result
                .get(field)
                .and_then(Number::of)
                .unwrap_or(Number::Int(0))
        };
        results.sort_by(|a, b| value(b).order(value(a)));
    }
    let mut items = Vec::with_capacity(results.len());
    let mut combined = String::new();
    for (place, result) in results.iter().enumerate() {
        let rank = place + 1;
        let (title, summary) = (text(result, title)?, text(result, summary)?);
        if place > 0 {
            combined.push_str("\n\n");
        }
        combined.push_str(&format!("[{rank}] {title}\n{summary}"));
        let mut item = Object::default();
        item.set("rank", Value::Int(rank as i128));
        item.set("title", Value::Text(title));
        item.set("summary", Value::Text(summary));
        if let Some(score) = score
            .and_then(|field| result.get(field))
            .filter(|score| **score != Value::Null)
        {
            item.set("score", score.clone());
        }
        items.push(Value::Object(item));
    }
    let output = combined.len();
    answer.set("items", Value::List(items));
    answer.set("combined_text", Value::Text(combined.into()));
    answer.set("input_size", Value::Int(i128::from(input)));
    answer.set("output_size", Value::Int(output as i128));
    value::answer(&answer)
}

/// A field as text; empty where it is missing or null.
fn text<'a>(result: &Object<'a>, field: &str) -> Result<Cow<'a, str>, String> {
    match result.get(field) {
        None | Some(Value::Null) => Ok(Cow::Borrowed("")),
        Some(value) => name(value),
    }
}
