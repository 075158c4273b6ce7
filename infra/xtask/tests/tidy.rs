//! The rules, each proven to be able to fail, then asked about this repository.

use std::path::Path;

use xtask::graph::Graph;
use xtask::rule::{Finding, Repository};
use xtask::rules::RULES;
use xtask::tree::Tree;

fn shown(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|finding| format!("\n  {finding}"))
        .collect()
}

#[test]
fn every_rule_finds_its_bad_examples_and_passes_its_good_one() {
    for rule in RULES {
        let bad = (rule.bad)();
        assert!(
            !bad.is_empty(),
            "{}: a rule without a bad example may be looking at nothing",
            rule.name
        );
        for (index, repository) in bad.iter().enumerate() {
            assert!(
                !(rule.check)(repository).is_empty(),
                "{}: bad example {index} is not found:\n{repository:#?}",
                rule.name
            );
        }
        let findings = (rule.check)(&(rule.good)());
        assert!(
            findings.is_empty(),
            "{}: the good example is found fault with:{}",
            rule.name,
            shown(&findings)
        );
    }
}

#[test]
fn this_repository_keeps_every_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = match Tree::tracked(&root) {
        Ok(tree) => tree,
        Err(why) => return println!("skipped: {why}"),
    };
    assert!(
        tree.holds("Cargo.toml"),
        "git lists the files of another folder than the repository's root"
    );
    let graph = Graph::of_workspace(&root).expect("the workspace resolves");
    assert!(
        graph.members.contains_key("xtask"),
        "cargo describes another workspace"
    );
    let repository = Repository { tree, graph };

    let mut report = String::new();
    for rule in RULES {
        let findings = (rule.check)(&repository);
        if !findings.is_empty() {
            report += &format!("\n{}: {}{}\n", rule.name, rule.reason, shown(&findings));
        }
    }
    assert!(report.is_empty(), "{report}");
}
