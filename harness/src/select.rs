//! Chooses cells by words of the person who asks; an empty choice is an error that says what there is.

use std::collections::{BTreeMap, BTreeSet};

use record::{Metric, Packaging, StartClass, Transport};

use crate::exit::Told;
use crate::plan::Cell;
use crate::server::Server;

/// What was asked for. Words of one kind add up, kinds narrow each other down; a kind without words narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Servers by name.
    pub servers: Vec<String>,
    /// Tools by name.
    pub tools: Vec<String>,
    /// Packagings.
    pub packagings: Vec<Packaging>,
    /// Start classes.
    pub starts: Vec<StartClass>,
    /// Transports.
    pub transports: Vec<Transport>,
    /// Metrics: cells that give one of them.
    pub metrics: Vec<Metric>,
}

/// The kinds of words, by the names of their flags.
const FLAGS: [&str; 6] = [
    "server",
    "tool",
    "packaging",
    "start-class",
    "transport",
    "metric",
];

impl Selection {
    /// Refuses tools that none of these servers has.
    ///
    /// # Errors
    /// Names the word and what there is.
    pub fn check(&self, servers: &[Server]) -> Result<(), Told> {
        let known: BTreeSet<&str> = servers.iter().flat_map(Server::tools).collect();
        match self
            .tools
            .iter()
            .find(|tool| !known.contains(tool.as_str()))
        {
            None => Ok(()),
            Some(unknown) => {
                let known: Vec<&str> = known.into_iter().collect();
                let whose = if self.servers.is_empty() {
                    String::new()
                } else {
                    format!(" of {}", self.servers.join(", "))
                };
                Err(Told::usage(format!(
                    "there is no tool {unknown}; choose from the tools{whose}: {}",
                    known.join(", ")
                )))
            }
        }
    }

    /// The chosen cells.
    ///
    /// # Errors
    /// When there is none: says which other words would have found some.
    pub fn choose(&self, cells: Vec<Cell>) -> Result<Vec<Cell>, Told> {
        let chosen: Vec<Cell> = cells
            .iter()
            .filter(|cell| self.admits(cell, None))
            .cloned()
            .collect();
        if chosen.is_empty() {
            return Err(Told::usage(self.nothing(&cells)));
        }
        Ok(chosen)
    }

    /// What was asked, by the names of the flags: equal for two runs that were asked the same.
    pub fn words(&self) -> BTreeMap<String, String> {
        let given = FLAGS.iter().map(|flag| (*flag, self.given(flag)));
        given
            .filter(|(_, words)| !words.is_empty())
            .map(|(flag, words)| (flag.to_owned(), Vec::from_iter(words).join(",")))
            .collect()
    }

    fn given(&self, flag: &str) -> BTreeSet<String> {
        fn names<T: ToString>(values: &[T]) -> BTreeSet<String> {
            values.iter().map(ToString::to_string).collect()
        }
        match flag {
            "server" => names(&self.servers),
            "tool" => names(&self.tools),
            "packaging" => names(&self.packagings),
            "start-class" => names(&self.starts),
            "transport" => names(&self.transports),
            _ => names(&self.metrics),
        }
    }

    /// Whether a cell is chosen, or would be without one of the flags.
    fn admits(&self, cell: &Cell, without: Option<&str>) -> bool {
        FLAGS.iter().all(|flag| {
            let given = self.given(flag);
            given.is_empty()
                || without == Some(*flag)
                || words(cell, flag).iter().any(|word| given.contains(word))
        })
    }

    /// Why nothing was chosen.
    fn nothing(&self, cells: &[Cell]) -> String {
        let asked: Vec<String> = self
            .words()
            .iter()
            .map(|(flag, words)| format!("--{flag} {words}"))
            .collect();
        let other = FLAGS.iter().filter_map(|flag| {
            if self.given(flag).is_empty() {
                return None;
            }
            let found: BTreeSet<String> = cells
                .iter()
                .filter(|cell| self.admits(cell, Some(flag)))
                .flat_map(|cell| words(cell, flag))
                .collect();
            let found: Vec<String> = found.into_iter().collect();
            (!found.is_empty()).then(|| format!("--{flag} can be {}", found.join(", ")))
        });
        let other: Vec<String> = other.collect();
        let advice = if other.is_empty() {
            "leave out one of them, or see `harness list metrics`".to_owned()
        } else {
            format!("with the others as they are, {}", other.join("; or "))
        };
        format!("nothing is measured at {}; {advice}", asked.join(" "))
    }
}

