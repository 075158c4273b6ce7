//! Results whose structured content says once more what the content says. Files reach megabytes: each is escaped once, and copied.

use std::marker::PhantomData;

use mcp_wire::json;

use crate::{
    Content, ToolError,
    content::name,
    result::{IntoToolResult, Sink, list},
    schema::{Piece, Schema},
};

/// Content, and as `structuredContent` an object whose one member repeats it. The object must fit `T`'s schema; no `T` is ever made.
#[derive(Debug)]
pub struct Repeated<T> {
    member: &'static str,
    what: What,
    shape: PhantomData<fn() -> T>,
}

#[derive(Debug)]
enum What {
    Text(String),
    Blocks(Vec<Content>),
}

impl<T> Repeated<T> {
    /// One text; `member` is the same text.
    pub fn text(member: &'static str, text: String) -> Self {
        Repeated {
            member,
            what: What::Text(text),
            shape: PhantomData,
        }
    }

    /// Several blocks; `member` is the list of them.
    pub fn blocks(member: &'static str, blocks: Vec<Content>) -> Self {
        Repeated {
            member,
            what: What::Blocks(blocks),
            shape: PhantomData,
        }
    }
}

impl<T: Schema> IntoToolResult for Repeated<T> {
    const OUTPUT: Option<&'static [Piece]> = Some(T::MEMBERS);

    fn write(self, sink: &mut Sink<'_>) -> Result<(), ToolError> {
        let out = &mut *sink.out;
        name(out, "content");
        let written = match self.what {
            What::Text(text) => {
                // Escapes are rare: an eighth more for them is seldom too little, and never much.
                out.reserve(2 * (text.len() + text.len() / 8) + 256);
                out.extend_from_slice(b"[{\"type\":\"text\",\"text\":");
                let start = out.len();
                json::string(&text, out);
                let end = out.len();
                out.extend_from_slice(b"}]");
                start..end
            }
            What::Blocks(blocks) => {
                let length: usize = blocks.iter().map(|block| block.json().len() + 1).sum();
                out.reserve(2 * length + 256);
                let start = out.len();
                list(out, &blocks);
                start..out.len()
            }
        };
        name(out, "structuredContent");
        out.push(b'{');
        name(out, self.member);
        out.extend_from_within(written);
        out.push(b'}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    type Shape = BTreeMap<String, String>;

    fn written(result: Repeated<Shape>) -> Value {
        let (mut out, mut scratch, mut meta) = (b"{".to_vec(), Vec::new(), Vec::new());
        let mut sink = Sink {
            out: &mut out,
            scratch: &mut scratch,
            meta: &mut meta,
        };
        result.write(&mut sink).expect("it is written");
        out.push(b'}');
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn a_text_stands_twice_as_it_was() {
        for text in [
            "",
            "plain",
            "\"\\\n\r\t\u{0}\u{1f} é 😀",
            &"\n".repeat(1000),
        ] {
            let value = written(Repeated::text("content", text.to_owned()));
            assert_eq!(
                value,
                json!({"content": [{"type": "text", "text": text}], "structuredContent": {"content": text}})
            );
        }
    }

    #[test]
    fn blocks_stand_twice_as_they_were() {
        let blocks = vec![Content::text("a\nb"), Content::image(b"abc", "image/png")];
        let list = json!([{"type": "text", "text": "a\nb"}, {"type": "image", "data": "YWJj", "mimeType": "image/png"}]);
        assert_eq!(
            written(Repeated::blocks("content", blocks)),
            json!({"content": list, "structuredContent": {"content": list}})
        );
        assert_eq!(
            written(Repeated::blocks("content", Vec::new())),
            json!({"content": [], "structuredContent": {"content": []}})
        );
    }
}
