//! In which order servers stand in every table and figure, and what is said of the run below them.

use std::collections::{BTreeMap, BTreeSet};

use record::{Outcome, Packaging, Published, Record, State};

use crate::group::Groups;

/// The server that does nothing: what it takes is the price of being measured.
pub(crate) const FLOOR: &str = "noop";

/// The subjects by server: the floor first, then in the order of the published table, then by name.
pub(crate) fn servers(
    groups: &Groups,
    record: &Record,
    published: &[Published],
) -> Vec<(String, Vec<Packaging>)> {
    let mut by_server: BTreeMap<String, Vec<Packaging>> = BTreeMap::new();
    for (server, packaging) in groups.subjects(record) {
        by_server.entry(server).or_default().push(packaging);
    }
    // Published packagings stand beside ours even where this run has no such subject.
    for number in published {
        if let Some(packagings) = by_server.get_mut(&number.server)
            && !packagings.contains(&number.packaging)
        {
            packagings.push(number.packaging);
        }
    }
    let place = |server: &str| match published.iter().position(|number| number.server == server) {
        _ if server == FLOOR => 0,
        Some(place) => 1 + place,
        None => usize::MAX,
    };
    let mut servers: Vec<(String, Vec<Packaging>)> = by_server.into_iter().collect();
    for (_, packagings) in &mut servers {
        packagings.sort_unstable();
    }
    servers.sort_by_key(|(server, _)| place(server));
    servers
}

/// What the run is and where it ran, in one line.
pub(crate) fn provenance(record: &Record) -> String {
    let run = &record.run;
    let machine = &run.machine;
    let testbeds: BTreeSet<&str> = record
        .samples
        .iter()
        .filter_map(|sample| sample.testbed)
        .map(record::Testbed::name)
        .collect();
    let testbed = if testbeds.is_empty() {
        "this machine as it is".to_owned()
    } else {
        testbeds.into_iter().collect::<Vec<_>>().join(", ")
    };
    let known = |text: &str| {
        if text.is_empty() {
            "unknown".to_owned()
        } else {
            text.to_owned()
        }
    };
    format!(
        "Run {}. {}, {} processors, {}, {}; wasmtime {}; testbed: {testbed}.",
        known(&run.id),
        known(&machine.cpu),
        machine.processors,
        machine.memory,
        known(&machine.kernel),
        known(&run.toolchain.wasmtime),
    )
}

/// What was left out of the medians, and whether the run came to its end.
pub(crate) fn completeness(record: &Record, groups: &Groups) -> Vec<String> {
    let mut notes = Vec::new();
    if let State::Interrupted { .. } = record.state {
        notes.push("The run did not end: it was interrupted or still runs, and the numbers are of the trials that it has.".to_owned());
    }
    let (mut discarded, mut failed, mut outliers) = (0, 0, 0);
    for (key, group) in &groups.all {
        discarded += group.discarded;
        failed += group.failed;
        outliers += group
            .summary(key.metric)
            .map_or(0, |summary| summary.outliers);
    }
    let good = record
        .samples
        .iter()
        .filter(|sample| sample.outcome == Outcome::Ok)
        .count();
    let count = |count: usize| record::Count(u64::try_from(count).unwrap_or(u64::MAX));
    notes.push(format!(
        "{} samples; {} more discarded, because the start class was not the one asked for; {} failed; {} outliers counted and kept.",
        count(good),
        record::Count(discarded),
        record::Count(failed),
        count(outliers)
    ));
    for missing in &record.run.missing {
        notes.push(format!(
            "Unavailable here: {}: {}; {}.",
            missing.what,
            missing.why,
            missing.remedy.trim_end_matches('.')
        ));
    }
    notes
}

/// How a spread is to be read.
pub(crate) const SPREADS: &str = "Medians. [ ] is the 95 % confidence interval of the median; ( ) is the range of fewer than 6 samples.";
