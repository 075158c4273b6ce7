//! A profile of ours from a run of Table III: what was measured on this machine, on tiers that a factor simulates.

mod checkout;
mod factor;
mod measured;

use std::collections::BTreeMap;

use record::{Published, Record, State};
use scenario::Trace;
use scheduler::profile::{
    Hosted, Known, LinkSet, Profile, ServerProfile, TierProfile, ToolProfile,
};
use scheduler::tier::Tier;

use crate::server::Server;

pub use checkout::{of_checkout, published, traces};
pub use factor::{Factor, device, edge};
pub use measured::{Measured, warm_call};

/// How the file says where it came from and how it is made again.
const HEADING: &str = "# Written by `harness profile` from a run of Table III; change nothing here, run that again. The shape of this file is\n# described in dispatcher/profiles/README.md.\n";
/// The links that are in force unless others are asked for: the paper's testbed.
pub const TESTBED: &str = "published-rtt";
/// The packaging whose record stands for each of the paper's tiers, in their order.
pub const PLACED: [record::Packaging; 3] = [
    record::Packaging::Native,
    record::Packaging::Component,
    record::Packaging::ContainerReference,
];

/// What a profile is made of.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// A run of Table III.
    pub record: &'a Record,
    /// The published profile: labels, links and names of tiers are its own, and the device's factor.
    pub published: &'a Profile,
    /// The published Table III, for the edge's factor.
    pub table3: &'a [Published],
    /// What the calls of the run were given.
    pub servers: &'a [Server],
    /// Traces that were recorded of our servers, for sizes on the wire.
    pub traces: &'a [Trace],
}

/// The two editions of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Editions {
    /// Each tier's times multiplied by how much slower the paper's machine is: simulated.
    pub scaled: Profile,
    /// As they were measured.
    pub unscaled: Profile,
}

impl Editions {
    /// Whether the run measured nothing that a profile has.
    pub fn is_empty(&self) -> bool {
        let tools = self
            .scaled
            .servers
            .values()
            .flat_map(|server| server.tools.values());
        let mut timings = tools
            .filter_map(Known::get)
            .flat_map(|tool| tool.execution.values())
            .flat_map(|by_packaging| by_packaging.values());
        timings.all(|timing| timing.get().is_none())
    }
}

/// Why no profile can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoProfile {
    /// The published one is not of the paper's tiers.
    #[error(
        "profile {0}: its tiers are not device, edge, cloud; restore dispatcher/profiles/published.toml from the repository"
    )]
    Tiers(String),
    /// The published one lacks the paper's links.
    #[error(
        "profile {0}: it has no links {TESTBED}; restore dispatcher/profiles/published.toml from the repository"
    )]
    Links(String),
    /// A factor has nothing to be made of.
    #[error(
        "no factor for {0}: {1}; restore results/paper and dispatcher/profiles/published.toml from the repository"
    )]
    Factor(&'static str, &'static str),
}

/// The text of a profile's file.
pub fn text(profile: &Profile) -> String {
    format!("{HEADING}{}", profile.write())
}

/// The profiles of a run, called by this name, the unscaled one by the name of [`unscaled`].
///
/// # Errors
/// When what was published lacks what they are made of. What the run lacks is unknown in them.
pub fn editions(sources: Sources<'_>, name: &str) -> Result<Editions, NoProfile> {
    let published = sources.published;
    if !published.is_canonical() {
        return Err(NoProfile::Tiers(published.name.clone()));
    }
    let factors = [
        device(published)?,
        edge(published, sources.table3)?,
        Factor {
            value: 1.0,
            source: "the machine of the run is taken for the cloud's".to_owned(),
        },
    ];
    let measured = Measured::new(&sources);
    let servers: BTreeMap<String, ServerProfile> = published
        .servers
        .iter()
        .map(|(name, labels)| (name.clone(), server(name, labels, &measured)))
        .collect();
    let edition = |name: String, factors: Option<&[Factor; 3]>| {
        Ok(Profile {
            source: source(sources.record, factors),
            name,
            tiers: tiers(sources.record, published, factors),
            home: published.home,
            handoff: published.handoff,
            links: links(published)?,
            data: published.data.clone(),
            reference: published.reference.clone(),
            servers: servers.clone(),
        })
    };
    Ok(Editions {
        scaled: edition(name.to_owned(), Some(&factors))?,
        unscaled: edition(unscaled(name), None)?,
    })
}

