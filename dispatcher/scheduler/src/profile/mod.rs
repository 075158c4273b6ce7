//! What is known of tools, servers, tiers and links: one TOML file, strictly read.
//!
//! The file's shape is described in `dispatcher/profiles/README.md`. What was not measured is written
//! `unknown = "reason"` and stays unknown here: whoever needs it refuses and names it, nobody takes it for zero.

mod error;
mod field;
mod file;
mod known;
mod link;
mod read;
mod read_server;
mod server;
mod tiers;
mod tool;
mod write;

use std::collections::BTreeMap;

pub use error::ProfileError;
pub use known::{Known, Unknown};
pub use link::{Handoff, Link, LinkSet};
pub use server::{Hosted, ServerProfile};
pub use tiers::{DataRoot, ReferenceTerms, TierProfile, Trust};
pub use tool::{Growth, Locality, Spread, Timing, ToolProfile};

use crate::tier::Tier;

/// A profile file as a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Its name: `published`, or what measured it. It is the profile edition that records name.
    pub name: String,
    /// Where the numbers come from, in a sentence or two.
    pub source: String,
    /// The tiers, at most 16; a [`Tier`] is a place in this list.
    pub tiers: Vec<TierProfile>,
    /// Where the agent, its dispatcher and, unless said otherwise, its data are.
    pub home: Tier,
    /// How a result reaches the next call.
    pub handoff: Handoff,
    /// Sets of links by name, of which one is in force at a time; the first is the default. Never empty.
    pub links: Vec<LinkSet>,
    /// Which tier holds which paths; a path below none of them is held by `home`.
    pub data: Vec<DataRoot>,
    /// Numbers that only the cost models of the reference have.
    pub reference: ReferenceTerms,
    /// Servers by name, each with its tools.
    pub servers: BTreeMap<String, ServerProfile>,
}

impl Profile {
    /// Reads a profile file's text; `file` is how errors call it.
    ///
    /// # Errors
    /// When the text is no profile: with file, line, field and what to do.
    pub fn read(file: &str, text: &str) -> Result<Self, ProfileError> {
        read::read(file, text)
    }

    /// The text of a file that [`Profile::read`] reads back as the same value.
    pub fn write(&self) -> String {
        write::write(self)
    }

    /// The tier of this name.
    pub fn tier(&self, name: &str) -> Option<Tier> {
        let place = self
            .tiers
            .iter()
            .position(|tier| tier.name.name() == name)?;
        Tier::at(place)
    }

    /// What is known of a tier of this profile.
    ///
    /// # Panics
    /// When the tier is another profile's, which has more.
    pub fn tier_profile(&self, tier: Tier) -> &TierProfile {
        &self.tiers[tier.place()]
    }

    /// The tier's name, or `?` for a tier of another profile, which has more.
    pub fn tier_name(&self, tier: Tier) -> &str {
        self.tiers
            .get(tier.place())
            .map_or("?", |tier| tier.name.name())
    }

    /// Whether it has exactly the paper's three tiers in the paper's order, which the reference's rules and costs need.
    pub fn is_canonical(&self) -> bool {
        let names = self.tiers.iter().map(|tier| tier.name.name());
        names.eq(["device", "edge", "cloud"])
    }

    /// What is known of a tool: `None` where the profile does not name it.
    pub fn tool(&self, server: &str, tool: &str) -> Option<&Known<ToolProfile>> {
        self.servers.get(server)?.tools.get(tool)
    }

    /// The set of links of this name.
    pub fn link_set(&self, name: &str) -> Option<&LinkSet> {
        self.links.iter().find(|set| set.name == name)
    }

    /// The first tool of this name and its server, in the order of servers; for those who know tools by name alone.
    pub fn find_tool(&self, tool: &str) -> Option<(&str, &Known<ToolProfile>)> {
        self.servers
            .iter()
            .find_map(|(server, profile)| Some((server.as_str(), profile.tools.get(tool)?)))
    }
}
