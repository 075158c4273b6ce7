//! The fixture of the official conformance suite: every feature of the SDK, under the names that the suite asks for.

use wasmmcp::{Question, prelude::*};

/// A red pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/// Silence.
const WAV: &str = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";
const NAME: &str =
    r#"{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}"#;
const OK: &str = r#"{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}"#;

/// What a form gave back.
#[derive(Deserialize)]
struct Form<T> {
    action: String,
    content: Option<T>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

fn message(text: &str, tokens: u32) -> String {
    format!(
        r#"{{"messages":[{{"role":"user","content":{{"type":"text","text":{}}}}}],"maxTokens":{tokens}}}"#,
        serde_json::to_string(text).unwrap_or_default()
    )
}

/// Returns a text.
#[tool]
fn test_simple_text() -> &'static str {
    "This is a simple text response for testing."
}

/// Returns an image.
#[tool]
fn test_image_content() -> Content {
    Content::image_base64(PNG, "image/png")
}

/// Returns a sound.
#[tool]
fn test_audio_content() -> Content {
    Content::audio_base64(WAV, "audio/wav")
}

/// Returns a resource.
#[tool]
fn test_embedded_resource() -> Content {
    Content::resource_text(
        "test://embedded-resource",
        "text/plain",
        "This is an embedded resource content.",
    )
}

/// Returns three kinds of content.
#[tool]
fn test_multiple_content_types() -> Vec<Content> {
    vec![
        Content::text("Multiple content types test:"),
        Content::image_base64(PNG, "image/png"),
        Content::resource_text(
            "test://mixed-content-resource",
            "application/json",
            r#"{"test":"data","value":123}"#,
        ),
    ]
}

/// Fails.
#[tool]
fn test_error_handling() -> Result<(), ToolError> {
    Err(ToolError::new(
        "This tool intentionally returns an error for testing",
    ))
}

/// Logs three messages.
#[tool]
fn test_tool_with_logging(cx: &mut Context) -> &'static str {
    for message in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        cx.log(Level::Info, "", message);
    }
    "logged"
}

/// Logs a message.
#[tool]
fn test_logging_tool(cx: &mut Context) -> &'static str {
    cx.log(Level::Info, "everything", "a message");
    "logged"
}

/// Reports progress three times.
#[tool]
fn test_tool_with_progress(cx: &mut Context) -> &'static str {
    for done in [0.0, 50.0, 100.0] {
        cx.progress(done, Some(100.0), "");
    }
    "done"
}

/// Asks the client's model.
#[tool]
fn test_sampling(
    cx: &mut Context,
    /// What to ask.
    prompt: String,
) -> Result<String, ToolError> {
    let answer = cx.sample(&message(&prompt, 100))?;
    Ok(format!("LLM response: {}", answer.get()))
}

/// Asks the user.
#[tool]
fn test_elicitation(
    cx: &mut Context,
    /// What to ask.
    message: String,
) -> Result<String, ToolError> {
    let schema = r#"{"type":"object","properties":{"username":{"type":"string","description":"User's response"},"email":{"type":"string","description":"User's email address"}},"required":["username","email"]}"#;
    let answer = cx.elicit(&message, schema)?;
    Ok(format!("User response: {}", answer.get()))
}

/// Asks the user, with a default for each kind of field.
#[tool]
fn test_elicitation_sep1034_defaults(cx: &mut Context) -> Result<String, ToolError> {
    let schema = r#"{"type":"object","properties":{"name":{"type":"string","default":"John Doe"},"age":{"type":"integer","default":30},"score":{"type":"number","default":95.5},"status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},"verified":{"type":"boolean","default":true}}}"#;
    let answer = cx.elicit("Please review", schema)?;
    Ok(format!("Elicitation completed: {}", answer.get()))
}

