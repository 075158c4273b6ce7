//! Holds the reference run to what is promised of it, and the list of excused tools to what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use record::{InputSize, Metric, Packaging, Record, Sample, StartClass, Summary, Transport};
use serde::Deserialize;

/// The servers that a target without a server is about.
const SERVERS: [&str; 10] = [
    "noop",
    "filesystem",
    "log_parser",
    "image_resize",
    "git",
    "fetch",
    "summarize",
    "time",
    "data_aggregate",
    "sequential_thinking",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Targets {
    run: String,
    target: Vec<Target>,
    ratio: Bound,
    #[serde(default)]
    excused: Vec<Excused>,
    original: Original,
    #[serde(default)]
    slower: Vec<Slower>,
}

/// The bound on component over the original's same call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Original {
    /// The run in which both were called side by side.
    run: String,
    at_most: f64,
    tools_slower_at_most: usize,
    slower_at_most: f64,
    /// Tools beyond those that may be slower, said aloud until they are mended.
    #[serde(default)]
    missed: Vec<String>,
}

/// A tool that is slower than the original's, with the cause.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Slower {
    server: String,
    tool: String,
    at_most: f64,
    cause: String,
}

/// The bound on component over native at large input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bound {
    at_most: f64,
    aim: f64,
    excused_at_most: usize,
    /// Tools over the bound without an excuse, said aloud until they are mended.
    #[serde(default)]
    missed: Vec<String>,
    /// Tools that walk a folder, which may be excused to more than others.
    walks: Vec<String>,
    walks_at_most: f64,
    others_at_most: f64,
}

/// A tool that may be slower, with the cause.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Excused {
    server: String,
    tool: String,
    at_most: f64,
    cause: String,
    profile: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    figure: String,
    server: Option<String>,
    tool: Option<String>,
    call: Option<String>,
    input: Option<InputSize>,
    packaging: Packaging,
    metric: Metric,
    start: Option<StartClass>,
    transport: Option<Transport>,
    concurrency: Option<u64>,
    at_most: Option<u64>,
    at_least: Option<u64>,
    aim: Option<u64>,
    /// Calls that miss the bound, said aloud until they are mended.
    #[serde(default)]
    missed: Vec<String>,
}

impl Target {
    fn meets(&self, sample: &Sample) -> bool {
        let is = |wanted: &Option<String>, found: Option<&String>| {
            wanted.as_ref().is_none_or(|wanted| found == Some(wanted))
        };
        self.packaging == sample.subject.packaging
            && self.metric == sample.metric
            && is(&self.server, Some(&sample.subject.server))
            && is(&self.tool, sample.tool.as_ref())
            && is(&self.call, sample.input.as_ref().map(|input| &input.name))
            && self.input.is_none_or(|size| {
                sample
                    .input
                    .as_ref()
                    .is_some_and(|input| input.size == size)
            })
            && self.start.is_none_or(|start| sample.start == Some(start))
            && self.transport.is_none_or(|by| sample.transport == Some(by))
            // What was measured at an offered rate, or beside idle servers, is held to nothing here.
            && sample.load.is_none()
            && sample.idle.is_none()
            && self
                .concurrency
                .is_none_or(|clients| sample.concurrency.0 == clients)
    }
}

/// The medians of every cell that some samples fall into.
fn medians<'a>(samples: impl Iterator<Item = &'a Sample>) -> BTreeMap<(String, String), Summary> {
    let mut cells: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
    let mut unit = record::Unit::Nanos;
    for sample in samples {
        let Some(value) = sample.good() else { continue };
        unit = value.unit();
        let call = sample
            .input
            .as_ref()
            .map_or(String::new(), |input| input.name.clone());
        cells
            .entry((sample.subject.server.clone(), call))
            .or_default()
            .push(value.value());
    }
    cells
        .into_iter()
        .filter_map(|(cell, values)| Some((cell, Summary::of(unit, values)?)))
        .collect()
}

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../results/reference")
}

fn reference() -> (Targets, Record) {
    let folder = committed();
    let text =
        std::fs::read_to_string(folder.join("targets.toml")).expect("the targets are committed");
    let targets: Targets = toml::from_str(&text).expect("the targets are well formed");
    for excused in &targets.excused {
        assert!(
            folder.join(&excused.profile).is_file(),
            "{}: no profile shows the cause",
            excused.tool
        );
        assert!(!excused.cause.is_empty(), "{}: no cause", excused.tool);
    }
    let record =
        Record::read(&folder.join(&targets.run)).expect("the reference run is committed whole");
    (targets, record)
}

