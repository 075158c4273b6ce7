//! JSON as bytes: what is accepted, and that escaping and indenting equal serde_json's.

use mcp_wire::json::{self, Malformed, Raw, Scan};
use proptest::prelude::*;

fn accepted(text: &str) -> Result<(), Malformed> {
    let mut scan = Scan::new(text);
    scan.value(1)?;
    scan.end()
}

#[test]
fn malformed_text_is_refused() {
    let bad = [
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1 2]",
        "01",
        "1.",
        ".5",
        "-",
        "1e",
        "+1",
        "nul",
        "truex",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "\"\t\"",
        "[",
        "[[]",
        "{\"a\":1]",
        "[1}",
        "'a'",
        "NaN",
        "1 1",
        "{1:2}",
    ];
    for text in bad {
        assert!(accepted(text).is_err(), "{text:?} was accepted");
    }
}

#[test]
fn well_formed_text_is_accepted() {
    let good = [
        "0",
        "-0",
        "1.5e+10",
        "1E-2",
        "\"\"",
        "\"\\u00e4\\n\\/\"",
        "[]",
        "[ ]",
        "{}",
        "{ }",
        " [ 1 , { \"a\" : [ null ] } ] ",
        "true",
        "false",
        "null",
        "\"\\ud800\"",
    ];
    for text in good {
        assert_eq!(accepted(text), Ok(()), "{text:?}");
    }
}

#[test]
fn depth_is_bounded() {
    let nest = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(accepted(&nest(json::DEPTH)), Ok(()));
    assert_eq!(accepted(&nest(json::DEPTH + 1)), Err(Malformed::Deep));
    assert_eq!(accepted(&"[".repeat(1_000_000)), Err(Malformed::Deep));
    let objects = "{\"a\":".repeat(json::DEPTH + 1);
    assert_eq!(accepted(&objects), Err(Malformed::Deep));
}

#[test]
fn special_bytes_are_found_at_every_offset() {
    for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
        for length in 0..120 {
            for at in 0..length {
                let mut bytes = vec![0xc3; length];
                bytes[at] = special;
                for from in 0..=at {
                    assert_eq!(json::special(&bytes, from), at);
                }
                assert_eq!(json::special(&bytes, at + 1), length);
            }
        }
    }
    for harmless in [
        0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0x9f, 0xa2, 0xdc, 0xff,
    ] {
        assert_eq!(json::special(&[harmless; 100], 0), 100, "{harmless:#x}");
    }
}

#[test]
fn line_feeds_are_found_at_every_offset() {
    for length in 0..40 {
        for at in 0..length {
            let mut bytes = vec![b'x'; length];
            bytes[at] = b'\n';
            for from in 0..=at {
                assert_eq!(json::line_feed(&bytes, from), Some(at));
            }
            assert_eq!(json::line_feed(&bytes, at + 1), None);
        }
    }
}

#[test]
fn objects_with_a_key_twice_have_no_members() {
    assert!(
        Raw::new(r#"{"a":1,"\u0061":2}"#)
            .unwrap()
            .members()
            .is_none()
    );
    let many: String = (0..50).map(|i| format!("\"k{i}\":{i},")).collect();
    assert_eq!(
        Raw::new(&format!("{{{many}\"z\":0}}"))
            .unwrap()
            .members()
            .unwrap()
            .len(),
        51
    );
    assert!(
        Raw::new(&format!("{{{many}\"k7\":0}}"))
            .unwrap()
            .members()
            .is_none()
    );
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        "[\\x00-\\x7f]{0,80}".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nesting_equals_escaping(value in value()) {
        let compact = serde_json::to_string(&value).unwrap();
        let mut out = b"\"".to_vec();
        json::nested(compact.as_bytes(), &mut out);
        out.push(b'"');
        prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&compact).unwrap());
    }

    #[test]
    fn escaping_equals_serde_json(text in any::<String>()) {
        let mut out = Vec::new();
        json::string(&text, &mut out);
        prop_assert_eq!(String::from_utf8(out.clone()).unwrap(), serde_json::to_string(&text).unwrap());
        let body = std::str::from_utf8(&out[1..out.len() - 1]).unwrap();
        prop_assert_eq!(json::unescape(body), Some(text));
    }

    #[test]
    fn every_value_of_serde_json_is_accepted(value in value()) {
        prop_assert_eq!(accepted(&value.to_string()), Ok(()));
        prop_assert_eq!(accepted(&serde_json::to_string_pretty(&value).unwrap()), Ok(()));
    }

    #[test]
    fn what_is_accepted_is_what_serde_json_accepts(text in "[\\[\\]{}:,\"\\\\0-9eE+.\\-a-z \\n]{0,24}") {
        // serde_json keeps a raw value without looking into its escapes, as we do.
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(accepted(&text).is_ok(), theirs, "{}", text);
    }

    #[test]
    fn unescaping_never_panics(text in any::<String>()) {
        let _ = json::unescape(&text);
    }
}
