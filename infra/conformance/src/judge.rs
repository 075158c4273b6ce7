//! What is wrong with a run of the suite: failures that are not expected, and expected ones that are not there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::suite::{Check, Scenario, Status};
use crate::wire::{FIXTURE, Wire};

/// The failures that are expected, of all servers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    #[serde(default, rename = "expected")]
    entries: Vec<Entry>,
}

/// One of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// `real`, or a server's name.
    servers: String,
    wire: Wire,
    scenario: String,
    /// Without it, the scenario fails as a whole.
    check: Option<String>,
    /// Why it cannot pass, for whoever reads the file.
    reason: String,
}

impl Entry {
    fn concerns(&self, server: &str, wire: Wire) -> bool {
        let whom = self.servers == server || self.servers == "real" && server != FIXTURE;
        whom && self.wire == wire
    }
}

/// What came of one server on one wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many scenarios were asked for.
    pub required: usize,
    /// How many of them passed, but for what is expected to fail.
    pub passed: usize,
    /// How many different checks held, in all scenarios that were asked for.
    pub held: usize,
    /// How many failures were expected and came, in all scenarios that were run.
    pub expected: usize,
    /// What is wrong, a sentence each; empty where nothing is.
    pub faults: Vec<String>,
}

impl Expected {
    /// Reads the file's text.
    ///
    /// # Errors
    /// When it is not of its shape, or an entry has no reason.
    pub fn read(text: &str) -> Result<Expected, String> {
        let expected: Expected = toml::from_str(text).map_err(|error| error.to_string())?;
        match expected
            .entries
            .iter()
            .find(|entry| entry.reason.is_empty())
        {
            Some(bare) => Err(format!(
                "{} is expected to fail without a reason; write one",
                bare.scenario
            )),
            None => Ok(expected),
        }
    }

    /// Judges what was run of a server on a wire by what was required. What was run beyond that is judged as well, and not counted.
    pub fn judge(
        &self,
        server: &str,
        wire: Wire,
        required: &[String],
        run: &[Scenario],
    ) -> Verdict {
        let entries = self.entries.iter();
        let mut awaited: Vec<&Entry> = entries
            .filter(|entry| entry.concerns(server, wire))
            .collect();
        let mut verdict = Verdict {
            required: required.len(),
            passed: 0,
            held: 0,
            expected: 0,
            faults: Vec::new(),
        };
        for name in required {
            if !run.iter().any(|scenario| scenario.name == *name) {
                verdict.faults.push(format!("{name} was not run"));
            }
        }
        for scenario in run {
            let before = verdict.faults.len();
            let asked = required.contains(&scenario.name);
            let held = passing(scenario);
            let failing = failing(scenario);
            if asked && held.is_empty() {
                let fault = format!("{}: nothing of it holds", scenario.name);
                verdict.faults.push(fault);
            }
            let whole = awaited
                .iter()
                .position(|entry| entry.scenario == scenario.name && entry.check.is_none());
            if let (Some(at), false) = (whole, failing.is_empty()) {
                awaited.remove(at);
                verdict.expected += 1;
                continue;
            }
            for (id, why) in failing {
                let named = awaited.iter().position(|entry| {
                    entry.scenario == scenario.name && entry.check.as_deref() == Some(id)
                });
                match named {
                    Some(at) => {
                        awaited.remove(at);
                        verdict.expected += 1;
                    }
                    None => {
                        let fault = format!("{}: {id} fails: {why}", scenario.name);
                        verdict.faults.push(fault);
                    }
                }
            }
            if asked {
                verdict.held += held.len();
                verdict.passed += usize::from(verdict.faults.len() == before);
            }
        }
        verdict.faults.extend(awaited.iter().map(|entry| {
            let check = entry.check.as_deref().unwrap_or("the scenario");
            format!(
                "{}: {check} does not fail; take it out of expected-failures.toml",
                entry.scenario
            )
        }));
        verdict
    }
}

/// The checks that fail, each once, with what the suite says of it first. A warning is a failure: what should be, is here.
fn failing(scenario: &Scenario) -> BTreeMap<&str, &str> {
    let mut failing = BTreeMap::new();
    let fails = |check: &&Check| matches!(check.status, Status::Failure | Status::Warning);
    for check in scenario.checks.iter().filter(fails) {
        let why = check.error_message.as_deref().unwrap_or("no reason given");
        failing.entry(check.id.as_str()).or_insert(why);
    }
    failing
}

