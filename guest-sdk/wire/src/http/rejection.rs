//! An answer that ends a request before any handler sees it.

use crate::{
    code::Code,
    message::{self, Id},
    stateless::Refusal,
};

/// A status and a JSON-RPC error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The HTTP status.
    pub status: u16,
    /// The error's code.
    pub code: Code,
    /// The JSON-RPC error answer: `application/json`.
    pub body: Vec<u8>,
    /// What the header `Allow` names, with a 405.
    pub allow: Option<&'static str>,
}

impl Rejection {
    /// A rejection with this status.
    pub fn new(status: u16, code: Code, message: &str, id: Option<&Id<'_>>) -> Rejection {
        let mut body = Vec::with_capacity(160);
        message::error(&mut body, id, code, message, None);
        Rejection {
            status,
            code,
            body,
            allow: None,
        }
    }

    /// A rejection with the status that belongs to the code.
    pub(super) fn refused(refusal: &Refusal, id: Option<&Id<'_>>) -> Rejection {
        let mut body = Vec::with_capacity(256);
        message::error(
            &mut body,
            id,
            refusal.code,
            &refusal.message,
            refusal.data.as_deref(),
        );
        Rejection {
            status: refusal.code.status(),
            code: refusal.code,
            body,
            allow: None,
        }
    }

    pub(super) fn mismatch(message: &str, id: Option<&Id<'_>>) -> Rejection {
        Rejection::new(400, Code::HEADER_MISMATCH, message, id)
    }
}
