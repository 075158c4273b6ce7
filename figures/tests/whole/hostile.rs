//! Records that nobody meant: empty, extreme, cut short, and with names that want to be more than names.

use std::path::Path;

use figures::{ColdStart, DensityPlot, ExecutionRatio, LoadPlot, Picture, Report, report};
use record::{
    Count, Input, InputSize, Metric, Nanos, Outcome, Packaging, Record, Recorder, Redactor, Run,
    Sample, StartClass, Subject, Timestamp, Trial,
};

/// Draws everything that there is of a run with these samples.
fn drawn(samples: &[Sample]) -> (Report, Vec<String>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = Run::new("table3", 1, Timestamp(0));
    let mut recorder = Recorder::create(folder.path(), run, Redactor::new()).expect("a run");
    for (trial, sample) in (0..).zip(samples) {
        recorder
            .append(&[Sample {
                trial: Trial(trial),
                ..sample.clone()
            }])
            .expect("recorded");
    }
    let run = recorder.folder().to_owned();
    drop(recorder);
    let report = report(&Record::read(Path::new(&run)).expect("readable")).expect("drawn");
    let mut texts: Vec<String> = Vec::new();
    for (table, sheet) in &report.pages {
        texts.extend([
            table.csv(),
            sheet.markdown(),
            sheet.latex(),
            sheet.terminal(100, false),
        ]);
    }
    let cold_start = ColdStart::new(&report.cold_start);
    let ratio = ExecutionRatio::new(&report.pages[2].0);
    texts.extend([
        cold_start.svg().expect("drawn"),
        ratio.svg().expect("drawn"),
    ]);
    assert!(cold_start.png().expect("drawn").starts_with(b"\x89PNG"));
    if let Some((load, _)) = report.page("table3-load") {
        let load = LoadPlot::new(load);
        texts.push(load.svg().expect("drawn"));
        assert!(load.png().expect("drawn").starts_with(b"\x89PNG"));
    }
    if let Some((density, _)) = report.page("table3-density") {
        let density = DensityPlot::new(density);
        texts.push(density.svg().expect("drawn"));
        assert!(density.png().expect("drawn").starts_with(b"\x89PNG"));
    }
    (report, texts)
}

fn start(server: &str, packaging: Packaging, value: u64) -> Sample {
    let subject = Subject {
        server: server.into(),
        packaging,
        digest: None,
    };
    Sample {
        start: Some(StartClass::ProcessCold),
        ..Sample::new(Trial(0), subject, Metric::FirstAnswer, Nanos(value))
    }
}

fn call(server: &str, packaging: Packaging, value: u64) -> Sample {
    let input = Input {
        name: format!("{server}-large"),
        size: InputSize::Large,
        bytes: record::Bytes(1),
    };
    let sample = start(server, packaging, value);
    Sample {
        metric: Metric::Execution,
        start: Some(StartClass::Warm),
        tool: Some(server.into()),
        input: Some(input),
        ..sample
    }
}

#[test]
fn a_run_without_samples_is_drawn_and_says_that_it_did_not_end() {
    let (report, texts) = drawn(&[]);
    assert!(report.pages[0].0.rows.is_empty());
    assert!(texts[1].contains("The run did not end"), "{}", texts[1]);
    assert!(
        report.pages[1]
            .0
            .title
            .contains("nothing that it published was measured")
    );
}

