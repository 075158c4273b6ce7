//! The lines of an MCP connection: JSON-RPC messages of both directions, one a line, in the order in which they passed.
//!
//! Whose tools they are is in the answer to `initialize` or `server/discover`. A line may also be `{"at_ns": 123, "message": {…}}`, with the time since some beginning; then calls have times. A second
//! `initialize` begins another connection.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::import::{Came, Seen};
use crate::refused::shown;
use crate::{Refused, bound, strict};

/// What is known while lines are read.
#[derive(Default)]
struct Reader {
    seen: Vec<Seen>,
    /// Calls without an answer, by the request's id as JSON.
    open: BTreeMap<String, usize>,
    /// Other requests, of either side: their answers must not be taken for a call's of the same id.
    asked: BTreeSet<String>,
    /// The id of the `initialize` that has no answer.
    greeting: Option<String>,
    server: Option<String>,
    strangers: usize,
}

/// The calls on a tape.
pub(crate) fn calls(file: &str, text: &str, notes: &mut Vec<String>) -> Result<Vec<Seen>, Refused> {
    let mut reader = Reader::default();
    let mut timed: Option<bool> = None;
    let mut last = 0;
    for line in strict::lines(file, text) {
        let (number, value) = line?;
        let at = format!("line {number}");
        let (moment, value) = unwrapped(file, &at, value)?;
        let same = *timed.get_or_insert(moment.is_some());
        if same != moment.is_some() {
            let remedy = "write it on every line, or on none";
            return Err(Refused::new(
                file,
                at,
                "has a time where others have none, or none where others have one",
                remedy,
            ));
        }
        let moment = moment.unwrap_or(u64::try_from(number).unwrap_or(u64::MAX));
        if moment < last {
            return Err(Refused::new(
                file,
                at,
                "is earlier than the line before it",
                "sort the lines by at_ns",
            ));
        }
        last = moment;
        // A batch, as revision 2025-03-26 allowed, is its messages.
        let messages = match value {
            Value::Array(messages) => messages,
            message => vec![message],
        };
        for message in messages {
            reader.message(file, &at, moment, same, message)?;
        }
    }
    let Reader {
        seen,
        open,
        strangers,
        ..
    } = reader;
    if !open.is_empty() {
        notes.push(format!(
            "calls that have no answer on the tape: {}",
            open.len()
        ));
    }
    if strangers > 0 {
        notes.push(format!(
            "answers to requests that are not on the tape: {strangers}"
        ));
    }
    Ok(seen)
}

/// A message, and when it passed.
fn unwrapped(file: &str, at: &str, value: Value) -> Result<(Option<u64>, Value), Refused> {
    let Value::Object(mut fields) = value else {
        return Ok((None, value));
    };
    let Some(message) = fields.remove("message") else {
        return Ok((None, Value::Object(fields)));
    };
    let refuse = |field: &str, why: String| {
        let remedy = "write {\"at_ns\": N, \"message\": {…}} with a whole number of nanoseconds, or the message alone";
        Err(Refused::new(file, format!("{at}, {field}"), why, remedy))
    };
    let moment = fields.remove("at_ns");
    let Some(moment) = moment
        .as_ref()
        .and_then(Value::as_u64)
        .filter(|moment| *moment <= bound::WHOLE)
    else {
        return refuse("at_ns", "is no time".to_owned());
    };
    match fields.keys().next() {
        Some(extra) => refuse(&shown(extra), "is no field of a line".to_owned()),
        None => Ok((Some(moment), message)),
    }
}

