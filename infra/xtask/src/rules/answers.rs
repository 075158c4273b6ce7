//! Every right answer in a server.toml says where it comes from, and every tool is asked small and large.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use crate::rule::{Finding, Repository, Rule};

/// A right answer without an origin is the answer that the server happened to give.
pub const SOURCED: Rule = Rule {
    name: "sourced answers",
    reason: "an answer that our own server gave proves nothing about it; name the origin and the committed script, and time each tool small and large",
    check,
    bad: || {
        let texts = [
            COMPLETE.replace("origin = \"arithmetic by hand\"", "origin = \"\""),
            COMPLETE.replace("script = \"golden/make.py\"", "script = \"golden/gone.py\""),
            COMPLETE.replace(
                "script = \"golden/make.py\"",
                "script = \"../../README.md\"",
            ),
            COMPLETE.replace("input = \"large\"", "input = \"edge\""),
            COMPLETE.replace("input = \"large\"", "input = \"huge\""),
            COMPLETE.replace("id = \"sum-large\"", "id = \"sum-small\""),
            COMPLETE.replace("expect.text.equal = \"3\"\n", ""),
        ];
        texts.map(|text| repository(&text)).into()
    },
    good: || repository(COMPLETE),
};

const COMPLETE: &str = r#"
[[call]]
id = "sum-small"
tool = "sum"
input = "small"
expect.text.equal = "3"
source.origin = "arithmetic by hand"
[[call]]
id = "sum-large"
tool = "sum"
input = "large"
[call.expect]
structured = { subset = { sum = 3000 } }
[call.source]
origin = "Python"
script = "golden/make.py"
"#;

fn repository(text: &str) -> Repository {
    Repository::of_files(&[
        ("servers/sum/server.toml", text),
        ("servers/sum/golden/make.py", "print(3000)\n"),
    ])
}

fn check(repository: &Repository) -> Vec<Finding> {
    let tree = &repository.tree;
    let mut findings = Vec::new();
    for name in tree.folders_in("servers") {
        let path = format!("servers/{name}/server.toml");
        let text = tree.text(&path).unwrap_or_default();
        // What is no TOML is another rule's finding.
        let server = text.parse::<Table>().unwrap_or_default();
        let calls = server.get("call").and_then(Value::as_array);
        let mut ids = BTreeSet::new();
        let mut inputs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for call in calls.into_iter().flatten() {
            let word = |key: &str| call.get(key).and_then(Value::as_str).unwrap_or_default();
            let id = word("id");
            let mut fault =
                |what: String| findings.push(Finding::at(&path, format!("`{id}` {what}")));
            if !ids.insert(id) {
                fault("is there twice".into());
            }
            if !["small", "large", "edge"].contains(&word("input")) {
                fault(format!(
                    "has the input `{}`; it is small, large or edge",
                    word("input")
                ));
            }
            if call
                .get("expect")
                .and_then(Value::as_table)
                .is_none_or(Table::is_empty)
            {
                fault("expects nothing".into());
            }
            let source = |key: &str| {
                call.get("source")
                    .and_then(|source| source.get(key)?.as_str())
            };
            if source("origin").unwrap_or_default().is_empty() {
                fault("does not say where its answer comes from".into());
            }
            if let Some(script) = source("script") {
                // Beside the server, or one that several servers share, named from the root.
                let own = format!("servers/{name}/{script}");
                let outside = script.split('/').any(|part| part == "..");
                if outside || !(tree.holds(&own) || tree.holds(script)) {
                    fault(format!(
                        "names the script `{script}`, which is not in the repository"
                    ));
                }
            }
            inputs
                .entry(word("tool"))
                .or_default()
                .insert(word("input"));
        }
        for (tool, inputs) in inputs {
            let lacking = ["small", "large"]
                .into_iter()
                .filter(|input| !inputs.contains(input));
            findings.extend(lacking.map(|input| {
                Finding::at(&path, format!("the tool `{tool}` has no {input} input"))
            }));
        }
    }
    findings
}
