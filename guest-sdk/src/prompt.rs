//! Prompts: texts with arguments that a client asks for by name.

use crate::{
    Arguments, Content, Context, ToolError,
    content::{member, name},
    schema::Piece,
};

/// How a prompt is made: reads its arguments, runs, writes the members of the result.
pub type Make = fn(&mut Context<'_>, Arguments<'_>, &mut Vec<u8>) -> Result<(), ToolError>;

/// A prompt. Made by `#[prompt]`.
#[derive(Clone, Copy, Debug)]
pub struct PromptEntry {
    /// The name, unique in the server.
    pub name: &'static str,
    /// The entry in `prompts/list`.
    pub entry: &'static [Piece],
    /// How it is made.
    pub make: Make,
}

/// What `#[prompt]` makes of a function, found by the function's name in the type namespace.
pub trait PromptDef {
    /// The prompt.
    const PROMPT: PromptEntry;
}

/// A server's prompts, in their order. Made by [`prompts!`](crate::prompts).
#[derive(Clone, Copy, Debug)]
pub struct Prompts {
    pub(crate) list: &'static [PromptEntry],
    pub(crate) json: &'static str,
}

impl Prompts {
    /// No prompts.
    pub const NONE: Prompts = Prompts {
        list: &[],
        json: "\"prompts\":[]",
    };

    /// The prompts and the member `prompts` of the answer to `prompts/list`.
    pub const fn new(list: &'static [PromptEntry], json: &'static [u8]) -> Prompts {
        match std::str::from_utf8(json) {
            Ok(json) => Prompts { list, json },
            Err(_) => panic!("pieces of text are text"),
        }
    }
}

/// One message of a prompt.
#[derive(Clone, Debug)]
pub struct PromptMessage {
    role: &'static str,
    content: Content,
}

impl PromptMessage {
    /// What the user says.
    pub fn user(content: Content) -> Self {
        PromptMessage {
            role: "user",
            content,
        }
    }

    /// What the assistant says.
    pub fn assistant(content: Content) -> Self {
        PromptMessage {
            role: "assistant",
            content,
        }
    }
}

/// A prompt's messages and what they are for.
#[derive(Clone, Debug)]
pub struct Prompt {
    description: Option<String>,
    messages: Vec<PromptMessage>,
}

impl Prompt {
    /// Messages.
    pub fn new(messages: Vec<PromptMessage>) -> Self {
        Prompt {
            description: None,
            messages,
        }
    }

    /// Says what they are for.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(description) = &self.description {
            member(out, "description", description);
        }
        name(out, "messages");
        out.push(b'[');
        for (i, message) in self.messages.iter().enumerate() {
            out.extend_from_slice(if i > 0 { b",{" } else { b"{" });
            member(out, "role", message.role);
            name(out, "content");
            out.extend_from_slice(message.content.json());
            out.push(b'}');
        }
        out.push(b']');
    }
}

/// What a prompt may return.
#[diagnostic::on_unimplemented(
    message = "a prompt cannot return `{Self}`",
    note = "return &'static str, String, Content, Vec<PromptMessage>, Prompt, or a Result of one of them and ToolError"
)]
pub trait IntoPrompt {
    /// The prompt, or why there is none.
    fn into_prompt(self) -> Result<Prompt, ToolError>;
}

impl IntoPrompt for Prompt {
    fn into_prompt(self) -> Result<Prompt, ToolError> {
        Ok(self)
    }
}

impl IntoPrompt for Vec<PromptMessage> {
    fn into_prompt(self) -> Result<Prompt, ToolError> {
        Ok(Prompt::new(self))
    }
}

impl IntoPrompt for Content {
    fn into_prompt(self) -> Result<Prompt, ToolError> {
        Ok(Prompt::new(vec![PromptMessage::user(self)]))
    }
}

impl IntoPrompt for String {
    fn into_prompt(self) -> Result<Prompt, ToolError> {
        Content::text(self).into_prompt()
    }
}

impl IntoPrompt for &'static str {
    fn into_prompt(self) -> Result<Prompt, ToolError> {
        Content::text(self).into_prompt()
    }
}

impl<T: IntoPrompt> IntoPrompt for Result<T, ToolError> {
    fn into_prompt(self) -> Result<Prompt, ToolError> {
        self?.into_prompt()
    }
}

/// Writes what a prompt returned.
#[doc(hidden)]
pub fn write(prompt: impl IntoPrompt, out: &mut Vec<u8>) -> Result<(), ToolError> {
    prompt.into_prompt()?.write(out);
    Ok(())
}

/// The prompts of a server, in the order in which `prompts/list` names them.
#[macro_export]
macro_rules! prompts {
    ($($prompt:ty),* $(,)?) => {{
        const LIST: &[$crate::hidden::PromptEntry] = &[$(<$prompt as $crate::hidden::PromptDef>::PROMPT),*];
        const PIECES: &[$crate::hidden::Piece] = &[
            $crate::hidden::Piece::Text("\"prompts\":["),
            $(
                $crate::hidden::Piece::Member(""),
                $crate::hidden::Piece::Nest(<$prompt as $crate::hidden::PromptDef>::PROMPT.entry),
            )*
            $crate::hidden::Piece::Text("]"),
        ];
        static JSON: [u8; $crate::hidden::length(PIECES)] = $crate::hidden::render(PIECES);
        $crate::hidden::Prompts::new(LIST, &JSON)
    }};
}
