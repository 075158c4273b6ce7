//! What is measured is kept: kills, resumes, and everything that can be wrong with a run's folder.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use record::{
    Bytes, Cell, Count, Dataset, Digest, Disturbance, Evidence, Groups, Input, InputSize, Limits,
    Metric, Nanos, Outcome, Packaging, PageCache, ReadError, Record, RecordError, Recorder,
    Redactor, Run, Sample, StartClass, State, Subject, Timestamp, Transport, Trial, Wire,
};

const START: Timestamp = Timestamp(1_795_250_400);

fn run() -> Run {
    let mut run = Run::new("table3", 42, START);
    run.machine.cpu = "Intel(R) Xeon(R) Processor @ 2.60GHz".to_owned();
    run.argv = ["table3", "--data=/home/alice/photos", "/opt/x"]
        .map(str::to_owned)
        .into();
    run.datasets = vec![Dataset {
        name: "generated".into(),
        digest: Digest::of(b"data"),
    }];
    run
}

fn redactor() -> Redactor {
    Redactor::new().folder(Path::new("/home/alice/photos"), "<data>")
}

/// A trial with one sample of each of these values.
fn trial(number: u64, values: &[u64]) -> Vec<Sample> {
    let subject = Subject {
        server: "noop".into(),
        packaging: Packaging::Component,
        digest: Some(Digest::of(b"x")),
    };
    let sample = |&value: &u64| Sample {
        tool: Some("echo".into()),
        input: Some(Input {
            name: "echo-small".into(),
            size: InputSize::Small,
            bytes: Bytes(4),
        }),
        transport: Some(Transport::Stdio),
        wire: Some(Wire::V2025_11_25),
        start: Some(StartClass::Warm),
        page_cache: Some(PageCache::Warm),
        limits: Limits {
            memory: Some(Bytes(1 << 28)),
            ..Limits::default()
        },
        ..Sample::new(
            Trial(number),
            subject.clone(),
            Metric::Execution,
            Nanos(value),
        )
    };
    values.iter().map(sample).collect()
}

fn create(results: &Path) -> Recorder {
    Recorder::create(results, run(), redactor()).expect("a run can be made")
}

fn samples_of(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("samples.jsonl")).expect("the samples")
}

#[test]
fn a_run_is_read_as_it_was_written() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(results.path());
    let mut failed = trial(2, &[0]);
    failed[0].value = None;
    failed[0].outcome = Outcome::Crashed {
        how: "cannot read /home/alice/photos/a.jpg".into(),
    };
    recorder.append(&trial(1, &[10, 20])).expect("appended");
    recorder.append(&failed).expect("appended");
    let folder = recorder.finish(Timestamp(START.0 + 60)).expect("sealed");

    assert!(
        folder.ends_with("runs/2026-11-21-intel-xeon-processor-2-60ghz-table3-1"),
        "{folder:?}"
    );
    let link = fs::read_link(results.path().join("latest")).expect("a link");
    assert_eq!(
        link,
        Path::new("runs/2026-11-21-intel-xeon-processor-2-60ghz-table3-1")
    );
    assert_eq!(
        record::latest(results.path()),
        fs::canonicalize(&folder).ok()
    );

    let record = Record::read(&folder).expect("readable");
    assert_eq!(record.state, State::Finished);
    assert_eq!(record.run.argv, ["table3", "--data=<data>", "<path>"]);
    assert_eq!(record.samples[..2], trial(1, &[10, 20]));
    assert_eq!(
        record.samples[2].outcome,
        Outcome::Crashed {
            how: "cannot read <data>/a.jpg".into()
        }
    );
    assert_eq!(
        record.run.end.as_ref().map(|end| end.samples),
        Some(Count(3))
    );
    let everything = String::from_utf8(samples_of(&folder)).expect("text")
        + &fs::read_to_string(folder.join("run.json")).expect("text");
    assert!(
        !everything.contains("alice") && !everything.contains("/opt"),
        "{everything}"
    );

    let second = create(results.path());
    assert!(
        second
            .folder()
            .ends_with("2026-11-21-intel-xeon-processor-2-60ghz-table3-2")
    );
    let listed = record::list(results.path()).expect("listed");
    assert_eq!(listed.iter().filter(|listed| listed.run.is_ok()).count(), 2);
}

