//! The committed profiles are of the committed run, factors are what they are said to be, and what is missing stays unknown.

use std::path::{Path, PathBuf};

use expect_test::expect;
use record::{
    Bytes, Count, Input, InputSize, Metric, Nanos, Outcome, PUBLISHED_TABLE3, Packaging, Run,
    Sample, StartClass, Subject, Timestamp, Transport, Trial,
};
use scheduler::profile::Timing;

use super::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_committed_profiles_are_of_the_committed_run() {
    let root = root();
    let record = Record::read(&root.join("results/reference/table3")).expect("it is committed");
    let made = of_checkout(&root, &record, "measured").expect("it has what it takes");
    for edition in [&made.scaled, &made.unscaled] {
        let file = format!("dispatcher/profiles/{}.toml", edition.name);
        let committed = std::fs::read_to_string(root.join(&file)).expect("it is committed");
        assert!(
            committed == text(edition),
            "{file} is not of the run in results/reference/table3; `cargo run -p harness -- profile` renews it"
        );
        let read = Profile::read(&file, &committed).expect("it is a profile");
        assert_eq!(&read, edition);
    }
}

#[test]
fn factors_are_medians_of_what_was_published() {
    let published = published(&root()).expect("it is committed");
    let table3 = Published::parse(PUBLISHED_TABLE3).expect("it is committed");
    let factors = [device(&published), edge(&published, &table3)];
    let said = factors.map(|factor| {
        let Factor { value, source } = factor.expect("published numbers suffice");
        format!("{value}: {source}\n")
    });
    expect![[r#"
        6.7: the median of T_D/T_C over the 35 tools of profile published that ask nothing of the world outside and run for 1 ms or more on the device
        1.7: the median over filesystem, git, image_resize of the container's mean execution on the NUC (Table III) over its mean on the cloud (profile published)
    "#]]
    .assert_eq(&said.concat());
    assert_eq!(
        edge(&published, &[]),
        Err(NoProfile::Factor("edge", "no server has both means"))
    );
    let mut none = published;
    none.servers.clear();
    assert!(device(&none).is_err());
}

/// A run with these samples.
fn run(samples: Vec<Sample>) -> Record {
    let mut run = Run::new("table3", 42, Timestamp(1_795_250_400));
    run.id = "today".to_owned();
    Record {
        run,
        samples,
        state: State::Finished,
    }
}

fn sample(server: &str, packaging: Packaging, metric: Metric, value: u64) -> Sample {
    let subject = Subject {
        server: server.to_owned(),
        packaging,
        digest: None,
    };
    let value = metric.unit().quantity(value);
    let mut sample = Sample::new(Trial(0), subject, metric, value);
    sample.transport = Some(Transport::Stdio);
    sample
}

/// A warm call of `parse_logs`.
fn parsed(packaging: Packaging, size: InputSize, bytes: u64, nanos: u64) -> Sample {
    let mut sample = sample("log_parser", packaging, Metric::Execution, nanos);
    sample.start = Some(figures::warm(packaging));
    sample.tool = Some("parse_logs".to_owned());
    sample.input = Some(Input {
        name: format!("parse_logs-{size}"),
        size,
        bytes: Bytes(bytes),
    });
    sample
}

fn made(record: &Record) -> Profile {
    let made = of_checkout(&root(), record, "mine").expect("the checkout has what it takes");
    let has_call = |sample: &Sample| sample.metric == Metric::Execution;
    assert_eq!(made.is_empty(), !record.samples.iter().any(has_call));
    assert_eq!(made.unscaled.name, "mine-unscaled");
    made.scaled
}

fn timing(profile: &Profile, place: usize) -> Known<Timing> {
    let tool = profile
        .tool("log_parser", "parse_logs")
        .expect("it is published");
    let tier = Tier::at(place).expect("a tier");
    let timing = tool
        .get()
        .expect("it is labelled")
        .timing(tier, PLACED[place]);
    timing.expect("every tier is spoken of").clone()
}

#[test]
fn a_call_is_its_median_with_quartiles_and_grows_with_the_request() {
    let small = [1_000_000, 3_000_000, 2_000_000, 4_000_000];
    let mut samples: Vec<Sample> = small
        .map(|nanos| parsed(Packaging::Native, InputSize::Small, 40_000, nanos))
        .to_vec();
    samples.push(parsed(
        Packaging::Native,
        InputSize::Large,
        440_000,
        22_500_000,
    ));
    // A variant of the call, another transport and a colder start are not the call.
    let mut other = parsed(Packaging::Native, InputSize::Small, 40_000, 9);
    other.input.as_mut().expect("it has one").name = "parse_logs-error_log-small".to_owned();
    let mut http = parsed(Packaging::Native, InputSize::Small, 40_000, 9);
    http.transport = Some(Transport::Http);
    let mut cold = parsed(Packaging::Native, InputSize::Small, 40_000, 9);
    cold.start = Some(StartClass::InstanceCold);
    samples.extend([other, http, cold]);
    let profile = made(&run(samples));
    let timing = timing(&profile, 0);
    let timing = timing.get().expect("it was measured");
    assert_eq!(timing.typical, Nanos(2_500_000));
    let spread = timing.spread.get().expect("it has one");
    assert_eq!(spread.samples, Count(4));
    assert!(spread.low < timing.typical && timing.typical < spread.high);
    let growth = timing.growth.expect("its log is in the request");
    // 20 ms more for 0.4 million bytes.
    assert_eq!(growth.per_megabyte, Nanos(50_000_000));
    let line = scenario::wire::request(0, "parse_logs", &serde_json::json!({}));
    assert_eq!(growth.at, Bytes(40_000 + line.0 - 2));
    let speeds: Vec<f64> = profile.tiers.iter().map(|tier| tier.speed).collect();
    assert_eq!(speeds, [6.7, 1.7, 1.0]);
}

#[test]
fn what_was_not_measured_is_unknown_and_says_why() {
    let mut start = sample(
        "log_parser",
        Packaging::Component,
        Metric::FirstAnswer,
        2_000_000,
    );
    start.start = Some(StartClass::ProcessCold);
    let mut failed = sample(
        "log_parser",
        Packaging::ContainerReference,
        Metric::FirstAnswer,
        1,
    );
    failed.start = Some(StartClass::ContainerCold);
    failed.value = None;
    failed.outcome = Outcome::Unavailable {
        why: "there is no\nengine".to_owned(),
        remedy: "--setup".to_owned(),
    };
    let memory = sample(
        "log_parser",
        Packaging::Component,
        Metric::PeakResident,
        7_000_000,
    );
    let profile = made(&run(vec![start, failed, memory]));
    let on = |place: usize| {
        let server = &profile.servers["log_parser"];
        let hosted = &server.hosted[&Tier::at(place).expect("a tier")];
        let starts: Vec<String> = hosted
            .start
            .iter()
            .map(|(class, cost)| format!("{class} {}", either(cost)))
            .collect();
        let memory = either(&hosted.memory);
        format!("{}: {memory}; {}\n", hosted.packaging, starts.join(", "))
    };
    let executions =
        (0..3).map(|place| format!("{}\n", timing(&profile, place).reason().unwrap_or("known")));
    let said = (0..3).map(on).chain(executions).collect::<String>();
    expect![[r#"
        native: (run today did not measure it as native); process-cold (run today did not measure it as native)
        component: 7.00 MB; process-cold 2.00 ms
        container-reference: (run today: unavailable: there is no engine; --setup); container-cold (run today: unavailable: there is no engine; --setup)
        run today did not measure it as native
        run today did not measure it as component
        run today: unavailable: there is no engine; --setup
    "#]].assert_eq(&said);
    // And a file of it is read back as it is.
    let back = Profile::read("mine.toml", &text(&profile)).expect("it is a profile");
    assert_eq!(back, profile);
}

fn either<T: std::fmt::Display>(known: &Known<T>) -> String {
    match known {
        Known::Is(value) => value.to_string(),
        Known::Not(why) => format!("({why})"),
    }
}

#[test]
fn labels_links_and_names_are_the_published_ones() {
    let published = published(&root()).expect("it is committed");
    let profile = made(&run(Vec::new()));
    assert!(profile.is_canonical());
    assert_eq!(profile.links[0].name, TESTBED);
    assert_eq!(profile.links.len(), published.links.len());
    for (name, server) in &published.servers {
        let own = &profile.servers[name];
        assert_eq!(own.static_tier, server.static_tier);
        for (tool, known) in &server.tools {
            let labels = |known: &Known<ToolProfile>| {
                known
                    .get()
                    .map(|tool| (tool.locality, tool.private, tool.gpu, tool.wasi))
            };
            assert_eq!(labels(&own.tools[tool]), labels(known), "{name}.{tool}");
        }
    }
    let mut other = published;
    other.tiers.pop();
    let record = run(Vec::new());
    let sources = Sources {
        record: &record,
        published: &other,
        table3: &[],
        servers: &[],
        traces: &[],
    };
    assert_eq!(
        editions(sources, "x"),
        Err(NoProfile::Tiers("published".to_owned()))
    );
}
