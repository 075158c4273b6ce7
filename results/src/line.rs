//! The lines of `samples.jsonl`: which trial a line belongs to, and where the last whole trial ends.

use std::io::{BufRead, Read};

use serde::{Deserialize, Serialize};

use crate::{Sample, Trial};

/// Longer lines are not ours: a sample is some 500 bytes.
pub(crate) const LONGEST: u64 = 64 * 1024;

/// A sample with its place among the lines of its trial, so that a trial that was cut short can be told from a whole one.
#[derive(Serialize, Deserialize)]
pub(crate) struct Line {
    /// From 1 to `parts`.
    pub(crate) part: usize,
    /// How many lines the trial has.
    pub(crate) parts: usize,
    #[serde(flatten)]
    pub(crate) sample: Sample,
}

/// What a pass over `samples.jsonl` found.
#[derive(Default)]
pub(crate) struct Scan {
    pub(crate) samples: Vec<Sample>,
    /// Where the last whole trial ends, in bytes.
    pub(crate) whole: u64,
    /// Whether anything stands after that.
    pub(crate) ragged: bool,
    pub(crate) hasher: blake3::Hasher,
}

/// Why a pass over `samples.jsonl` stopped.
pub(crate) enum Fault {
    Io(std::io::Error),
    /// A line, counted from 1, that no interruption leaves behind.
    Line {
        line: u64,
        why: String,
    },
}

/// Reads whole trials. Whatever an interrupted append can leave (a line without its end, a trial without its last
/// lines) is not an error and not in the result; the bytes up to `whole` are hashed.
pub(crate) fn scan(mut reader: impl BufRead) -> Result<Scan, Fault> {
    let mut scan = Scan::default();
    let mut pending: Vec<Sample> = Vec::new();
    let mut unhashed: Vec<u8> = Vec::new();
    let mut text = Vec::new();
    let mut line = 0;
    loop {
        text.clear();
        let read = reader
            .by_ref()
            .take(LONGEST)
            .read_until(b'\n', &mut text)
            .map_err(Fault::Io)?;
        if read == 0 {
            break;
        }
        line += 1;
        let bad = |why: String| Fault::Line { line, why };
        if text.last() != Some(&b'\n') {
            if u64::try_from(read) == Ok(LONGEST) {
                return Err(bad(format!("it is longer than {LONGEST} bytes")));
            }
            scan.ragged = true;
            break;
        }
        unhashed.extend_from_slice(&text);
        let Line {
            part,
            parts,
            sample,
        } = serde_json::from_slice(&text).map_err(|error| bad(error.to_string()))?;
        if part != pending.len() + 1 || part > parts {
            return Err(bad(format!(
                "part {part} of {parts} follows part {}",
                pending.len()
            )));
        }
        if pending
            .first()
            .is_some_and(|first| first.trial != sample.trial)
        {
            return Err(bad(format!(
                "trial {} stands inside another",
                sample.trial.0
            )));
        }
        pending.push(sample);
        if part == parts {
            scan.samples.append(&mut pending);
            scan.hasher.update(&unhashed);
            scan.whole += u64::try_from(unhashed.len()).expect("a buffer's length fits in 64 bits");
            unhashed.clear();
        }
    }
    scan.ragged |= !pending.is_empty();
    Ok(scan)
}

/// The lines of one whole trial. `None` where the samples are of several trials or of none.
pub(crate) fn write(samples: &[Sample]) -> Option<Vec<u8>> {
    let trial: Trial = samples.first()?.trial;
    let mut text = Vec::with_capacity(samples.len() * 512);
    for (index, sample) in samples.iter().enumerate() {
        if sample.trial != trial {
            return None;
        }
        let line = Line {
            part: index + 1,
            parts: samples.len(),
            sample: sample.clone(),
        };
        serde_json::to_writer(&mut text, &line)
            .expect("a sample has only string keys, and memory takes every write");
        text.push(b'\n');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Metric, Nanos, Packaging, Subject};

    fn trial(number: u64, samples: u64) -> Vec<Sample> {
        let subject = Subject {
            server: "noop".into(),
            packaging: Packaging::Native,
            digest: None,
        };
        (0..samples)
            .map(|value| {
                Sample::new(
                    Trial(number),
                    subject.clone(),
                    Metric::Execution,
                    Nanos(value),
                )
            })
            .collect()
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = scan(&bytes[..]);
        }

        #[test]
        fn a_spoilt_byte_never_adds_a_sample(at in 0_usize..800, to in any::<u8>()) {
            let whole = [trial(1, 2), trial(2, 1)].map(|trial| write(&trial).expect("one trial")).concat();
            let mut spoilt = whole.clone();
            let at = at % spoilt.len();
            spoilt[at] = to;
            if let Ok(scan) = scan(&spoilt[..]) {
                prop_assert!(scan.samples.len() <= 3);
                let sealed = crate::Digest::of(&whole);
                prop_assert_eq!(crate::Digest::from_hash(scan.hasher.finalize()) == sealed, spoilt == whole);
            }
        }
    }

    #[test]
    fn only_samples_of_one_trial_are_a_trial() {
        assert!(write(&[]).is_none());
        assert!(write(&[trial(1, 1), trial(2, 1)].concat()).is_none());
    }
}