#[test]
fn the_reference_run_reaches_its_targets() {
    let (targets, record) = reference();
    let mut missed = Vec::new();
    for target in &targets.target {
        let cells = medians(record.samples.iter().filter(|sample| target.meets(sample)));
        let found: BTreeSet<&str> = cells.keys().map(|(server, _)| server.as_str()).collect();
        let wanted = match &target.server {
            Some(server) => BTreeSet::from([server.as_str()]),
            None => SERVERS.into_iter().collect(),
        };
        assert_eq!(
            found, wanted,
            "{}: each server has such a cell",
            target.figure
        );
        for listed in &target.missed {
            assert!(
                cells.keys().any(|(_, call)| call == listed),
                "{}: {listed} is listed as missed and is no such call",
                target.figure
            );
        }
        for ((server, call), summary) in cells {
            let shown = summary.quantity(summary.median);
            let bound = |value: Option<u64>| {
                value.map_or("–".to_owned(), |value| {
                    summary.quantity(value).to_string()
                })
            };
            let least = target.at_least.is_some();
            let reached = |value: Option<u64>| {
                value.is_none_or(|value| {
                    if least {
                        summary.median >= value
                    } else {
                        summary.median <= value
                    }
                })
            };
            let aim = if reached(target.aim) {
                "aim reached"
            } else {
                "aim missed"
            };
            let must = if least {
                target.at_least
            } else {
                target.at_most
            };
            println!(
                "{:58} {server:13} {call:34} {shown:>10}  must {:>10}  aim {:>10}  {aim}",
                target.figure,
                bound(must),
                bound(target.aim)
            );
            let listed = target.missed.contains(&call);
            if listed && reached(must) {
                missed.push(format!(
                    "{}: {call} is listed as missed and is met; take it off",
                    target.figure
                ));
            }
            if !listed && !reached(must) {
                missed.push(format!(
                    "{}: {server} {call}: {shown}, must {}",
                    target.figure,
                    bound(must)
                ));
            }
        }
    }
    assert!(missed.is_empty(), "missed:\n{}", missed.join("\n"));
}

/// The median of every call of a packaging in a process that is up.
fn warm(
    record: &Record,
    packaging: Packaging,
    size: Option<InputSize>,
) -> BTreeMap<(String, String), Summary> {
    let wanted = |sample: &&Sample| {
        sample.metric == Metric::Execution
            && sample.subject.packaging == packaging
            && sample.start == Some(StartClass::Warm)
            && sample.transport == Some(Transport::Stdio)
            && sample
                .input
                .as_ref()
                .is_some_and(|input| size.is_none_or(|size| input.size == size))
    };
    medians(record.samples.iter().filter(wanted))
}

/// The tool of each call.
fn tools(record: &Record) -> BTreeMap<&str, &str> {
    let named = record.samples.iter().filter_map(|sample| {
        let input = sample.input.as_ref()?;
        Some((input.name.as_str(), sample.tool.as_deref()?))
    });
    named.collect()
}

fn over(one: &Summary, other: &Summary) -> f64 {
    one.quantity(one.median)
        .over(other.quantity(other.median))
        .expect("both are durations")
        .0
}

