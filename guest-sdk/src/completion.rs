//! Values that a server proposes for an argument.

use mcp_wire::{json, message::Params};

use crate::{ToolError, content::name};

/// Who proposes: gets the question, gives up to 100 values.
pub type Complete = fn(&Completion) -> Vec<String>;

/// A question for values.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The prompt's name or the resource template.
    pub of: String,
    /// The argument.
    pub argument: String,
    /// What is typed so far.
    pub value: String,
}

/// Answers `completion/complete`; a server that proposes nothing answers an empty list.
pub(crate) fn answer(
    complete: Option<Complete>,
    params: &Params<'_>,
    out: &mut Vec<u8>,
) -> Result<(), ToolError> {
    let question = read(params).ok_or_else(|| {
        ToolError::protocol(
            mcp_wire::code::Code::INVALID_PARAMS,
            "completion/complete needs ref (name or uri) and argument (name, value); pass both",
        )
    })?;
    let values = complete.map_or_else(Vec::new, |complete| complete(&question));
    name(out, "completion");
    out.extend_from_slice(b"{\"values\":[");
    // The specification allows 100 values in an answer.
    for (i, value) in values.iter().take(100).enumerate() {
        if i > 0 {
            out.push(b',');
        }
        json::string(value, out);
    }
    out.extend_from_slice(b"],\"total\":");
    out.extend_from_slice(values.len().to_string().as_bytes());
    out.extend_from_slice(if values.len() > 100 {
        b",\"hasMore\":true}"
    } else {
        b",\"hasMore\":false}"
    });
    Ok(())
}

fn read(params: &Params<'_>) -> Option<Completion> {
    let reference = params.get("ref")?;
    let of = reference
        .member("name")
        .or_else(|| reference.member("uri"))?;
    let argument = params.get("argument")?;
    Some(Completion {
        of: of.as_str()?.into_owned(),
        argument: argument.member("name")?.as_str()?.into_owned(),
        value: argument.member("value")?.as_str()?.into_owned(),
    })
}
