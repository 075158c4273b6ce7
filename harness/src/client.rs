//! Speaks the 2025-11-25 wire over a process's pipes: what an MCP client owes, and nothing that would show in a measurement.

use std::sync::Arc;
use std::time::Duration;

use record::{Nanos, Wire};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::judge::excerpt;
use crate::process::{Process, Silence};

/// The revision that every packaging is asked in.
pub const REVISION: &str = "2025-11-25";

/// The revisions in which a server is greeted as it is in ours: what is asked of it is the same in all of them.
pub const GREETED: [Wire; 4] = [
    Wire::V2024_11_05,
    Wire::V2025_03_26,
    Wire::V2025_06_18,
    Wire::V2025_11_25,
];

/// No more of a server's words is kept in an error of ours.
const WORDS: usize = 2_000;

/// How the media type of a stream of events begins.
pub const STREAM: &[u8] = b"text/event-stream";

/// A message ready to be written: rendered before the clock runs, and kept as evidence without being copied.
#[derive(Debug, Clone)]
pub struct Request {
    id: u64,
    line: Arc<Vec<u8>>,
}

impl Request {
    /// Renders a request.
    pub fn new(id: u64, method: &str, params: &Value) -> Request {
        let mut line = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
            .to_string()
            .into_bytes();
        line.push(b'\n');
        Request {
            id,
            line: Arc::new(line),
        }
    }

    /// A `tools/call` whose parameters were rendered before: where many calls go out, each costs its client a copy.
    pub fn prepared(id: u64, params: &str) -> Request {
        let line = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{params}}}\n"
        );
        Request {
            id,
            line: Arc::new(line.into_bytes()),
        }
    }

    /// What an answer names it by.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The `initialize` request.
    pub fn initialize(id: u64) -> Request {
        let client = json!({"name": "wasmmcp-bench", "version": env!("CARGO_PKG_VERSION")});
        Request::new(
            id,
            "initialize",
            &json!({"protocolVersion": REVISION, "capabilities": {}, "clientInfo": client}),
        )
    }

    /// A `tools/call` request.
    pub fn call(id: u64, tool: &str, arguments: &Value) -> Request {
        Request::prepared(id, &params(tool, arguments))
    }

    /// The bytes on the wire, with their line feed.
    pub fn line(&self) -> &[u8] {
        &self.line
    }
}

/// An answer and how long it took, from request written to response read.
#[derive(Debug)]
pub struct Reply {
    /// The client's time.
    pub took: Nanos,
    /// The answer's line.
    pub line: Vec<u8>,
}

/// Why a request has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No answer came.
    #[error(transparent)]
    Silence(#[from] Silence),
    /// The answer is a JSON-RPC error.
    #[error("error {code}: {message}")]
    Refused {
        /// The JSON-RPC code.
        code: i64,
        /// The server's words.
        message: String,
    },
    /// The answer is no JSON-RPC response.
    #[error("the answer is no response: {0}")]
    Malformed(String),
}

/// The parameters of a `tools/call`, rendered.
pub fn params(tool: &str, arguments: &Value) -> String {
    json!({"name": tool, "arguments": arguments}).to_string()
}

#[derive(Deserialize)]
struct Head {
    id: Option<Value>,
    method: Option<String>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<ErrorObject>,
}

#[derive(Deserialize)]
struct ErrorObject {
    code: i64,
    #[serde(default)]
    message: String,
}

impl Reply {
    /// The `result`, whole.
    ///
    /// # Errors
    /// When the answer is an error or is no response.
    pub fn result(&self) -> Result<Value, Failure> {
        result(&self.line)
    }
}

/// The `result` of a response.
///
/// # Errors
/// When the line is an error or is no response.
pub fn result(line: &[u8]) -> Result<Value, Failure> {
    let malformed = |error: serde_json::Error| Failure::Malformed(error.to_string());
    let response: Response<'_> = serde_json::from_slice(line).map_err(malformed)?;
    match (response.result, response.error) {
        (Some(result), None) => serde_json::from_str(result.get()).map_err(malformed),
        (_, Some(error)) => Err(Failure::Refused {
            code: error.code,
            message: error.message.chars().take(WORDS).collect(),
        }),
        (None, None) => Err(Failure::Malformed("neither result nor error".to_owned())),
    }
}

