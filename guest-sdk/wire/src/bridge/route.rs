//! Which session a message of the older wire belongs to.

use crate::{
    code::Code,
    http::{Head, Rejection},
    message::{Id, Message},
};

/// Where a POST goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// `initialize`: a new session.
    Open,
    /// The session of this name; one that is not known is answered with [`Route::unknown`].
    Session(&'a str),
    /// Nowhere.
    Reject(Rejection),
}

/// Finds the session of a POST.
pub fn route<'a>(head: &Head<'a>, message: &Message<'_>) -> Route<'a> {
    let id = match message {
        Message::Request { id, method, .. } if method == "initialize" => {
            return match head.session {
                None => Route::Open,
                Some(_) => Route::Reject(Rejection::new(
                    400,
                    Code::INVALID_REQUEST,
                    "initialize opens a session of its own; leave Mcp-Session-Id out",
                    Some(id),
                )),
            };
        }
        Message::Request { id, .. } => Some(id),
        _ => None,
    };
    match head.session {
        Some(session) => Route::Session(session),
        None => Route::Reject(Rejection::new(
            400,
            Code::INVALID_REQUEST,
            "Mcp-Session-Id is missing; send the one that initialize answered with",
            id,
        )),
    }
}

impl Route<'_> {
    /// The answer for a session that never was or is over.
    pub fn unknown(id: Option<&Id<'_>>) -> Rejection {
        Rejection::new(
            404,
            Code::INVALID_REQUEST,
            "there is no such session; begin again with initialize",
            id,
        )
    }
}
