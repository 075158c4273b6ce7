//! `aggregate_list`: groups, counts, and the numbers of fields.

use crate::number::{Number, statistics};
use crate::value::{self, Object, Value, name, objects, size};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many values of a counted field are told.
const MOST: usize = 20;

/// The answer as compact JSON.
///
/// # Errors
/// Where the items are no list of objects, or their numbers too large.
pub fn aggregate_list(
    items: &str,
    group_by: Option<String>,
    count_field: Option<String>,
    sum_fields: Option<Vec<String>>,
) -> Result<String, String> {
    let items = objects("items", items)?;
    let mut answer = Object::default();
    answer.set("total_count", Value::Int(items.len() as i128));
    if items.is_empty() {
        answer.set("groups", Value::Object(Object::default()));
        return value::answer(&answer);
    }
    let input = size(&items);
    answer.set("input_size_estimate", Value::Int(i128::from(input)));
    if let Some(field) = group_by {
        let groups = counted(&items, &field)?;
        answer.set("group_by", Value::Text(field.into()));
        let count = groups.len();
        answer.set("groups", object(groups));
        answer.set("group_count", Value::Int(count as i128));
    }
    if let Some(field) = count_field {
        let mut counts = counted(&items, &field)?;
        // Stable: equal counts stay in the order of first sight.
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts.truncate(MOST);
        answer.set("count_by", Value::Text(field.into()));
        answer.set("counts", object(counts));
    }
    if let Some(fields) = sum_fields.filter(|fields| !fields.is_empty()) {
        let mut found = Object::default();
        for field in fields {
            let numbers = items.iter().filter_map(|item| item.get(&field));
            let numbers: Vec<Number> = numbers.filter_map(Number::of).collect();
            let statistics = statistics(&field, &numbers)?;
            found.set(field, Value::Object(statistics));
        }
        answer.set("field_stats", Value::Object(found));
    }
    let output = size(&answer);
    answer.set("output_size_estimate", Value::Int(i128::from(output)));
    answer.set(
        "reduction_ratio",
        Value::Float(output as f64 / input as f64),
    );
    value::answer(&answer)
}

/// How often each value of a field occurs, in the order of first sight; what an item lacks is unknown.
fn counted<'a>(items: &[Object<'a>], field: &str) -> Result<Vec<(Cow<'a, str>, u64)>, String> {
    let mut places = BTreeMap::new();
    let mut counts: Vec<(Cow<'a, str>, u64)> = Vec::new();
    for item in items {
        let name = item.get(field).map_or(Ok(Cow::Borrowed("unknown")), name)?;
        let place = *places.entry(name.clone()).or_insert(counts.len());
        match counts.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    Ok(counts)
}

fn object(counts: Vec<(Cow<'_, str>, u64)>) -> Value<'_> {
    let mut object = Object::default();
    for (name, count) in counts {
        object.set(name, Value::Int(i128::from(count)));
    }
    Value::Object(object)
}
