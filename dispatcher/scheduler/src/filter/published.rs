//! The reference's pins, with their faults (specification 2.6 and 2.7).

use serde_json::Value;

use crate::call::Call;
use crate::filter::{Fault, Verdict};
use crate::profile::{Locality, ToolProfile};
use crate::tier::{Tier, TierSet};

/// The reference has three tiers.
const TIERS: usize = 3;

/// When a chain is planned, no arguments are handed over, so the path rule always says device. Flags for GPU, privacy and WASI
/// exist and are never loaded for single tools (specification, fact 5), so they decide nothing here either.
pub(super) fn in_chain(tool: &ToolProfile) -> Verdict {
    pinned(tool, Tier::DEVICE)
}

/// When one call is placed, its arguments are looked at.
pub(super) fn alone(call: &Call, tool: &ToolProfile) -> Verdict {
    pinned(tool, path_rule(&call.arguments))
}

fn pinned(tool: &ToolProfile, tier: Tier) -> Verdict {
    let mut verdict = Verdict::open(TIERS);
    if tool.locality == Locality::Local {
        verdict.held_by = TierSet::only(tier);
        for other in Tier::first(TIERS).filter(|other| *other != tier) {
            verdict.against(other, Fault::Pinned);
        }
    }
    verdict
}

/// The reference's path rule: the first of four arguments that is not empty, in lower case, searched for `edge` and `cloud`.
///
/// It is a test for a part of the text: a directory named `cloud` moves private data there. Kept as it is, to compare with.
pub fn path_rule(arguments: &Value) -> Tier {
    let keys = ["path", "directory", "image_path", "repo_path"];
    let path = keys
        .iter()
        .filter_map(|key| arguments.get(key)?.as_str())
        .find(|path| !path.is_empty());
    let path = path.unwrap_or_default().to_lowercase();
    let speaks_of = |tier: &str| {
        path.starts_with(&format!("{tier}://"))
            || path.contains(&format!("edgeagent_{tier}"))
            || path.contains(&format!("/{tier}/"))
    };
    if speaks_of("edge") {
        Tier::EDGE
    } else if speaks_of("cloud") {
        Tier::CLOUD
    } else {
        Tier::DEVICE
    }
}
