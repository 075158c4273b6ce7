//! One JSON-RPC message, borrowed from its text and read in one pass.

use std::borrow::Cow;

use crate::{
    code::Code,
    json::{self, Malformed, Member, Raw, Scan},
};

/// How many digits an id may have: with more, no double holds it, and few clients could read the answer that repeats it.
const DIGITS: usize = 308;

/// A request's id as it stands in the text: a string with its quotes, or an integer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id<'a>(Cow<'a, str>);

/// A JSON-RPC message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// Wants an answer.
    Request {
        /// What the answer repeats.
        id: Id<'a>,
        /// The method's name.
        method: Cow<'a, str>,
        /// The parameters.
        params: Params<'a>,
    },
    /// Wants none.
    Notification {
        /// The method's name.
        method: Cow<'a, str>,
        /// The parameters.
        params: Params<'a>,
    },
    /// Answers a request of ours.
    Response {
        /// The id that we gave.
        id: Id<'a>,
        /// `result`, or `error`.
        outcome: Result<Raw<'a>, Raw<'a>>,
    },
}

/// `params`, with the members of `params` and of `params.arguments` already found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params<'a> {
    /// The text of `params`, where there is one.
    pub raw: Option<Raw<'a>>,
    members: Vec<Member<'a>>,
    arguments: Vec<Member<'a>>,
}

/// Why a text is not one acceptable message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// [`Code::PARSE`] or [`Code::INVALID_REQUEST`].
    pub code: Code,
    /// What is wrong and what to do.
    pub message: &'static str,
    /// The id, where one could be read.
    pub id: Option<Id<'static>>,
}

impl<'a> Id<'a> {
    /// An id from a JSON value that is a string or an integer.
    pub fn from_raw(raw: Raw<'a>) -> Option<Id<'a>> {
        let text = raw.get();
        if text.starts_with('"') {
            // Escapes are normalised, so that two spellings of one id are one id.
            if text.contains('\\') {
                let mut normal = Vec::new();
                json::string(&raw.as_str()?, &mut normal);
                return String::from_utf8(normal)
                    .ok()
                    .map(|text| Id(Cow::Owned(text)));
            }
            return Some(Id(Cow::Borrowed(text)));
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        ((1..=DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .then_some(Id(Cow::Borrowed(text)))
    }

    /// The id of a request of ours.
    pub fn number(number: u64) -> Id<'static> {
        Id(Cow::Owned(number.to_string()))
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        &self.0
    }

    /// The same id, owning its text.
    pub fn into_owned(self) -> Id<'static> {
        Id(Cow::Owned(self.0.into_owned()))
    }
}

impl<'a> Params<'a> {
    /// The value of a member of `params`.
    pub fn get(&self, key: &str) -> Option<Raw<'a>> {
        json::find(&self.members, key)
    }

    /// A member of `params` that is a string.
    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.get(key)?.as_str()
    }

    /// The members of `params.arguments` (none where it is missing or not an object).
    pub fn arguments(&self) -> &[Member<'a>] {
        &self.arguments
    }

    /// A member of `params._meta`.
    pub fn meta(&self, key: &str) -> Option<Raw<'a>> {
        self.get("_meta")?.member(key)
    }
}

impl Fault {
    fn parse(message: &'static str) -> Fault {
        Fault {
            code: Code::PARSE,
            message,
            id: None,
        }
    }

    /// The JSON-RPC error answer.
    pub fn answer(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        error(&mut out, self.id.as_ref(), self.code, self.message, None);
        out
    }
}

/// Appends a JSON-RPC error answer; `data` is JSON text.
pub fn error(
    out: &mut Vec<u8>,
    id: Option<&Id<'_>>,
    code: Code,
    message: &str,
    data: Option<&str>,
) {
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    out.extend_from_slice(id.map_or("null", Id::get).as_bytes());
    out.extend_from_slice(b",\"error\":{\"code\":");
    out.extend_from_slice(code.0.to_string().as_bytes());
    out.extend_from_slice(b",\"message\":");
    json::string(message, out);
    if let Some(data) = data {
        out.extend_from_slice(b",\"data\":");
        out.extend_from_slice(data.as_bytes());
    }
    out.extend_from_slice(b"}}");
}

