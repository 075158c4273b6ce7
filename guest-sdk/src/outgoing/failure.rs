//! Why there is no answer.

use std::{fmt, time::Duration};

/// The step of a request that took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Finding the host, connecting, agreeing on a key.
    Connect,
    /// Waiting for the head of the answer.
    FirstByte,
    /// Reading the body.
    Body,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No grant opens this host and port.
    Denied {
        /// `host:port`.
        to: String,
    },
    /// The host is granted, and all its addresses are inner ones, or ones that lead nowhere.
    Private {
        /// The host.
        host: String,
    },
    /// The name has no address.
    NotFound {
        /// The host.
        host: String,
    },
    /// Nobody listens there, or the connection was refused.
    Refused {
        /// `host:port`.
        to: String,
    },
    /// A step took longer than it may.
    Timeout {
        /// Which.
        step: Step,
        /// How long it may take.
        after: Duration,
    },
    /// The other side could not prove who it is, or agrees on no key.
    Tls {
        /// The host.
        host: String,
    },
    /// The body is larger than the caller wants.
    TooLarge {
        /// The bound, in bytes.
        limit: usize,
    },
    /// The request cannot be sent as it is.
    Unusable(&'static str),
    /// The other side broke off, or does not speak HTTP.
    Broken(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: [&str; 5] = match self {
            Failure::Denied { to } if cfg!(target_arch = "wasm32") => {
                [to, " is not granted; start with --outbound ", to, "", ""]
            }
            Failure::Denied { to } => [
                to,
                " is not granted; set WASMMCP_OUTBOUND=",
                to,
                " or to a list that holds it",
                "",
            ],
            Failure::Private { host } => {
                let remedy = if cfg!(target_arch = "wasm32") {
                    "--private-addresses"
                } else {
                    "WASMMCP_PRIVATE_ADDRESSES=1"
                };
                [
                    host,
                    " is at a private, local or special address; allow those with ",
                    remedy,
                    " if that is meant",
                    "",
                ]
            }
            Failure::NotFound { host } => [
                "there is no address for ",
                host,
                "; correct the host's name",
                "",
                "",
            ],
            Failure::Refused { to } => [
                to,
                " refuses connections; see whether a server runs there",
                "",
                "",
                "",
            ],
            Failure::Timeout { step, after } => {
                let what = match step {
                    Step::Connect => "connecting",
                    Step::FirstByte => "waiting for an answer",
                    Step::Body => "reading the answer",
                };
                let after = after.as_millis().to_string();
                return f.write_str(
                    &[
                        what,
                        " took longer than ",
                        &after,
                        " ms; try again, or allow more time",
                    ]
                    .concat(),
                );
            }
            Failure::Tls { host } => [
                host,
                " has no certificate that can be trusted; see who it is, or name its authority",
                "",
                "",
                "",
            ],
            Failure::TooLarge { limit } => {
                let limit = limit.to_string();
                return f.write_str(
                    &[
                        "the answer is larger than ",
                        &limit,
                        " bytes; ask for a smaller one",
                    ]
                    .concat(),
                );
            }
            Failure::Unusable(why) => ["the request cannot be sent: ", why, "; correct it", "", ""],
            Failure::Broken(why) => ["the connection broke off: ", why, "; try again", "", ""],
        };
        f.write_str(&parts.concat())
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for crate::ToolError {
    fn from(failure: Failure) -> Self {
        crate::ToolError::from_error(failure)
    }
}
