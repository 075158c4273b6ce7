//! Which tool is on which server, where each server can be reached, and whether it answers just now.

use std::collections::BTreeMap;

use record::Packaging;

use crate::profile::Profile;
use crate::tier::{MOST_TIERS, Tier, TierSet};

/// Whether an endpoint answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It did when it was last asked, or was never asked.
    Healthy,
    /// It did not, for this reason.
    Failing(String),
}

/// A server on a tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// How the server is shipped there.
    pub packaging: Packaging,
    /// Whether it answers.
    pub health: Health,
}

/// Where servers are. It changes while calls are made; a profile does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    servers: BTreeMap<String, Places>,
}

/// Where one server is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    endpoints: [Option<Endpoint>; MOST_TIERS],
    present: TierSet,
    healthy: TierSet,
}

impl Registry {
    /// Every server that the profile hosts anywhere, healthy.
    pub fn of(profile: &Profile) -> Self {
        let mut registry = Self::default();
        for (server, known) in &profile.servers {
            for (tier, hosted) in &known.hosted {
                registry.add(server, *tier, hosted.packaging);
            }
        }
        registry
    }

    /// Says that a server can be reached on a tier; it counts as healthy.
    pub fn add(&mut self, server: &str, tier: Tier, packaging: Packaging) {
        let places = self.servers.entry(server.to_owned()).or_default();
        places.endpoints[tier.place()] = Some(Endpoint {
            packaging,
            health: Health::Healthy,
        });
        places.present = places.present.with(tier);
        places.healthy = places.healthy.with(tier);
    }

    /// Says that a server is no longer on a tier.
    pub fn remove(&mut self, server: &str, tier: Tier) {
        if let Some(places) = self.servers.get_mut(server) {
            places.endpoints[tier.place()] = None;
            places.present = places.present.without(tier);
            places.healthy = places.healthy.without(tier);
        }
    }

    /// Says how an endpoint is; nothing changes where there is none.
    pub fn set_health(&mut self, server: &str, tier: Tier, health: Health) {
        let Some(places) = self.servers.get_mut(server) else {
            return;
        };
        let Some(endpoint) = &mut places.endpoints[tier.place()] else {
            return;
        };
        places.healthy = match health {
            Health::Healthy => places.healthy.with(tier),
            Health::Failing(_) => places.healthy.without(tier),
        };
        endpoint.health = health;
    }

    /// Where a server is; `None` for one that nobody named.
    pub fn places(&self, server: &str) -> Option<&Places> {
        self.servers.get(server)
    }
}

impl Places {
    /// Where there is an endpoint, healthy or not.
    pub fn present(&self) -> TierSet {
        self.present
    }

    /// Where there is one that answers.
    pub fn healthy(&self) -> TierSet {
        self.healthy
    }

    /// The endpoint on a tier.
    pub fn endpoint(&self, tier: Tier) -> Option<&Endpoint> {
        self.endpoints[tier.place()].as_ref()
    }
}
