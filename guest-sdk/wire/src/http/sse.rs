//! Server-sent events: how a message stands in a stream.

/// The media type of a stream.
pub const STREAM: &str = "text/event-stream";

/// A line that keeps a quiet stream open and means nothing.
pub const KEEP_ALIVE: &[u8] = b":\n\n";

/// Appends a message as one event. A message is JSON, so it has no bare line end inside a string; one between tokens is white space.
pub fn event(message: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"event: message\ndata: ");
    let start = out.len();
    out.extend_from_slice(message);
    crate::json::one_line(&mut out[start..]);
    out.extend_from_slice(b"\n\n");
}
