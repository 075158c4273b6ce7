//! The head of a request: verb, host, origin, media types, announced length. Nothing of it needs the body.

use super::{
    Header, Rejection,
    header::{NotOne, accepts, media_type, one},
    origin::{host_name, origin_host},
};
use crate::{
    code::Code,
    revision::{Revision, Wire},
};

/// How large a body may be by default: 4 MiB.
pub const BODY: usize = 4 << 20;

/// What an endpoint accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The host names that clients may address (without ports, in lower case); `None`: any.
    pub hosts: Option<Vec<String>>,
    /// Whole origins that may call besides those on an accepted host.
    pub origins: Vec<String>,
    /// The largest body in bytes.
    pub body_limit: usize,
    /// Whether sessions of the older wire are kept, which GET and DELETE belong to.
    pub sessions: bool,
}

/// What a request wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Send a message.
    Post,
    /// Listen (sessions only).
    Get,
    /// End a session (sessions only).
    Delete,
}

/// A head that passed.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The verb.
    pub verb: Verb,
    /// Whether the client takes `text/event-stream`.
    pub streams: bool,
    /// The session that the request names.
    pub session: Option<&'a str>,
    pub(super) headers: &'a [Header<'a>],
}

impl Default for Rules {
    /// Local clients, 4 MiB, no sessions.
    fn default() -> Self {
        let hosts = ["localhost", "127.0.0.1", "[::1]"]
            .map(str::to_owned)
            .into();
        Rules {
            hosts: Some(hosts),
            origins: Vec::new(),
            body_limit: BODY,
            sessions: false,
        }
    }
}

impl Rules {
    /// Judges the head of a request.
    pub fn head<'a>(&self, method: &str, headers: &'a [Header<'a>]) -> Result<Head<'a>, Rejection> {
        let reject =
            |status, message: &str| Rejection::new(status, Code::INVALID_REQUEST, message, None);
        self.host(headers)
            .map_err(|(status, message)| reject(status, message))?;
        let verb = match method {
            "POST" => Verb::Post,
            "GET" if self.sessions => Verb::Get,
            "DELETE" if self.sessions => Verb::Delete,
            _ => {
                let allow = if self.sessions {
                    "POST, GET, DELETE"
                } else {
                    "POST"
                };
                let rejection = reject(
                    405,
                    "this endpoint does not take the verb; send messages by POST",
                );
                return Err(Rejection {
                    allow: Some(allow),
                    ..rejection
                });
            }
        };
        if verb != Verb::Post {
            let revision = one(headers, "mcp-protocol-version").map_err(|NotOne| {
                reject(
                    400,
                    "MCP-Protocol-Version occurs twice or is not text; send it once",
                )
            })?;
            match revision.map(|name| Revision::named(name).map(Revision::wire)) {
                Some(None) => {
                    return Err(reject(
                        400,
                        "MCP-Protocol-Version names no revision that is served here; send the one that initialize agreed on",
                    ));
                }
                Some(Some(Wire::Stateless)) => {
                    let rejection =
                        reject(405, "this revision has no sessions; send messages by POST");
                    return Err(Rejection {
                        allow: Some("POST"),
                        ..rejection
                    });
                }
                Some(Some(Wire::Handshake)) | None => {}
            }
        }
        let session = one(headers, "mcp-session-id")
            .map_err(|NotOne| reject(400, "Mcp-Session-Id occurs twice; send it once"))?;
        let streams = accepts(headers, "text/event-stream");
        match verb {
            Verb::Get if !streams => {
                return Err(reject(406, "GET opens a stream; accept text/event-stream"));
            }
            Verb::Post => {
                let kind = one(headers, "content-type").ok().flatten().map(media_type);
                if kind.as_deref() != Some("application/json") {
                    return Err(reject(
                        415,
                        "the body is not application/json; set Content-Type",
                    ));
                }
                if !accepts(headers, "application/json") {
                    return Err(reject(
                        406,
                        "answers are application/json or text/event-stream; accept both",
                    ));
                }
                let length = one(headers, "content-length")
                    .ok()
                    .flatten()
                    .and_then(|length| length.parse::<u64>().ok());
                if length.is_some_and(|length| length > self.body_limit as u64) {
                    return Err(self.too_large());
                }
            }
            _ => {}
        }
        Ok(Head {
            verb,
            streams,
            session,
            headers,
        })
    }

    /// The answer to a body beyond the limit.
    pub fn too_large(&self) -> Rejection {
        let limit = self.body_limit.to_string();
        let message = [
            "the body is larger than ",
            &limit,
            " bytes; send less, or raise the server's limit",
        ]
        .concat();
        Rejection::new(413, Code::INVALID_REQUEST, &message, None)
    }

    fn host(&self, headers: &[Header<'_>]) -> Result<(), (u16, &'static str)> {
        let accepted = |name: &str| {
            self.hosts
                .as_ref()
                .is_none_or(|hosts| hosts.iter().any(|host| host == name))
        };
        let host =
            one(headers, "host").map_err(|NotOne| (400, "Host occurs twice; send it once"))?;
        if let Some(host) = host {
            let name = host_name(host).ok_or((400, "Host is malformed; send host or host:port"))?;
            if !accepted(&name) {
                return Err((
                    421,
                    "this host name is not served here; allow it in the server's configuration",
                ));
            }
        } else if self.hosts.is_some() {
            return Err((400, "Host is missing; send it"));
        }
        let origin =
            one(headers, "origin").map_err(|NotOne| (403, "Origin occurs twice; send it once"))?;
        match origin {
            None => Ok(()),
            Some(origin) if self.origins.iter().any(|own| own == origin) => Ok(()),
            // A server that takes any host still takes no page of an unknown origin.
            Some(origin)
                if self.hosts.is_some()
                    && origin_host(origin).is_some_and(|name| accepted(&name)) =>
            {
                Ok(())
            }
            Some(_) => Err((
                403,
                "this origin may not call; allow it in the server's configuration",
            )),
        }
    }
}
