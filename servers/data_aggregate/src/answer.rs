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

/// How often each name was seen.
type Counts = BTreeMap<String, u64>;

/// What is known of the numbers of a field.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct Statistics {
    /// How many numbers there are; of none nothing else is told.
    count: u64,
    /// Their sum.
    sum: Option<f64>,
    /// The least.
    min: Option<f64>,
    /// The greatest.
    max: Option<f64>,
    /// The arithmetic mean.
    mean: Option<f64>,
    /// The middle one, or the mean of the middle two.
    median: Option<f64>,
    /// The standard deviation of a sample; there from two numbers on.
    stdev: Option<f64>,
}

/// What aggregate_list answers.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct Aggregated {
    /// How many items were given.
    total_count: u64,
    /// Bytes of the items as compact JSON.
    input_size_estimate: Option<u64>,
    /// The field that groups.
    group_by: Option<String>,
    /// How many items each of its values has.
    groups: Option<Counts>,
    /// How many groups there are.
    group_count: Option<u64>,
    /// The field that is counted.
    count_by: Option<String>,
    /// Its twenty most frequent values.
    counts: Option<Counts>,
    /// Of each field in sum_fields, what its numbers are.
    field_stats: Option<BTreeMap<String, Statistics>>,
    /// Bytes of the answer so far.
    output_size_estimate: Option<u64>,
    /// Output by input.
    reduction_ratio: Option<f64>,
}

/// What merge_summaries answers: for each field `<field>_weighted_avg` and `<field>_total`, or the field itself, an object of weighted sums.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct Merged {
    /// How many summaries were given.
    merged_count: u64,
    /// The fields of all of them, in the order in which they first occur.
    source_keys: Option<Vec<String>>,
}

/// What combine_research_results answers.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct Combined {
    /// How many results were given.
    result_count: u64,
    /// They, the best first.
    items: Option<Vec<Ranked>>,
    /// All in one text.
    combined_text: Option<String>,
    /// Where there are none, an empty text.
    combined_summary: Option<String>,
    /// Bytes of the results as compact JSON.
    input_size: Option<u64>,
    /// Bytes of the text.
    output_size: Option<u64>,
}

/// One result in its place.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct Ranked {
    /// Its place, from 1 on.
    rank: u64,
    /// Its title.
    title: String,
    /// Its summary.
    summary: String,
    /// Its score, as it was given.
    score: Option<Any>,
}

/// What deduplicate answers.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct Deduplicated {
    /// How many items were given.
    original_count: u64,
    /// How many are left.
    unique_count: u64,
    /// How many are not.
    duplicates_removed: Option<u64>,
    /// The fields that make two items one.
    key_fields: Option<Vec<String>>,
    /// Those that are left, as they were given.
    items: Vec<BTreeMap<String, Any>>,
}

/// What compute_trends answers.
#[derive(Schema)]
#[expect(dead_code, reason = "only the schema is used")]
pub struct Trend {
    /// How many points have a number.
    data_points: u64,
    /// `increasing`, `decreasing`, `stable`, or with fewer than two points `insufficient_data`.
    trend: String,
    /// What the numbers are.
    stats: Option<Statistics>,
    /// The mean of the first half, in the order given.
    first_half_avg: Option<f64>,
    /// The mean of the second half.
    second_half_avg: Option<f64>,
    /// From the first mean to the second, in per cent; 0 where the first is 0.
    change_percent: Option<f64>,
}