impl Reader {
    fn message(
        &mut self,
        file: &str,
        at: &str,
        moment: u64,
        timed: bool,
        message: Value,
    ) -> Result<(), Refused> {
        let Value::Object(mut fields) = message else {
            let remedy = "give JSON-RPC messages, one a line";
            return Err(Refused::new(file, at, "is no JSON-RPC message", remedy));
        };
        if fields.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            let remedy = "give JSON-RPC 2.0 messages, one a line";
            return Err(Refused::new(
                file,
                format!("{at}, jsonrpc"),
                "is not \"2.0\"",
                remedy,
            ));
        }
        let id = fields
            .get("id")
            .filter(|id| !id.is_null())
            .map(Value::to_string);
        match (fields.get("method"), id) {
            (Some(Value::String(method)), Some(id)) => {
                let method = method.clone();
                self.request(
                    file,
                    at,
                    moment,
                    timed,
                    (&method, id),
                    fields.remove("params"),
                )
            }
            (Some(Value::String(_)), None) => Ok(()),
            (Some(_), _) => Err(Refused::new(
                file,
                format!("{at}, method"),
                "is no string",
                "give JSON-RPC 2.0 messages, one a line",
            )),
            (None, Some(id)) => {
                self.response(moment, &id, fields);
                Ok(())
            }
            // An answer to what could not be read has no id.
            (None, None) => Ok(()),
        }
    }

    fn request(
        &mut self,
        file: &str,
        at: &str,
        moment: u64,
        timed: bool,
        (method, id): (&str, String),
        params: Option<Value>,
    ) -> Result<(), Refused> {
        match method {
            "initialize" => {
                self.open.clear();
                self.asked.clear();
                self.greeting = Some(id);
                self.server = None;
            }
            "tools/call" => {
                let mut params = match params {
                    Some(Value::Object(params)) => params,
                    _ => Map::new(),
                };
                let Some(Value::String(tool)) = params.remove("name") else {
                    let remedy = "a tools/call has params with the tool's name";
                    return Err(Refused::new(
                        file,
                        format!("{at}, params.name"),
                        "is no string",
                        remedy,
                    ));
                };
                if self.open.contains_key(&id) {
                    let why = format!("is {}, as a call's that has no answer yet", shown(&id));
                    return Err(Refused::new(
                        file,
                        format!("{at}, id"),
                        why,
                        "give one connection a file",
                    ));
                }
                if self.seen.len() >= bound::CALLS {
                    let why = format!("is one call too many: there are more than {}", bound::CALLS);
                    return Err(Refused::new(file, at, why, "split the file"));
                }
                self.open.insert(id, self.seen.len());
                self.seen.push(Seen {
                    at: at.to_owned(),
                    server: self.server.clone(),
                    tool,
                    arguments: Some(
                        params
                            .remove("arguments")
                            .unwrap_or_else(|| Value::Object(Map::new())),
                    ),
                    came: Came::Unknown,
                    began: moment,
                    ended: None,
                    timed,
                });
            }
            _ => {
                if method == "server/discover" {
                    self.greeting = Some(id.clone());
                }
                self.asked.insert(id);
            }
        }
        Ok(())
    }

    fn response(&mut self, moment: u64, id: &str, mut fields: Map<String, Value>) {
        let result = fields.remove("result");
        if self.greeting.as_deref() == Some(id)
            && let Some(name) = result
                .as_ref()
                .and_then(|result| result.pointer("/serverInfo/name")?.as_str())
        {
            self.greeting = None;
            self.asked.remove(id);
            self.server = Some(name.to_owned());
            return;
        }
        // Of two requests with one id, one of each side, a tool's answer is told by its list of contents.
        let is_tool_s = |result: &Value| {
            result.get("content").is_some_and(Value::is_array) && result.get("role").is_none()
        };
        if self.asked.contains(id) && !result.as_ref().is_some_and(is_tool_s) {
            self.asked.remove(id);
            return;
        }
        let Some(call) = self.open.remove(id) else {
            // Answers to anything but calls are of no interest here.
            self.strangers += usize::from(result.as_ref().is_some_and(is_tool_s));
            return;
        };
        let call = &mut self.seen[call];
        call.ended = Some(moment);
        call.came = match (result, fields.remove("error")) {
            (Some(result), _) => Came::Result(result),
            (None, Some(error)) => Came::Error(error),
            (None, None) => Came::Unknown,
        };
    }
}
