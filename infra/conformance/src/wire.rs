//! The two revisions of the protocol, and which scenarios are asked of which server.

use std::fmt;

use serde::Deserialize;

/// A revision that the suite has a frozen set of scenarios for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Wire {
    /// Sessions that begin with `initialize`.
    #[serde(rename = "2025-11-25")]
    Sessions,
    /// Each request stands for itself.
    #[serde(rename = "2026-07-28")]
    Stateless,
}

impl Wire {
    /// Both, the older one first.
    pub const ALL: [Wire; 2] = [Wire::Sessions, Wire::Stateless];

    /// The revision's name.
    pub fn name(self) -> &'static str {
        match self {
            Wire::Sessions => "2025-11-25",
            Wire::Stateless => "2026-07-28",
        }
    }

    /// How many scenarios the frozen set has: should a release of the suite change it, that is to be seen.
    pub fn frozen(self) -> usize {
        match self {
            Wire::Sessions => 30,
            Wire::Stateless => 37,
        }
    }

    /// The scenarios that need no fixture.
    pub fn plain(self) -> [&'static str; 4] {
        match self {
            Wire::Sessions => [
                "server-initialize",
                "ping",
                "tools-list",
                "dns-rebinding-protection",
            ],
            Wire::Stateless => [
                "server-stateless",
                "tools-list",
                "caching",
                "dns-rebinding-protection",
            ],
        }
    }
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The server that has the suite's fixtures.
pub const FIXTURE: &str = "everything";
