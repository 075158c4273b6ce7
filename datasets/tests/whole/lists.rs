//! What is to be aggregated is what its truth says, counted here in another way than where it was drawn.
use std::collections::BTreeSet;

use serde_json::Value;

use crate::{WHOLE, text};

fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).expect("the file is JSON")
}

fn list(path: &str) -> Vec<Value> {
    json(path).as_array().expect("a list").clone()
}

/// A number, or a number as people write it.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.replace(',', "").parse().ok(),
        _ => None,
    }
}

fn near(found: f64, truth: &Value) {
    let truth = truth.as_f64().expect("a number");
    assert!(
        (found - truth).abs() <= 1e-9 * truth.abs().max(1.0),
        "{found} is not {truth}"
    );
}

#[test]
fn items_are_grouped_and_counted() {
    for count in [200, 2_000] {
        let items = list(&format!("aggregate/items_{count}.json"));
        let truth = json(&format!("aggregate/items_{count}.truth.json"));
        assert_eq!(items.len(), count);
        for field in ["category", "format", "region"] {
            let groups = truth["groups"][field].as_object().expect("groups");
            for (value, wanted) in groups {
                let found = items.iter().filter(|item| item[field] == **value).count();
                assert_eq!(found as u64, *wanted, "{field} {value}");
            }
            let sum: u64 = groups.values().filter_map(Value::as_u64).sum();
            assert_eq!(sum, count as u64);
        }
        for field in ["price", "size_bytes"] {
            let values: Vec<f64> = items
                .iter()
                .filter_map(|item| number(&item[field]))
                .collect();
            assert_eq!(values.len() as u64, truth[field]["count"]);
            near(values.iter().sum(), &truth[field]["sum"]);
        }
        let unique: BTreeSet<_> = items.iter().map(|item| item["digest"].as_str()).collect();
        assert_eq!(unique.len() as u64, truth["unique_digests"]);
        assert!(unique.len() < count * 9 / 10);
        for kept in ["kept_first", "kept_last"] {
            assert_eq!(truth[kept].as_array().expect("a list").len(), unique.len());
        }
    }
}

#[test]
fn summaries_are_weighed() {
    for count in [10, 100] {
        let summaries = list(&format!("aggregate/summaries_{count}.json"));
        let weights = list(&format!("aggregate/weights_{count}.json"));
        let truth = json(&format!("aggregate/summaries_{count}.truth.json"));
        assert_eq!((summaries.len(), weights.len()), (count, count));
        for key in ["entry_count", "latency_ms"] {
            let (mut plain, mut weighted, mut all) = (0.0, 0.0, 0.0);
            for (summary, weight) in summaries.iter().zip(&weights) {
                let value = number(&summary[key]).expect("a number");
                let weight = number(weight).expect("a number");
                (plain, weighted, all) = (plain + value, weighted + value * weight, all + weight);
            }
            near(plain, &truth["numbers"][key]["total"]);
            near(weighted / all, &truth["numbers"][key]["weighted_mean"]);
        }
    }
}

#[test]
fn results_are_ranked_and_series_have_a_trend() {
    for count in [20, 200] {
        let results = list(&format!("aggregate/results_{count}.json"));
        let truth = json(&format!("aggregate/results_{count}.truth.json"));
        let order: Vec<usize> = truth["order"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|at| at.as_u64().expect("an index") as usize)
            .collect();
        let score = |at: usize| number(&results[at]["relevance_score"]).unwrap_or(0.0);
        for pair in order.windows(2) {
            assert!(
                score(pair[0]) > score(pair[1])
                    || score(pair[0]) == score(pair[1]) && pair[0] < pair[1]
            );
        }
        assert_eq!(order.len(), count);
    }
    for (name, above) in [
        ("series_200", 1.1),
        ("series_falling_200", 0.0),
        ("series_2000", 0.9),
    ] {
        let values: Vec<f64> = list(&format!("aggregate/{name}.json"))
            .iter()
            .filter_map(|point| number(&point["value"]))
            .collect();
        let truth = json(&format!("aggregate/{name}.truth.json"));
        assert_eq!(values.len() as u64, truth["numeric"]);
        let (first, second) = values.split_at(values.len() / 2);
        let mean = |half: &[f64]| half.iter().sum::<f64>() / half.len() as f64;
        near(mean(first), &truth["first_half_mean"]);
        near(mean(second), &truth["second_half_mean"]);
        assert!(mean(second) / mean(first) > above, "{name}");
    }
}

#[test]
fn pages_have_their_sizes() {
    let size = |path: &str| {
        let file = WHOLE.manifest.files.iter().find(|file| file.path == path);
        file.unwrap_or_else(|| panic!("there is no {path}")).bytes
    };
    for (path, wanted) in [
        ("site/survey.html", 200_000),
        ("site/papers/20.html", 20_000),
        ("texts/document_2k.txt", 2_000),
        ("texts/document_20k.txt", 20_000),
    ] {
        let found = size(path);
        assert!(
            found.abs_diff(wanted) * 10 <= wanted * 3 / 2,
            "{path} has {found} bytes"
        );
    }
    assert!(std::str::from_utf8(&crate::bytes("site/latin1.html")).is_err());
}

/// The page that is kept compressed comes out as it was, by another implementation than the one that made it.
#[test]
fn the_compressed_page_can_be_read() {
    let packed = crate::bytes("site/compressed.html.gz");
    let (head, rest) = packed.split_at(10);
    assert_eq!(head[..3], [0x1f, 0x8b, 8]);
    let (deflated, tail) = rest.split_at(rest.len() - 8);
    let page = miniz_oxide::inflate::decompress_to_vec(deflated).expect("it is deflate");
    let length = u32::from_le_bytes(tail[4..].try_into().expect("four bytes"));
    assert_eq!(page.len(), length as usize);
    let page = String::from_utf8(page).expect("it is UTF-8");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
}