/// Writes a request and waits for its answer.
///
/// # Errors
/// When no answer with this id comes in time.
pub fn ask(
    process: &mut Process,
    request: &Request,
    timeout: Duration,
    clock: &dyn Clock,
) -> Result<Reply, Failure> {
    ask_noting(process, request, timeout, clock, &mut |_| {})
}

/// The same, telling of each line that is passed over.
///
/// # Errors
/// When no answer with this id comes in time.
pub fn ask_noting(
    process: &mut Process,
    request: &Request,
    timeout: Duration,
    clock: &dyn Clock,
    passed: &mut dyn FnMut(&[u8]),
) -> Result<Reply, Failure> {
    let start = clock.now();
    let id = request.id;
    let wanted = |line: &[u8]| {
        let wanted = answers(line, id);
        if !wanted {
            passed(line);
        }
        wanted
    };
    let line = process.exchange(&request.line, timeout, clock, wanted)?;
    let took = Nanos(clock.now().0 - start.0);
    Ok(Reply {
        took,
        line: line.to_vec(),
    })
}

/// Makes the handshake: `initialize`, its answer, `notifications/initialized`.
///
/// # Errors
/// When the server does not accept it.
pub fn handshake(
    process: &mut Process,
    revision: Wire,
    timeout: Duration,
    clock: &dyn Clock,
) -> Result<Reply, Failure> {
    let reply = ask(process, &Request::initialize(0), timeout, clock)?;
    let answered = answered_in(&reply)?;
    if answered != revision {
        return Err(Failure::Malformed(format!(
            "initialize was answered in revision {answered}, not in {revision}"
        )));
    }
    initialized(process, timeout, clock)?;
    Ok(reply)
}

/// The revision in which `initialize` was answered.
///
/// # Errors
/// When it is none that is known.
pub fn answered_in(reply: &Reply) -> Result<Wire, Failure> {
    let result = reply.result()?;
    let named = result.get("protocolVersion").and_then(Value::as_str);
    let known = GREETED.into_iter().find(|wire| Some(wire.name()) == named);
    known.ok_or_else(|| {
        let said = excerpt(&result.to_string());
        let known = GREETED.map(Wire::name).join(", ");
        let why =
            format!("initialize was answered with {said}, with none of the revisions {known}");
        Failure::Malformed(why)
    })
}

/// Whether an answer to `initialize` accepts our revision.
///
/// # Errors
/// When it does not.
pub fn agreed(reply: &Reply) -> Result<(), Failure> {
    let result = reply.result()?;
    if result.get("protocolVersion").and_then(Value::as_str) == Some(REVISION) {
        return Ok(());
    }
    Err(Failure::Malformed(format!(
        "initialize was answered with {}, not with revision {REVISION}",
        excerpt(&result.to_string())
    )))
}

/// Sends `notifications/initialized`.
///
/// # Errors
/// When the process does not take it.
pub fn initialized(
    process: &mut Process,
    timeout: Duration,
    clock: &dyn Clock,
) -> Result<(), Failure> {
    Ok(process.send(
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n",
        timeout,
        clock,
    )?)
}

/// The number of the request that a line answers.
pub fn answered(line: &[u8]) -> Option<u64> {
    // As in `answers`: our own servers put the id first.
    if let Some((id, _)) = id_first(line)
        && answers(line, id)
    {
        return Some(id);
    }
    let head: Head = serde_json::from_slice(line).ok()?;
    head.id.filter(|_| head.method.is_none())?.as_u64()
}

/// The answer to a request among the events of a stream, as a server may give it over HTTP; others are passed over.
pub fn of_stream(stream: &[u8], id: u64) -> Option<Vec<u8>> {
    let mut data: Vec<u8> = Vec::new();
    for line in stream.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(more) = line.strip_prefix(b"data:") {
            if !data.is_empty() {
                data.push(b'\n');
            }
            data.extend_from_slice(more.strip_prefix(b" ").unwrap_or(more));
        } else if line.is_empty() {
            if answers(&data, id) {
                return Some(data);
            }
            data.clear();
        }
    }
    // Without the empty line at its end an event was cut short.
    None
}

