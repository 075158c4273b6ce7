//! `merge_summaries`: the numbers of several summaries, weighed and added up.

use crate::number::{Number, sum, too_large, total};
use crate::parse;
use crate::value::{self, Object, Value, objects};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A field in all summaries that have it.
enum Field {
    /// Numbers, each with its summary's weight.
    Numbers(Vec<(Number, f64)>),
    /// The numbers of lists.
    Lists(Vec<Number>),
    /// The weighed numbers of objects, by their names in order.
    Objects(Vec<(String, Vec<f64>)>, BTreeMap<String, usize>),
    /// What cannot be added.
    Other,
}

impl Field {
    /// What a field is, its first value that is not null tells.
    fn of(value: &Value<'_>) -> Field {
        match value {
            Value::List(_) => Field::Lists(Vec::new()),
            Value::Object(_) => Field::Objects(Vec::new(), BTreeMap::new()),
            value if Number::of(value).is_some() => Field::Numbers(Vec::new()),
            _ => Field::Other,
        }
    }

    /// Adds a summary's value, if it is of the same kind.
    fn add(&mut self, value: &Value<'_>, weight: f64) {
        match (self, value) {
            (Field::Numbers(numbers), value) => {
                numbers.extend(Number::of(value).map(|number| (number, weight)));
            }
            (Field::Lists(numbers), Value::List(items)) => {
                numbers.extend(items.iter().filter_map(Number::of));
            }
            (Field::Objects(sums, places), Value::Object(object)) => {
                for (name, value) in object.members() {
                    // A text in an object is a text, whatever it says.
                    let (Value::Int(_) | Value::Float(_), Some(number)) =
                        (value, Number::of(value))
                    else {
                        continue;
                    };
                    let place = match places.get(name.as_ref()) {
                        Some(place) => *place,
                        None => {
                            places.insert(name.to_string(), sums.len());
                            sums.push((name.to_string(), Vec::new()));
                            sums.len() - 1
                        }
                    };
                    if let Some((_, sum)) = sums.get_mut(place) {
                        sum.push(number.float() * weight);
                    }
                }
            }
            _ => {}
        }
    }

    fn tell(self, name: &str, answer: &mut Object<'_>) -> Option<()> {
        match self {
            Field::Numbers(numbers) => {
                let weights = sum(numbers.iter().map(|(_, weight)| *weight))?;
                let weighed = sum(numbers
                    .iter()
                    .map(|(number, weight)| number.float() * weight))?;
                let average = if weights == 0.0 {
                    0.0
                } else {
                    weighed / weights
                };
                let average = Some(average).filter(|average| average.is_finite())?;
                let numbers: Vec<Number> = numbers.into_iter().map(|(number, _)| number).collect();
                answer.set(format!("{name}_weighted_avg"), Value::Float(average));
                answer.set(format!("{name}_total"), total(&numbers)?.into());
            }
            Field::Lists(numbers) => {
                answer.set(format!("{name}_total"), total(&numbers)?.into());
            }
            Field::Objects(sums, _) => {
                let mut object = Object::default();
                for (name, weighed) in sums {
                    object.set(name, Value::Float(sum(weighed)?));
                }
                answer.set(name.to_owned(), Value::Object(object));
            }
            Field::Other => {}
        }
        Some(())
    }
}

/// The answer as compact JSON.
///
/// # Errors
/// Where the summaries are no list of objects, the weights are not as many numbers, or a sum is too large.
pub fn merge_summaries(summaries: &str, weights: Option<&str>) -> Result<String, String> {
    let summaries = objects("summaries", summaries)?;
    let weights = match weights {
        Some(weights) => read(weights, summaries.len())?,
        None => vec![1.0; summaries.len()],
    };
    let mut answer = Object::default();
    answer.set("merged_count", Value::Int(summaries.len() as i128));
    if summaries.is_empty() {
        return value::answer(&answer);
    }
    let mut names: Vec<&Cow<'_, str>> = Vec::new();
    let mut fields: Vec<Option<Field>> = Vec::new();
    let mut places = BTreeMap::new();
    for (summary, weight) in summaries.iter().zip(weights) {
        for (name, value) in summary.members() {
            let place = *places.entry(name).or_insert(names.len());
            if place == names.len() {
                names.push(name);
                fields.push(None);
            }
            if *value != Value::Null
                && let Some(field) = fields.get_mut(place)
            {
                field
                    .get_or_insert_with(|| Field::of(value))
                    .add(value, weight);
            }
        }
    }
    let keys = names
        .iter()
        .copied()
        .map(|name| Value::Text(name.as_ref().into()));
    answer.set("source_keys", Value::List(keys.collect()));
    for (name, field) in names.into_iter().zip(fields) {
        if let Some(field) = field {
            field
                .tell(name, &mut answer)
                .ok_or_else(|| too_large(name))?;
        }
    }
    value::answer(&answer)
}

fn read(weights: &str, count: usize) -> Result<Vec<f64>, String> {
    let Value::List(weights) = parse::value("weights", weights)? else {
        return Err("weights is not a list; pass a number for each summary".to_owned());
    };
    if weights.len() != count {
        return Err(format!(
            "there are {} weights for {count} summaries; pass a number for each",
            weights.len()
        ));
    }
    let number = |weight: &Value<'_>| match weight {
        Value::Int(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    };
    let numbers: Option<Vec<f64>> = weights.iter().map(number).collect();
    numbers
        .ok_or_else(|| "weights holds what is no number; pass a number for each summary".to_owned())
}