/// Asks the user to choose, in five ways.
#[tool]
fn test_elicitation_sep1330_enums(cx: &mut Context) -> Result<String, ToolError> {
    let schema = r#"{"type":"object","properties":{
"untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
"titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},{"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},
"legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},
"untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
"titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},{"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}}}"#;
    let answer = cx.elicit("Please choose", schema)?;
    Ok(format!("Elicitation completed: {}", answer.get()))
}

/// Reports progress, then asks.
#[tool]
fn test_streaming_elicitation(cx: &mut Context) -> Result<String, ToolError> {
    cx.progress(1.0, Some(2.0), "asking");
    cx.elicit("What is your name?", NAME)
        .map(|answer| answer.get().to_owned())
        .map_err(ToolError::from)
}

/// Needs a client whose model can be asked.
#[tool]
fn test_missing_capability(cx: &mut Context) -> Result<String, ToolError> {
    Ok(cx.sample(&message("Anything", 10))?.get().to_owned())
}

/// Asks for a name.
#[tool]
fn test_input_required_result_elicitation(cx: &mut Context) -> Result<String, ToolError> {
    let answer = cx.ask(Question::elicit("What is your name?", NAME).named("user_name"))?;
    let form: Form<Named> = answer.parse()?;
    Ok(match form.content {
        Some(content) => format!("Hello, {}!", content.name),
        None => format!("You chose to {}.", form.action),
    })
}

/// Asks the model for a capital.
#[tool]
fn test_input_required_result_sampling(cx: &mut Context) -> Result<String, ToolError> {
    let question =
        Question::sample(&message("What is the capital of France?", 100)).named("capital_question");
    Ok(cx.ask(question)?.get().to_owned())
}

/// Asks for folders.
#[tool]
fn test_input_required_result_list_roots(cx: &mut Context) -> Result<String, ToolError> {
    Ok(cx
        .ask(Question::roots().named("client_roots"))?
        .get()
        .to_owned())
}

/// Asks for a confirmation and checks the state.
#[tool]
fn test_input_required_result_request_state(cx: &mut Context) -> Result<&'static str, ToolError> {
    cx.ask(Question::elicit("Please confirm", OK).named("confirm"))?;
    Ok("state-ok")
}

/// The same, to be tampered with.
#[tool]
fn test_input_required_result_tampered_state(cx: &mut Context) -> Result<&'static str, ToolError> {
    cx.ask(Question::elicit("Please confirm", OK).named("confirm"))?;
    Ok("state-ok")
}

/// Asks three things at once.
#[tool]
fn test_input_required_result_multiple_inputs(cx: &mut Context) -> Result<String, ToolError> {
    let answers = cx.ask_all(vec![
        Question::elicit("What is your name?", NAME).named("user_name"),
        Question::sample(&message("Generate a greeting", 50)).named("greeting"),
        Question::roots().named("client_roots"),
    ])?;
    Ok(format!("{} answers", answers.len()))
}

/// Asks one thing after the other.
#[tool]
fn test_input_required_result_multi_round(cx: &mut Context) -> Result<String, ToolError> {
    let name = cx.ask(Question::elicit("Step 1: What is your name?", NAME).named("step1"))?;
    let schema =
        r#"{"type":"object","properties":{"color":{"type":"string"}},"required":["color"]}"#;
    let colour =
        cx.ask(Question::elicit("Step 2: What is your favorite color?", schema).named("step2"))?;
    Ok(format!("{} {}", name.get(), colour.get()))
}

/// Asks only what the client can answer.
#[tool]
fn test_input_required_result_capabilities(cx: &mut Context) -> Result<String, ToolError> {
    let mut questions = Vec::new();
    if cx.can_elicit() {
        questions.push(Question::elicit("What is your name?", NAME).named("user_name"));
    }
    if cx.can_sample() {
        questions.push(Question::sample(&message("Generate a greeting", 50)).named("greeting"));
    }
    if cx.can_list_roots() {
        questions.push(Question::roots().named("client_roots"));
    }
    Ok(format!("{} answers", cx.ask_all(questions)?.len()))
}

