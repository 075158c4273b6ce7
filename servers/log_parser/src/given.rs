//! The entries that a client hands back: read in one pass, a few fields each, echoed as they came.

use crate::walk::{self, Trouble, Walk};
use crate::written;

/// One entry: its text, and the fields that were asked for.
pub(crate) struct Given<'a, 'f> {
    raw: &'a str,
    spaced: bool,
    /// Values as they are written, in the order in which the names were asked for.
    pub(crate) found: &'f [Option<&'a str>],
}

impl Given<'_, '_> {
    /// Appends the entry as it came, without white space between tokens.
    pub(crate) fn echo(&self, out: &mut String) {
        if self.spaced {
            written::compact(out, self.raw);
        } else {
            out.push_str(self.raw);
        }
    }
}

/// Hands each entry of a JSON list to `visit`; answers how many there were.
///
/// The list has been parsed by the wire already; what is refused here is what a tool cannot work on, with a message that names the entry.
pub(crate) fn each<'a>(
    entries: &'a str,
    names: &[&str],
    mut visit: impl FnMut(Given<'a, '_>) -> Result<(), String>,
) -> Result<usize, String> {
    if !walk::is_sound(entries) {
        return Err(
            "entries hold half of a surrogate pair (\\ud800 to \\udfff alone), which no client can read back. Remove it, or parse the log again."
                .to_owned(),
        );
    }
    let mut walk = Walk::new(entries);
    if !walk.eat(b'[') {
        return Err("entries is not a list. Pass the entries that parse_logs answered.".to_owned());
    }
    let mut found = vec![None; names.len()];
    let mut count = 0;
    if walk.eat(b']') {
        return Ok(count);
    }
    loop {
        walk.peek();
        let start = walk.at();
        walk.spaced = false;
        found.fill(None);
        walk.object(1, |key, value| {
            for (name, found) in names.iter().zip(&mut found) {
                if key.is(name) {
                    *found = Some(value);
                }
            }
        })
        .map_err(|trouble| explain(trouble, count))?;
        visit(Given {
            raw: walk.since(start),
            spaced: walk.spaced,
            found: &found,
        })?;
        count += 1;
        if walk.eat(b']') {
            return Ok(count);
        }
        if !walk.eat(b',') {
            return Err(explain(Trouble::NotJson, count));
        }
    }
}

fn explain(trouble: Trouble, place: usize) -> String {
    let what = match trouble {
        Trouble::NotAnObject => "is not an object".to_owned(),
        Trouble::TooDeep => format!("nests deeper than {} levels", walk::DEEPEST),
        Trouble::TooLarge => {
            "holds a number beyond every double, which many clients cannot read back".to_owned()
        }
        Trouble::NotJson => "is not JSON".to_owned(),
    };
    format!("entries[{place}] {what}. Pass the entries that parse_logs answered.")
}

#[cfg(test)]
mod tests {
    use crate::filter::{Keep, filter_entries};
    use crate::search::search_entries;
    use crate::statistics::compute_log_statistics;
    use crate::time_range::extract_time_range;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn value(answer: Result<String, String>) -> Value {
        serde_json::from_str(&answer.unwrap()).unwrap()
    }

