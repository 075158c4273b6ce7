//! Whether an answer to `tools/call` is a result at all, as the protocol defines it, whatever it says.

use serde_json::Value;

use crate::judge::excerpt;

/// What a kind of content block has to have, each a text unless it is said otherwise.
const BLOCKS: [(&str, &[&str]); 5] = [
    ("text", &["text"]),
    ("image", &["data", "mimeType"]),
    ("audio", &["data", "mimeType"]),
    ("resource_link", &["uri", "name"]),
    // An object with a `uri`, which is looked at apart.
    ("resource", &[]),
];

/// Judges the form of a `CallToolResult`.
///
/// # Errors
/// The first thing that a client could not read.
pub fn valid(result: &Value) -> Result<(), String> {
    let fields = result.as_object();
    let fields = fields.ok_or_else(|| format!("the result is {}", excerpt(&result.to_string())))?;
    let content = fields.get("content").and_then(Value::as_array);
    let content = content.ok_or("content is no list")?;
    for (at, block) in content.iter().enumerate() {
        self::block(block).map_err(|why| format!("content[{at}] {why}"))?;
    }
    let holds = |name: &str, is: fn(&Value) -> bool| fields.get(name).is_none_or(is);
    if !holds("isError", Value::is_boolean) {
        return Err("isError is neither true nor false".to_owned());
    }
    if !holds("structuredContent", Value::is_object) {
        return Err("structuredContent is no object".to_owned());
    }
    Ok(())
}

fn block(block: &Value) -> Result<(), String> {
    let kind = block.get("type").and_then(Value::as_str);
    let kind = kind.ok_or("has no type")?;
    let known = BLOCKS.iter().find(|(name, _)| *name == kind);
    let (_, texts) = known.ok_or_else(|| format!("is of the type {}", excerpt(kind)))?;
    let lacks = texts
        .iter()
        .find(|name| !block.get(**name).is_some_and(Value::is_string));
    if let Some(name) = lacks {
        return Err(format!("is of the type {kind} and has no {name}"));
    }
    let uri = block.pointer("/resource/uri");
    if kind == "resource" && !uri.is_some_and(Value::is_string) {
        return Err("is of the type resource and has no resource.uri".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_client_can_read_is_valid() {
        for result in [
            json!({"content": []}),
            json!({"content": [{"type": "text", "text": ""}], "isError": true, "_meta": {}}),
            json!({"content": [{"type": "image", "data": "", "mimeType": "image/png"}], "structuredContent": {}}),
            json!({"content": [{"type": "resource", "resource": {"uri": "a:b", "text": "x"}}]}),
        ] {
            assert_eq!(valid(&result), Ok(()), "{result}");
        }
    }

    #[test]
    fn what_it_cannot_read_is_named() {
        for (result, named) in [
            (json!("ok"), "the result is"),
            (json!({"content": "ok"}), "content is no list"),
            (
                json!({"content": [{"text": "a"}]}),
                "content[0] has no type",
            ),
            (json!({"content": [{"type": "text"}]}), "has no text"),
            (
                json!({"content": [{"type": "\u{1b}[2J"}]}),
                "is of the type \"\\u{1b}[2J\"",
            ),
            (json!({"content": [{"type": "resource"}]}), "resource.uri"),
            (json!({"content": [], "isError": "no"}), "isError"),
            (
                json!({"content": [], "structuredContent": [1]}),
                "structuredContent",
            ),
        ] {
            let why = valid(&result).expect_err(named);
            assert!(why.contains(named), "{why}");
        }
    }
}
