//! `compute_trends`: whether the second half of a series is above the first.

use crate::number::{Number, statistics, sum, too_large};
use crate::value::{self, Object, Value, objects};

/// The answer as compact JSON. Points are taken as they come: formats of time differ, and nothing is sorted by them.
///
/// # Errors
/// Where the series is no list of objects, or its numbers are too large.
pub fn compute_trends(series: &str, field: &str) -> Result<String, String> {
    let series = objects("time_series", series)?;
    let points = series.iter().filter_map(|point| point.get(field));
    let points: Vec<Number> = points.filter_map(Number::of).collect();
    let mut answer = Object::default();
    answer.set("data_points", Value::Int(points.len() as i128));
    if points.len() < 2 {
        answer.set("trend", Value::Text("insufficient_data".into()));
        return value::answer(&answer);
    }
    let (first, second) = points.split_at(points.len() / 2);
    let mean = |half: &[Number]| {
        sum(half.iter().map(|point| point.float())).map(|sum| sum / half.len() as f64)
    };
    let (first, second) = mean(first)
        .zip(mean(second))
        .ok_or_else(|| too_large(field))?;
    let change = if first == 0.0 {
        0.0
    } else {
        (second - first) / first * 100.0
    };
    if !change.is_finite() {
        return Err(too_large(field));
    }
    let trend = match () {
        () if second > first * 1.1 => "increasing",
        () if second < first * 0.9 => "decreasing",
        () => "stable",
    };
    answer.set("trend", Value::Text(trend.into()));
    answer.set("stats", Value::Object(statistics(field, &points)?));
    answer.set("first_half_avg", Value::Float(first));
    answer.set("second_half_avg", Value::Float(second));
    answer.set("change_percent", Value::Float(change));
    value::answer(&answer)
}
