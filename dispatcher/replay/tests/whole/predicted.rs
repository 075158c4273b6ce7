//! What the published profile predicts, replayed: table 5.6 of the specification, within a millisecond.

use expect_test::expect;
use record::Nanos;
use replay::{Options, Part, Question};
use scenario::Trace;
use scheduler::cost::Cost;
use scheduler::filter::Rules;
use scheduler::profile::Profile;
use scheduler::schedule::by_name;

/// The reference's policies; what it calls proposed is `brute_force`.
const POLICIES: [&str; 6] = [
    "all_device",
    "all_edge",
    "all_cloud",
    "static",
    "brute_force",
    "heuristic",
];

pub fn published() -> Profile {
    let text = include_str!("../../../profiles/published.toml");
    Profile::read("published.toml", text).expect("the published profile is a profile")
}

pub fn trace(name: &str) -> Trace {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = scenario::find_trace(&root, name).expect("a trace of the checkout");
    Trace::open(&path).expect("a trace")
}

/// The whole table under a set of links, in milliseconds with two decimals. The policies plan by the links of the reference's
/// configuration, as they did, whatever links are in force.
fn table(links: &str) -> String {
    let profile = published();
    let links = profile.link_set(links).expect("a set of links");
    let configured = profile.link_set("configured").expect("a set of links");
    let mut table = String::new();
    for policy in POLICIES {
        let policy = by_name(policy, Cost::Reference, Rules::Published).expect("a scheduler");
        table.push_str(policy.name());
        for name in ["s1", "s2", "s3", "s4"] {
            let question = Question::new(&trace(name), &profile, links, &Options::default());
            let question = question.expect("every published tool has sizes");
            let answer = question.answer_believing(&*policy, configured);
            let placed = answer.outcome.expect("a plan");
            let Nanos(end) = placed.timeline.end;
            let hundredths = (end + 5_000) / 10_000;
            table.push_str(&format!(" {}.{:02}", hundredths / 100, hundredths % 100));
            let without = placed.timeline.without();
            assert_eq!(without, [Part::Decision, Part::ColdStart]);
        }
        table.push('\n');
    }
    table
}

#[test]
fn the_configured_links_give_the_predicted_latencies() {
    expect![[r#"
        all_device 2988.00 19.90 13452.50 67634.10
        all_edge 750.29 995.98 8717.80 24046.21
        all_cloud 1332.51 69.43 6302.66 10492.95
        static 1356.94 999.73 6975.42 24050.48
        brute_force 1298.36 19.90 6274.57 67449.55
        heuristic 1309.09 19.90 6268.00 67634.10
    "#]]
    .assert_eq(&table("configured"));
}

#[test]
fn the_published_round_trips_give_the_predicted_latencies() {
    expect![[r#"
        all_device 2988.00 19.90 13452.50 67634.10
        all_edge 891.37 1108.84 8971.74 25315.93
        all_cloud 2089.22 674.80 7664.74 17303.34
        static 1536.49 1056.16 7939.90 25291.99
        brute_force 1601.04 19.90 7333.96 67752.23
        heuristic 1460.43 19.90 7176.05 67634.10
    "#]]
    .assert_eq(&table("published-rtt"));
}