/// The checks that hold whenever they are made.
fn passing(scenario: &Scenario) -> BTreeSet<&str> {
    let failing = failing(scenario);
    let checks = scenario.checks.iter();
    checks
        .filter(|check| check.status == Status::Success)
        .map(|check| check.id.as_str())
        .filter(|id| !failing.contains_key(id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = r#"
[[expected]]
servers = "real"
wire = "2026-07-28"
scenario = "a"
check = "two"
reason = "no fixture"
[[expected]]
servers = "everything"
wire = "2026-07-28"
scenario = "extra"
reason = "an extension"
"#;

    fn scenario(name: &str, checks: &[(&str, Status)]) -> Scenario {
        let checks = checks.iter().map(|(id, status)| Check {
            id: (*id).to_owned(),
            status: *status,
            error_message: None,
        });
        Scenario {
            name: name.to_owned(),
            checks: checks.collect(),
        }
    }

    fn faults(server: &str, run: &[Scenario]) -> Vec<String> {
        let expected = Expected::read(LISTED).expect("of its shape");
        let required = ["a".to_owned()];
        expected
            .judge(server, Wire::Stateless, &required, run)
            .faults
    }

    use Status::{Failure, Info, Skipped, Success, Warning};

    #[test]
    fn what_is_expected_is_no_fault_and_nothing_else_is_excused() {
        let good = [scenario(
            "a",
            &[("one", Success), ("two", Failure), ("three", Skipped)],
        )];
        assert_eq!(faults("noop", &good), [""; 0]);
        let expected = Expected::read(LISTED).expect("of its shape");
        let verdict = expected.judge("noop", Wire::Stateless, &["a".to_owned()], &good);
        assert_eq!(
            (verdict.passed, verdict.held, verdict.expected),
            (1, 1, 1),
            "{verdict:?}"
        );
        for (status, said) in [
            (Failure, "a: one fails: no reason given"),
            (Warning, "a: one fails: no reason given"),
        ] {
            let bad = [scenario(
                "a",
                &[("one", status), ("two", Failure), ("x", Success)],
            )];
            assert_eq!(faults("noop", &bad), [said]);
        }
        // A check that is made twice fails if it fails once.
        let twice = [scenario(
            "a",
            &[
                ("one", Success),
                ("one", Failure),
                ("two", Failure),
                ("x", Success),
            ],
        )];
        assert_eq!(faults("noop", &twice), ["a: one fails: no reason given"]);
    }

    #[test]
    fn an_expected_failure_that_passes_or_is_not_made_is_a_fault() {
        let said = "a: two does not fail; take it out of expected-failures.toml";
        for status in [Success, Skipped, Info] {
            let run = [scenario("a", &[("one", Success), ("two", status)])];
            assert_eq!(faults("noop", &run), [said]);
        }
        assert_eq!(
            faults("noop", &[scenario("a", &[("one", Success)])]),
            [said]
        );
        let whole = [
            scenario("a", &[("one", Success)]),
            scenario("extra", &[("x", Success)]),
        ];
        assert_eq!(
            faults("everything", &whole),
            ["extra: the scenario does not fail; take it out of expected-failures.toml"]
        );
    }

    #[test]
    fn entries_hold_for_whom_they_name() {
        let a = scenario("a", &[("one", Success), ("two", Failure)]);
        let extra = scenario("extra", &[("x", Failure), ("y", Failure)]);
        assert_eq!(
            faults("everything", &[a, extra]),
            ["a: two fails: no reason given"]
        );
    }

    #[test]
    fn what_was_not_run_or_holds_nothing_is_a_fault() {
        let missing = faults("noop", &[]);
        assert_eq!(missing[0], "a was not run");
        let empty = faults("noop", &[scenario("a", &[("two", Failure)])]);
        assert_eq!(empty, ["a: nothing of it holds"]);
    }

    #[test]
    fn an_entry_without_a_reason_is_refused() {
        let bare = LISTED.replace("no fixture", "");
        assert!(Expected::read(&bare).is_err());
        assert!(Expected::read(&LISTED.replace("check", "chek")).is_err());
    }
}
