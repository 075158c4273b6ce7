//! From the file to the value: every check that makes a profile one, each with place and remedy.

use std::collections::BTreeMap;

use toml::Spanned;

use super::Profile;
use super::error::ProfileError;
use super::field::Reader;
use super::file::{CommFile, File, LinksFile, Reasons, Text, TierFile};
use super::known::Known;
use super::link::{Handoff, Link, LinkSet};
use super::tiers::{DataRoot, ReferenceTerms, TierProfile, Trust};
use crate::quantity::BitsPerSecond;
use crate::tier::{MOST_TIERS, Tier};

/// The version of the file's shape that this program reads and writes.
pub const FORMAT: u64 = 1;
/// Larger files are not profiles: that of the paper's 45 tools has 30 kB.
const LARGEST: usize = 4 << 20;
const MOST_SERVERS: usize = 256;
const MOST_TOOLS: usize = 4096;
const MOST_LINK_SETS: usize = 16;

pub fn read(file: &str, text: &str) -> Result<Profile, ProfileError> {
    let mut reader = Reader {
        file,
        text,
        tiers: Vec::new(),
    };
    if text.len() > LARGEST {
        return Err(reader.fail(
            0..0,
            "the file",
            format!("has {} bytes", text.len()),
            format!("keep a profile below {LARGEST} bytes"),
        ));
    }
    let raw: File = toml::from_str(text).map_err(|error| reader.toml_error(&error))?;
    reader.profile(raw)
}

