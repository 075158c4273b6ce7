//! Blocks of content that a tool or a prompt gives back.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mcp_wire::json;

/// One block of content, kept as JSON text.
#[derive(Clone, Debug)]
pub struct Content(Vec<u8>);

impl Content {
    fn open(kind: &str) -> Content {
        let mut json = Vec::with_capacity(64);
        json.extend_from_slice(b"{\"type\":\"");
        json.extend_from_slice(kind.as_bytes());
        json.push(b'"');
        Content(json)
    }

    fn member(mut self, key: &str, value: &str) -> Self {
        member(&mut self.0, key, value);
        self
    }

    fn bytes(mut self, key: &str, bytes: &[u8]) -> Self {
        base64(&mut self.0, key, bytes);
        self
    }

    fn close(mut self) -> Self {
        self.0.push(b'}');
        self
    }

    fn nest(mut self, key: &str) -> Self {
        self.0
            .extend_from_slice([",\"", key, "\":{"].concat().as_bytes());
        self
    }

    /// Text.
    pub fn text(text: impl AsRef<str>) -> Content {
        Content::open("text").member("text", text.as_ref()).close()
    }

    /// An image from its bytes.
    pub fn image(bytes: &[u8], mime: &str) -> Content {
        Content::open("image")
            .bytes("data", bytes)
            .member("mimeType", mime)
            .close()
    }

    /// An image that is Base64 already.
    pub fn image_base64(data: &str, mime: &str) -> Content {
        Content::open("image")
            .member("data", data)
            .member("mimeType", mime)
            .close()
    }

    /// Sound from its bytes.
    pub fn audio(bytes: &[u8], mime: &str) -> Content {
        Content::open("audio")
            .bytes("data", bytes)
            .member("mimeType", mime)
            .close()
    }

    /// Sound that is Base64 already.
    pub fn audio_base64(data: &str, mime: &str) -> Content {
        Content::open("audio")
            .member("data", data)
            .member("mimeType", mime)
            .close()
    }

    /// A resource with its text.
    pub fn resource_text(uri: &str, mime: &str, text: &str) -> Content {
        Content::open("resource")
            .nest("resource")
            .member("uri", uri)
            .member("mimeType", mime)
            .member("text", text)
            .close()
            .close()
    }

    /// A resource with its bytes.
    pub fn resource_blob(uri: &str, mime: &str, bytes: &[u8]) -> Content {
        Content::open("resource")
            .nest("resource")
            .member("uri", uri)
            .member("mimeType", mime)
            .bytes("blob", bytes)
            .close()
            .close()
    }

    /// A link to a resource.
    pub fn link(uri: &str, name: &str) -> Content {
        Content::open("resource_link")
            .member("uri", uri)
            .member("name", name)
            .close()
    }

    /// Adds `annotations`.
    #[must_use]
    pub fn annotate(mut self, annotations: &impl serde::Serialize) -> Self {
        if let Ok(annotations) = serde_json::to_string(annotations) {
            self.0.pop();
            self.0.extend_from_slice(b",\"annotations\":");
            self.0.extend_from_slice(annotations.as_bytes());
            self.0.push(b'}');
        }
        self
    }

    /// The JSON text.
    pub fn json(&self) -> &[u8] {
        &self.0
    }
}

/// Appends a string member; a comma goes before it unless it is the object's first.
pub(crate) fn member(out: &mut Vec<u8>, key: &str, value: &str) {
    name(out, key);
    json::string(value, out);
}

/// Appends bytes as a Base64 member.
pub(crate) fn base64(out: &mut Vec<u8>, key: &str, bytes: &[u8]) {
    name(out, key);
    out.push(b'"');
    let start = out.len();
    out.resize(
        start
            + base64::encoded_len(bytes.len(), true)
                .expect("bytes in memory have an encoded length"),
        0,
    );
    STANDARD
        .encode_slice(bytes, &mut out[start..])
        .expect("the buffer has the encoded length");
    out.push(b'"');
}

/// Appends a key and its colon; a comma goes before it unless it is the object's first.
pub(crate) fn name(out: &mut Vec<u8>, key: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}
