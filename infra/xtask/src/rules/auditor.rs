//! Who judges placements does not see how they are made.

use crate::rule::{Finding, Repository, Rule};

/// Where the judge lives.
const ROOM: &str = "dispatcher/auditor/";
/// What it may see of crate `scheduler`: words and the profile.
const SEEN: &[&str] = &["call", "plan", "profile", "quantity", "tier"];

/// The auditor imports the vocabulary and the profile of `scheduler`, never its filter, costs or schedulers.
pub const APART: Rule = Rule {
    name: "the auditor judges apart",
    reason: "a judge that asks the filter finds what the filter finds; write the judgement again, from the words in `scheduler::{call, plan, profile, quantity, tier}`",
    check: |repository| {
        let files = repository.tree.ending(&["rs"]);
        let own = files.filter(|(path, _)| path.starts_with(ROOM));
        own.flat_map(|(path, text)| found(path, text)).collect()
    },
    bad: || {
        [
            "use scheduler::filter::allowed;\n",
            "use scheduler::{call::Call, filter};\n",
            "use scheduler::{\n    call::Call,\n    rules::RuleSet,\n};\n",
            "use scheduler as other;\n",
            "use scheduler::*;\n",
            "fn f() {\n    ::scheduler::path::is_below(\"a\", \"b\");\n}\n",
            "use scheduler::Scheduler;\n",
        ]
        .map(|text| Repository::of_files(&[("dispatcher/auditor/src/judge.rs", text)]))
        .into()
    },
    good: || {
        Repository::of_files(&[
            (
                "dispatcher/auditor/src/judge.rs",
                "//! Of crate `scheduler` the filter is not seen.\nuse scheduler::call::Call;\nuse scheduler::{\n    profile::{Known, Profile},\n    tier::Tier,\n};\nuse crate::path::paths;\n",
            ),
            (
                "dispatcher/replay/src/question.rs",
                "use scheduler::filter::Rules;\n",
            ),
        ])
    },
};

/// Every module of `scheduler` that a file names and may not.
fn found(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut offset = 0;
    while let Some(at) = text[offset..].find("scheduler") {
        let start = offset + at;
        offset = start + "scheduler".len();
        let before = text[..start].chars().next_back();
        let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let commented = text[line_start..start].contains("//");
        if commented || before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
            continue;
        }
        let line = text[..start].matches('\n').count() + 1;
        let rest = &text[offset..];
        let told = |what: &str| Finding::on(path, line, format!("sees `scheduler::{what}`"));
        match rest.strip_prefix("::") {
            Some(rest) => {
                let heads = heads(rest);
                let unseen = heads.iter().filter(|head| !SEEN.contains(&head.as_str()));
                findings.extend(unseen.map(|head| told(head)));
            }
            // Another name for the whole crate would hide what is taken from it.
            None if rest.trim_start().starts_with("as ") => {
                findings.push(told("* by another name"))
            }
            None => {}
        }
    }
    findings
}

/// The first names below a path: one, or those of a group in braces.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        let named = |letter: &char| letter.is_alphanumeric() || matches!(letter, '_' | '*');
        text.trim_start().chars().take_while(named).collect()
    };
    let Some(group) = rest.trim_start().strip_prefix('{') else {
        return vec![name(rest)];
    };
    let (mut depth, mut heads, mut current) = (0_usize, Vec::new(), String::new());
    for letter in group.chars() {
        match letter {
            '}' if depth == 0 => break,
            ',' if depth == 0 => heads.push(std::mem::take(&mut current)),
            _ => {
                depth += usize::from(letter == '{');
                depth -= usize::from(letter == '}');
                current.push(letter);
            }
        }
    }
    heads.push(current);
    let heads = heads.iter().map(|head| name(head));
    heads.filter(|head| !head.is_empty()).collect()
}