/// Reads one message from bytes that a stranger sent.
pub fn parse(bytes: &[u8]) -> Result<Message<'_>, Fault> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse_text(text),
        Err(_) => Err(Fault::parse(
            "the message is not UTF-8; send JSON encoded as UTF-8",
        )),
    }
}

/// Reads one message from text.
pub fn parse_text(text: &str) -> Result<Message<'_>, Fault> {
    let mut scan = Scan::new(text);
    match scan.peek() {
        Some(b'{') => {}
        Some(_) => return Err(not_an_object(scan)),
        None => {
            return Err(Fault::parse(
                "the message is empty; send one JSON-RPC message",
            ));
        }
    }
    let mut envelope = Vec::with_capacity(4);
    let mut params = Params::default();
    scan.object_with(1, |scan, key, depth| {
        let value = if key == "params" && scan.peek() == Some(b'{') {
            // The members of params and of its arguments are noted on the way: a megabyte of arguments is scanned once.
            params.members.clear();
            let start = scan.at();
            scan.object_with(depth, |scan, key, depth| {
                let value = if key == "arguments" && scan.peek() == Some(b'{') {
                    params.arguments.clear();
                    let start = scan.at();
                    scan.object(depth, |key, value, _| {
                        params.arguments.push(Member { key, value });
                        Ok(())
                    })?;
                    scan.since(start)
                } else {
                    scan.value(depth)?
                };
                params.members.push(Member { key, value });
                Ok(())
            })?;
            let raw = scan.since(start);
            params.raw = Some(raw);
            raw
        } else {
            scan.value(depth)?
        };
        envelope.push(Member { key, value });
        Ok(())
    })
    .and_then(|()| scan.end())
    .map_err(malformed)?;
    assemble(&envelope, params)
}

fn malformed(why: Malformed) -> Fault {
    match why {
        Malformed::Syntax(_) => {
            Fault::parse("the message is not valid JSON; send one JSON-RPC message")
        }
        Malformed::Deep => Fault::parse("the message is nested deeper than 128 levels; flatten it"),
    }
}

fn not_an_object(mut scan: Scan<'_>) -> Fault {
    let batch = scan.peek() == Some(b'[');
    if let Err(why) = scan.value(1).and_then(|_| scan.end()) {
        return malformed(why);
    }
    let message = if batch {
        "batches are not accepted; send each message by itself"
    } else {
        "the message is not a JSON object; send one JSON-RPC message"
    };
    Fault {
        code: Code::INVALID_REQUEST,
        message,
        id: None,
    }
}

fn assemble<'a>(envelope: &[Member<'a>], params: Params<'a>) -> Result<Message<'a>, Fault> {
    let id = json::find(envelope, "id").map(Id::from_raw);
    let invalid = |message| {
        let id = id.clone().flatten().map(Id::into_owned);
        Err(Fault {
            code: Code::INVALID_REQUEST,
            message,
            id,
        })
    };
    if ![envelope, &params.members, &params.arguments]
        .into_iter()
        .all(json::distinct)
    {
        return invalid(
            "a key occurs twice in one object, or there are more than 1024; send each key once",
        );
    }
    if json::find(envelope, "jsonrpc").is_none_or(|version| version.get() != "\"2.0\"") {
        return invalid("jsonrpc is not \"2.0\"; send JSON-RPC 2.0");
    }
    if matches!(id, Some(None)) {
        return invalid(
            "id is neither a string nor an integer of up to 308 digits; send one of the two",
        );
    }
    let id = id.clone().flatten();
    if let Some(method) = json::find(envelope, "method") {
        let Some(method) = method.as_str() else {
            return invalid("method is not a string; name the method");
        };
        if params.raw.is_none() && json::find(envelope, "params").is_some() {
            return invalid("params is not an object; send named parameters");
        }
        return Ok(match id {
            Some(id) => Message::Request { id, method, params },
            None => Message::Notification { method, params },
        });
    }
    match (
        id,
        json::find(envelope, "result"),
        json::find(envelope, "error"),
    ) {
        (Some(id), Some(result), None) => Ok(Message::Response {
            id,
            outcome: Ok(result),
        }),
        (Some(id), None, Some(error)) => Ok(Message::Response {
            id,
            outcome: Err(error),
        }),
        (id, _, _) => Err(Fault {
            code: Code::INVALID_REQUEST,
            message: "neither a request (method) nor a response (id and one of result, error); send one of them",
            id: id.map(Id::into_owned),
        }),
    }
}
