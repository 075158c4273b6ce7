//! The body of a request: which wire it speaks and whether its headers agree with it.

use super::{
    Head, Header, Rejection, Rules, Verb,
    header::{NotOne, decoded, one},
};
use crate::{
    code::Code,
    json::Raw,
    message::{self, Id, Message, Params},
    revision::{Revision, Wire},
    stateless,
};

/// What is to be done with a POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// 2026-07-28: version, capabilities and mirrored headers are in order.
    Stateless(Message<'a>),
    /// An older wire, of this revision (absent header: 2025-03-26 is assumed).
    Handshake(Message<'a>, Revision),
    /// Neither.
    Reject(Rejection),
}

/// A header that mirrors an argument: its name behind `Mcp-Param-`, and what the body says.
pub type Mirror<'a> = (&'a str, Option<Raw<'a>>);

impl Rules {
    /// Judges a whole POST.
    pub fn decide<'a>(
        &self,
        method: &str,
        headers: &'a [Header<'a>],
        body: &'a [u8],
    ) -> Decision<'a> {
        match self.head(method, headers) {
            Ok(head) if head.verb == Verb::Post => self.body(&head, body),
            Ok(_) => Decision::Reject(Rejection::new(
                405,
                Code::INVALID_REQUEST,
                "messages are sent by POST; use it",
                None,
            )),
            Err(rejection) => Decision::Reject(rejection),
        }
    }

    /// Judges the body of a POST whose head passed.
    pub fn body<'a>(&self, head: &Head<'a>, body: &'a [u8]) -> Decision<'a> {
        if body.len() > self.body_limit {
            return Decision::Reject(self.too_large());
        }
        match message::parse(body) {
            Ok(message) => judge(head.headers, message).unwrap_or_else(Decision::Reject),
            Err(fault) => Decision::Reject(Rejection::new(
                400,
                fault.code,
                fault.message,
                fault.id.as_ref(),
            )),
        }
    }
}

fn judge<'a>(headers: &[Header<'a>], message: Message<'a>) -> Result<Decision<'a>, Rejection> {
    let none = Params::default();
    let (id, method, params) = match &message {
        Message::Request { id, method, params } => (Some(id), method.as_ref(), params),
        Message::Notification { method, params } => (None, method.as_ref(), params),
        Message::Response { .. } => (None, "", &none),
    };
    let header = one(headers, "mcp-protocol-version").map_err(|NotOne| {
        Rejection::mismatch(
            "MCP-Protocol-Version occurs twice or is not text; send it once",
            id,
        )
    })?;
    let named = header.and_then(Revision::named);
    let enveloped = params.meta(stateless::VERSION);
    let handshake = match (header, named) {
        (None, _) => Some(Revision::V2025_03_26),
        (_, Some(revision)) if revision.wire() == Wire::Handshake => Some(revision),
        _ => None,
    };
    let modern_method = matches!(method, "server/discover" | "subscriptions/listen");
    if let (Some(revision), None, false) = (handshake, enveloped, modern_method) {
        return Ok(Decision::Handshake(message, revision));
    }
    if let Message::Response { .. } = message {
        let text = "the stateless wire has no requests of the server's; answer by inputResponses";
        return Err(Rejection::new(400, Code::INVALID_REQUEST, text, None));
    }
    if let Some(version) = enveloped.and_then(Raw::as_str) {
        match header {
            None => {
                return Err(Rejection::mismatch(
                    "MCP-Protocol-Version is missing; send what _meta names",
                    id,
                ));
            }
            Some(header) if header != version => {
                return Err(Rejection::mismatch(
                    "MCP-Protocol-Version differs from _meta; send one revision",
                    id,
                ));
            }
            Some(_) => {}
        }
    }
    if id.is_some() {
        let wire =
            stateless::wire(method, params).map_err(|refusal| Rejection::refused(&refusal, id))?;
        if wire == Wire::Handshake {
            // The header names the stateless wire (or something unknown), and nothing in the body does.
            let refusal = match named {
                Some(_) => stateless::incomplete(),
                None => stateless::unsupported(header.unwrap_or_default()),
            };
            return Err(Rejection::refused(&refusal, id));
        }
    } else if named.is_none() {
        return Err(Rejection::refused(
            &stateless::unsupported(header.unwrap_or_default()),
            None,
        ));
    }
    mirrors_message(headers, id, method, params)?;
    Ok(Decision::Stateless(message))
}

