//! Why a guest ended before it answered, and what its client is told.

/// Why a guest ended before it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It did what Wasm forbids, or gave up (`panic`).
    Trap,
    /// A call took too long.
    Timeout,
    /// It asked for more memory than it may have.
    OutOfMemory,
    /// It ended by itself.
    Exited,
    /// It wrote a line that is too long to be a message.
    LongLine,
}

impl Cause {
    /// One word, as it stands in `error.data.cause`.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Trap => "trap",
            Cause::Timeout => "timeout",
            Cause::OutOfMemory => "out-of-memory",
            Cause::Exited => "exited",
            Cause::LongLine => "long-line",
        }
    }

    /// What happened.
    pub fn message(self) -> &'static str {
        match self {
            Cause::Trap => "the server stopped in the middle of this call",
            Cause::Timeout => "this call took longer than the server is allowed",
            Cause::OutOfMemory => "the server needed more memory for this call than it is allowed",
            Cause::Exited => "the server ended before it answered",
            Cause::LongLine => "the server's answer is longer than a message may be",
        }
    }

    /// What to do.
    pub fn remedy(self) -> &'static str {
        match self {
            Cause::Trap => {
                "this is a fault of the server: see what it wrote to stderr, and report it to its author"
            }
            Cause::Timeout => "ask for less in one call, or raise the limit with --timeout",
            Cause::OutOfMemory => "ask for less in one call, or raise the limit with --memory",
            Cause::Exited => {
                "this is a fault of the server: see what it wrote to stderr, and report it to its author"
            }
            Cause::LongLine => "ask for less in one call",
        }
    }

    /// The JSON-RPC error object's line for a request, without line feed.
    pub fn answer(self, id: &[u8]) -> Vec<u8> {
        let mut line = br#"{"jsonrpc":"2.0","id":"#.to_vec();
        line.extend_from_slice(id);
        line.extend_from_slice(
            format!(
                r#","error":{{"code":-32603,"message":"{}","data":{{"cause":"{}","remedy":"{}"}}}}}}"#,
                self.message(),
                self.word(),
                self.remedy()
            )
            .as_bytes(),
        );
        line
    }
}
