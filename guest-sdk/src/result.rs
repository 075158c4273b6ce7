//! What a tool gives back and how it becomes the members of a result.

use mcp_wire::json;
use serde::Serialize;

use crate::{
    Content, ToolError,
    content::{member, name},
    schema::{Piece, Schema},
};

/// Where a result is written: the open result object of the answer.
#[derive(Debug)]
pub struct Sink<'a> {
    pub(crate) out: &'a mut Vec<u8>,
    pub(crate) scratch: &'a mut Vec<u8>,
    pub(crate) meta: &'a mut Vec<u8>,
}

/// What a tool may return.
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}`",
    note = "return (), &'static str, String, Content, Vec<Content>, Json<T>, Repeated<T>, ToolResult, or a Result of one of them and ToolError"
)]
pub trait IntoToolResult {
    /// The output schema, where the type has one.
    const OUTPUT: Option<&'static [Piece]> = None;

    /// Writes the members of the result.
    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError>;
}

/// A structured result: `structuredContent`, and as text the same JSON, unless another text is given.
///
/// The text is compact, as FastMCP's is: a model pays for every space.
#[derive(Debug)]
pub struct Json<T> {
    source: Source<T>,
    content: Option<Vec<Content>>,
}

#[derive(Debug)]
enum Source<T> {
    Value(T),
    Written(Vec<u8>),
}

/// A result put together by hand.
#[derive(Debug, Default)]
pub struct ToolResult {
    content: Vec<Content>,
    structured: Option<Vec<u8>>,
    meta: Vec<u8>,
    is_error: bool,
}

impl<T> Json<T> {
    /// The value, and its JSON as text.
    pub fn new(value: T) -> Self {
        Json {
            source: Source::Value(value),
            content: None,
        }
    }

    /// The value, and a text of its own.
    pub fn with_text(value: T, text: impl AsRef<str>) -> Self {
        Json {
            source: Source::Value(value),
            content: Some(vec![Content::text(text)]),
        }
    }

    /// The value, and content of its own.
    pub fn with_content(value: T, content: Vec<Content>) -> Self {
        Json {
            source: Source::Value(value),
            content: Some(content),
        }
    }

    /// Compact JSON that the tool wrote itself, where serialising field by field would cost more than the work.
    /// It must be valid JSON that fits `T`'s schema; white space between tokens is let through.
    pub fn written(compact: String) -> Self {
        debug_assert!(
            json::Raw::new(&compact).is_some(),
            "a tool wrote what is not JSON"
        );
        Json {
            source: Source::Written(compact.into_bytes()),
            content: None,
        }
    }

    /// The same with a text of its own.
    #[must_use]
    pub fn and_text(mut self, text: impl AsRef<str>) -> Self {
        self.content = Some(vec![Content::text(text)]);
        self
    }

    /// The value, where it is not written yet.
    pub fn value(&self) -> Option<&T> {
        match &self.source {
            Source::Value(value) => Some(value),
            Source::Written(_) => None,
        }
    }
}

impl ToolResult {
    /// One text.
    pub fn text(text: impl AsRef<str>) -> Self {
        ToolResult {
            content: vec![Content::text(text)],
            ..ToolResult::default()
        }
    }

    /// Several blocks.
    pub fn content(content: Vec<Content>) -> Self {
        ToolResult {
            content,
            ..ToolResult::default()
        }
    }

    /// A structured value without a schema, and its JSON as text.
    pub fn structured(value: &impl Serialize) -> Result<Self, ToolError> {
        let json = serde_json::to_vec(value).map_err(ToolError::from_error)?;
        Ok(ToolResult {
            structured: Some(json),
            ..ToolResult::default()
        })
    }

    /// Replaces the blocks.
    #[must_use]
    pub fn with_content(mut self, content: Vec<Content>) -> Self {
        self.content = content;
        self
    }

    /// Marks the result as a failure.
    #[must_use]
    pub fn error(mut self) -> Self {
        self.is_error = true;
        self
    }

    /// Adds a member to `_meta`.
    pub fn meta(mut self, key: &str, value: &impl Serialize) -> Result<Self, ToolError> {
        if !self.meta.is_empty() {
            self.meta.push(b',');
        }
        json::string(key, &mut self.meta);
        self.meta.push(b':');
        serde_json::to_writer(&mut self.meta, value).map_err(ToolError::from_error)?;
        Ok(self)
    }
}

impl Sink<'_> {
    fn text(&mut self, text: &str) {
        name(self.out, "content");
        self.out.extend_from_slice(b"[{\"type\":\"text\"");
        member(self.out, "text", text);
        self.out.extend_from_slice(b"}]");
    }

    fn blocks(&mut self, blocks: &[Content]) {
        name(self.out, "content");
        list(self.out, blocks);
    }

    /// The compact JSON in `compact`, as text unless there are blocks, and as structured content.
    fn structured(&mut self, compact: &[u8], blocks: Option<&[Content]>) {
        match blocks {
            Some(blocks) => self.blocks(blocks),
            None => {
                name(self.out, "content");
                self.out.reserve(compact.len() * 5 / 2);
                self.out
                    .extend_from_slice(b"[{\"type\":\"text\",\"text\":\"");
                json::nested(compact, self.out);
                self.out.extend_from_slice(b"\"}]");
            }
        }
        name(self.out, "structuredContent");
        let start = self.out.len();
        self.out.extend_from_slice(compact);
        // A line end between tokens would break the message in two.
        json::one_line(&mut self.out[start..]);
    }

    /// A failure as the model reads it.
    pub(crate) fn failure(&mut self, message: &str) {
        self.text(message);
        self.out.extend_from_slice(b",\"isError\":true");
    }
}

/// Appends blocks as a list.
pub(crate) fn list(out: &mut Vec<u8>, blocks: &[Content]) {
    out.push(b'[');
    for (i, block) in blocks.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(block.json());
    }
    out.push(b']');
}

impl IntoToolResult for () {
    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError> {
        sink.blocks(&[]);
        Ok(())
    }
}

impl IntoToolResult for &'static str {
    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError> {
        sink.text(self);
        Ok(())
    }
}

impl IntoToolResult for String {
    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError> {
        sink.text(&self);
        Ok(())
    }
}

impl IntoToolResult for Content {
    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError> {
        sink.blocks(&[self]);
        Ok(())
    }
}

impl IntoToolResult for Vec<Content> {
    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError> {
        sink.blocks(&self);
        Ok(())
    }
}

impl<T: Serialize + Schema> IntoToolResult for Json<T> {
    const OUTPUT: Option<&'static [Piece]> = Some(T::MEMBERS);

    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError> {
        let value = match self.source {
            Source::Value(value) => value,
            Source::Written(compact) => {
                sink.structured(&compact, self.content.as_deref());
                return Ok(());
            }
        };
        let mut compact = std::mem::take(sink.scratch);
        compact.clear();
        let written = serde_json::to_writer(&mut compact, &value);
        // The value is not needed any more; a large one gives its memory back before the text is made.
        drop(value);
        if written.is_ok() {
            sink.structured(&compact, self.content.as_deref());
        }
        // One huge result must not be paid for until the end.
        if compact.capacity() <= 4 << 20 {
            *sink.scratch = compact;
        }
        written.map_err(ToolError::from_error)
    }
}

impl IntoToolResult for ToolResult {
    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError> {
        match &self.structured {
            Some(compact) if self.content.is_empty() => sink.structured(compact, None),
            Some(compact) => sink.structured(compact, Some(&self.content)),
            None => sink.blocks(&self.content),
        }
        if self.is_error {
            sink.out.extend_from_slice(b",\"isError\":true");
        }
        sink.meta.extend_from_slice(&self.meta);
        Ok(())
    }
}

impl<T: IntoToolResult> IntoToolResult for Result<T, ToolError> {
    const OUTPUT: Option<&'static [Piece]> = T::OUTPUT;

    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError> {
        self?.write(sink)
    }
}
