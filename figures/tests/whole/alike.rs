//! What is compared is alike: a component with the original's same call, and a published number with ours of the same thing.

use figures::report;
use record::{
    Bytes, Input, InputSize, Metric, Nanos, Packaging, Record, Recorder, Redactor, Run, Sample,
    StartClass, Subject, Timestamp, Trial,
};

fn call(server: &str, packaging: Packaging, input: &str, size: InputSize, nanos: u64) -> Sample {
    let subject = Subject {
        server: server.into(),
        packaging,
        digest: None,
    };
    Sample {
        start: Some(StartClass::Warm),
        tool: Some("tool".into()),
        input: Some(Input {
            name: input.into(),
            size,
            bytes: Bytes(1),
        }),
        ..Sample::new(Trial(0), subject, Metric::Execution, Nanos(nanos))
    }
}

fn drawn(samples: &[Sample]) -> figures::Report {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = Run::new("table3", 1, Timestamp(0));
    let mut recorder = Recorder::create(folder.path(), run, Redactor::new()).expect("a run");
    for (trial, sample) in (0..).zip(samples) {
        let sample = Sample {
            trial: Trial(trial),
            ..sample.clone()
        };
        recorder.append(&[sample]).expect("recorded");
    }
    let folder = recorder.folder().to_owned();
    drop(recorder);
    report(&Record::read(&folder).expect("readable")).expect("drawn")
}

#[test]
fn each_call_stands_beside_the_originals_and_a_slower_one_is_said_aloud() {
    use InputSize::{Large, Small};
    use Packaging::{Component, Native, Reference};
    let report = drawn(&[
        call("git", Component, "status", Small, 100),
        call("git", Reference, "status", Small, 1_000),
        call("git", Component, "diff", Large, 300),
        call("git", Reference, "diff", Large, 200),
        // Native is nobody's original, and a server without one has nothing to be slower than.
        call("git", Native, "diff", Large, 1),
        call("noop", Component, "noop", Small, 7),
    ]);
    let (table, _) = report.page("table3-reference").expect("it was measured");
    assert!(
        table.title.ends_with("1 of 2 inputs SLOWER"),
        "{}",
        table.title
    );
    let rows: Vec<[&str; 2]> = table
        .rows
        .iter()
        .map(|row| ["input", "verdict"].map(|key| table.words(row, key)))
        .collect();
    assert_eq!(rows, [["diff", "SLOWER"], ["status", "not slower"]]);
    assert!(table.csv().contains(",1.5000,"), "{}", table.csv());

    let without = drawn(&[call("git", Component, "status", Small, 100)]);
    assert!(without.page("table3-reference").is_none());
}

#[test]
fn what_the_paper_measured_over_the_internet_is_not_held_against_ours() {
    let at = |server| {
        let report = drawn(&[call(
            server,
            Packaging::Component,
            "one",
            InputSize::Small,
            1_000_000,
        )]);
        let (against, _) = report.page("table3-against").expect("published");
        let verdict = against.words(&against.rows[0], "verdict").to_owned();
        (verdict, against.title.clone(), against.notes.join(" "))
    };
    let (verdict, title, notes) = at("fetch");
    assert_eq!(verdict, "not alike");
    assert!(title.contains("nothing"), "{title}");
    assert!(notes.contains("over the Internet"), "{notes}");
    let (verdict, title, notes) = at("log_parser");
    assert_eq!(verdict, "DIFFERS");
    assert!(title.contains("1 of 1"), "{title}");
    assert!(!notes.contains("Internet"), "{notes}");
}

#[test]
fn the_reference_in_a_container_stands_beside_the_component_with_both_ratios() {
    use Packaging::{Component, ContainerNative, ContainerReference};
    let first = |packaging: Packaging, nanos: u64| {
        let start = figures::cold(packaging);
        Sample {
            start: Some(start),
            ..Sample::new(
                Trial(0),
                call("git", packaging, "x", InputSize::Small, 1).subject,
                Metric::FirstAnswer,
                Nanos(nanos),
            )
        }
    };
    let warm = |packaging, nanos| Sample {
        start: Some(figures::warm(packaging)),
        ..call("git", packaging, "status", InputSize::Small, nanos)
    };
    let report = drawn(&[
        first(Component, 5_000_000),
        first(ContainerReference, 750_000_000),
        warm(Component, 300),
        warm(ContainerReference, 600),
    ]);
    let (table, _) = report.page("table3-container").expect("it was measured");
    let row = &table.rows[0];
    assert_eq!(table.words(row, "quantity"), "cold-start");
    assert_eq!(table.cell(row, "ratio").text(), "150×");
    // The paper: 723.1 ms over 53.8 ms.
    assert_eq!(table.cell(row, "published_ratio").text(), "13.4×");
    let execution = &table.rows[1];
    assert_eq!(table.cell(execution, "ratio").text(), "2.00×");
    let (calls, _) = report.page("table3-container-ratio").expect("it was asked");
    assert_eq!(calls.words(&calls.rows[0], "verdict"), "not slower");

    let without = drawn(&[first(Component, 5), first(ContainerNative, 50)]);
    assert!(without.page("table3-container").is_none());
    assert!(without.page("table3-container-ratio").is_none());
}

#[test]
fn an_image_takes_as_long_to_arrive_as_its_compressed_layers_are_heavy() {
    let weighs = |metric, bytes: u64| {
        let subject = call(
            "git",
            Packaging::ContainerReference,
            "x",
            InputSize::Small,
            1,
        )
        .subject;
        Sample::new(Trial(0), subject, metric, Bytes(bytes))
    };
    let report = drawn(&[
        weighs(Metric::SizeImage, 50_000_000),
        weighs(Metric::SizeImageGzip, 20_000_000),
    ]);
    let (table, _) = report.page("table3-size").expect("it was weighed");
    let row = &table.rows[0];
    // 160 million bits over 10 and over 100 million a second.
    assert_eq!(table.cell(row, "pull-10-mbit").real(), Some(16e9));
    assert_eq!(table.cell(row, "pull-100-mbit").real(), Some(1.6e9));
    let without = drawn(&[call("git", Packaging::Component, "x", InputSize::Small, 1)]);
    let (table, _) = without.page("table3-size").expect("a page without rows");
    assert!(
        table
            .columns
            .iter()
            .all(|column| column.key != "pull-10-mbit")
    );
}