/// A cell's words of one kind.
fn words(cell: &Cell, flag: &str) -> Vec<String> {
    match flag {
        "server" => vec![cell.server.clone()],
        "tool" => cell.tool.iter().cloned().collect(),
        "packaging" => vec![cell.packaging.to_string()],
        "start-class" => cell.start().iter().map(ToString::to_string).collect(),
        "transport" => cell.transport().iter().map(ToString::to_string).collect(),
        _ => cell
            .kind
            .metrics()
            .iter()
            .map(ToString::to_string)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Scope, table3};
    use expect_test::{Expect, expect};
    use record::Subject;

    fn cells() -> (Vec<Server>, Vec<Cell>) {
        let server = |name: &str, tool: &str| -> Server {
            let call = |id: &str, input: &str| {
                format!(
                    r#"{{ id = "{id}", tool = "{tool}", input = "{input}", expect = {{ text = {{ equal = "ok" }} }}, source = {{ origin = "hand" }} }}"#
                )
            };
            let (small, large) = (call("s", "small"), call("l", "large"));
            let head = format!("name = \"{name}\"\ntitle = \"N\"\npackage = \"{name}\"\n");
            toml::from_str(&format!("{head}call = [{small}, {large}]")).expect("a server")
        };
        let servers = vec![server("noop", "noop"), server("log_parser", "parse_logs")];
        let subjects: Vec<Subject> = [Packaging::Native, Packaging::Component]
            .into_iter()
            .flat_map(|packaging| {
                servers.iter().map(move |server| Subject {
                    server: server.name.clone(),
                    packaging,
                    digest: None,
                })
            })
            .collect();
        let cells = table3(&servers, &subjects, Scope::default());
        (servers, cells)
    }

    fn check(selection: Selection, expected: Expect) {
        let said = match selection.choose(cells().1) {
            Ok(chosen) => chosen.iter().map(|cell| cell.name() + "\n").collect(),
            Err(told) => told.message,
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn words_of_one_kind_add_up_and_kinds_narrow_each_other_down() {
        check(
            Selection {
                tools: vec!["parse_logs".into(), "noop".into()],
                packagings: vec![Packaging::Component],
                starts: vec![StartClass::InstanceCold],
                ..Selection::default()
            },
            expect![[r#"
                instance-cold noop component s
                instance-cold noop component l
                instance-cold log_parser component s
                instance-cold log_parser component l
            "#]],
        );
        check(
            Selection {
                servers: vec!["log_parser".into()],
                metrics: vec![Metric::FirstAnswer, Metric::SizeRaw],
                starts: vec![StartClass::ProcessCold],
                transports: vec![Transport::Stdio],
                ..Selection::default()
            },
            expect![[r#"
                process-cold log_parser native stdio
                process-cold log_parser component stdio
            "#]],
        );
        assert_eq!(
            Selection::default().choose(cells().1).expect("all"),
            cells().1
        );
    }

    #[test]
    fn an_empty_choice_says_what_there_is() {
        check(
            Selection {
                tools: vec!["parse_logs".into()],
                packagings: vec![Packaging::Native],
                starts: vec![StartClass::InstanceCold],
                ..Selection::default()
            },
            expect![
                "nothing is measured at --packaging native --start-class instance-cold --tool parse_logs; with the others as they are, --packaging can be component; or --start-class can be warm"
            ],
        );
        check(
            Selection {
                metrics: vec![Metric::SizeImage],
                tools: vec!["noop".into()],
                starts: vec![StartClass::ProcessCompile],
                ..Selection::default()
            },
            expect![
                "nothing is measured at --metric size-image --start-class process-compile --tool noop; leave out one of them, or see `harness list metrics`"
            ],
        );
    }

    #[test]
    fn a_tool_that_nobody_has_is_refused() {
        let selection = Selection {
            tools: vec!["parse_log".into()],
            ..Selection::default()
        };
        let told = selection.check(&cells().0).expect_err("no such tool");
        expect!["there is no tool parse_log; choose from the tools: noop, parse_logs"]
            .assert_eq(&told.message);
    }

    #[test]
    fn the_order_of_words_makes_no_other_question() {
        let asked = |servers: [&str; 2]| Selection {
            servers: servers.map(str::to_owned).into(),
            ..Selection::default()
        };
        assert_eq!(
            asked(["noop", "log_parser"]).words(),
            asked(["log_parser", "noop"]).words()
        );
    }
}