fn mirrors_message(
    headers: &[Header<'_>],
    id: Option<&Id<'_>>,
    method: &str,
    params: &Params<'_>,
) -> Result<(), Rejection> {
    match one(headers, "mcp-method") {
        Ok(Some(value)) if value == method => {}
        Ok(Some(_)) => {
            return Err(Rejection::mismatch(
                "Mcp-Method differs from the method; send the same",
                id,
            ));
        }
        Ok(None) => {
            return Err(Rejection::mismatch(
                "Mcp-Method is missing; send the method in it",
                id,
            ));
        }
        Err(NotOne) => {
            return Err(Rejection::mismatch(
                "Mcp-Method occurs twice or is not text; send it once",
                id,
            ));
        }
    }
    let key = match method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return Ok(()),
    };
    let value = one(headers, "mcp-name").map_err(|NotOne| {
        Rejection::mismatch("Mcp-Name occurs twice or is not text; send it once", id)
    })?;
    let value = match value {
        Some(value) => Some(decoded(value).ok_or_else(|| {
            Rejection::mismatch("Mcp-Name is malformed Base64; encode it again", id)
        })?),
        None => None,
    };
    match (params.text(key), value) {
        (Some(body), Some(header)) if body == header => Ok(()),
        // Without a name in the body the method itself complains, with a better word for it.
        (None, None) => Ok(()),
        (_, None) => Err(Rejection::mismatch(
            "Mcp-Name is missing; send the name or address in it",
            id,
        )),
        _ => Err(Rejection::mismatch(
            "Mcp-Name differs from the name in the body; send the same",
            id,
        )),
    }
}

/// Judges the `Mcp-Param-*` headers that a tool declares (`x-mcp-header`) against its arguments.
pub fn mirrored(
    headers: &[Header<'_>],
    mirrors: &[Mirror<'_>],
    id: Option<&Id<'_>>,
) -> Result<(), Rejection> {
    for (name, value) in mirrors {
        let wrong = |why: &str| Rejection::mismatch(&["Mcp-Param-", name, " ", why].concat(), id);
        let header = one(headers, &["mcp-param-", name].concat())
            .map_err(|NotOne| wrong("occurs twice or is not text; send it once"))?;
        let header = match header {
            Some(header) => {
                Some(decoded(header).ok_or_else(|| wrong("is malformed Base64; encode it again"))?)
            }
            None => None,
        };
        let body = match value {
            Some(value) if !value.is_null() => Some(match value.as_str() {
                Some(text) => text,
                None => value.get().into(),
            }),
            _ => None,
        };
        match (body, header) {
            (None, None) => {}
            (Some(body), Some(header)) if same(&body, &header) => {}
            (Some(_), None) => return Err(wrong("is missing; mirror the argument in it")),
            _ => return Err(wrong("differs from the argument; send the same")),
        }
    }
    Ok(())
}

/// Texts are compared as they are, numbers without what adds nothing: `1.0` mirrors `1`.
fn same(body: &str, header: &str) -> bool {
    body == header || (is_number(body) && is_number(header) && plain(body) == plain(header))
}

fn is_number(text: &str) -> bool {
    Raw::new(text).is_some_and(|raw| raw.get().len() == text.len())
        && text.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
}

/// A number without a fraction of zeros.
fn plain(number: &str) -> &str {
    match number.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        Some((_, fraction)) if !fraction.contains(['e', 'E']) => number.trim_end_matches('0'),
        _ => number,
    }
}
