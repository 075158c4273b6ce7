//! What can speak against a tier, as bits, and in words when somebody asks.

use crate::call::Call;
use crate::filter::Verdict;
use crate::registry::Health;
use crate::tier::Tier;
use crate::view::View;

/// One thing that speaks against a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// What the call's paths name, or the tool's own data, is on another tier.
    DataElsewhere,
    /// The tool is private and the tier is somebody else's.
    Private,
    /// The tool needs a GPU and the tier has none.
    NoGpu,
    /// The tool cannot be a component, and that is what the tier has.
    NotWasi,
    /// The server is not there.
    NoEndpoint,
    /// The server is there and does not answer.
    Failing,
    /// The server needs more memory than the tier gives.
    Memory,
    /// The reference pins the tool to another tier.
    Pinned,
}

/// All that speaks against a tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults(u8);

impl Fault {
    /// Every one, in the order in which they are told.
    pub const ALL: [Self; 8] = [
        Self::DataElsewhere,
        Self::Private,
        Self::NoGpu,
        Self::NotWasi,
        Self::NoEndpoint,
        Self::Failing,
        Self::Memory,
        Self::Pinned,
    ];

    fn bit(self) -> u8 {
        match self {
            Self::DataElsewhere => 1,
            Self::Private => 2,
            Self::NoGpu => 4,
            Self::NotWasi => 8,
            Self::NoEndpoint => 16,
            Self::Failing => 32,
            Self::Memory => 64,
            Self::Pinned => 128,
        }
    }
}

impl Faults {
    /// With this one.
    #[must_use]
    pub fn with(self, fault: Fault) -> Self {
        Self(self.0 | fault.bit())
    }

    /// Whether it is among them.
    pub fn contains(self, fault: Fault) -> bool {
        self.0 & fault.bit() != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Fault> {
        Fault::ALL
            .into_iter()
            .filter(move |fault| self.contains(*fault))
    }
}

/// What speaks against a tier, in words.
pub(super) fn told(verdict: &Verdict, tier: Tier, call: &Call, view: &View<'_>) -> String {
    let faults = verdict.faults[tier.place()];
    let told: Vec<String> = faults
        .iter()
        .map(|fault| one(fault, verdict, tier, call, view))
        .collect();
    told.join(" and ")
}

fn one(fault: Fault, verdict: &Verdict, tier: Tier, call: &Call, view: &View<'_>) -> String {
    let profile = view.profile;
    let names = |tiers: crate::tier::TierSet| {
        let names: Vec<&str> = tiers.iter().map(|tier| profile.tier_name(tier)).collect();
        names.join(" and ")
    };
    let endpoint = view
        .registry
        .places(&call.server)
        .and_then(|places| places.endpoint(tier));
    match fault {
        Fault::DataElsewhere => format!("its data is on {}", names(verdict.held_by)),
        Fault::Private => "it is private and the tier is a third party's".to_owned(),
        Fault::NoGpu => "it needs a GPU".to_owned(),
        Fault::NotWasi => "it cannot be a component, which is what the tier has".to_owned(),
        Fault::NoEndpoint => format!("server {} is not there", call.server),
        Fault::Failing => match endpoint.map(|endpoint| &endpoint.health) {
            Some(Health::Failing(reason)) => format!("its endpoint fails ({reason})"),
            Some(Health::Healthy) | None => "its endpoint fails".to_owned(),
        },
        Fault::Memory => {
            let tier_memory = &profile.tier_profile(tier).memory;
            let server = profile.servers.get(&call.server);
            let needs = server.and_then(|server| server.hosted.get(&tier)?.memory.get());
            match needs {
                Some(needs) => format!("it needs {needs} of memory, of {tier_memory}"),
                None => "it needs more memory".to_owned(),
            }
        }
        Fault::Pinned => format!("the reference pins it to {}", names(verdict.held_by)),
    }
}
