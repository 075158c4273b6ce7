//! What the client is asked: forms, requests for its model, and what a form gives back.

use wasmmcp::prelude::*;

/// The schema of a form that asks for a name.
pub(crate) const NAME: &str =
    r#"{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}"#;
/// The schema of a form that asks for a confirmation.
pub(crate) const OK: &str =
    r#"{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}"#;

/// What a form gave back.
#[derive(Deserialize)]
pub(crate) struct Form<T> {
    /// `accept`, `decline` or `cancel`.
    pub(crate) action: String,
    /// The fields, where the user accepted.
    pub(crate) content: Option<T>,
}

/// The fields of [`NAME`].
#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
}

/// The parameters of a request for the client's model: one message, and how many tokens it may answer with.
pub(crate) fn message(text: &str, tokens: u32) -> String {
    format!(
        r#"{{"messages":[{{"role":"user","content":{{"type":"text","text":{}}}}}],"maxTokens":{tokens}}}"#,
        serde_json::to_string(text).unwrap_or_default()
    )
}