#[test]
fn the_line_of_a_sample_is_what_the_design_says() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(results.path());
    recorder.append(&trial(7, &[36_400])).expect("appended");
    expect_test::expect![[r#"
        {"part":1,"parts":1,"trial":7,"subject":{"server":"noop","packaging":"component","digest":"blake3:3ae7d805f6789a6402acb70ad4096a85a56bf6804eaf25c0493ac697548d30b5"},"tool":"echo","input":{"name":"echo-small","size":"small","bytes":4},"transport":"stdio","wire":"2025-11-25","start":"warm","page_cache":"warm","limits":{"memory":268435456},"concurrency":1,"metric":"execution","value":36400,"unit":"ns","outcome":"ok"}
    "#]]
    .assert_eq(&String::from_utf8(samples_of(recorder.folder())).expect("text"));
}

/// A kill can leave any prefix of the file. Whatever it is, reading gives the whole trials, and resuming measures exactly
/// the others.
#[test]
fn every_prefix_is_readable_and_resumes_without_loss_or_double_count() {
    let whole = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(whole.path());
    let plan: Vec<Vec<Sample>> = vec![trial(3, &[1]), trial(1, &[2, 3, 4]), trial(2, &[5, 6])];
    let mut ends = vec![0];
    for trial in &plan {
        recorder.append(trial).expect("appended");
        ends.push(samples_of(recorder.folder()).len());
    }
    let folder = recorder.folder().to_owned();
    drop(recorder);
    let bytes = samples_of(&folder);
    for cut in 0..=bytes.len() {
        fs::write(folder.join("samples.jsonl"), &bytes[..cut]).expect("cut");
        let trials = ends.iter().filter(|&&end| end > 0 && end <= cut).count();
        let kept: Vec<Sample> = plan[..trials].concat();
        let record = Record::read(&folder).expect("an interrupted run is readable");
        assert_eq!(record.samples, kept, "cut at {cut}");
        assert_eq!(
            record.state,
            State::Interrupted {
                cut: !ends.contains(&cut)
            }
        );
        // Resuming at every byte would fsync thousands of times; the boundaries and their neighbours are where it differs.
        if !ends.iter().any(|&end| end.abs_diff(cut) <= 2) && cut % 293 != 0 {
            continue;
        }
        let mut recorder = Recorder::resume(&folder, run(), redactor()).expect("resumed");
        assert_eq!(recorder.done().len(), trials);
        for trial in &plan {
            if !recorder.done().contains(&trial[0].trial) {
                recorder.append(trial).expect("appended");
            }
        }
        drop(recorder);
        assert_eq!(samples_of(&folder), bytes, "cut at {cut}");
    }
    let resumed = Record::read(&folder).expect("readable").run.resumed;
    assert!(!resumed.is_empty());
    let folder = Recorder::resume(&folder, run(), redactor())
        .and_then(|recorder| recorder.finish(START))
        .expect("sealed");
    assert_eq!(
        Record::read(&folder).expect("readable").state,
        State::Finished
    );
}

#[test]
fn a_resume_needs_the_same_run_alone_and_unfinished() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(results.path());
    recorder.append(&trial(1, &[1])).expect("appended");
    let folder = recorder.folder().to_owned();
    let resume = |run: Run| {
        Recorder::resume(&folder, run, redactor())
            .map(|_| ())
            .map_err(|error| error.to_string())
    };

    let in_use = resume(run()).expect_err("it is being written");
    assert!(
        in_use.contains("another process is measuring into") && in_use.contains("without --resume"),
        "{in_use}"
    );
    drop(recorder);

    let mut other = run();
    other.seed = 43;
    other.machine.cpu = "another".into();
    let different = resume(other).expect_err("it differs");
    assert!(
        different.contains("these differ from when it began: machine, seed; start a new run"),
        "{different}"
    );

    let recorder = Recorder::resume(&folder, run(), redactor()).expect("resumed");
    recorder.finish(START).expect("sealed");
    let ended = resume(run()).expect_err("it has ended");
    assert!(ended.contains("has ended"), "{ended}");
}

