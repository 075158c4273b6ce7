//! Tells a right answer from a wrong one. `verify` and every trial ask this judge.

use record::Outcome;
use serde_json::Value;

use crate::input::Places;
use crate::result;
use crate::server::{Expect, Rule, TextRule};

/// What was wrong with an answer, in one line that names the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub String);

impl From<Wrong> for Outcome {
    fn from(Wrong(why): Wrong) -> Outcome {
        Outcome::WrongAnswer { why }
    }
}

/// Judges a `CallToolResult`.
///
/// # Errors
/// The first rule that the answer breaks.
pub fn judge(expect: &Expect, places: &Places, result: &Value) -> Result<(), Wrong> {
    let error = result
        .get("isError")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let text = joined_text(result);
    if error != expect.error {
        return Err(Wrong(format!(
            "isError is {error}, expected {}: {}",
            expect.error,
            excerpt(&text)
        )));
    }
    if expect.varies {
        result::valid(result).map_err(Wrong)?;
    }
    if let Some(rule) = &expect.structured {
        let found = result
            .get("structuredContent")
            .ok_or_else(|| Wrong("structuredContent is missing".to_owned()))?;
        check(rule, places, found, "structuredContent")?;
    }
    if let Some(rule) = &expect.content {
        let found = result
            .get("content")
            .ok_or_else(|| Wrong("content is missing".to_owned()))?;
        check(rule, places, found, "content")?;
    }
    match &expect.text {
        None => Ok(()),
        Some(TextRule::Equal(wanted)) => {
            let wanted = places.fill(wanted);
            if text == wanted {
                Ok(())
            } else {
                Err(Wrong(format!(
                    "text differs {}",
                    first_difference(&wanted, &text)
                )))
            }
        }
        Some(TextRule::Pattern(pattern)) => {
            // A path may hold characters that mean something in an expression.
            let literal = |path: &std::path::Path| regex::escape(&path.to_string_lossy());
            let pattern = places
                .standins()
                .fill_with(pattern, regex::escape)
                .replace("{data}", &literal(&places.data))
                .replace("{scratch}", &literal(&places.scratch));
            let expression = regex::Regex::new(&pattern)
                .map_err(|error| Wrong(format!("the pattern cannot be used: {error}")))?;
            if expression.is_match(&text) {
                Ok(())
            } else {
                Err(Wrong(format!(
                    "text does not match the pattern: {}",
                    excerpt(&text)
                )))
            }
        }
        Some(TextRule::Digest(wanted)) => compare_digest(wanted, &text, places, "text"),
    }
}

/// The text blocks of a result, joined by nothing.
fn joined_text(result: &Value) -> String {
    let blocks = result.get("content").and_then(Value::as_array);
    blocks
        .into_iter()
        .flatten()
        .filter_map(|block| block.get("text").and_then(Value::as_str))
        .collect()
}

fn check(rule: &Rule, places: &Places, found: &Value, at: &str) -> Result<(), Wrong> {
    match rule {
        Rule::Equal(wanted) => compare(&filled(wanted, places), found, at, true),
        Rule::Subset(wanted) => compare(&filled(wanted, places), found, at, false),
        // serde_json keeps object keys sorted, so its compact form is canonical.
        Rule::Digest(wanted) => compare_digest(wanted, &found.to_string(), places, at),
    }
}

