//! Tools that end with a question and are called again with its answer, as the wire without sessions has it.

use wasmmcp::{Question, prelude::*};

use super::form::{Form, NAME, Named, OK, message};

/// Asks for a name.
#[tool]
pub(crate) fn test_input_required_result_elicitation(
    cx: &mut Context,
) -> Result<String, ToolError> {
    let answer = cx.ask(Question::elicit("What is your name?", NAME).named("user_name"))?;
    let form: Form<Named> = answer.parse()?;
    Ok(match form.content {
        Some(content) => format!("Hello, {}!", content.name),
        None => format!("You chose to {}.", form.action),
    })
}

/// Asks the model for a capital.
#[tool]
pub(crate) fn test_input_required_result_sampling(cx: &mut Context) -> Result<String, ToolError> {
    let question =
        Question::sample(&message("What is the capital of France?", 100)).named("capital_question");
    Ok(cx.ask(question)?.get().to_owned())
}

/// Asks for folders.
#[tool]
pub(crate) fn test_input_required_result_list_roots(cx: &mut Context) -> Result<String, ToolError> {
    Ok(cx
        .ask(Question::roots().named("client_roots"))?
        .get()
        .to_owned())
}

/// Asks for a confirmation and checks the state.
#[tool]
pub(crate) fn test_input_required_result_request_state(
    cx: &mut Context,
) -> Result<&'static str, ToolError> {
    cx.ask(Question::elicit("Please confirm", OK).named("confirm"))?;
    Ok("state-ok")
}

/// The same, to be tampered with.
#[tool]
pub(crate) fn test_input_required_result_tampered_state(
    cx: &mut Context,
) -> Result<&'static str, ToolError> {
    cx.ask(Question::elicit("Please confirm", OK).named("confirm"))?;
    Ok("state-ok")
}

/// Asks three things at once.
#[tool]
pub(crate) fn test_input_required_result_multiple_inputs(
    cx: &mut Context,
) -> Result<String, ToolError> {
    let answers = cx.ask_all(vec![
        Question::elicit("What is your name?", NAME).named("user_name"),
        Question::sample(&message("Generate a greeting", 50)).named("greeting"),
        Question::roots().named("client_roots"),
    ])?;
    Ok(format!("{} answers", answers.len()))
}

/// Asks one thing after the other.
#[tool]
pub(crate) fn test_input_required_result_multi_round(
    cx: &mut Context,
) -> Result<String, ToolError> {
    let name = cx.ask(Question::elicit("Step 1: What is your name?", NAME).named("step1"))?;
    let schema =
        r#"{"type":"object","properties":{"color":{"type":"string"}},"required":["color"]}"#;
    let colour =
        cx.ask(Question::elicit("Step 2: What is your favorite color?", schema).named("step2"))?;
    Ok(format!("{} {}", name.get(), colour.get()))
}

/// Asks only what the client can answer.
#[tool]
pub(crate) fn test_input_required_result_capabilities(
    cx: &mut Context,
) -> Result<String, ToolError> {
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