/// Counts until it is taken back.
#[tool]
fn count_until_cancelled(cx: &mut Context) -> String {
    let mut counted = 0_u64;
    while !cx.cancelled() {
        counted += 1;
        cx.progress(counted as f64, None, "");
        std::thread::yield_now();
    }
    format!("stopped at {counted}")
}

/// A prompt without arguments.
#[prompt]
fn test_simple_prompt() -> &'static str {
    "This is a simple prompt for testing."
}

/// A prompt with two arguments.
#[prompt]
fn test_prompt_with_arguments(
    /// First test argument.
    arg1: String,
    /// Second test argument.
    arg2: String,
) -> String {
    format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")
}

/// A prompt that holds a resource.
#[prompt]
fn test_prompt_with_embedded_resource(
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
fn test_prompt_with_image() -> Vec<PromptMessage> {
    vec![
        PromptMessage::user(Content::image_base64(PNG, "image/png")),
        PromptMessage::user(Content::text("Please analyze the image above.")),
    ]
}

/// A prompt that asks before it is made.
#[prompt]
fn test_input_required_result_prompt(cx: &mut Context) -> Result<String, ToolError> {
    let schema =
        r#"{"type":"object","properties":{"context":{"type":"string"}},"required":["context"]}"#;
    let question =
        Question::elicit("What context should the prompt use?", schema).named("user_context");
    Ok(cx.ask(question)?.get().to_owned())
}

/// A text that stays.
#[resource(uri = "test://static-text", name = "Static text", mime = "text/plain")]
fn static_text() -> &'static str {
    "This is the content of the static text resource."
}

/// Bytes that stay.
#[resource(
    uri = "test://static-binary",
    name = "Static binary",
    mime = "image/png"
)]
fn static_binary() -> Vec<u8> {
    vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a]
}

/// A text that could change.
#[resource(uri = "test://watched-resource", name = "Watched", mime = "text/plain")]
fn watched() -> &'static str {
    "Watched resource content"
}

/// A text that is an example.
#[resource(uri = "test://example-resource", name = "Example", mime = "text/plain")]
fn example() -> &'static str {
    "Example"
}

/// Data by number.
#[resource(
    template = "test://template/{id}/data",
    name = "Template",
    mime = "application/json"
)]
fn template(id: String) -> String {
    format!(r#"{{"id":"{id}","templateTest":true,"data":"Data for ID: {id}"}}"#)
}

fn complete(question: &wasmmcp::Completion) -> Vec<String> {
    ["paris", "park", "party"]
        .into_iter()
        .filter(|value| value.starts_with(&question.value))
        .map(str::to_owned)
        .collect()
}

/// The fixture.
pub static SERVER: Server = Server::new("everything", env!("CARGO_PKG_VERSION"))
    .title("Everything")
    .instructions("A fixture: every feature under the names that the conformance suite asks for.")
    .tools(tools![
        test_simple_text,
        test_image_content,
        test_audio_content,
        test_embedded_resource,
        test_multiple_content_types,
        test_error_handling,
        test_tool_with_logging,
        test_logging_tool,
        test_tool_with_progress,
        test_sampling,
        test_elicitation,
        test_elicitation_sep1034_defaults,
        test_elicitation_sep1330_enums,
        test_streaming_elicitation,
        test_missing_capability,
        test_input_required_result_elicitation,
        test_input_required_result_sampling,
        test_input_required_result_list_roots,
        test_input_required_result_request_state,
        test_input_required_result_tampered_state,
        test_input_required_result_multiple_inputs,
        test_input_required_result_multi_round,
        test_input_required_result_capabilities,
        count_until_cancelled,
    ])
    .prompts(prompts![
        test_simple_prompt,
        test_prompt_with_arguments,
        test_prompt_with_embedded_resource,
        test_prompt_with_image,
        test_input_required_result_prompt,
    ])
    .resources(resources![
        static_text,
        static_binary,
        watched,
        example,
        template
    ])
    .complete(complete);

wasmmcp::main!(SERVER);
