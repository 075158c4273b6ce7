//! What is varied between trials, apart from the subject: start class, tier, transport, wire, page cache and input.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Bytes;

/// An enum of names: what it writes to a record is what it prints and parses.
macro_rules! names {
    ($(#[$outer:meta])* $type:ident { $($variant:ident, $name:literal, $doc:literal;)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $type {
            $(#[doc = $doc] #[serde(rename = $name)] $variant,)*
        }

        impl $type {
            /// Every value, in the order of tables.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that records and tables write.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence on what it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|value| value.name()).collect();
                    format!("{text:?} is none of them; give one of {}", known.join(", "))
                })
            }
        }
    };
}
pub(crate) use names;

names! {
    /// How warm the subject was.
    StartClass {
        ProcessCompile, "process-compile", "New process, engine made, component compiled.";
        ProcessCold, "process-cold", "New process, precompiled code loaded.";
        InstanceCold, "instance-cold", "The host process is up; a fresh instance for this call.";
        Warm, "warm", "Same process and same instance as an earlier call.";
        ContainerCold, "container-cold", "Container created and started for this answer.";
        ContainerWarm, "container-warm", "The container is up; another call.";
    }
}

names! {
    /// What stands in for the tiers. A sample that is of no tier, measured on this machine as it is, has none.
    Testbed {
        Simulated, "simulated", "A virtual clock.";
        Emulated, "emulated", "This machine in place of the tiers.";
        Remote, "remote", "Real hosts.";
    }
}

names! {
    /// How requests reach the subject.
    Transport {
        Stdio, "stdio", "Lines over pipes.";
        Http, "http", "Streamable HTTP.";
        InProcess, "in-process", "A call inside the measuring process.";
    }
}

names! {
    /// The protocol revision that was spoken.
    Wire {
        V2024_11_05, "2024-11-05", "With `initialize`.";
        V2025_03_26, "2025-03-26", "With `initialize`.";
        V2025_06_18, "2025-06-18", "With `initialize`.";
        V2025_11_25, "2025-11-25", "With `initialize`.";
        V2026_07_28, "2026-07-28", "Stateless, with `server/discover`.";
    }
}

names! {
    /// What the page cache held of the subject's files.
    PageCache {
        Warm, "warm", "Files were in memory.";
        Dropped, "dropped", "The cache was dropped before the trial.";
    }
}

names! {
    /// Which of a tool's inputs.
    InputSize {
        Small, "small", "The paper's size.";
        Large, "large", "Ten times that, or what the tool's limit is about.";
        Edge, "edge", "Verified, never timed.";
    }
}

/// What a tool was fed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Input {
    /// The call's id in `server.toml`.
    pub name: String,
    /// Which of the tool's inputs it is.
    pub size: InputSize,
    /// How much data the tool is given: its arguments as JSON, folders left out, and the data files that they name.
    pub bytes: Bytes,
}

/// A named place that can run a call: `device`, `edge`, `cloud`, or what a profile names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tier(String);

/// Why a text is no tier's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot name a tier; use up to 32 of a-z, 0-9 and -, a letter first")]
pub struct TierError(String);

impl Tier {
    /// The paper's three, in its order.
    pub fn paper() -> [Self; 3] {
        ["device", "edge", "cloud"].map(|name| Self(name.to_owned()))
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tier {
    type Err = TierError;

    fn from_str(name: &str) -> Result<Self, TierError> {
        Self::try_from(name.to_owned())
    }
}

impl TryFrom<String> for Tier {
    type Error = TierError;

    fn try_from(name: String) -> Result<Self, TierError> {
        let fits = name.len() <= 32
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits {
            Ok(Self(name))
        } else {
            Err(TierError(name))
        }
    }
}

impl From<Tier> for String {
    fn from(tier: Tier) -> Self {
        tier.0
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trips<T>(all: &[T])
    where
        T: Copy + fmt::Debug + fmt::Display + PartialEq + FromStr<Err = String> + Serialize,
    {
        for &value in all {
            assert_eq!(value.to_string().parse(), Ok(value));
            assert_eq!(
                serde_json::to_string(&value).ok(),
                Some(format!("\"{value}\""))
            );
        }
    }

    #[test]
    fn names_are_written_printed_and_parsed_alike() {
        round_trips(StartClass::ALL);
        round_trips(Testbed::ALL);
        round_trips(Transport::ALL);
        round_trips(Wire::ALL);
        round_trips(PageCache::ALL);
        round_trips(InputSize::ALL);
        round_trips(crate::Packaging::ALL);
        round_trips(crate::Disturbance::ALL);
        round_trips(crate::StopReason::ALL);
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        assert_eq!(
            "tepid".parse::<PageCache>(),
            Err("\"tepid\" is none of them; give one of warm, dropped".to_owned())
        );
    }

    #[test]
    fn a_tier_is_a_short_plain_name() {
        assert!("edge-2".parse::<Tier>().is_ok());
        for bad in [
            "",
            "Edge",
            "2edge",
            "edge tier",
            "a234567890123456789012345678901234",
        ] {
            assert!(bad.parse::<Tier>().is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Tier>("\"../x\"").is_err());
    }
}