#[test]
fn no_tool_is_slower_than_the_originals_but_for_the_listed_ones() {
    let (targets, _) = reference();
    let folder = committed().join(&targets.original.run);
    let record = Record::read(&folder).expect("the run beside the originals is committed whole");
    let component = warm(&record, Packaging::Component, None);
    let original = warm(&record, Packaging::Reference, None);
    // Twins of `noop` are interpreters, and no server of ours is like them.
    let servers = original.keys().map(|(server, _)| server.as_str());
    let servers: BTreeSet<&str> = servers.filter(|name| !name.starts_with("noop_")).collect();
    let with_original = SERVERS.iter().copied().filter(|server| *server != "noop");
    assert_eq!(servers, with_original.collect(), "each has its original");
    let tool = tools(&record);
    let mut worst: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for (cell, ours) in component.iter().filter(|(cell, _)| cell.0 != "noop") {
        let theirs = original.get(cell);
        let theirs = theirs.unwrap_or_else(|| panic!("the original was not asked {cell:?}"));
        let ratio = over(ours, theirs);
        println!("{:20} {:38} {ratio:8.4}", cell.0, cell.1);
        let entry = worst
            .entry((cell.0.as_str(), tool[cell.1.as_str()]))
            .or_insert(0.0);
        *entry = entry.max(ratio);
    }
    let bound = &targets.original;
    let mut wrong = Vec::new();
    for ((server, tool), ratio) in &worst {
        let mut listed = targets.slower.iter();
        match listed.find(|listed| listed.server == *server && listed.tool == *tool) {
            None if bound.missed.iter().any(|missed| missed == tool) => {
                println!("MISSED {server} {tool}: {ratio:.2}, must {}", bound.at_most);
                if !(bound.at_most..=bound.slower_at_most).contains(ratio) {
                    wrong.push(format!(
                        "{server} {tool}: {ratio:.2} is met or worse than any may be"
                    ));
                }
            }
            None if *ratio > bound.at_most => {
                wrong.push(format!("{server} {tool}: {ratio:.2}, not listed"))
            }
            Some(listed) if *ratio > listed.at_most => wrong.push(format!(
                "{server} {tool}: {ratio:.2}, listed to {}",
                listed.at_most
            )),
            Some(_) if *ratio <= bound.at_most => wrong.push(format!(
                "{server} {tool}: {ratio:.2} is not slower; take it off the list"
            )),
            _ => {}
        }
    }
    for missed in &bound.missed {
        if !worst.keys().any(|(_, tool)| tool == missed) {
            wrong.push(format!(
                "{missed} is listed as missed and is not in the run"
            ));
        }
    }
    for listed in &targets.slower {
        let name = (listed.server.as_str(), listed.tool.as_str());
        if !worst.contains_key(&name) || listed.cause.is_empty() {
            wrong.push(format!(
                "{name:?} is listed and not in the run, or without cause"
            ));
        }
        if listed.at_most > bound.slower_at_most {
            wrong.push(format!(
                "{name:?} is listed to more than {}",
                bound.slower_at_most
            ));
        }
    }
    assert!(
        targets.slower.len() <= bound.tools_slower_at_most,
        "too many tools are slower"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn components_stay_near_native_but_for_the_excused_tools() {
    let (targets, record) = reference();
    let of = |packaging| warm(&record, packaging, Some(InputSize::Large));
    let (component, native) = (of(Packaging::Component), of(Packaging::Native));
    assert_eq!(
        component.keys().collect::<Vec<_>>(),
        native.keys().collect::<Vec<_>>(),
        "both packagings have every cell"
    );
    let tool = tools(&record);
    let mut wrong = Vec::new();
    let mut worst: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for (cell, ours) in &component {
        let ratio = over(ours, &native[cell]);
        let aim = if ratio <= targets.ratio.aim {
            "aim reached"
        } else {
            ""
        };
        println!("{:14} {:34} {ratio:6.2}  {aim}", cell.0, cell.1);
        let entry = worst
            .entry((cell.0.as_str(), tool[cell.1.as_str()]))
            .or_insert(0.0);
        *entry = entry.max(ratio);
    }
    for ((server, tool), ratio) in &worst {
        let excused = targets
            .excused
            .iter()
            .find(|excused| excused.server == *server && excused.tool == *tool);
        let listed = targets.ratio.missed.iter().any(|missed| missed == tool);
        match excused {
            None if listed && *ratio <= targets.ratio.at_most => {
                wrong.push(format!(
                    "{server} {tool}: {ratio:.2} is listed as missed and is met; take it off"
                ));
            }
            None if listed => println!(
                "MISSED {server} {tool}: {ratio:.2}, must {}",
                targets.ratio.at_most
            ),
            None if *ratio > targets.ratio.at_most => {
                wrong.push(format!("{server} {tool}: {ratio:.2}, not excused"))
            }
            Some(excused) if *ratio > excused.at_most => wrong.push(format!(
                "{server} {tool}: {ratio:.2}, excused to {}",
                excused.at_most
            )),
            Some(_) if *ratio <= targets.ratio.at_most => wrong.push(format!(
                "{server} {tool}: {ratio:.2} needs no excuse; take it off the list"
            )),
            _ => {}
        }
    }
    for missed in &targets.ratio.missed {
        if !worst.keys().any(|(_, tool)| tool == missed) {
            wrong.push(format!(
                "{missed} is listed as missed and is not in the run"
            ));
        }
    }
    for excused in &targets.excused {
        let bound = if targets.ratio.walks.contains(&excused.tool) {
            targets.ratio.walks_at_most
        } else {
            targets.ratio.others_at_most
        };
        if excused.at_most > bound {
            wrong.push(format!(
                "{} is excused to {}, which is more than {bound}",
                excused.tool, excused.at_most
            ));
        }
        if !worst.contains_key(&(excused.server.as_str(), excused.tool.as_str())) {
            wrong.push(format!(
                "{} {} is excused and is not in the run",
                excused.server, excused.tool
            ));
        }
    }
    assert!(
        targets.excused.len() <= targets.ratio.excused_at_most,
        "too many tools are excused"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
