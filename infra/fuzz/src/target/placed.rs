//! What has to hold wherever schedulers place a trace's calls: no target, but what two of them ask.

use std::sync::OnceLock;

use auditor::RuleSet;
use replay::{Options, Question};
use scenario::Trace;
use scheduler::cost::Cost;
use scheduler::filter::{Rules, holders};
use scheduler::profile::Profile;
use scheduler::schedule::{NAMES, UNFILTERED, by_name};

use super::remedied;

/// Up to so many calls every scheduler is asked. Those that tell all plans apart take milliseconds for more.
const FEW: usize = 5;
/// Those that do not.
const QUICK: [&str; 7] = [
    "all_device",
    "all_edge",
    "static",
    "heuristic",
    "greedy",
    "dp",
    "adaptive",
];
/// What the auditor knows to be labelled wrongly, by name, and the filter does not.
const MISLABELLED: [&str; 2] = ["git_diff", "batch_resize"];

/// The committed profile.
pub(super) fn published() -> &'static Profile {
    static PUBLISHED: OnceLock<Profile> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        let text = include_str!("../../../../dispatcher/profiles/published.toml");
        Profile::read("published.toml", text).expect("the committed profile is one")
    })
}

/// Has schedulers place the calls by a profile. Each places all of them, where the auditor finds nothing if the scheduler
/// filters; or it refuses with a remedy.
///
/// # Panics
/// When one does neither.
pub(super) fn judge(trace: &Trace, profile: &Profile) {
    for side_by_side in [false, true] {
        let options = Options {
            side_by_side,
            ..Options::default()
        };
        for (links, cost) in profile.links.iter().zip([Cost::LatencyWarm, Cost::Latency]) {
            match Question::new(trace, profile, links, &options) {
                Ok(question) => asked(&question, cost),
                Err(why) => remedied(&why.to_string()),
            }
        }
    }
}

fn asked(question: &Question<'_>, cost: Cost) {
    let names: &[&str] = match question.calls.len() {
        0..=FEW => &NAMES,
        _ => &QUICK,
    };
    for name in names {
        let scheduler = by_name(name, cost, Rules::Strict).expect("it is listed");
        let placed = match question.answer(&*scheduler).outcome {
            Ok(placed) => placed,
            Err(why) => {
                remedied(&why.to_string());
                continue;
            }
        };
        assert_eq!(placed.plan.placements.len(), question.calls.len());
        assert_eq!(placed.timeline.calls.len(), question.calls.len());
        for call in &placed.timeline.calls {
            assert!(call.due <= call.at && call.at <= placed.timeline.end);
        }
        if UNFILTERED.contains(name) {
            continue;
        }
        for violation in &placed.audits[&RuleSet::Strict].violations {
            let call = &question.calls[violation.call];
            let is_known = MISLABELLED.contains(&call.tool.as_str())
                && holders(&call.arguments, question.profile).is_empty();
            assert!(
                is_known,
                "{name} breaks the strict rules: {call:?} {violation:?}"
            );
        }
    }
}
