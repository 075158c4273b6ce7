//! Tools that ask the client while they run, which a session answers by another message.

use wasmmcp::prelude::*;

use super::form::{self, NAME};

/// Asks the client's model.
#[tool]
pub(crate) fn test_sampling(
    cx: &mut Context,
    /// What to ask.
    prompt: String,
) -> Result<String, ToolError> {
    let answer = cx.sample(&form::message(&prompt, 100))?;
    Ok(format!("LLM response: {}", answer.get()))
}

/// Asks the user.
#[tool]
pub(crate) fn test_elicitation(
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
pub(crate) fn test_elicitation_sep1034_defaults(cx: &mut Context) -> Result<String, ToolError> {
    let schema = r#"{"type":"object","properties":{"name":{"type":"string","default":"John Doe"},"age":{"type":"integer","default":30},"score":{"type":"number","default":95.5},"status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},"verified":{"type":"boolean","default":true}}}"#;
    let answer = cx.elicit("Please review", schema)?;
    Ok(format!("Elicitation completed: {}", answer.get()))
}

/// Asks the user to choose, in five ways.
#[tool]
pub(crate) fn test_elicitation_sep1330_enums(cx: &mut Context) -> Result<String, ToolError> {
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
pub(crate) fn test_streaming_elicitation(cx: &mut Context) -> Result<String, ToolError> {
    cx.progress(1.0, Some(2.0), "asking");
    cx.elicit("What is your name?", NAME)
        .map(|answer| answer.get().to_owned())
        .map_err(ToolError::from)
}

/// Needs a client whose model can be asked.
#[tool]
pub(crate) fn test_missing_capability(cx: &mut Context) -> Result<String, ToolError> {
    Ok(cx.sample(&form::message("Anything", 10))?.get().to_owned())
}
