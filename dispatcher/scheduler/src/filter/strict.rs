//! Our rules: whatever is known of a call, its tool, its server and the tiers has a say.

use crate::call::Call;
use crate::filter::argument::holders;
use crate::filter::{Fault, Verdict};
use crate::profile::{Known, Locality, ToolProfile, Trust};
use crate::tier::{Tier, TierSet};
use crate::view::View;

pub(super) fn judge(call: &Call, tool: &ToolProfile, view: &View<'_>) -> Verdict {
    let profile = view.profile;
    let mut verdict = Verdict::open(profile.tiers.len());
    verdict.held_by = holders(&call.arguments, profile);
    if verdict.held_by.is_empty() && tool.locality == Locality::Local {
        // It touches files that no argument names, such as a working directory's.
        verdict.held_by = TierSet::only(profile.home);
    }
    let places = view.registry.places(&call.server);
    let server = profile.servers.get(&call.server);
    for tier in Tier::first(profile.tiers.len()) {
        let known = profile.tier_profile(tier);
        // Held by two tiers, it can run on neither: no tier sees all of it.
        if !verdict.held_by.is_empty() && verdict.held_by != TierSet::only(tier) {
            verdict.against(tier, Fault::DataElsewhere);
        }
        if tool.private && known.trust == Trust::ThirdParty {
            verdict.against(tier, Fault::Private);
        }
        if tool.gpu && !known.gpu {
            verdict.against(tier, Fault::NoGpu);
        }
        let Some(endpoint) = places.and_then(|places| places.endpoint(tier)) else {
            verdict.against(tier, Fault::NoEndpoint);
            continue;
        };
        if !places.is_some_and(|places| places.healthy().contains(tier)) {
            verdict.against(tier, Fault::Failing);
        }
        if !tool.wasi && is_component(endpoint.packaging) {
            verdict.against(tier, Fault::NotWasi);
        }
        // What is unknown of memory forbids nothing; what is known may.
        let needs = server.and_then(|server| server.hosted.get(&tier)?.memory.get());
        if let (Some(needs), Known::Is(gives)) = (needs, &known.memory)
            && needs > gives
        {
            verdict.against(tier, Fault::Memory);
        }
    }
    verdict
}

fn is_component(packaging: record::Packaging) -> bool {
    use record::Packaging::{
        Component, ComponentWasmtime, ContainerComponent, ContainerNative, ContainerReference,
        Native, Reference,
    };
    match packaging {
        Component | ComponentWasmtime | ContainerComponent => true,
        Native | Reference | ContainerNative | ContainerReference => false,
    }
}
