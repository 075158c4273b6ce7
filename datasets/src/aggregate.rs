//! `aggregate/`: lists to be grouped, merged, ranked and followed through time, each with what the generator knew when it wrote them.
//!
//! Numbers are drawn as integers, of the last digit that is printed, so that every sum of a truth is exact.
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::{Map, Value, json};

use crate::calendar::Date;
use crate::draw::Draw;
use crate::layout::Sink;
use crate::prose::{SUBJECTS, paragraph, person, title};
use crate::seed::Seed;
use crate::text::phrase;

const CATEGORIES: [&str; 8] = [
    "document",
    "picture",
    "recording",
    "table",
    "archive",
    "Präsentation",
    "source",
    "unknown",
];
const FORMATS: [&str; 6] = ["JPEG", "PNG", "PDF", "CSV", "ZIP", "TXT"];
const REGIONS: [&str; 4] = ["north", "south", "east", "west"];

pub(crate) fn write(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    for count in [200, 2_000] {
        let (items, truth) = items(
            &mut Draw::of(seed, &format!("aggregate/items_{count}")),
            count,
        );
        pair(sink, &format!("items_{count}"), &items, &truth)?;
    }
    for count in [10, 100] {
        let mut draw = Draw::of(seed, &format!("aggregate/summaries_{count}"));
        let (summaries, weights, truth) = summaries(&mut draw, count);
        pair(sink, &format!("summaries_{count}"), &summaries, &truth)?;
        put(sink, &format!("weights_{count}"), &weights)?;
    }
    for count in [20, 200] {
        let (results, truth) = results(
            &mut Draw::of(seed, &format!("aggregate/results_{count}")),
            count,
        );
        pair(sink, &format!("results_{count}"), &results, &truth)?;
    }
    for (name, count, slope) in [
        ("series_200", 200, 3),
        ("series_2000", 2_000, 0),
        ("series_falling_200", 200, -3),
    ] {
        let mut draw = Draw::of(seed, &format!("aggregate/{name}"));
        let (series, truth) = series(&mut draw, count, slope);
        pair(sink, name, &series, &truth)?;
    }
    Ok(())
}

fn pair(sink: &mut Sink<'_>, name: &str, data: &[Value], truth: &Value) -> io::Result<()> {
    put(sink, name, data)?;
    let mut text = serde_json::to_vec_pretty(truth).expect("a tree of numbers and strings");
    text.push(b'\n');
    sink(&format!("aggregate/{name}.truth.json"), &text)
}

/// An array with one element a line.
fn put(sink: &mut Sink<'_>, name: &str, data: &[Value]) -> io::Result<()> {
    let lines: Vec<String> = data.iter().map(Value::to_string).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    sink(&format!("aggregate/{name}.json"), text.as_bytes())
}

/// `1,234,567`, as people write it.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Hundredths as a number with two digits: the division is the nearest `f64`, which is what a reader of the decimal gets.
fn hundredths(number: i64) -> f64 {
    number as f64 / 100.0
}

fn items(draw: &mut Draw, count: usize) -> (Vec<Value>, Value) {
    let mut items = Vec::new();
    let mut groups: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    let (mut sizes, mut prices) = (Vec::new(), Vec::new());
    let mut digests: Vec<String> = Vec::new();
    for number in 0..count {
        let category = CATEGORIES[draw.weighted(&[30, 25, 10, 12, 6, 5, 10, 2])];
        let (format, region) = (draw.pick(&FORMATS), draw.pick(&REGIONS));
        // the square of a uniform number: many small files and a few large ones
        let size = draw.below(2_000) * draw.below(2_000) + 100;
        let price = draw.between(50, 250_000);
        // one in five is a copy of an earlier one
        let digest = match digests.len() {
            1.. if draw.chance(200) => digests[draw.below(digests.len() as u32) as usize].clone(),
            _ => format!("{:08x}{:08x}", draw.u32(), draw.u32()),
        };
        digests.push(digest.clone());
        for (field, value) in [
            ("category", category),
            ("format", format),
            ("region", region),
        ] {
            *groups.entry(field).or_default().entry(value).or_default() += 1;
        }
        sizes.push(u64::from(size));
        let mut item = json!({
            "id": format!("item-{number:05}"),
            "category": category,
            "format": format,
            "region": region,
            "digest": digest,
            "size_bytes": size,
            "active": draw.chance(700),
            "note": phrase(draw, 5),
        });
        // a price is a number, a number as people write it, nothing, or not there
        match draw.below(20) {
            0 => item["price"] = Value::Null,
            1 => {}
            2..6 => {
                item["price"] = json!(format!("{}.{:02}", grouped(price / 100), price % 100));
                prices.push(i64::from(price));
            }
            _ => {
                item["price"] = json!(hundredths(price.into()));
                prices.push(i64::from(price));
            }
        }
        items.push(item);
    }
    let unique: BTreeSet<&String> = digests.iter().collect();
    let first = |digests: &mut dyn Iterator<Item = (usize, &String)>| {
        let mut seen = BTreeSet::new();
        let mut kept: Vec<usize> = digests
            .filter(|(_, digest)| seen.insert(digest.as_str()))
            .map(|(at, _)| at)
            .collect();
        kept.sort_unstable();
        kept
    };
    let kept_first = first(&mut digests.iter().enumerate());
    let kept_last = first(&mut digests.iter().enumerate().rev());
    sizes.sort_unstable();
    prices.sort_unstable();
    let middle = sizes.len() / 2;
    let truth = json!({
        "count": count,
        "groups": groups,
        "size_bytes": {
            "count": sizes.len(), "sum": sizes.iter().sum::<u64>(),
            "min": sizes.first(), "max": sizes.last(),
            "median": (sizes[middle - 1] + sizes[middle]) as f64 / 2.0,
        },
        "price": {
            "count": prices.len(), "sum": hundredths(prices.iter().sum()),
            "min": prices.first().copied().map(hundredths), "max": prices.last().copied().map(hundredths),
        },
        "unique_digests": unique.len(),
        "kept_first": kept_first,
        "kept_last": kept_last,
    });
    (items, truth)
}

