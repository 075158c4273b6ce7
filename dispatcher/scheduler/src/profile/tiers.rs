//! A tier of a profile, whose data is where, and the numbers that only the reference's cost models have.

use record::{Bytes, Count, Nanos};

use super::known::Known;
use crate::quantity::{BitsPerSecond, MicrodollarsPerHour, Milliwatts};
use crate::tier::Tier;

/// Whose machine a tier is: what it may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// The user's own: it may see everything.
    Owner,
    /// Of the user's house or firm: private tools may run there, local data is elsewhere.
    Site,
    /// Somebody else's: no private tool may run there.
    ThirdParty,
}

impl Trust {
    /// Every value with its name in files.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Owner, "owner"),
        (Self::Site, "site"),
        (Self::ThirdParty, "third-party"),
    ];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        Self::ALL[match self {
            Self::Owner => 0,
            Self::Site => 1,
            Self::ThirdParty => 2,
        }]
        .1
    }
}

/// A place that can run calls.
#[derive(Clone, Debug, PartialEq)]
pub struct TierProfile {
    /// `device`, `edge`, `cloud`, or another name.
    pub name: record::Tier,
    /// Which machine stands for it.
    pub host: String,
    /// Whose machine it is.
    pub trust: Trust,
    /// Whether it has a GPU.
    pub gpu: bool,
    /// By how much every execution and start of this profile is multiplied here: 1 where times were measured on the tier
    /// itself.
    pub speed: f64,
    /// How many calls it runs at once.
    pub capacity: Known<Count>,
    /// Memory that servers may take.
    pub memory: Known<Bytes>,
    /// How long an idle server is kept before it is scaled to zero; 0 keeps none.
    pub retention: Known<Nanos>,
    /// Bandwidth to the world outside.
    pub external: Known<BitsPerSecond>,
    /// Power drawn while a call runs, over that of idling.
    pub power: Known<Milliwatts>,
    /// What running a call costs while it runs.
    pub price: Known<MicrodollarsPerHour>,
}

/// Paths that a tier holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataRoot {
    /// An absolute path, normalised; everything at or below it is meant.
    pub prefix: String,
    /// The tier that holds it.
    pub tier: Tier,
}

/// Numbers of the reference implementation's configuration that have no unit and no physical meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceTerms {
    /// `p_comm` between different tiers where the table below says nothing: the reference's built-in 0.5.
    pub p_comm_default: f64,
    /// `p_comm` by pair, the earlier tier first.
    pub p_comm: Vec<(Tier, Tier, f64)>,
}

impl Default for ReferenceTerms {
    fn default() -> Self {
        Self {
            p_comm_default: 0.5,
            p_comm: Vec::new(),
        }
    }
}

impl ReferenceTerms {
    /// `p_comm` from one tier to another: 0 within a tier.
    pub fn p_comm(&self, from: Tier, to: Tier) -> f64 {
        if from == to {
            return 0.0;
        }
        let pair = (from.min(to), from.max(to));
        self.p_comm
            .iter()
            .find(|(low, high, _)| (*low, *high) == pair)
            .map_or(self.p_comm_default, |(_, _, value)| *value)
    }
}
