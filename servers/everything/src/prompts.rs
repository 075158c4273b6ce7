//! Prompts: without arguments, with them, with a resource, with an image, and with a question.

use wasmmcp::{Question, prelude::*};

use super::sample;

/// A prompt without arguments.
#[prompt]
pub(crate) fn test_simple_prompt() -> &'static str {
    "This is a simple prompt for testing."
}

/// A prompt with two arguments.
#[prompt]
pub(crate) fn test_prompt_with_arguments(
    /// First test argument.
    arg1: String,
    /// Second test argument.
    arg2: String,
) -> String {
    format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")
}

/// A prompt that holds a resource.
#[prompt]
pub(crate) fn test_prompt_with_embedded_resource(
    /// The resource's address.
    #[arg(name = "resourceUri")]
    uri: String,
) -> Vec<PromptMessage> {
    vec![
        PromptMessage::user(Content::resource_text(
            &uri,
            "text/plain",
            "Embedded resource content for testing.",
        )),
        PromptMessage::user(Content::text("Please process the embedded resource above.")),
    ]
}

/// A prompt that holds an image.
#[prompt]
pub(crate) fn test_prompt_with_image() -> Vec<PromptMessage> {
    vec![
        PromptMessage::user(Content::image(sample::PIXEL, "image/png")),
        PromptMessage::user(Content::text("Please analyze the image above.")),
    ]
}

/// A prompt that asks before it is made.
#[prompt]
pub(crate) fn test_input_required_result_prompt(cx: &mut Context) -> Result<String, ToolError> {
    let schema =
        r#"{"type":"object","properties":{"context":{"type":"string"}},"required":["context"]}"#;
    let question =
        Question::elicit("What context should the prompt use?", schema).named("user_context");
    Ok(cx.ask(question)?.get().to_owned())
}