#[test]
fn a_run_of_the_first_format_is_read_and_not_resumed() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(results.path());
    recorder.append(&trial(1, &[1])).expect("appended");
    let folder = recorder.folder().to_owned();
    drop(recorder);
    let path = folder.join("run.json");
    let text = fs::read_to_string(&path).expect("text");
    let mut old: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let fields = old.as_object_mut().expect("an object");
    fields.insert("format".to_owned(), 1.into());
    for later in ["selection", "warnings", "stops"] {
        fields.remove(later).expect("version 2 has it");
    }
    fs::write(&path, old.to_string()).expect("written");

    let record = Record::read(&folder).expect("readable");
    assert_eq!((record.run.format, record.samples.len()), (1, 1));
    assert!(record.run.stops.is_empty() && record.samples[0].round.is_none());
    let error = Recorder::resume(&folder, run(), redactor()).expect_err("trials mean other cells");
    assert!(
        error.to_string().contains("began: format version; start"),
        "{error}"
    );
}

#[test]
fn a_failed_trial_keeps_its_evidence() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(results.path());
    let failed = |number: u64| {
        let mut samples = trial(number, &[1]);
        samples[0].value = None;
        samples[0].outcome = Outcome::Crashed {
            how: "signal 11".into(),
        };
        samples[0].round = Some(Count(3));
        samples[0].disturbed = Some(Disturbance::Busy);
        samples[0].evidence = Some(Evidence {
            signal: Some(11),
            stderr: vec!["panicked at /home/alice/photos/a.jpg".into()],
            ..Evidence::default()
        });
        samples
    };
    let request = br#"{"method":"tools/call","path":"/home/alice/photos/a.jpg"}"#;
    recorder
        .append_with(&failed(100_001), Some(request))
        .expect("appended");
    recorder
        .append_with(&failed(100_002), Some(&vec![b'x'; 17 * 1024 * 1024]))
        .expect("the sample is kept without its request");
    let folder = recorder.folder().to_owned();
    drop(recorder);

    let record = Record::read(&folder).expect("readable");
    let evidence = record.samples[0].evidence.clone().expect("evidence");
    assert_eq!(evidence.signal, Some(11));
    assert_eq!(evidence.stderr, ["panicked at <data>/a.jpg"]);
    let kept = fs::read(folder.join("evidence/trial-100001.json")).expect("kept");
    assert_eq!(evidence.request, Some(Digest::of(&kept)));
    assert_eq!(
        String::from_utf8_lossy(&kept),
        r#"{"method":"tools/call","path":"<data>/a.jpg"}"#
    );
    let other = record.samples[1].evidence.clone().expect("evidence");
    assert_eq!(other.request, None);
    let group = &Groups::of(&record).all[&Cell::of(&record.samples[0])];
    assert_eq!((group.failed, group.disturbed), (2, 0));

    // A kill between the request and its trial leaves a request without a trial.
    let orphan = folder.join("evidence/trial-100003.json");
    fs::write(&orphan, "{}").expect("written");
    let resumed = Recorder::resume(&folder, run(), redactor()).expect("resumed");
    assert!(!orphan.exists() && folder.join("evidence/trial-100001.json").exists());
    drop(resumed);
}

#[test]
fn a_trial_is_whole_new_and_in_its_unit() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(results.path());
    recorder.append(&trial(1, &[1])).expect("appended");
    recorder.append(&[]).expect("nothing is nothing");
    let mixed = [trial(2, &[1]), trial(3, &[1])].concat();
    let mut unit = trial(4, &[1]);
    unit[0].value = Some(Bytes(1).into());
    let mut empty = trial(5, &[1]);
    empty[0].value = None;
    let mut long = trial(6, &[1]);
    long[0].tool = Some("x".repeat(70_000));
    for (samples, why) in [
        (trial(1, &[1]), "recorded already"),
        (mixed, "several trials"),
        (unit, "execution is in ns, not in B"),
        (empty, "ok and has no value"),
        (long, "longer than"),
    ] {
        let error = recorder.append(&samples).expect_err(why);
        assert!(
            matches!(error, RecordError::Trial { .. }) && error.to_string().contains(why),
            "{error}"
        );
    }
    assert_eq!(
        Record::read(recorder.folder())
            .expect("readable")
            .samples
            .len(),
        1
    );
}