#[test]
fn names_are_only_names() {
    let name = "a|b\n| c \u{1b}[31m<script>&%_$\\\"',\u{7}";
    let outcome = Outcome::Crashed {
        how: format!("<b>{name}"),
    };
    let failed = Sample {
        value: None,
        outcome,
        ..start(name, Packaging::Native, 0)
    };
    let samples = [
        start(name, Packaging::Component, 5),
        call(name, Packaging::Component, 5),
        call(name, Packaging::Native, 4),
        failed,
    ];
    let (report, texts) = drawn(&samples);
    for text in &texts {
        // A CSV field keeps what it is given, inside of quotes.
        let is_csv = text.starts_with("server,") || text.starts_with("verdict,");
        assert!(is_csv || !text.contains('\u{1b}'), "{text}");
    }
    // LaTeX and a terminal know no tags.
    for (_, sheet) in &report.pages {
        let markdown = sheet.markdown();
        let unescaped = markdown.replace("\\<", "");
        assert!(!unescaped.contains("<script"), "{markdown}");
    }
    let pictures = texts.iter().filter(|text| text.starts_with("<svg"));
    assert_eq!(pictures.clone().count(), 2);
    for svg in pictures {
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.contains("&lt;script&gt;&amp;"), "{svg}");
    }
    let markdown = report.pages[0].1.markdown();
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<usize> = markdown
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(bars)
        .collect();
    assert!(rows.iter().all(|&count| count == rows[0]), "{markdown}");
    let mut reader = csv::Reader::from_reader(texts[0].as_bytes());
    let servers: Vec<String> = reader
        .records()
        .map(|row| row.expect("a row")[0].to_owned())
        .collect();
    assert!(servers.iter().all(|server| server == name));
}

#[test]
fn extremes_are_drawn() {
    let both = |value: u64| {
        [
            start("noop", Packaging::Component, value),
            call("noop", Packaging::Component, value),
            call("noop", Packaging::Native, 1),
        ]
    };
    let samples = [both(0), both(u64::MAX)].concat();
    let (_, texts) = drawn(&samples);
    assert!(
        texts
            .iter()
            .all(|text| !text.contains("NaN") && !text.contains("inf"))
    );
    drawn(&[start("noop", Packaging::Component, 0)]);
    drawn(&[start("filesystem", Packaging::ContainerReference, 1)]);
    // A native time of zero has no ratio, and that is no reason to fail.
    let (report, _) = drawn(&[
        call("noop", Packaging::Component, 5),
        call("noop", Packaging::Native, 0),
    ]);
    assert!(
        report.pages[2]
            .0
            .title
            .contains("none of the large inputs was measured in both")
    );
}

/// A sample of load, and one of density, with this value everywhere.
fn crowd(server: &str, value: u64) -> [Sample; 3] {
    let under_load = |metric: Metric| Sample {
        metric,
        value: Some(metric.unit().quantity(value)),
        concurrency: Count(value),
        load: Some(Count(value)),
        ..call(server, Packaging::Component, value)
    };
    let idle = Sample {
        idle: Some(Count(value)),
        load: None,
        ..under_load(Metric::ResidentAmongIdle)
    };
    [
        under_load(Metric::LatencyUnderLoad),
        under_load(Metric::Throughput),
        idle,
    ]
}

#[test]
fn extreme_crowds_are_drawn() {
    let name = "a|b\n| c \u{1b}[31m<script>&%_$\\\"',\u{7}";
    let samples = [0, 1, 2, 3, 4, 5, 6, 7, 1_000, u64::MAX].map(|value| crowd(name, value));
    let (report, texts) = drawn(&samples.concat());
    assert_eq!(report.page("table3-load").expect("a page").0.rows.len(), 10);
    for text in texts.iter().filter(|text| text.starts_with("<svg")) {
        assert!(!text.contains("NaN") && !text.contains("inf") && !text.contains("<script>"));
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'));
    }
    let left_out = texts
        .iter()
        .filter(|text| text.contains("for want of room"));
    assert_eq!(left_out.count(), 1);
    drawn(&crowd("noop", 0));
}

#[test]
fn wrong_classes_and_replays_reach_no_median() {
    let wrong = Sample {
        outcome: Outcome::WrongClass {
            observed: StartClass::Warm,
        },
        ..start("noop", Packaging::Component, 1)
    };
    let (report, _) = drawn(&[
        start("noop", Packaging::Component, 100),
        wrong.clone(),
        wrong,
    ]);
    let table = &report.cold_start;
    let value = table.cell(&table.rows[0], "cold_start").real();
    assert_eq!(value, Some(100.0));
    let detail = &report.page("table3-detail").expect("a page").0;
    assert_eq!(detail.cell(&detail.rows[0], "discarded").text(), "2");
}