impl Reader<'_> {
    fn profile(&mut self, raw: File) -> Result<Profile, ProfileError> {
        if *raw.format.get_ref() != FORMAT {
            return Err(self.fail(
                raw.format.span(),
                "format",
                format!("{} is another version of the file", raw.format.get_ref()),
                format!("write format = {FORMAT}, after reading what changed"),
            ));
        }
        let tiers = self.tiers(&raw.tier, &raw.unknown)?;
        let links = self.links(&raw.links)?;
        let handoff = match raw.handoff.as_ref() {
            None => Handoff::Home,
            Some(text) => match text.get_ref().as_str() {
                "home" => Handoff::Home,
                "direct" => Handoff::Direct,
                _ => return Err(self.none_of(text, "handoff", &["home", "direct"])),
            },
        };
        let mut data = Vec::new();
        for root in &raw.data {
            data.push(self.data(&root.prefix, &root.tier)?);
        }
        let mut reference = ReferenceTerms::default();
        if let Some(terms) = &raw.reference {
            if let Some(default) = &terms.p_comm_default {
                reference.p_comm_default = self.fraction(default, "reference.p_comm_default")?;
            }
            reference.p_comm = self.comm(&terms.p_comm)?;
        }
        if raw.server.len() > MOST_SERVERS {
            return Err(self.fail(
                0..0,
                "server",
                format!("there are {} servers", raw.server.len()),
                format!("name at most {MOST_SERVERS}"),
            ));
        }
        let mut servers = BTreeMap::new();
        let mut tools = 0;
        for (name, server) in &raw.server {
            tools += server.tool.len();
            if tools > MOST_TOOLS {
                return Err(self.fail(
                    name.span(),
                    "server",
                    format!("there are more than {MOST_TOOLS} tools"),
                    "name fewer",
                ));
            }
            let known = self.server(name.get_ref(), server, &raw.unknown)?;
            servers.insert(self.name(name, "server")?, known);
        }
        Ok(Profile {
            name: self.name(&raw.name, "name")?,
            source: self.words(&raw.source, "source")?,
            home: self.tier(&raw.home, "home")?,
            tiers,
            handoff,
            links,
            data,
            reference,
            servers,
        })
    }

    fn tiers(
        &mut self,
        raw: &Spanned<Vec<Spanned<TierFile>>>,
        unknown: &Reasons,
    ) -> Result<Vec<TierProfile>, ProfileError> {
        let count = raw.get_ref().len();
        if count == 0 || count > MOST_TIERS {
            return Err(self.fail(
                raw.span(),
                "tier",
                format!("there are {count} tiers"),
                format!("name 1 to {MOST_TIERS}"),
            ));
        }
        let mut tiers = Vec::new();
        for tier in raw.get_ref() {
            let tier = tier.get_ref();
            let name: record::Tier = tier.name.get_ref().parse().map_err(|error| {
                let what = record::TierError::to_string(&error);
                self.fail(tier.name.span(), "tier.name", what, "rename it")
            })?;
            if self.tiers.contains(tier.name.get_ref()) {
                return Err(self.twice(&tier.name, "tier.name"));
            }
            self.tiers.push(tier.name.get_ref().clone());
            let field = |what: &str| format!("{what} of tier {}", name.name());
            let trust = Trust::ALL
                .iter()
                .find(|(_, known)| known == tier.trust.get_ref());
            let Some((trust, _)) = trust else {
                let known = Trust::ALL.map(|(_, known)| known);
                return Err(self.none_of(&tier.trust, &field("trust"), &known));
            };
            let speed = match &tier.speed {
                None => 1.0,
                Some(speed) if (0.001..=1000.0).contains(speed.get_ref()) => *speed.get_ref(),
                Some(speed) => {
                    return Err(self.fail(
                        speed.span(),
                        &field("speed"),
                        "is no factor between 0.001 and 1000",
                        "write 1.0 where times were measured on the tier itself",
                    ));
                }
            };
            let capacity = match &tier.capacity {
                Some(written) => self.capacity(written, &field("capacity"))?,
                None => {
                    Known::Not(self.reason(&tier.name, &field("capacity"), &unknown.capacity)?)
                }
            };
            let at = &tier.name;
            tiers.push(TierProfile {
                host: self.words(&tier.host, &field("host"))?,
                trust: *trust,
                gpu: tier.gpu,
                speed,
                capacity,
                memory: self.known(&tier.memory, at, &field("memory"), &unknown.memory)?,
                retention: self.known(
                    &tier.retention,
                    at,
                    &field("retention"),
                    &unknown.retention,
                )?,
                external: self.known(&tier.external, at, &field("external"), &unknown.external)?,
                power: self.known(&tier.power, at, &field("power"), &unknown.power)?,
                price: self.known(&tier.price, at, &field("price"), &unknown.price)?,
                name,
            });
        }
        Ok(tiers)
    }

    fn links(&self, raw: &Spanned<Vec<Spanned<LinksFile>>>) -> Result<Vec<LinkSet>, ProfileError> {
        let count = raw.get_ref().len();
        if count == 0 || count > MOST_LINK_SETS {
            return Err(self.fail(
                raw.span(),
                "links",
                format!("there are {count} sets of links"),
                format!("write 1 to {MOST_LINK_SETS}"),
            ));
        }
        let mut sets: Vec<LinkSet> = Vec::new();
        for set in raw.get_ref() {
            let span = set.span();
            let set = set.get_ref();
            let name = self.name(&set.name, "links.name")?;
            if sets.iter().any(|earlier| earlier.name == name) {
                return Err(self.twice(&set.name, "links.name"));
            }
            let mut pairs: BTreeMap<(Tier, Tier), Link> = BTreeMap::new();
            for pair in &set.pair {
                let field = |what: &str| format!("{what} of a pair in links.{name}");
                let pair = pair.get_ref();
                let ends = self.ends(&pair.between, &field("between"))?;
                let link = Link {
                    one_way: self.quantity(&pair.one_way, &field("one_way"))?,
                    bandwidth: self.quantity(&pair.bandwidth, &field("bandwidth"))?,
                };
                if link.bandwidth.get() == Some(&BitsPerSecond(0)) {
                    return Err(self.fail(
                        pair.bandwidth.span(),
                        &field("bandwidth"),
                        "is nothing, so no message would arrive",
                        "write what the link carries, or { unknown = \"reason\" }",
                    ));
                }
                if pairs.insert(ends, link).is_some() {
                    return Err(self.fail(
                        pair.between.span(),
                        &field("between"),
                        "is there twice; links are the same in both directions",
                        "remove one of the two",
                    ));
                }
            }
            let tiers = self.tiers.len();
            let mut table = Vec::new();
            for low in Tier::first(tiers) {
                let mut row = Vec::new();
                for high in Tier::first(tiers).skip(low.place() + 1) {
                    let Some(link) = pairs.remove(&(low, high)) else {
                        return Err(self.fail(
                            span,
                            &format!("pair of links.{name}"),
                            format!(
                                "there is none between {} and {}",
                                self.tiers[low.place()],
                                self.tiers[high.place()]
                            ),
                            "add it, with { unknown = \"reason\" } for what was not measured",
                        ));
                    };
                    row.push(link);
                }
                table.push(row);
            }
            sets.push(LinkSet {
                source: self.words(&set.source, "links.source")?,
                name,
                tiers,
                pairs: table,
            });
        }
        Ok(sets)
    }

    fn data(&self, prefix: &Text, tier: &Text) -> Result<DataRoot, ProfileError> {
        let written = self.words(prefix, "data.prefix")?;
        let normal = crate::path::normalised(&written);
        if !written.starts_with('/') || normal != written {
            return Err(self.fail(
                prefix.span(),
                "data.prefix",
                "is no absolute path in its shortest form",
                format!("write it like {normal:?}"),
            ));
        }
        Ok(DataRoot {
            prefix: written,
            tier: self.tier(tier, "data.tier")?,
        })
    }

    fn comm(&self, raw: &[Spanned<CommFile>]) -> Result<Vec<(Tier, Tier, f64)>, ProfileError> {
        let mut pairs = BTreeMap::new();
        for pair in raw {
            let pair = pair.get_ref();
            let ends = self.ends(&pair.between, "reference.p_comm.between")?;
            let value = self.fraction(&pair.value, "reference.p_comm.value")?;
            if pairs.insert(ends, value).is_some() {
                return Err(self.fail(
                    pair.between.span(),
                    "reference.p_comm.between",
                    "is there twice",
                    "remove one of the two",
                ));
            }
        }
        Ok(pairs
            .into_iter()
            .map(|((low, high), value)| (low, high, value))
            .collect())
    }
}
