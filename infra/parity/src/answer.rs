//! An answer, what makes two of them equal, and how it is shown in a table.

use harness::client::Failure;
use serde_json::Value;

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A result.
    Result {
        /// The content blocks of a tool, or the messages of a prompt.
        content: Value,
        /// `structuredContent`.
        structured: Option<Value>,
        /// `isError`.
        error: bool,
    },
    /// An error of the protocol.
    Refused {
        /// Its code.
        code: i64,
        /// Its message, which is shown and not compared.
        message: String,
    },
    /// No answer, or none that can be read.
    None(String),
}

impl Answer {
    /// Of a `tools/call` or `prompts/get`.
    pub fn of(answered: Result<Value, Failure>) -> Answer {
        match answered {
            Ok(Value::Object(mut result)) => {
                result.remove("_meta");
                Answer::Result {
                    error: result.get("isError") == Some(&Value::Bool(true)),
                    structured: result.remove("structuredContent"),
                    // A prompt's description is documentation, and ours is in words of our own.
                    content: match result.remove("content").or(result.remove("messages")) {
                        Some(content) => content,
                        None => Value::Object(result),
                    },
                }
            }
            Ok(other) => Answer::None(format!("a result that is no object: {other}")),
            Err(Failure::Refused { code, message }) => Answer::Refused { code, message },
            Err(failure) => Answer::None(failure.to_string()),
        }
    }

    /// The same with each of its texts changed.
    #[must_use]
    pub fn mapped(&self, change: &dyn Fn(&str) -> String) -> Answer {
        match self {
            Answer::Result {
                content,
                structured,
                error,
            } => Answer::Result {
                content: mapped(content, change),
                structured: structured.as_ref().map(|value| mapped(value, change)),
                error: *error,
            },
            Answer::Refused { code, message } => Answer::Refused {
                code: *code,
                message: change(message),
            },
            Answer::None(why) => Answer::None(change(why)),
        }
    }

    /// Whether both say the same: content, structured content, `isError`, code.
    pub fn equals(&self, other: &Answer) -> bool {
        match (self, other) {
            (
                Answer::Result {
                    content,
                    structured,
                    error,
                },
                Answer::Result {
                    content: content2,
                    structured: structured2,
                    error: error2,
                },
            ) => {
                let structured = match (structured, structured2) {
                    (Some(one), Some(two)) => alike(one, two),
                    (one, two) => one.is_none() && two.is_none(),
                };
                error == error2 && structured && alike(content, content2)
            }
            (Answer::Refused { code, .. }, Answer::Refused { code: code2, .. }) => code == code2,
            // Silence is never an answer.
            _ => false,
        }
    }

    /// As one text: what kind of answer it is, its text blocks, and its structured content if `whole`.
    fn text(&self, whole: bool) -> String {
        match self {
            Answer::Result {
                content,
                structured,
                error,
            } => {
                let mut text = String::from(if *error { "isError: " } else { "" });
                text.push_str(&plain(content).unwrap_or_else(|| content.to_string()));
                if whole {
                    let structured = structured.as_ref().map(Value::to_string);
                    text.push_str(" structured: ");
                    text.push_str(&structured.unwrap_or_else(|| "none".to_owned()));
                }
                text
            }
            Answer::Refused { code, message } => format!("error {code}: {message}"),
            Answer::None(why) => format!("no answer: {why}"),
        }
    }
}

/// The texts of both answers where they differ, shortened alike.
pub fn side_by_side(one: &Answer, two: &Answer) -> (String, String) {
    let whole = one.text(false) == two.text(false);
    let (one, two) = (one.text(whole), two.text(whole));
    let same = one
        .chars()
        .zip(two.chars())
        .take_while(|(a, b)| a == b)
        .count();
    (shortened(&one, same), shortened(&two, same))
}

