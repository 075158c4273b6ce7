//! A tier by its place in a profile, and sets of tiers as bits.

use std::fmt;

/// How many tiers a profile may name.
pub const MOST_TIERS: usize = 16;

/// A tier: its place in the list of the profile that is in force, from zero. The profile knows its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tier(u8);

impl Tier {
    /// The paper's device, where a profile begins with its three (`Profile::is_canonical`).
    pub const DEVICE: Self = Self(0);
    /// The paper's edge, where a profile begins with its three.
    pub const EDGE: Self = Self(1);
    /// The paper's cloud, where a profile begins with its three.
    pub const CLOUD: Self = Self(2);

    /// The tier at this place; `None` from [`MOST_TIERS`] on.
    pub fn at(place: usize) -> Option<Self> {
        let small = u8::try_from(place).ok()?;
        (place < MOST_TIERS).then_some(Self(small))
    }

    /// Its place in the list.
    pub fn place(self) -> usize {
        usize::from(self.0)
    }

    /// The first `count` tiers, at most [`MOST_TIERS`].
    pub fn first(count: usize) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        let count = u8::try_from(count.min(MOST_TIERS)).unwrap_or_default();
        (0..count).map(Self)
    }
}

/// Some of a profile's tiers.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierSet(u16);

impl TierSet {
    /// No tier.
    pub const NONE: Self = Self(0);

    /// The first `count` tiers.
    pub fn first(count: usize) -> Self {
        Tier::first(count).collect()
    }

    /// This tier alone.
    pub fn only(tier: Tier) -> Self {
        Self(1 << tier.0)
    }

    /// Whether the tier is among them.
    pub fn contains(self, tier: Tier) -> bool {
        self.0 >> tier.0 & 1 == 1
    }

    /// With this tier.
    #[must_use]
    pub fn with(self, tier: Tier) -> Self {
        Self(self.0 | 1 << tier.0)
    }

    /// Without this tier.
    #[must_use]
    pub fn without(self, tier: Tier) -> Self {
        Self(self.0 & !(1 << tier.0))
    }

    /// What is in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub fn len(self) -> usize {
        usize::try_from(self.0.count_ones()).expect("at most sixteen")
    }

    /// Each of them, in the profile's order.
    pub fn iter(self) -> impl Iterator<Item = Tier> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let place = u8::try_from(left.trailing_zeros())
                .ok()
                .filter(|place| *place < 16)?;
            left &= left - 1;
            Some(Tier(place))
        })
    }

    /// The only one, where there is exactly one.
    pub fn single(self) -> Option<Tier> {
        (self.len() == 1).then(|| self.iter().next()).flatten()
    }
}

impl FromIterator<Tier> for TierSet {
    fn from_iter<I: IntoIterator<Item = Tier>>(tiers: I) -> Self {
        tiers.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for TierSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Tier::place)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_given_in_order() {
        let set: TierSet = [Tier::CLOUD, Tier::DEVICE].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Tier::DEVICE, Tier::CLOUD]);
        assert_eq!((set.len(), set.single()), (2, None));
        assert_eq!(set.without(Tier::CLOUD).single(), Some(Tier::DEVICE));
        assert!(set.and(TierSet::only(Tier::EDGE)).is_empty());
        assert_eq!(TierSet::first(99).len(), MOST_TIERS);
        assert_eq!(Tier::at(MOST_TIERS), None);
    }
}