/// The number of a message that is written as our own servers write it, and what follows that number.
pub fn id_first(line: &[u8]) -> Option<(u64, &[u8])> {
    let rest = line.strip_prefix(b"{\"jsonrpc\":\"2.0\",\"id\":")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (id, rest) = rest.split_at(digits);
    Some((std::str::from_utf8(id).ok()?.parse().ok()?, rest))
}

/// Whether a line answers the request `id`.
fn answers(line: &[u8], id: u64) -> bool {
    // Our own servers put the id first; a large answer is then not read twice inside the clock.
    let prefix = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"");
    if line.starts_with(prefix.as_bytes()) && !line[prefix.len()..].starts_with(b"method\"") {
        return true;
    }
    serde_json::from_slice::<Head>(line)
        .is_ok_and(|head| head.method.is_none() && head.id == Some(Value::from(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_response_with_the_id_answers() {
        for (line, expected) in [
            (r#"{"jsonrpc":"2.0","id":7,"result":{}}"#, true),
            (r#"{"result":{},"id":7,"jsonrpc":"2.0"}"#, true),
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#, false),
            (r#"{"jsonrpc":"2.0","id":77,"result":{}}"#, false),
            (r#"{"jsonrpc":"2.0","id":"7","result":{}}"#, false),
            (
                r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#,
                false,
            ),
            ("garbage", false),
        ] {
            assert_eq!(answers(line.as_bytes(), 7), expected, "{line}");
            assert_eq!(answered(line.as_bytes()) == Some(7), expected, "{line}");
        }
    }

    #[test]
    fn an_answer_is_found_among_the_events_of_a_stream_and_half_of_one_is_none() {
        let found = |stream: &str| of_stream(stream.as_bytes(), 7);
        let answer = r#"{"result":{},"jsonrpc":"2.0","id":7}"#;
        let chatter = r#"data: {"jsonrpc":"2.0","method":"notifications/progress"}"#;
        let others = format!("id: 1\ndata: \n\n:\n\n{chatter}\n\n");
        let whole = format!("{others}event: message\ndata: {answer}\n\n");
        assert_eq!(found(&whole).as_deref(), Some(answer.as_bytes()));
        let ended = whole.replace('\n', "\r\n");
        assert_eq!(found(&ended).as_deref(), Some(answer.as_bytes()));
        let split = whole.replace(",\"jsonrpc\"", "\ndata: ,\"jsonrpc\"");
        assert!(found(&split).is_some_and(|found| answers(&found, 7)));
        assert_eq!(found(&others), None);
        assert_eq!(found(whole.trim_end()), None);
        assert_eq!(found(&whole.replace(":7}", ":8}")), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn a_call_is_a_request() {
        let arguments = json!({"text": "a"});
        let params = json!({"name": "echo", "arguments": arguments});
        let read =
            |request: &Request| serde_json::from_slice::<Value>(request.line()).expect("JSON");
        let call = Request::call(9, "echo", &arguments);
        assert_eq!(read(&call), read(&Request::new(9, "tools/call", &params)));
        assert_eq!((call.id(), call.line().last()), (9, Some(&b'\n')));
    }

    #[test]
    fn a_result_is_told_from_an_error() {
        assert_eq!(result(br#"{"id":1,"result":{"a":1}}"#), Ok(json!({"a": 1})));
        let refused = result(br#"{"id":1,"error":{"code":-32602,"message":"no such tool"}}"#);
        assert_eq!(
            refused,
            Err(Failure::Refused {
                code: -32602,
                message: "no such tool".into()
            })
        );
        assert!(matches!(result(br#"{"id":1}"#), Err(Failure::Malformed(_))));
        assert!(matches!(result(b"{"), Err(Failure::Malformed(_))));
    }
}
