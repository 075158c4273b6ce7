//! Tools that answer with each kind of content, and one that fails.

use wasmmcp::prelude::*;

use super::sample;

/// Returns a text.
#[tool]
pub(crate) fn test_simple_text() -> &'static str {
    "This is a simple text response for testing."
}

/// Returns an image.
#[tool]
pub(crate) fn test_image_content() -> Content {
    Content::image(sample::PIXEL, "image/png")
}

/// Returns a sound.
#[tool]
pub(crate) fn test_audio_content() -> Content {
    Content::audio(sample::SILENCE, "audio/wav")
}

/// Returns a resource.
#[tool]
pub(crate) fn test_embedded_resource() -> Content {
    Content::resource_text(
        "test://embedded-resource",
        "text/plain",
        "This is an embedded resource content.",
    )
}

/// Returns three kinds of content.
#[tool]
pub(crate) fn test_multiple_content_types() -> Vec<Content> {
    vec![
        Content::text("Multiple content types test:"),
        Content::image(sample::PIXEL, "image/png"),
        Content::resource_text(
            "test://mixed-content-resource",
            "application/json",
            r#"{"test":"data","value":123}"#,
        ),
    ]
}

/// Fails.
#[tool]
pub(crate) fn test_error_handling() -> Result<(), ToolError> {
    Err(ToolError::new(
        "This tool intentionally returns an error for testing",
    ))
}
