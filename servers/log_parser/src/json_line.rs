//! JSON lines: each line one object, whose members are the entry's fields.

use crate::level;
use crate::walk::{self, Walk};
use crate::written;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The fields that may state a level, in the order in which they are asked.
const LEVEL_FIELDS: [&str; 4] = ["level", "severity", "loglevel", "log_level"];

/// The members of a line that is a JSON object, in order; of a name that occurs twice the last value counts, at the first one's place.
///
/// `None` for anything else: text, a bare number, a list, an object that nests too deep, or holds half of a surrogate pair or
/// a number beyond every double, which clients cannot read back.
pub(crate) fn members(line: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    if !line.starts_with('{') || serde_json::from_str::<&RawValue>(line).is_err() {
        return None;
    }
    let mut members: Vec<(Cow<'_, str>, &str)> = Vec::new();
    let mut places = BTreeMap::new();
    Walk::new(line)
        .object(0, |key, value| {
            let key = key.decode();
            match places.get(&key) {
                Some(place) => {
                    if let Some((_, old)) = members.get_mut(*place) {
                        *old = value;
                    }
                }
                None => {
                    places.insert(key.clone(), members.len());
                    members.push((key, value));
                }
            }
        })
        .ok()?;
    walk::is_sound(line).then_some(members)
}

/// Whether the line is a JSON object with at least one member.
pub(crate) fn is_object(line: &str) -> bool {
    members(line).is_some()
}

/// Appends the line's entry. `None`, and nothing appended, if the line has none; `{}` has none either, as in the original.
pub(crate) fn write(line: &str, out: &mut String) -> Option<()> {
    let members = members(line).filter(|members| !members.is_empty())?;
    let level = level_of(&members);
    out.push('{');
    let mut stated = false;
    for (place, (key, value)) in members.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        written::string(out, key);
        out.push(':');
        if key == "_level" {
            stated = true;
            written::string(out, &level);
        } else {
            written::compact(out, value);
        }
    }
    if !stated {
        out.push_str(",\"_level\":");
        written::string(out, &level);
    }
    out.push('}');
    Some(())
}

fn level_of(members: &[(Cow<'_, str>, &str)]) -> String {
    let get = |name: &str| {
        members
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| *value)
    };
    if let Some(value) = LEVEL_FIELDS.iter().find_map(|name| get(name)) {
        return match value {
            // A level that is null is spelled as Python spells it.
            "null" => "none".to_owned(),
            _ => walk::text(value).to_lowercase(),
        };
    }
    if let Some(status) = get("status").and_then(status) {
        return level::of_status(status).to_owned();
    }
    let message = get("message").or_else(|| get("raw")).unwrap_or("");
    level::of_message(&walk::text(message)).to_owned()
}

/// A status as Python's `int()` takes it: a number, cut to its whole part, or digits in a string. Anything else is no status.
fn status(value: &str) -> Option<i64> {
    let text = walk::text(value);
    let text = text.trim();
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole);
    }
    let is_number = !value.starts_with('"');
    // Rust's cast saturates, so a status beyond i64 is simply a large one.
    is_number
        .then(|| text.parse::<f64>().ok())
        .flatten()
        .map(|number| number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: &str) -> Option<String> {
        let mut out = String::new();
        write(line, &mut out).map(|()| out)
    }

    #[test]
    fn an_object_is_an_entry_with_its_level() {
        for (line, expected) in [
            (
                r#"{"level": "WARN", "n": [1, 2]}"#,
                r#"{"level":"WARN","n":[1,2],"_level":"warn"}"#,
            ),
            (r#"{"severity":3}"#, r#"{"severity":3,"_level":"3"}"#),
            (r#"{"level":null}"#, r#"{"level":null,"_level":"none"}"#),
            (
                r#"{"status":503.0}"#,
                r#"{"status":503.0,"_level":"error"}"#,
            ),
            (
                r#"{"status":"404"}"#,
                r#"{"status":"404","_level":"warning"}"#,
            ),
            (
                r#"{"status":"ok","message":"debug"}"#,
                r#"{"status":"ok","message":"debug","_level":"debug"}"#,
            ),
            (
                r#"{"message":["an Error"]}"#,
                r#"{"message":["an Error"],"_level":"error"}"#,
            ),
            (
                r#"{"a":1,"_level":"x","b":2}"#,
                r#"{"a":1,"_level":"info","b":2}"#,
            ),
            (
                r#"{"a":1,"b":2,"a":{"c":3}}"#,
                r#"{"a":{"c":3},"b":2,"_level":"info"}"#,
            ),
            (r#"{"a b":"c  d"}"#, r#"{"a b":"c  d","_level":"info"}"#),
        ] {
            assert_eq!(entry(line).as_deref(), Some(expected));
        }
    }

    #[test]
    fn anything_else_is_none() {
        for line in [
            "",
            "{}",
            "1",
            "[1]",
            "\"a\"",
            "null",
            "{\"a\":1} x",
            "{a:1}",
            r#"{"a":"\ud800"}"#,
            "{\"a\":NaN}",
            "{\"status\":3e3200}",
        ] {
            assert_eq!(entry(line), None, "{line}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(500), "]".repeat(500));
        assert_eq!(entry(&deep), None);
    }
}
