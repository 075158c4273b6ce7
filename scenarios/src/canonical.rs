//! One text for one JSON value, so that digests compare values and not spellings.

use record::Digest;
use serde_json::Value;

/// The value as compact JSON with keys in the order of their bytes, whatever order a map was built in.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

/// The digest of that text.
pub fn digest(value: &Value) -> Digest {
    Digest::of(canonical(value).as_bytes())
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| key.as_str());
            text.push('{');
            for (index, (key, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        leaf => text.push_str(&leaf.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_makes_no_other_text() {
        let value = json!({"b": [1, {"d": null, "c": "é\"\n"}], "a": 0.1});
        assert_eq!(
            canonical(&value),
            r#"{"a":0.1,"b":[1,{"c":"é\"\n","d":null}]}"#
        );
        assert_eq!(digest(&json!({})), Digest::of(b"{}"));
    }
}
