//! A run's folder: what is read is written as what is read again, and what cannot be used is said with file and remedy.

use std::fmt::{Debug, Display};
use std::sync::atomic::{AtomicUsize, Ordering};

use record::{DECISIONS, Decision, Record, Sample};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Target, folder, planted, remedied};

pub(super) const TARGET: Target = Target {
    name: "record",
    feed,
    longest: 4096,
    compares: false,
    words: &[
        "\"part\":1,\"parts\":1,",
        "\"trial\":0",
        "\"outcome\":\"ok\"",
        "\"outcome\":{\"unavailable\":{\"why\":\"x\",\"remedy\":\"y\"}}",
        "\"testbed\":\"simulated\"",
        "\"tier\":\"edge\"",
        "\"metric\":\"replay-answered\"",
        "\"replay\":{",
        "\"placed\":{\"call\":0,",
        "\"refused\":\"x\"",
        "\"breaches\":[{\"rules\":\"strict\",\"why\":[]}]",
        "\"unjudged\":[]",
        "\"explanation\":{}",
        "\"selection\":{",
        "\"end\":null",
        "\"format\":2",
        "18446744073709551615",
        "\\u001b",
        "\n",
    ],
};

/// The files of a run, of which the first byte of an input chooses one.
const FILES: [&str; 3] = ["run.json", "samples.jsonl", DECISIONS];

/// A run that was interrupted before its first sample: what stands beside the file that is tried.
fn description() -> Vec<u8> {
    let text = include_str!("../../../../results/reference/expressions/run.json");
    let mut run: serde_json::Value = serde_json::from_str(text).expect("a committed run");
    run.as_object_mut().expect("an object").remove("end");
    run.to_string().into_bytes()
}

/// Which file, then what is in it.
fn feed(data: &[u8]) {
    let Some((which, content)) = data.split_first() else {
        return;
    };
    let which = usize::from(*which) % FILES.len();
    let run = folder().join("run");
    // What stands beside the file that is tried is written only where another was tried before.
    static BEFORE: AtomicUsize = AtomicUsize::new(FILES.len());
    if BEFORE.swap(which, Ordering::Relaxed) != which {
        std::fs::create_dir_all(&run).expect("memory takes the folder");
        for (file, own) in FILES.iter().zip([description(), Vec::new(), Vec::new()]) {
            std::fs::write(run.join(file), own).expect("memory takes the file");
        }
    }
    std::fs::write(run.join(FILES[which]), content).expect("memory takes the file");
    let place = run.display().to_string();
    if FILES[which] != DECISIONS {
        match Record::read(&run) {
            Ok(record) => {
                same(&record.run);
                record.samples.iter().for_each(same::<Sample>);
            }
            Err(why) => said(&why, &place),
        }
        return;
    }
    let read = match Decision::read(&run) {
        Ok(read) => read,
        Err(why) => return said(&why, &place),
    };
    std::fs::write(run.join(DECISIONS), Decision::write(&read)).expect("memory takes it");
    let again = Decision::read(&run).expect("what was written is read");
    assert_eq!(bare(again), bare(read.clone()), "it is read as another");
    // Behind every check: no seed has so many calls.
    planted(|| {
        let mut placed = read.iter().filter_map(|decision| decision.placed.as_ref());
        placed.any(|placed| placed.call > 4)
    });
}

/// Without the scheduler's own words: the last bit of a fraction in them is not kept.
fn bare(mut decisions: Vec<Decision>) -> Vec<Decision> {
    for placed in decisions.iter_mut().filter_map(|one| one.placed.as_mut()) {
        placed.explanation = None;
    }
    decisions
}

fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).expect("it has only string keys");
    let again: T = serde_json::from_str(&text).expect("what was written is read");
    assert_eq!(&again, value, "it is read as another");
}

fn said(why: &impl Display, folder: &str) {
    let why = why.to_string();
    assert!(why.contains(folder), "it names no file: {why}");
    remedied(&why);
}
