//! Runs in a folder: found by what people call them, exported whole, and removed only where that was asked for.

use std::path::{Path, PathBuf};

use record::{
    COLUMNS, Count, Disturbance, Evidence, Metric, Nanos, Outcome, Packaging, Record, Recorder,
    Redactor, Retention, Run, Sample, Subject, Timestamp, Trial, export, find, is_measuring,
    prunable, remove,
};

const DAY: u64 = 86_400;

/// Runs that began on these days of 1970, finished.
fn runs(results: &Path, days: &[u64]) -> Vec<PathBuf> {
    days.iter()
        .map(|day| {
            create(results, *day)
                .finish(Timestamp(day * DAY + 60))
                .expect("sealed")
        })
        .collect()
}

fn create(results: &Path, day: u64) -> Recorder {
    let mut run = Run::new("table3", 42, Timestamp(day * DAY));
    run.machine.cpu = "Planted".into();
    Recorder::create(results, run, Redactor::new()).expect("a run")
}

fn name(folder: &Path) -> String {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.expect("text").to_owned()
}

#[test]
fn a_run_is_found_by_what_it_is_called() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let results = results.path();
    assert!(
        find(results, "latest").is_err_and(|error| error.to_string().contains("no latest run"))
    );
    // The eleventh of a day ends as the first does.
    let mut days = vec![1; 11];
    days.push(2);
    let made = runs(results, &days);
    let called = |name: &str| {
        find(results, name)
            .map(|folder| folder.file_name().expect("a name").to_owned())
            .map_err(|error| error.to_string())
    };
    let id = |index: usize| Ok(made[index].file_name().expect("a name").to_owned());
    assert_eq!(called("1970-01-02-planted-table3-1"), id(0));
    assert_eq!(called("1970-01-02-planted-table3-11"), id(10));
    assert_eq!(called("table3-11"), id(10));
    assert_eq!(called("-7"), id(6));
    assert_eq!(called("1970-01-03"), id(11));
    assert_eq!(called("latest"), id(11));
    assert_eq!(called(&made[3].to_string_lossy()), id(3));
    let several = called("1970-01-02").expect_err("eleven runs");
    assert!(
        several.contains("could be 1970-01-02-planted-table3-1, ")
            && several.ends_with("give more of its name"),
        "{several}"
    );
    for nobody in ["yesterday", "", "../runs", "1970-01-02-planted-table3-1/x"] {
        let error = called(nobody).expect_err(nobody);
        assert!(
            error.ends_with("`runs list` shows what there is"),
            "{error}"
        );
    }
}

#[test]
fn only_what_is_old_and_done_is_pruned() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let results = results.path();
    let made = runs(results, &[1, 2, 3]);
    let measuring = create(results, 4);
    let broken = results.join("runs/1969-broken");
    std::fs::create_dir(&broken).expect("made");
    std::fs::write(broken.join("run.json"), "{").expect("written");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let other = runs(elsewhere.path(), &[1]);
    std::os::unix::fs::symlink(&other[0], results.join("runs/1969-link")).expect("linked");

    let may_go = |retention: Retention| -> Vec<String> {
        let runs = prunable(results, retention).expect("listed");
        assert!(runs.iter().all(|run| run.size.0 > 100 && run.whole));
        runs.iter().map(|run| name(&run.folder)).collect()
    };
    let all = Retention {
        keep: Some(0),
        ..Retention::default()
    };
    let ids: Vec<String> = made.iter().map(|folder| name(folder)).collect();
    assert_eq!(may_go(Retention::default()), Vec::<String>::new());
    assert_eq!(may_go(all), ids);
    assert_eq!(
        may_go(Retention {
            keep: Some(3),
            ..all
        }),
        ids[..1]
    );
    let before = Some(Timestamp(3 * DAY));
    assert_eq!(may_go(Retention { before, ..all }), ids[..2]);
    assert_eq!(
        may_go(Retention {
            keep: None,
            before,
            ..all
        }),
        ids[..2],
        "an age alone is a limit too"
    );

    assert!(is_measuring(measuring.folder()) && !is_measuring(&made[0]));
    // Taken up again between the question and the answer.
    let first = prunable(results, all).expect("listed").remove(0);
    let samples = std::fs::File::open(made[0].join("samples.jsonl")).expect("there");
    samples.lock().expect("locked");
    let error = remove(&first).expect_err("somebody has it");
    let busy = format!(
        "{} is being measured; prune again when it has ended",
        first.folder.display()
    );
    assert_eq!(error.to_string(), busy);
    drop(samples);
    remove(&first).expect("removed");
    assert!(!made[0].exists() && made[1].exists() && broken.exists());

    // The newest is what `latest` leads to.
    drop(measuring);
    let newest = |even_latest: bool| {
        let retention = Retention { even_latest, ..all };
        let runs = prunable(results, retention).expect("listed");
        runs.iter().any(|run| !run.whole)
    };
    assert!(newest(true) && !newest(false));
    assert!(other[0].exists());
}

#[test]
fn every_field_of_a_sample_is_a_column() {
    let results = tempfile::tempdir().expect("a temporary folder");
    let mut recorder = create(results.path(), 1);
    let subject = Subject {
        server: "noop".into(),
        packaging: Packaging::Native,
        digest: None,
    };
    let good = Sample {
        round: Some(Count(2)),
        idle: Some(Count(100)),
        load: Some(Count(80)),
        disturbed: Some(Disturbance::Busy),
        ..Sample::new(
            Trial(100_000),
            subject.clone(),
            Metric::Execution,
            Nanos(36_400),
        )
    };
    let crashed = Sample {
        evidence: Some(Evidence {
            signal: Some(11),
            stderr: vec!["one, \"two\"".into(), "three".into()],
            ..Evidence::default()
        }),
        ..Sample::failed(
            Trial(100_001),
            subject,
            Metric::Execution,
            Outcome::Crashed {
                how: "signal 11".into(),
            },
        )
    };
    recorder.append(&[good]).expect("appended");
    recorder.append(&[crashed]).expect("appended");
    let record = Record::read(recorder.folder()).expect("readable");
    let mut text = Vec::new();
    export(&record, &mut text).expect("memory takes every write");
    let text = String::from_utf8(text).expect("text");
    expect_test::expect![[r#"
        run,trial,round,server,packaging,digest,tool,input,input_size,input_bytes,start,transport,proxy,wire,tier,testbed,page_cache,limit_memory,limit_millicpus,limit_timeout,concurrency,idle,load,metric,value,unit,outcome,why,remedy,disturbed,exit,signal,stderr,request,scenario,call,scheduler,cost_model,placement,rules,profile,links
        1970-01-02-planted-table3-1,100000,2,noop,native,,,,,,,,,,,,,,,,1,100,80,execution,36400,ns,ok,,,busy,,,,,,,,,,,,
        1970-01-02-planted-table3-1,100001,,noop,native,,,,,,,,,,,,,,,,1,,,execution,,ns,crashed,signal 11,,,,11,"one, ""two""
        three",,,,,,,,,
    "#]]
    .assert_eq(&text);
    assert_eq!(
        text.lines().next().map(|line| line.split(',').count()),
        Some(COLUMNS.len())
    );
}
