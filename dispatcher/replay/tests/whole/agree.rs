//! What the strict filter leaves, the auditor passes: both were written apart, and each looks for paths in its own way.

use auditor::{RuleSet, audit};
use proptest::prelude::*;
use scheduler::call::Call;
use scheduler::filter::{Rules, judge};
use scheduler::profile::DataRoot;
use scheduler::registry::Registry;
use scheduler::tier::Tier;
use scheduler::view::{Learned, Load, Pace, View};
use serde_json::{Value, json};

use crate::predicted::published;

/// A text that may be a path: its beginning, and what comes behind that.
fn text() -> impl Strategy<Value = String> {
    let heads = prop::sample::select(vec![
        "",
        "/",
        "./",
        "../",
        "~/",
        "\\\\",
        "C:\\",
        "<data>",
        "<scratch>",
        "<site>",
        "file:",
        "File://",
        "FILE:///mnt/",
        "edge://",
        "Cloud://",
        "https://",
        "3d://",
        "/mnt/edge/",
        "/mnt/edge/../",
        "/MNT/edge/",
        "file:///mnt/%65dge/",
        "file:///mnt/edge/%2e%2e/",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa://",
        "a:b://",
        "://",
        "\n/mnt/edge/",
        ".",
        "..",
    ]);
    (heads, "[a-z/.% \n]{0,6}").prop_map(|(head, tail)| format!("{head}{tail}"))
}

/// Arguments: names that make a path of any value, and names that do not; values alone, in lists and in rows.
fn arguments() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "path",
        "imagePaths",
        "repo_path",
        "source",
        "sources",
        "Destination",
        "dst",
        "root",
        "datapath",
        "text",
        "x",
        "target",
        "file",
        "FileName",
        "cwd",
        "working_dir",
        "url",
    ]);
    let values = (text(), 0..4).prop_map(|(text, shape)| match shape {
        0 => json!([text]),
        1 => json!([{"path": text}]),
        2 => json!({"a": [{"b": text}]}),
        _ => json!(text),
    });
    prop::collection::btree_map(names.prop_map(str::to_owned), values, 0..4)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_filter_leaves_the_auditor_passes(arguments in arguments(), tool in prop::sample::select(vec!["read_file", "deduplicate", "git_log", "summarize_text", "git_status"])) {
        let mut profile = published();
        for (prefix, tier) in [("/mnt/edge", Tier::EDGE), ("/mnt/edge/c", Tier::CLOUD)] {
            profile.data.push(DataRoot { prefix: prefix.to_owned(), tier });
        }
        let (server, _) = profile.find_tool(tool).expect("a published tool");
        let call = Call { arguments, ..Call::bare(server, tool) };
        let view = View {
            profile: &profile,
            registry: &Registry::of(&profile),
            links: &profile.links[0],
            now: record::Nanos(0),
            load: &Load::default(),
            learned: &Learned::default(),
            pace: Pace::OneByOne,
            truth: None,
        };
        let verdict = judge(0, &call, &view, Rules::Strict).expect("a known tool");
        for tier in verdict.allowed.iter() {
            let found = audit(RuleSet::Strict, std::slice::from_ref(&call), &[tier], &profile);
            prop_assert!(found.violations.is_empty(), "{:?}: {:?}", call.arguments, found.violations);
        }
    }
}