const LEVELS: [&str; 4] = ["info", "notice", "warning", "error"];

fn summaries(draw: &mut Draw, count: usize) -> (Vec<Value>, Vec<Value>, Value) {
    let (mut summaries, mut weights) = (Vec::new(), Vec::new());
    // plain sums, and sums of quarters, because a weight is a number of quarters
    let mut totals: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    let mut levels: BTreeMap<&str, i64> = BTreeMap::new();
    let mut quarters = 0;
    for number in 0..count {
        let weight = i64::from(draw.between(1, 12));
        quarters += weight;
        let mut by_level = Map::new();
        let mut entries = 0;
        for level in LEVELS {
            let lines = i64::from(draw.below(400));
            entries += lines;
            by_level.insert(level.to_owned(), lines.into());
            *levels.entry(level).or_default() += lines * weight;
        }
        let latency = i64::from(draw.between(80, 90_000));
        for (key, value) in [("entry_count", entries * 100), ("latency_ms", latency)] {
            let (plain, weighted) = totals.entry(key).or_default();
            *plain += value;
            *weighted += value * weight;
        }
        summaries.push(json!({
            "source": format!("node-{number:03}"),
            "entry_count": entries,
            "latency_ms": hundredths(latency),
            "by_level": by_level,
        }));
        weights.push(json!(weight as f64 / 4.0));
    }
    let numbers: BTreeMap<&str, Value> = totals
        .iter()
        .map(|(key, (plain, weighted))| {
            let mean = *weighted as f64 / (quarters * 100) as f64;
            (
                *key,
                json!({"total": hundredths(*plain), "weighted_mean": mean}),
            )
        })
        .collect();
    let levels: BTreeMap<&str, f64> = levels
        .into_iter()
        .map(|(level, sum)| (level, sum as f64 / 4.0))
        .collect();
    let truth = json!({
        "count": count,
        "weights": quarters as f64 / 4.0,
        "numbers": numbers,
        "by_level_weighted": levels,
    });
    (summaries, weights, truth)
}

fn results(draw: &mut Draw, count: usize) -> (Vec<Value>, Value) {
    let mut results = Vec::new();
    let mut scores: Vec<(usize, u32)> = Vec::new();
    for number in 0..count {
        let about = &SUBJECTS[draw.below(7) as usize];
        let sentences = draw.between(2, 6);
        let mut result = json!({
            "title": title(draw, about),
            "summary": paragraph(draw, about, sentences),
            "authors": [person(draw), person(draw)],
            "year": draw.between(2_018, 2_025),
            "url": format!("/papers/{number:03}.html"),
        });
        // ties are wanted: their order is that of the input
        let score = match draw.below(12) {
            0 => 0,
            1 => {
                result["relevance_score"] = Value::Null;
                0
            }
            _ => {
                let score = draw.between(1, 40) * 25;
                result["relevance_score"] = json!(f64::from(score) / 1_000.0);
                score
            }
        };
        scores.push((number, score));
        results.push(result);
    }
    scores.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
    let order: Vec<usize> = scores.iter().map(|(number, _)| *number).collect();
    (results, json!({"count": count, "order": order}))
}

/// 2025-03-01 00:00 UTC.
const BEGIN: i64 = 1_740_787_200;

fn series(draw: &mut Draw, count: u32, slope: i64) -> (Vec<Value>, Value) {
    let mut series = Vec::new();
    let mut values: Vec<i64> = Vec::new();
    for number in 0..count {
        let time = BEGIN + i64::from(number) * 900;
        let date = Date::of(time);
        let base = 120_000 + i64::from(number) * slope * 200;
        let value = (base + i64::from(draw.below(20_000)) - 10_000).max(1);
        let shown = match draw.below(40) {
            0 => Value::Null,
            1 => json!("not measured"),
            2 => {
                values.push(value);
                let whole = u32::try_from(value).expect("below 2³²");
                json!(format!("{}.{:02}", grouped(whole / 100), whole % 100))
            }
            _ => {
                values.push(value);
                json!(hundredths(value))
            }
        };
        series.push(json!({
            "timestamp": format!("{}T{}Z", date.iso_day(), date.clock()),
            "value": shown,
            "sensor": format!("s{:02}", draw.below(4)),
        }));
    }
    let (first, second) = values.split_at(values.len() / 2);
    let mean = |half: &[i64]| half.iter().sum::<i64>() as f64 / (half.len() as i64 * 100) as f64;
    let truth = json!({
        "count": count,
        "numeric": values.len(),
        "first_half_mean": mean(first),
        "second_half_mean": mean(second),
        "sum": hundredths(values.iter().sum()),
        "min": values.iter().min().copied().map(hundredths),
        "max": values.iter().max().copied().map(hundredths),
    });
    (series, truth)
}
