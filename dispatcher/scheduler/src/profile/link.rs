//! Links between tiers, and sets of them.

use record::{Bytes, Nanos};

use super::known::{Known, Unknown};
use crate::quantity::BitsPerSecond;
use crate::tier::Tier;

/// How a result reaches the call that needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Handoff {
    /// Every request leaves from home and every answer returns there, as MCP has it.
    #[default]
    Home,
    /// An answer goes straight from the tier that gave it to the tier that needs it, and home only at the end of a chain.
    Direct,
}

/// A link between two tiers, the same in both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What a message takes from one end to the other, however small: half of a round trip.
    pub one_way: Known<Nanos>,
    /// How fast it is.
    pub bandwidth: Known<BitsPerSecond>,
}

/// Links between every pair of tiers, by name: what was configured, what was measured, what is emulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSet {
    /// By which it is chosen.
    pub name: String,
    /// Where the numbers come from.
    pub source: String,
    /// How many tiers it is between.
    pub tiers: usize,
    /// `pairs[a][b - a - 1]` is between tiers `a` and `b`, `a` before `b`.
    pub pairs: Vec<Vec<Link>>,
}

impl LinkSet {
    /// The link between two different tiers; `None` between a tier and itself, and for tiers of another profile.
    pub fn between(&self, one: Tier, other: Tier) -> Option<&Link> {
        let (low, high) = (one.min(other).place(), one.max(other).place());
        self.pairs.get(low)?.get(high.checked_sub(low + 1)?)
    }

    /// What a message of this size takes from one tier to another; nothing within a tier.
    ///
    /// # Errors
    /// When the link's delay or bandwidth is unknown.
    pub fn transfer(
        &self,
        from: Tier,
        to: Tier,
        size: Bytes,
        name: impl Fn(Tier) -> String,
    ) -> Result<Nanos, Unknown> {
        if from == to {
            return Ok(Nanos(0));
        }
        let field = |what: &str| {
            format!(
                "{what} of the link between {} and {} in links.{}",
                name(from.min(to)),
                name(from.max(to)),
                self.name
            )
        };
        let Some(link) = self.between(from, to) else {
            return Err(Unknown {
                field: field("each number"),
                reason: "this set has no such pair".to_owned(),
            });
        };
        let delay = link.one_way.need(|| field("one_way"))?;
        let bandwidth = link.bandwidth.need(|| field("bandwidth"))?;
        let wire = u128::from(size.0) * 8 * 1_000_000_000 / u128::from(bandwidth.0.max(1));
        let wire = u64::try_from(wire).unwrap_or(u64::MAX);
        Ok(Nanos(delay.0.saturating_add(wire)))
    }
}