/// All of a short text; of a long one the place where it begins to differ, and its digest.
fn shortened(text: &str, same: usize) -> String {
    const SHOWN: usize = 110;
    const BEFORE: usize = 20;
    let length = text.chars().count();
    if length <= SHOWN {
        return text.to_owned();
    }
    let from = same.saturating_sub(BEFORE);
    let part: String = text.chars().skip(from).take(SHOWN).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if from + SHOWN < length { "…" } else { "" };
    let digest = blake3::hash(text.as_bytes()).to_hex();
    format!(
        "{before}{part}{after} ({} bytes, {})",
        text.len(),
        &digest[..8]
    )
}

/// The text of content that is text alone.
fn plain(content: &Value) -> Option<String> {
    let blocks = content.as_array()?;
    let texts = blocks.iter().map(|block| {
        let is_text = block.get("type").and_then(Value::as_str) == Some("text");
        block
            .get("text")
            .and_then(Value::as_str)
            .filter(|_| is_text)
    });
    texts
        .collect::<Option<Vec<_>>>()
        .map(|texts| texts.join("⏎"))
}

fn mapped(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.iter().map(|item| mapped(item, change)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(key, value)| (change(key), mapped(value, change)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// Equal as JSON: 30 and 30.0 are one number, the order of keys is nobody's business.
fn alike(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => one == two || one.as_f64() == two.as_f64(),
        (Value::Array(one), Value::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| alike(one, two))
        }
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len()
                && one
                    .iter()
                    .all(|(key, value)| two.get(key).is_some_and(|other| alike(value, other)))
        }
        _ => one == two,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(text: &str) -> Answer {
        Answer::of(Ok(json!({"content": [{"type": "text", "text": text}]})))
    }

    #[test]
    fn each_part_of_an_answer_counts() {
        let whole = |result: Value| Answer::of(Ok(result));
        let base = json!({"content": [{"type": "text", "text": "a"}], "structuredContent": {"n": 30, "m": [1]}, "isError": false});
        let same = json!({"structuredContent": {"m": [1.0], "n": 30.0}, "content": [{"text": "a", "type": "text"}], "_meta": {"x": 1}});
        assert!(whole(base.clone()).equals(&whole(same)));
        for (place, other) in [
            ("/content/0/text", json!("b")),
            ("/content/0/type", json!("image")),
            ("/structuredContent/n", json!(31)),
            ("/structuredContent/m", json!([1, 2])),
            ("/structuredContent", json!({"n": 30})),
            ("/isError", json!(true)),
        ] {
            let mut changed = base.clone();
            *changed.pointer_mut(place).expect("it is there") = other;
            assert!(!whole(base.clone()).equals(&whole(changed)), "{place}");
        }
        let refused = |code| {
            let message = "m".to_owned();
            Answer::of(Err(Failure::Refused { code, message }))
        };
        assert!(refused(-32602).equals(&refused(-32602)));
        assert!(!refused(-32602).equals(&refused(-32601)));
        assert!(!refused(-32602).equals(&text("m")));
        let silent = Answer::None("closed".to_owned());
        assert!(!silent.equals(&silent.clone()));
    }

    #[test]
    fn long_answers_are_shown_where_they_differ() {
        let (one, two) = side_by_side(&text("short"), &text("other"));
        assert_eq!((one.as_str(), two.as_str()), ("short", "other"));
        let long = "x".repeat(500);
        let (one, two) = side_by_side(&text(&format!("{long}A")), &text(&format!("{long}B")));
        assert!(
            one.starts_with("…xxx") && one.contains("xA (501 bytes, "),
            "{one}"
        );
        assert!(two.contains("xB (501 bytes, "), "{two}");
        let structured = |n| {
            Answer::of(Ok(
                json!({"content": [{"type": "text", "text": "a"}], "structuredContent": n}),
            ))
        };
        let (one, _) = side_by_side(&structured(json!(1)), &structured(json!(2)));
        assert_eq!(one, "a structured: 1");
    }
}
