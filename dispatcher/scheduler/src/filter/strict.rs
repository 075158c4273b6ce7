//! Our rules: whatever is known of a call, its tool, its server and the tiers has a say.

use record::Packaging;

use crate::call::Call;
use crate::filter::argument::holders;
use crate::filter::{Fault, Subject, Verdict};
use crate::profile::{Known, Locality, Trust};
use crate::tier::{Tier, TierSet};
use crate::view::View;

/// The tiers that hold the data of a call: what its paths name, or else what its tool is known to touch.
pub(super) fn held_by(call: &Call, subject: &Subject<'_>, view: &View<'_>) -> TierSet {
    let held = holders(&call.arguments, view.profile);
    if held.is_empty() && subject.tool.locality == Locality::Local {
        // It touches files that no argument names, such as a working directory's.
        TierSet::only(view.profile.home)
    } else {
        held
    }
}

pub(super) fn judge(held_by: TierSet, subject: &Subject<'_>, view: &View<'_>) -> Verdict {
    let tool = subject.tool;
    let profile = view.profile;
    let mut verdict = Verdict::open(profile.tiers.len());
    verdict.held_by = held_by;
    for (tier, known) in Tier::first(profile.tiers.len()).zip(&profile.tiers) {
        // Held by two tiers, it can run on neither: no tier sees all of it.
        if !held_by.is_empty() && held_by != TierSet::only(tier) {
            verdict.against(tier, Fault::DataElsewhere);
        }
        if tool.private && known.trust == Trust::ThirdParty {
            verdict.against(tier, Fault::Private);
        }
        if tool.gpu && !known.gpu {
            verdict.against(tier, Fault::NoGpu);
        }
        let endpoint = subject.places.and_then(|places| places.endpoint(tier));
        let Some(endpoint) = endpoint else {
            verdict.against(tier, Fault::NoEndpoint);
            continue;
        };
        let is_healthy = |places: &crate::registry::Places| places.healthy().contains(tier);
        if !subject.places.is_some_and(is_healthy) {
            verdict.against(tier, Fault::Failing);
        }
        if !tool.wasi && is_component(endpoint.packaging) {
            verdict.against(tier, Fault::NotWasi);
        }
        // What is unknown of memory forbids nothing; what is known may.
        if let Known::Is(gives) = &known.memory
            && let Some(hosted) = subject.server.hosted.get(&tier)
            && hosted.memory.get().is_some_and(|needs| needs > gives)
        {
            verdict.against(tier, Fault::Memory);
        }
    }
    verdict
}

fn is_component(packaging: Packaging) -> bool {
    match packaging {
        Packaging::Component | Packaging::ComponentWasmtime | Packaging::ContainerComponent => true,
        Packaging::Native
        | Packaging::Reference
        | Packaging::ContainerNative
        | Packaging::ContainerReference => false,
    }
}
