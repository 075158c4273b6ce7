//! Holds the reference run to what components must come to against the original's containers, as the paper compares them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use record::{Metric, Packaging, Record, Sample, StartClass, Summary, Transport, Unit};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    run: String,
    /// The servers that the paper measures, by the language of the original.
    node: Vec<String>,
    python: Vec<String>,
    cold: Cold,
    execution: Execution,
    memory: Memory,
}

/// The container's start over the component's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cold {
    node_at_least: f64,
    python_at_least: f64,
    node_aim: f64,
    python_aim: f64,
}

/// The component's time over the container's, each tool at its worst input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Execution {
    /// The part of the tools that is not slower.
    tools_at_least: f64,
    /// Those that are, by name, so that none joins them unseen.
    slower: Vec<String>,
}

/// How much less the component takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    mean_at_least: f64,
    each_at_least: f64,
    aim: f64,
}

fn reference() -> (Published, Record) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results/reference");
    let text = std::fs::read_to_string(folder.join("containers.toml")).expect("committed");
    let published: Published = toml::from_str(&text).expect("well formed");
    let record = Record::read(&folder.join(&published.run)).expect("committed whole");
    (published, record)
}

impl Published {
    fn servers(&self) -> BTreeSet<&str> {
        let all = self.node.iter().chain(&self.python);
        all.map(String::as_str).collect()
    }
}

/// Medians by server and call, of the six servers, over stdio.
fn medians(
    record: &Record,
    servers: &BTreeSet<&str>,
    unit: Unit,
    wanted: impl Fn(&Sample) -> bool,
) -> BTreeMap<(String, String), Summary> {
    let mut cells: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
    let samples = record.samples.iter().filter(|sample| {
        servers.contains(sample.subject.server.as_str())
            && sample.transport.is_none_or(|by| by == Transport::Stdio)
            && wanted(sample)
    });
    for sample in samples {
        let Some(value) = sample.good() else { continue };
        assert_eq!(value.unit(), unit);
        let input = sample.input.as_ref();
        let call = input.map_or(String::new(), |input| input.name.clone());
        let cell = (sample.subject.server.clone(), call);
        cells.entry(cell).or_default().push(value.value());
    }
    let summaries = cells.into_iter();
    summaries
        .filter_map(|(cell, values)| Some((cell, Summary::of(unit, values)?)))
        .collect()
}

fn over(one: &Summary, other: &Summary) -> f64 {
    one.median as f64 / other.median as f64
}

#[test]
fn a_component_answers_long_before_the_originals_container() {
    let (published, record) = reference();
    let servers = published.servers();
    let of = |packaging, start| {
        medians(&record, &servers, Unit::Nanos, |sample| {
            sample.metric == Metric::FirstAnswer
                && sample.subject.packaging == packaging
                && sample.start == Some(start)
        })
    };
    let ours = of(Packaging::Component, StartClass::ProcessCold);
    let theirs = of(Packaging::ContainerReference, StartClass::ContainerCold);
    let mut wrong = Vec::new();
    for server in &servers {
        let one = |cells: &BTreeMap<(String, String), Summary>| {
            let mut own = cells.iter().filter(|(cell, _)| cell.0 == *server);
            own.next().map(|(_, summary)| *summary)
        };
        let (Some(ours), Some(theirs)) = (one(&ours), one(&theirs)) else {
            wrong.push(format!("{server}: not measured on both sides"));
            continue;
        };
        let ratio = over(&theirs, &ours);
        let (must, aim) = match published.node.iter().any(|name| name == server) {
            true => (published.cold.node_at_least, published.cold.node_aim),
            false => (published.cold.python_at_least, published.cold.python_aim),
        };
        let reached = if ratio >= aim { "reached" } else { "missed" };
        println!(
            "{server:20} {} / {} = {ratio:6.1}  must {must}  aim {aim} {reached}",
            theirs.quantity(theirs.median),
            ours.quantity(ours.median)
        );
        if ratio < must {
            wrong.push(format!("{server}: {ratio:.1}, must {must}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn most_tools_are_not_slower_than_in_the_originals_container() {
    let (published, record) = reference();
    let servers = published.servers();
    let of = |packaging, start| {
        medians(&record, &servers, Unit::Nanos, |sample| {
            sample.metric == Metric::Execution
                && sample.subject.packaging == packaging
                && sample.start == Some(start)
        })
    };
    let ours = of(Packaging::Component, StartClass::Warm);
    let theirs = of(Packaging::ContainerReference, StartClass::ContainerWarm);
    let tools: BTreeMap<&str, &str> = record
        .samples
        .iter()
        .filter_map(|sample| {
            let input = sample.input.as_ref()?;
            Some((input.name.as_str(), sample.tool.as_deref()?))
        })
        .collect();
    let mut worst: BTreeMap<&str, f64> = BTreeMap::new();
    for (cell, ours) in &ours {
        let theirs = theirs.get(cell);
        let theirs = theirs.unwrap_or_else(|| panic!("the container was not asked {cell:?}"));
        let entry = worst.entry(tools[cell.1.as_str()]).or_insert(0.0);
        *entry = entry.max(over(ours, theirs));
    }
    assert!(!worst.is_empty(), "no tool was measured");
    let slower: BTreeSet<&str> = worst
        .iter()
        .filter(|(_, ratio)| **ratio > 1.0)
        .map(|(tool, ratio)| {
            println!("SLOWER {tool}: {ratio:.3}");
            *tool
        })
        .collect();
    let part = 1.0 - slower.len() as f64 / worst.len() as f64;
    println!(
        "{:.1} % of {} tools are not slower",
        100.0 * part,
        worst.len()
    );
    assert!(part >= published.execution.tools_at_least, "{slower:?}");
    let listed: BTreeSet<&str> = published
        .execution
        .slower
        .iter()
        .map(String::as_str)
        .collect();
    assert_eq!(slower, listed, "the list is what the run says");
}

#[test]
fn a_component_takes_far_less_memory_than_the_originals_container() {
    let (published, record) = reference();
    let servers = published.servers();
    let of = |packaging| {
        medians(&record, &servers, Unit::Bytes, |sample| {
            sample.metric == Metric::PeakResident && sample.subject.packaging == packaging
        })
    };
    let (ours, theirs) = (of(Packaging::Component), of(Packaging::ContainerReference));
    let mut less: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (cell, ours) in &ours {
        if let Some(theirs) = theirs.get(cell) {
            let saved = 1.0 - over(ours, theirs);
            println!("{:20} {:30} {:5.1} % less", cell.0, cell.1, 100.0 * saved);
            less.entry(&cell.0).or_default().push(saved);
        }
    }
    let found: BTreeSet<&str> = less.keys().copied().collect();
    assert_eq!(found, servers, "each is measured on both sides");
    let mut means = Vec::new();
    for (server, saved) in &less {
        let mean = saved.iter().sum::<f64>() / saved.len() as f64;
        let reached = if mean >= published.memory.aim {
            "reached"
        } else {
            "missed"
        };
        println!("{server:20} {:5.1} % less, aim {reached}", 100.0 * mean);
        assert!(
            mean >= published.memory.each_at_least,
            "{server}: {mean:.3}"
        );
        means.push(mean);
    }
    let mean = means.iter().sum::<f64>() / means.len() as f64;
    println!("{:.1} % less in the mean", 100.0 * mean);
    assert!(mean >= published.memory.mean_at_least);
}
