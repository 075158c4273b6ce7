//! Which trials a run has, so that a resumed run repeats none and counts none twice.

use std::collections::BTreeSet;

use crate::{Sample, Trial};

/// The trials that these samples are of; an error names one that stands twice.
pub(crate) fn trials(samples: &[Sample]) -> Result<BTreeSet<Trial>, Trial> {
    let mut done = BTreeSet::new();
    let mut last = None;
    for sample in samples {
        if last != Some(sample.trial) {
            if !done.insert(sample.trial) {
                return Err(sample.trial);
            }
            last = Some(sample.trial);
        }
    }
    Ok(done)
}