/// One way to spoil a finished run, and what the reader has to say about it.
fn check(spoil: impl FnOnce(&Path), expected: &str) -> ReadError {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(results.path());
    recorder.append(&trial(1, &[10, 20])).expect("appended");
    recorder.append(&trial(2, &[30])).expect("appended");
    let folder = recorder.finish(START).expect("sealed");
    spoil(&folder);
    let error = Record::read(&folder).expect_err(expected);
    let text = error.to_string();
    assert!(text.contains(expected), "{text}");
    assert!(
        text.contains(&*folder.to_string_lossy()),
        "it names no file: {text}"
    );
    assert!(text.contains("; "), "it names no remedy: {text}");
    error
}

fn edit(folder: &Path, name: &str, from: &str, to: &str) {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).expect("text");
    assert!(text.contains(from), "{from} is not in {text}");
    fs::write(&path, text.replacen(from, to, 1)).expect("written");
}

#[test]
fn a_spoilt_folder_is_refused_by_name() {
    let samples = "samples.jsonl";
    check(
        |folder| fs::remove_dir_all(folder).expect("removed"),
        "is no run: it is no folder",
    );
    check(
        |folder| {
            fs::remove_file(folder.join("run.json")).expect("removed");
            fs::remove_file(folder.join(samples)).expect("removed");
        },
        "is no run: it has no run.json",
    );
    check(
        |folder| fs::remove_file(folder.join("run.json")).expect("removed"),
        "half written: it has no run.json",
    );
    check(
        |folder| fs::write(folder.join("run.json"), "").expect("written"),
        "half written: its run.json is empty",
    );
    check(
        |folder| fs::remove_file(folder.join(samples)).expect("removed"),
        "half written: it has no samples.jsonl",
    );
    check(
        |folder| edit(folder, "run.json", "\"seed\": 42", "\"seed\": \"x\""),
        "run.json, line",
    );
    check(
        |folder| {
            edit(
                folder,
                "run.json",
                "\"format\": 2",
                "\"format\": 3, \"later\": {}",
            )
        },
        "format version 3, and this program reads up to 2",
    );
    check(
        |folder| fs::write(folder.join("run.json"), [0xff, 0xfe]).expect("written"),
        "cannot read",
    );
    for (from, to) in [
        ("\"value\":30", "\"value\":31"),
        (
            "\"outcome\":\"ok\"",
            "\"outcome\":{\"timeout\":{\"after\":1}}",
        ),
    ] {
        check(
            |folder| edit(folder, samples, from, to),
            "was changed after the run ended",
        );
    }
    check(
        |folder| {
            let bytes = samples_of(folder);
            fs::write(folder.join(samples), &bytes[..bytes.len() - 1]).expect("cut");
        },
        "was changed after the run ended",
    );
    check(
        |folder| fs::write(folder.join(samples), "").expect("emptied"),
        "was changed after the run ended",
    );
    check(
        |folder| {
            edit(
                folder,
                samples,
                "\"value\":30,\"unit\":\"ns\"",
                "\"value\":30,\"unit\":\"B\"",
            )
        },
        "samples.jsonl, line 3: execution is in ns, not in B",
    );
    check(
        |folder| edit(folder, samples, "\"value\":30", "\"value\":-30"),
        "samples.jsonl, line 3",
    );
    check(
        |folder| edit(folder, samples, "\"part\":2", "\"part\":3"),
        "samples.jsonl, line 2: part 3 of 2 follows part 1",
    );
    check(
        |folder| {
            edit(
                folder,
                samples,
                "\"part\":2,\"parts\":2,\"trial\":1",
                "\"part\":2,\"parts\":2,\"trial\":9",
            )
        },
        "trial 9 stands inside another",
    );
    check(
        |folder| edit(folder, samples, "\"trial\":2", "\"trial\":1"),
        "was changed after the run ended",
    );
    check(
        |folder| fs::write(folder.join(samples), "x".repeat(100_000)).expect("written"),
        "line 1: it is longer than",
    );
    check(
        |folder| fs::write(folder.join(samples), "[".repeat(60_000) + "\n").expect("written"),
        "samples.jsonl, line 1",
    );
    check(
        |folder| edit(folder, samples, "\"execution\"", "\"speed\""),
        "unknown variant `speed`",
    );
}

