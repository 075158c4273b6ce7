//! How large a call is on the wire: the lines over stdio, with placeholders as they stand, so that a size is the same on every machine.

use record::Bytes;
use serde_json::{Value, json};

use crate::canonical::canonical;

/// The line of the `tools/call` that is the n-th of its trace, from 0, with its line feed.
pub fn request(index: usize, tool: &str, arguments: &Value) -> Bytes {
    let params = json!({"name": tool, "arguments": arguments});
    line(&json!({"jsonrpc": "2.0", "id": index + 1, "method": "tools/call", "params": params}))
}

/// The line of its response, with its line feed. The result is to be without `_meta` ([`without_meta`]).
pub fn response(index: usize, result: &Value) -> Bytes {
    line(&json!({"jsonrpc": "2.0", "id": index + 1, "result": result}))
}

/// The line of a response that is a JSON-RPC error.
pub fn refusal(index: usize, error: &Value) -> Bytes {
    line(&json!({"jsonrpc": "2.0", "id": index + 1, "error": error}))
}

/// A result without `_meta`: hosts and servers put clock readings there.
pub fn without_meta(mut result: Value) -> Value {
    if let Some(fields) = result.as_object_mut() {
        fields.remove("_meta");
    }
    result
}

fn line(message: &Value) -> Bytes {
    let length = canonical(message).len() + 1;
    Bytes(u64::try_from(length).unwrap_or(u64::MAX))
}