/// What the unscaled edition is called beside this one.
pub fn unscaled(name: &str) -> String {
    format!("{name}-unscaled")
}

fn source(record: &Record, factors: Option<&[Factor; 3]>) -> String {
    let run = &record.run;
    let ended = match record.state {
        State::Finished => "",
        State::Interrupted { .. } => " (which did not end)",
    };
    let speeds = match factors {
        Some([device, edge, cloud]) => format!(
            "Speeds are simulated: device {}, {}; edge {}, {}; cloud {}, {}.",
            device.value, device.source, edge.value, edge.source, cloud.value, cloud.source
        ),
        None => "Times are those of one machine on every tier, unscaled.".to_owned(),
    };
    format!(
        "run {}{ended}: device as native, edge as component, cloud as container-reference, all over stdio on one machine; an \
         execution is the median of a tool's small call, with its quartiles, and grows to its large call where all that it is given \
         is in the request; starts are until the first answer, by class; memory is the peak of resident pages. fetch and summarize \
         are answered by stand-ins on the same machine. {speeds} Sizes on the wire: medians over the committed traces. Labels, links, \
         data and static placements: profile published.",
        run.id
    )
}

fn tiers(record: &Record, published: &Profile, factors: Option<&[Factor; 3]>) -> Vec<TierProfile> {
    fn not<T>(why: &str) -> Known<T> {
        Known::Not(why.to_owned())
    }
    let tiers = published.tiers.iter().enumerate();
    tiers
        .map(|(place, tier)| {
            let speed = factors.map_or(1.0, |factors| factors[place].value);
            TierProfile {
                host: format!(
                    "the machine of run {} in place of: {}",
                    record.run.id, tier.host
                ),
                speed,
                capacity: not(
                    "one machine stands for all tiers, and the factor is not of its processors",
                ),
                memory: not("one machine stands for all tiers"),
                retention: not("a run starts servers itself and scales none to zero"),
                power: not("no power was measured"),
                price: not("the machine has no price by the hour"),
                ..tier.clone()
            }
        })
        .collect()
}

/// The published sets, that of the paper's testbed first.
fn links(published: &Profile) -> Result<Vec<LinkSet>, NoProfile> {
    let mut sets = published.links.clone();
    let testbed = sets.iter().position(|set| set.name == TESTBED);
    let testbed = testbed.ok_or_else(|| NoProfile::Links(published.name.clone()))?;
    sets[..=testbed].rotate_right(1);
    Ok(sets)
}

fn server(name: &str, labels: &ServerProfile, measured: &Measured<'_>) -> ServerProfile {
    let placed = || Tier::first(PLACED.len()).zip(PLACED);
    let hosted = placed().map(|(tier, packaging)| {
        let hosted = Hosted {
            packaging,
            memory: measured.memory(name, packaging),
            start: measured.starts(name, packaging),
        };
        (tier, hosted)
    });
    let tools = labels.tools.iter().map(|(tool, known)| {
        let known = match known {
            Known::Not(why) => {
                Known::Not(format!("the published profile does not label it: {why}"))
            }
            Known::Is(labels) => {
                let (input, output) = measured.sizes(name, tool);
                let execution = placed().map(|(tier, packaging)| {
                    let timing = measured.timing(name, tool, packaging, labels.locality);
                    (tier, BTreeMap::from([(packaging, timing)]))
                });
                Known::Is(ToolProfile {
                    input,
                    output,
                    execution: execution.collect(),
                    ..labels.clone()
                })
            }
        };
        (tool.clone(), known)
    });
    ServerProfile {
        static_tier: labels.static_tier,
        hosted: hosted.collect(),
        tools: tools.collect(),
    }
}

#[cfg(test)]
mod tests;