fn filled(wanted: &Value, places: &Places) -> Value {
    match wanted {
        Value::String(text) => Value::String(places.fill(text)),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| filled(item, places)).collect())
        }
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(key, value)| (places.fill(key), filled(value, places)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// A digest is of what is the same in every run: addresses of stand-ins have been turned back into their placeholders.
fn compare_digest(wanted: &str, found: &str, places: &Places, at: &str) -> Result<(), Wrong> {
    let text = places.standins().unfill(found);
    let bytes = text.as_bytes();
    let found = format!("blake3:{}", blake3::hash(bytes).to_hex());
    if found == wanted {
        return Ok(());
    }
    let shown = excerpt(&String::from_utf8_lossy(&bytes[..bytes.len().min(400)]));
    Err(Wrong(format!(
        "{at} ({} bytes) has digest {found}, expected {wanted}: {shown}",
        bytes.len()
    )))
}

fn compare(wanted: &Value, found: &Value, at: &str, whole: bool) -> Result<(), Wrong> {
    let differ = || {
        Wrong(format!(
            "{at} is {}, expected {}",
            excerpt(&found.to_string()),
            excerpt(&wanted.to_string())
        ))
    };
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            for (key, value) in wanted {
                let other = found
                    .get(key)
                    .ok_or_else(|| Wrong(format!("{at}.{key} is missing")))?;
                compare(value, other, &format!("{at}.{key}"), whole)?;
            }
            match found.keys().find(|key| whole && !wanted.contains_key(*key)) {
                Some(key) => Err(Wrong(format!("{at}.{key} is there and was not expected"))),
                None => Ok(()),
            }
        }
        (Value::Array(wanted), Value::Array(found)) => {
            if wanted.len() != found.len() {
                return Err(Wrong(format!(
                    "{at} has {} elements, expected {}",
                    found.len(),
                    wanted.len()
                )));
            }
            wanted
                .iter()
                .zip(found)
                .enumerate()
                .try_for_each(|(at_index, (wanted, found))| {
                    compare(wanted, found, &format!("{at}[{at_index}]"), whole)
                })
        }
        (Value::Number(wanted), Value::Number(found)) => match (wanted.as_f64(), found.as_f64()) {
            (Some(a), Some(b)) if (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) => Ok(()),
            _ => Err(differ()),
        },
        _ if wanted == found => Ok(()),
        _ => Err(differ()),
    }
}

fn first_difference(wanted: &str, found: &str) -> String {
    let at = wanted
        .chars()
        .zip(found.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let from = |text: &str| excerpt(&text.chars().skip(at).collect::<String>());
    format!(
        "from character {at}: {} where {} was expected",
        from(found),
        from(wanted)
    )
}

/// The beginning of a text, in quotation marks and without what would move a terminal.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 120;
    let cut: String = text.chars().take(SHOWN).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standin::Standins;
    use serde_json::json;

    fn places() -> Places {
        Places::new("/d", "/s", &Standins::default())
    }

    fn expect(rules: Value) -> Expect {
        serde_json::from_value(rules).expect("rules")
    }

    #[test]
    fn right_answers_pass() {
        let answer = json!({"content": [{"type": "text", "text": "in /d"}], "structuredContent": {"a": 0.1, "b": [1, 2]}});
        let digest = format!(
            "blake3:{}",
            blake3::hash(br#"{"a":0.1,"b":[1,2]}"#).to_hex()
        );
        for rules in [
            json!({"text": {"equal": "in {data}"}}),
            json!({"text": {"pattern": "^in {data}$"}}),
            json!({"structured": {"equal": {"b": [1, 2], "a": 0.100_000_000_000_001}}}),
            json!({"structured": {"subset": {"b": [1, 2]}}}),
            json!({"structured": {"digest": digest}}),
            json!({"content": {"equal": [{"type": "text", "text": "in {data}"}]}}),
        ] {
            assert_eq!(
                judge(&expect(rules.clone()), &places(), &answer),
                Ok(()),
                "{rules}"
            );
        }
    }

    #[test]
    fn each_wrong_answer_is_named() {
        let answer = json!({"content": [{"type": "text", "text": "in /d"}], "structuredContent": {"a": 1, "b": [1, 2]}});
        for (rules, named) in [
            (json!({"text": {"equal": "in /e"}}), "from character 4"),
            (json!({"text": {"pattern": "^out"}}), "does not match"),
            (
                json!({"structured": {"equal": {"a": 1}}}),
                "structuredContent.b is there",
            ),
            (
                json!({"structured": {"subset": {"a": 2}}}),
                "structuredContent.a is \"1\"",
            ),
            (
                json!({"structured": {"subset": {"b": [1]}}}),
                "has 2 elements",
            ),
            (
                json!({"structured": {"subset": {"c": null}}}),
                "structuredContent.c is missing",
            ),
            (
                json!({"text": {"equal": "in /d"}, "error": true}),
                "isError is false",
            ),
            (
                json!({"text": {"digest": format!("blake3:{}", "0".repeat(64))}}),
                "has digest blake3:",
            ),
        ] {
            let wrong = judge(&expect(rules.clone()), &places(), &answer).expect_err(named);
            assert!(wrong.0.contains(named), "{rules}: {wrong}");
        }
    }
}
