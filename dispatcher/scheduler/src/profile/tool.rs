//! A tool of a profile: what it may touch, how large its messages are, how long it runs.

use std::collections::BTreeMap;

use record::{Bytes, Count, Nanos, Packaging};

use super::known::Known;
use crate::tier::Tier;

/// Which data a tool needs besides its arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Locality {
    /// None: everything is in the arguments.
    #[default]
    Args,
    /// Something of the world outside, over the tier's external link.
    External,
    /// Files of the tier that holds them.
    Local,
}

impl Locality {
    /// Every value with its name in files.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Args, "args"),
        (Self::External, "external"),
        (Self::Local, "local"),
    ];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Args => "args",
            Self::External => "external",
            Self::Local => "local",
        }
    }
}

/// What is known of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolProfile {
    /// Which data it needs.
    pub locality: Locality,
    /// Whether its arguments or results are private.
    pub private: bool,
    /// Whether it needs a GPU.
    pub gpu: bool,
    /// Whether it can be a component.
    pub wasi: bool,
    /// A typical request on the wire.
    pub input: Known<Bytes>,
    /// A typical answer on the wire.
    pub output: Known<Bytes>,
    /// How long it runs, by tier and packaging.
    pub execution: BTreeMap<Tier, BTreeMap<Packaging, Known<Timing>>>,
}

/// How long a tool runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The median, with the profile's input.
    pub typical: Nanos,
    /// How far single runs are from it.
    pub spread: Known<Spread>,
    /// How it grows with the request.
    pub growth: Option<Growth>,
}

/// How an execution grows with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// The request for which `typical` holds.
    pub at: Bytes,
    /// What each further million bytes adds; each missing one subtracts, down to nothing.
    pub per_megabyte: Nanos,
}

/// The spread of single runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The lower quartile.
    pub low: Nanos,
    /// The upper quartile.
    pub high: Nanos,
    /// How many runs there were.
    pub samples: Count,
}

impl Timing {
    /// The time for a request of this size, on the machine that was measured.
    pub fn of(&self, input: Bytes) -> Nanos {
        let Some(growth) = self.growth else {
            return self.typical;
        };
        let change = |difference: u64| {
            let nanos = u128::from(difference) * u128::from(growth.per_megabyte.0) / 1_000_000;
            u64::try_from(nanos).unwrap_or(u64::MAX)
        };
        let nanos = if input >= growth.at {
            let more = change(input.0 - growth.at.0);
            self.typical.0.saturating_add(more)
        } else {
            let less = change(growth.at.0 - input.0);
            self.typical.0.saturating_sub(less)
        };
        Nanos(nanos)
    }
}

impl ToolProfile {
    /// The time on a tier in a packaging: `None` where the profile does not speak of the two.
    pub fn timing(&self, tier: Tier, packaging: Packaging) -> Option<&Known<Timing>> {
        self.execution.get(&tier)?.get(&packaging)
    }
}
