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
