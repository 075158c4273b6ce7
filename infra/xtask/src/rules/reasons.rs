//! Every exception to a rule has its reason beside it.

use toml::{Table, Value};

use crate::rule::{Finding, Repository, Rule};

/// An exception without a reason is a rule that nobody knows.
pub const GIVEN: Rule = Rule {
    name: "reasons",
    reason: "an exception without a reason is a hidden rule; add `reason = \"…\"`, and to a ban in clippy.toml the substitute",
    check,
    bad: || {
        let rust = [
            "#[expect(unsafe_code)]\n",
            "fn f() {\n    #[allow(\n        dead_code,\n    )]\n    let x = 1;\n}\n",
            "#![allow(clippy::all)]\n",
            "#[cfg_attr(test, expect(dead_code))]\n",
            "#[expect(dead_code, reason = \"\")]\n",
        ];
        let mut bad: Vec<_> = rust
            .map(|text| Repository::of_files(&[("a/src/x.rs", text)]))
            .into();
        bad.push(Repository::of_files(&[(
            "clippy.toml",
            "disallowed-types = [\"std::collections::HashMap\"]\n",
        )]));
        bad.push(Repository::of_files(&[(
            "clippy.toml",
            "disallowed-methods = [{ path = \"a::b\", reason = \"\" }]\n",
        )]));
        bad
    },
    good: || {
        Repository::of_files(&[
            (
                "a/src/x.rs",
                "#[expect(unsafe_code, reason = \"the map outlives (it)\")]\n// #[allow(dead_code)] is how it is not done\n#[cfg_attr(test, expect(dead_code, reason = \"tests\"))]\nlet s = r#\"x\"#;\n",
            ),
            (
                "clippy.toml",
                "disallowed-methods = [{ path = \"a::b\", reason = \"use c\" }]\nmax-lines = 3\n",
            ),
        ])
    },
};

fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in repository.tree.ending(&["rs"]) {
        // Examples of bad code live in this crate as strings.
        if path.starts_with("infra/xtask/src/rules/") {
            continue;
        }
        findings.extend(
            unreasoned(text)
                .into_iter()
                .map(|line| Finding::on(path, line, "an exception without a reason")),
        );
    }
    if let Some(text) = repository.tree.text("clippy.toml") {
        let bans = text.parse::<Table>().unwrap_or_default();
        let bans = bans
            .iter()
            .filter(|(key, _)| key.starts_with("disallowed-"))
            .filter_map(|(_, value)| value.as_array())
            .flatten();
        for ban in bans {
            if ban
                .get("reason")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .is_empty()
            {
                findings.push(Finding::at(
                    "clippy.toml",
                    format!("a ban without a reason: {ban}"),
                ));
            }
        }
    }
    findings
}

/// The lines on which a lint is let off without a reason.
fn unreasoned(text: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut offset = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let code = line.trim_start();
        if code.starts_with("#[") || code.starts_with("#![") {
            let rest = &text[offset + (line.len() - code.len())..];
            let attribute = &rest[..attribute_length(rest)];
            let excepts = ["allow(", "expect("].iter().any(|word| {
                attribute
                    .match_indices(word)
                    .any(|(at, _)| begins_word(attribute, at))
            });
            if excepts && !has_reason(attribute) {
                lines.push(index + 1);
            }
        }
        offset += line.len();
    }
    lines
}

fn begins_word(text: &str, at: usize) -> bool {
    !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.')
}

fn has_reason(attribute: &str) -> bool {
    let after = attribute
        .split("reason")
        .nth(1)
        .map(|rest| rest.trim_start_matches([' ', '=']));
    after.is_some_and(|rest| rest.starts_with('"') && !rest.starts_with("\"\""))
}

/// Up to the bracket that closes the attribute; a bracket within a reason's text does not count.
fn attribute_length(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}
