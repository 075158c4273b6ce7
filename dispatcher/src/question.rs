//! What a plug-in is asked: the calls with the tiers that the filter leaves and their costs, and the links in force.

use scheduler::call::Call;
use scheduler::cost::{Cost, Model, Terms};
use scheduler::problem::Problem;
use scheduler::profile::{Handoff, TierProfile, Trust};
use scheduler::tier::Tier;
use scheduler::view::Pace;

use crate::bindings::exports::wasmmcp::plugin::scheduler as wit;

/// The question of a problem under a cost model.
pub(crate) fn question(problem: &Problem<'_>, model: &Model<'_>, cost: Cost) -> wit::Question {
    let profile = problem.view.profile;
    let calls = problem.calls.iter().enumerate();
    wit::Question {
        cost_model: cost.name().to_owned(),
        unit: cost.unit().to_owned(),
        rules: problem.rules.name().to_owned(),
        home: number(profile.home.place()),
        side_by_side: problem.view.pace == Pace::AsReady,
        direct: profile.handoff == Handoff::Direct,
        tiers: profile.tiers.iter().map(tier).collect(),
        links: links(problem),
        steps: steps(model),
        calls: calls
            .map(|(index, asked)| call(problem, model, index, asked))
            .collect(),
    }
}

fn tier(known: &TierProfile) -> wit::Tier {
    wit::Tier {
        name: known.name.name().to_owned(),
        trust: match known.trust {
            Trust::Owner => wit::Trust::Owner,
            Trust::Site => wit::Trust::Site,
            Trust::ThirdParty => wit::Trust::ThirdParty,
        },
        capacity: known.capacity.get().map(|calls| calls.0),
        retention: known.retention.get().map(|time| time.0),
    }
}

/// Every pair of tiers once.
fn links(problem: &Problem<'_>) -> Vec<wit::Link> {
    let mut links = Vec::new();
    for other in Tier::first(problem.tiers()) {
        for one in Tier::first(other.place()) {
            let known = problem.view.links.between(one, other);
            links.push(wit::Link {
                one: number(one.place()),
                other: number(other.place()),
                one_way: known.and_then(|link| Some(link.one_way.get()?.0)),
                bandwidth: known.and_then(|link| Some(link.bandwidth.get()?.0)),
            });
        }
    }
    links
}

/// What a change of tier costs before it is multiplied.
fn steps(model: &Model<'_>) -> Vec<Vec<f64>> {
    match model {
        Model::Additive(sum) if !sum.step.is_empty() => {
            sum.step.chunks(sum.tiers).map(<[f64]>::to_vec).collect()
        }
        Model::Additive(_) | Model::Latency(_) => Vec::new(),
    }
}

fn call(problem: &Problem<'_>, model: &Model<'_>, index: usize, asked: &Call) -> wit::Call {
    let (step_weight, counted) = match model {
        Model::Additive(sum) => (
            sum.weight.get(index).copied().unwrap_or_default(),
            sum.counted[index],
        ),
        Model::Latency(_) => (0.0, true),
    };
    let candidates = problem.allowed[index].iter();
    wit::Call {
        server: asked.server.clone(),
        tool: asked.tool.clone(),
        input: asked.input.0,
        output: asked.output.0,
        depends_on: asked.depends_on.iter().map(|at| number(*at)).collect(),
        candidates: candidates
            .map(|tier| candidate(tier, &model.alone(index, tier)))
            .collect(),
        step_weight,
        counted,
    }
}

fn candidate(tier: Tier, terms: &Terms) -> wit::Candidate {
    wit::Candidate {
        tier: number(tier.place()),
        cost: terms.total(),
        terms: terms
            .each()
            .map(|term| wit::Term {
                name: term.name.to_owned(),
                value: term.value,
            })
            .into(),
    }
}

/// Places are small: a chain that has more calls is no chain of an agent.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