#[test]
fn a_results_folder_that_may_not_be_written_is_named() {
    // The kernel's own tree refuses new folders, to root as well.
    let folder = Path::new("/sys/kernel");
    if !folder.is_dir() {
        eprintln!("skipped: no /sys/kernel here");
        return;
    }
    let error = Recorder::create(folder, run(), redactor()).expect_err("it may not be written");
    assert!(matches!(&error, RecordError::ReadOnly { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("/sys/kernel/runs") && text.contains("--out DIR"),
        "{text}"
    );
}

#[test]
fn files_beside_the_samples_are_whole_and_the_description_can_be_amended() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(results.path());
    recorder.write_beside("tools.json", b"[]").expect("written");
    recorder
        .amend(|run| {
            run.id = "other".into();
            run.docker = Some("20.10 at /var/run/docker.sock".into());
        })
        .expect("amended");
    let folder = recorder.folder().to_owned();
    let run = Record::read(&folder).expect("readable").run;
    assert_eq!(run.docker.as_deref(), Some("20.10 at <path>"));
    assert!(folder.ends_with(&run.id));
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("a folder")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    assert_eq!(names, ["run.json", "samples.jsonl", "tools.json"]);
    let error = recorder
        .write_beside("no/such.csv", b"")
        .expect_err("no such folder");
    assert!(error.to_string().contains("no/such.csv"), "{error}");
}

/// The program itself is killed while it appends, as often as it takes to see both kinds of end.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the program that is killed is started here only"
)]
fn a_killed_recorder_loses_at_most_the_trial_in_flight() {
    const NAME: &str = "a_killed_recorder_loses_at_most_the_trial_in_flight";
    const FOLDER: &str = "RECORD_KILLED_IN";
    // Long trials, so that a kill is likely to find one in flight.
    let long = |number: u64| trial(number, &[number; 400]);
    if let Some(results) = std::env::var_os(FOLDER) {
        let mut recorder = create(Path::new(&results));
        for number in 0..100_000 {
            recorder.append(&long(number)).expect("appended");
            println!("\nappended {number}");
        }
        return;
    }
    for appended in [1, 2, 3, 5, 8] {
        let results = tempfile::tempdir().expect("a temporary folder");
        let mut child = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", NAME, "--nocapture"])
            .env(FOLDER, results.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("it starts");
        let told = BufReader::new(child.stdout.take().expect("piped"));
        let mut told = told
            .lines()
            .map_while(Result::ok)
            .filter(|line| line.starts_with("appended"));
        let last = (0..appended)
            .filter_map(|_| told.next())
            .last()
            .expect("it appends");
        child.kill().expect("killed");
        child.wait().expect("gone");
        let told: u64 = last
            .split(' ')
            .next_back()
            .and_then(|number| number.parse().ok())
            .expect("a number");

        let folder = record::latest(results.path()).expect("a run");
        let record = Record::read(&folder).expect("readable");
        let trials = u64::try_from(record.samples.len() / 400).expect("few");
        assert_eq!(record.samples.len() % 400, 0, "only whole trials");
        assert!(
            trials > told,
            "what was appended before trial {told} was told is there: {trials}"
        );
        let recorder = Recorder::resume(&folder, run(), redactor()).expect("resumed");
        assert!((0..trials).all(|number| recorder.done().contains(&Trial(number))));
        let sealed = recorder.finish(START).expect("sealed");
        assert_eq!(
            Record::read(&sealed).expect("readable").samples,
            record.samples
        );
    }
}
