//! Resources: texts, bytes, and a template.

use wasmmcp::prelude::*;

use super::sample;

/// A text that stays.
#[resource(uri = "test://static-text", name = "Static text", mime = "text/plain")]
pub(crate) fn static_text() -> &'static str {
    "This is the content of the static text resource."
}

/// Bytes that stay.
#[resource(
    uri = "test://static-binary",
    name = "Static binary",
    mime = "image/png"
)]
pub(crate) fn static_binary() -> Vec<u8> {
    sample::PIXEL.to_vec()
}

/// A text that could change.
#[resource(uri = "test://watched-resource", name = "Watched", mime = "text/plain")]
pub(crate) fn watched() -> &'static str {
    "Watched resource content"
}

/// A text that is an example.
#[resource(uri = "test://example-resource", name = "Example", mime = "text/plain")]
pub(crate) fn example() -> &'static str {
    "Example"
}

/// Data by number.
#[resource(
    template = "test://template/{id}/data",
    name = "Template",
    mime = "application/json"
)]
pub(crate) fn template(id: String) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    format!(
        r#"{{"id":{},"templateTest":true,"data":{}}}"#,
        quoted(&id),
        quoted(&format!("Data for ID: {id}"))
    )
}