    fn entries() -> String {
        // Spaces as a Python client writes them, an escaped key, levels missing, unknown, of another type.
        r#"[ {"_level": "error", "ip": "a", "status": "500", "path": "/x", "time": "t1"},
             {"_level": "info", "ip": "b", "status": 200, "path": "/y", "message": "Größe überschritten"},
             {"_leve\u006c": "warning", "ip": "b", "timestamp": "t2"}, {},
             {"_level": "strange", "ip": null, "time": "", "timestamp": "t9", "message": {"a": [1]}} ]"#
            .to_owned()
    }

    #[test]
    fn filters_by_severity_or_by_name() {
        let by = |keep| {
            let answer = value(filter_entries(&entries(), &keep));
            assert_eq!(answer["original_count"], 5);
            json!([
                answer["filtered_count"],
                answer["levels_included"],
                answer["by_level"]
            ])
        };
        assert_eq!(
            by(Keep::AtLeast(3)),
            json!([2, ["error", "warning"], { "error": 1, "warning": 1 }])
        );
        // A missing level is filtered as info and counted as unknown; an unknown one ranks as info.
        assert_eq!(
            by(Keep::AtLeast(1)),
            json!([5, ["error", "info", "warning", "unknown", "strange"], { "error": 1, "info": 1, "warning": 1, "unknown": 1, "strange": 1 }])
        );
        assert_eq!(
            by(Keep::Levels(vec!["info".to_owned()])),
            json!([2, ["info", "unknown"], { "info": 1, "unknown": 1 }])
        );
        let kept = filter_entries(&entries(), &Keep::AtLeast(4)).unwrap();
        assert!(
            kept.ends_with(
                r#""entries":[{"_level":"error","ip":"a","status":"500","path":"/x","time":"t1"}]}"#
            ),
            "{kept}"
        );
    }

    #[test]
    fn counts() {
        assert_eq!(
            value(compute_log_statistics(&entries())),
            json!({
                "entry_count": 5,
                "by_level": { "error": 1, "info": 1, "warning": 1, "unknown": 1, "strange": 1 },
                "by_status": { "500": 1, "200": 1 },
                "top_ips": { "b": 2, "a": 1, "null": 1 },
                "top_paths": { "/x": 1, "/y": 1 },
            })
        );
        assert_eq!(
            value(compute_log_statistics("[]")),
            json!({ "entry_count": 0, "by_level": {} })
        );
        assert_eq!(
            value(compute_log_statistics("[{}]")),
            json!({ "entry_count": 1, "by_level": { "unknown": 1 }, "by_status": null, "top_ips": null, "top_paths": null })
        );
    }

    #[test]
    fn the_time_range_is_in_the_order_of_the_entries() {
        assert_eq!(
            value(extract_time_range(&entries())),
            json!({ "has_timestamps": true, "entry_count": 5, "first_timestamp": "t1", "last_timestamp": "t2", "sample_timestamps": ["t1", "t2"] })
        );
        assert_eq!(
            value(extract_time_range("[{\"time\":0}]")),
            json!({ "has_timestamps": false, "entry_count": 1 })
        );
    }

    #[test]
    fn searches_fields_in_order_and_shows_200_characters() {
        let long = "é".repeat(300);
        let many = format!(
            "[{}]",
            vec![format!("{{\"message\":\"{long}\",\"raw\":\"é\"}}"); 150].join(",")
        );
        let fields = ["raw", "message"].map(str::to_owned);
        let answer = value(search_entries(&many, "É{250}", &fields, false));
        assert_eq!(answer["match_count"], 150);
        assert_eq!(answer["matches"].as_array().map(Vec::len), Some(100));
        assert_eq!(answer["matches"][0]["matched_field"], "message");
        assert_eq!(answer["matches"][0]["matched_text"], "é".repeat(200));

        let found = |pattern: &str, field: &str| {
            value(search_entries(
                &entries(),
                pattern,
                &[field.to_owned()],
                false,
            ))["match_count"]
                .clone()
        };
        assert_eq!(found("größe", "message"), 1);
        assert_eq!(found("^200$", "status"), 1);
        assert_eq!(found(r#""a""#, "message"), 1);
        assert_eq!(found("", "time"), 1, "an empty text matches nothing");
        assert_eq!(found("null", "ip"), 0);
    }

    #[test]
    fn what_is_no_list_of_entries_is_refused_with_the_place() {
        let deep = format!("[{{}},{{\"a\":{}{}}}]", "[".repeat(200), "]".repeat(200));
        for (entries, part) in [
            ("{}", "entries is not a list"),
            ("\"[]\"", "entries is not a list"),
            ("[{}, 1]", "entries[1] is not an object"),
            (deep.as_str(), "entries[1] nests deeper than 100 levels"),
            (r#"[{"a":"\udc00"}]"#, "half of a surrogate pair"),
            ("[{},{\"a\":[1e999]}]", "entries[1] holds a number beyond"),
        ] {
            let error = compute_log_statistics(entries).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text in "[\\[\\]{}\",:\\\\ a_level0-9u\u{e9}]{0,60}") {
            let _ = filter_entries(&text, &Keep::AtLeast(0));
            let _ = compute_log_statistics(&text);
            let _ = extract_time_range(&text);
            let _ = search_entries(&text, "a", &["a".to_owned()], false);
        }

        #[test]
        fn all_entries_come_back_as_they_were(entries in prop::collection::vec(
            prop::collection::btree_map("[a-z \"\\\\]{0,4}", "(?s).{0,8}", 0..4), 0..6
        ), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&entries) } else { serde_json::to_string(&entries) }.unwrap();
            let answer = filter_entries(&text, &Keep::AtLeast(0)).unwrap();
            let echoed = serde_json::to_string(&entries).unwrap();
            let is_echoed = answer.ends_with(&(echoed + "}"));
            prop_assert!(is_echoed);
        }
    }
}
