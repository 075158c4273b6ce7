//! A server of a profile: where it is, what starting it costs, and its tools.

use std::collections::BTreeMap;

use record::{Bytes, Nanos, Packaging, StartClass};

use super::known::Known;
use super::tool::ToolProfile;
use crate::tier::Tier;

/// What is known of a server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServerProfile {
    /// Where a mapping made by hand puts it; the scheduler `static` obeys.
    pub static_tier: Option<Tier>,
    /// Where it can be reached, at most once a tier.
    pub hosted: BTreeMap<Tier, Hosted>,
    /// Its tools by name, and those of which nothing is known but that they exist.
    pub tools: BTreeMap<String, Known<ToolProfile>>,
}

/// A server on a tier.
#[derive(Clone, Debug, PartialEq)]
pub struct Hosted {
    /// How it is shipped there, which also chooses among a tool's execution times.
    pub packaging: Packaging,
    /// Peak memory.
    pub memory: Known<Bytes>,
    /// What has to pass before the first answer, by start class; a class that is not named was not profiled.
    pub start: BTreeMap<StartClass, Known<Nanos>>,
}

impl Hosted {
    /// The class of a first call in this packaging, after which a server stays.
    pub fn cold_class(&self) -> StartClass {
        if self.packaging.is_contained() {
            StartClass::ContainerCold
        } else {
            StartClass::ProcessCold
        }
    }

    /// What starting costs in this class: nothing where warm, unknown where the profile has no such class.
    pub fn start(&self, class: StartClass) -> Known<Nanos> {
        match (class, self.start.get(&class)) {
            (_, Some(known)) => known.clone(),
            (StartClass::Warm | StartClass::ContainerWarm, None) => Known::Is(Nanos(0)),
            (class, None) => Known::Not(format!("the profile has no {class} start")),
        }
    }
}
