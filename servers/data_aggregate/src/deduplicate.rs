//! `deduplicate`: one item of each key.

use crate::value::{self, Object, Value, compact, objects};
use std::collections::BTreeMap;

/// Which of several items with one key is kept, in the first one's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The first.
    First,
    /// The last.
    Last,
}

/// The answer as compact JSON.
///
/// # Errors
/// Where the items are no list of objects, or no field makes the key.
pub fn deduplicate(items: &str, fields: &[String], keep: Keep) -> Result<String, String> {
    let items = objects("items", items)?;
    let original = items.len();
    let mut unique: Vec<Object<'_>> = Vec::new();
    let mut places = BTreeMap::new();
    for item in items {
        let place = *places.entry(key(&item, fields)?).or_insert(unique.len());
        match (unique.get_mut(place), keep) {
            (None, _) => unique.push(item),
            (Some(kept), Keep::Last) => *kept = item,
            (Some(_), Keep::First) => {}
        }
    }
    let mut answer = Object::default();
    let count = |count: usize| Value::Int(count as i128);
    answer.set("original_count", count(original));
    answer.set("unique_count", count(unique.len()));
    if original > 0 {
        answer.set("duplicates_removed", count(original - unique.len()));
        let fields = fields
            .iter()
            .map(|field| Value::Text(field.as_str().into()));
        answer.set("key_fields", Value::List(fields.collect()));
    }
    answer.set(
        "items",
        Value::List(unique.into_iter().map(Value::Object).collect()),
    );
    value::answer(&answer)
}

/// The fields as a list in JSON, so that nothing in one reads as two, and 1 is not "1"; what is missing is null.
fn key(item: &Object<'_>, fields: &[String]) -> Result<String, String> {
    let null = Value::Null;
    let values: Vec<&Value<'_>> = fields
        .iter()
        .map(|field| item.get(field).unwrap_or(&null))
        .collect();
    compact(&values)
}
