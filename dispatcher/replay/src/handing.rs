//! Answers that go straight from the tier that gave them to the tier that needs them, where a profile has it so.

use record::{Bytes, Nanos};
use scheduler::call::Call;
use scheduler::profile::{Known, LinkSet, Profile};
use scheduler::tier::Tier;

/// What is handed on from call to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handing {
    links: LinkSet,
    /// The tiers by name, for what is not known of their links.
    names: Vec<String>,
    home: Tier,
    calls: Vec<Handed>,
}

/// A call among others.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Handed {
    /// The calls that it is made from.
    before: Vec<usize>,
    /// Whether another is made from its answer: then that does not go home.
    is_needed: bool,
    input: Bytes,
    output: Bytes,
}

impl Handing {
    /// Of these calls, by the links in force.
    pub(crate) fn of(calls: &[Call], profile: &Profile, links: &LinkSet) -> Self {
        let mut handed: Vec<Handed> = calls
            .iter()
            .enumerate()
            .map(|(index, call)| Handed {
                before: earlier(call, index).collect(),
                is_needed: false,
                input: call.input,
                output: call.output,
            })
            .collect();
        for (index, call) in calls.iter().enumerate() {
            for before in earlier(call, index) {
                handed[before].is_needed = true;
            }
        }
        let names = profile.tiers.iter().map(|tier| tier.name.to_string());
        Self {
            links: links.clone(),
            names: names.collect(),
            home: profile.home,
            calls: handed,
        }
    }

    /// What the answers that a call is made from take to its tier from where they were given: they travel at once, so it is the
    /// longest. None for a call that is made from none: its request comes from home.
    pub fn up(
        &self,
        call: usize,
        tier: Tier,
        given: impl Fn(usize) -> Tier,
    ) -> Option<Known<Nanos>> {
        let name = |tier: Tier| self.names.get(tier.place()).cloned().unwrap_or_default();
        let mut longest: Option<Nanos> = None;
        for &before in &self.calls[call].before {
            let size = self.calls[before].output;
            match self.links.transfer(given(before), tier, size, name) {
                Ok(time) => longest = longest.max(Some(time)),
                Err(unknown) => return Some(Known::Not(unknown.to_string())),
            }
        }
        longest.map(Known::Is)
    }

    /// Whether a call's answer goes home.
    pub fn goes_home(&self, call: usize) -> bool {
        !self.calls[call].is_needed
    }

    /// What crosses a link for a call: what it is made from, and its answer where that goes home.
    pub fn moved(&self, call: usize, tier: Tier, given: impl Fn(usize) -> Tier) -> Bytes {
        let own = &self.calls[call];
        let mut moved = 0_u64;
        for &before in &own.before {
            if given(before) != tier {
                moved = moved.saturating_add(self.calls[before].output.0);
            }
        }
        if tier != self.home {
            if own.before.is_empty() {
                moved = moved.saturating_add(own.input.0);
            }
            if !own.is_needed {
                moved = moved.saturating_add(own.output.0);
            }
        }
        Bytes(moved)
    }
}

/// The earlier calls that a call names, each once.
fn earlier(call: &Call, index: usize) -> impl Iterator<Item = usize> {
    let mut before: Vec<usize> = call.depends_on.clone();
    before.retain(|before| *before < index);
    before.sort_unstable();
    before.dedup();
    before.into_iter()
}
