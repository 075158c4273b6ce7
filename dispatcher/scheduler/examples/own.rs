//! A scheduler of your own: one file that implements one trait, here one that keeps data together.
//!
//! `cargo run -p scheduler --example own` places a chain of research with it and explains each placement.

use scheduler::Scheduler;
use scheduler::call::Call;
use scheduler::cost::Cost;
use scheduler::explain::explain;
use scheduler::filter::Rules;
use scheduler::plan::{Infeasible, Placement, Plan, Why};
use scheduler::problem::Problem;
use scheduler::profile::Profile;
use scheduler::registry::Registry;
use scheduler::tier::Tier;
use scheduler::view::{Learned, Load, Pace, View};

/// Stays on the tier of the call before as long as the rules let it.
struct Stay;

impl Scheduler for Stay {
    fn name(&self) -> &str {
        "stay"
    }

    fn plan(&self, calls: &[Call], view: &View<'_>) -> Result<Plan, Infeasible> {
        // The filter comes first, whoever chooses: what it leaves is never empty.
        let problem = Problem::of(calls, view, Rules::Strict)?;
        let mut here = view.profile.home;
        let mut placements = Vec::new();
        for allowed in &problem.allowed {
            let stays = allowed.contains(here);
            let next: Tier = if stays {
                here
            } else {
                allowed.iter().next().unwrap_or(here)
            };
            here = next;
            placements.push(Placement {
                tier: here,
                why: if stays {
                    Why::DefaultHome
                } else {
                    Why::OnlyFeasible
                },
            });
        }
        Ok(Plan {
            placements,
            ..Plan::default()
        })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = include_str!("../../profiles/published.toml");
    let profile = Profile::read("published.toml", text)?;
    let registry = Registry::of(&profile);
    let (load, learned) = (Load::default(), Learned::default());
    let view = View {
        profile: &profile,
        registry: &registry,
        links: &profile.links[0],
        now: record::Nanos(0),
        load: &load,
        learned: &learned,
        pace: Pace::OneByOne,
        truth: None,
    };
    let chain = [
        ("fetch", "fetch"),
        ("summarize", "summarize_text"),
        ("data_aggregate", "aggregate_list"),
        ("filesystem", "write_file"),
    ];
    let calls: Vec<Call> = chain.map(|(server, tool)| Call::bare(server, tool)).into();
    let plan = Stay.plan(&calls, &view)?;
    let decisions = explain(&calls, &plan, &view, Cost::Reference, Rules::Strict)?;
    for (call, decision) in calls.iter().zip(decisions) {
        println!("{}", decision.explanation(call, &view));
    }
    Ok(())
}
