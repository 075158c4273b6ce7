//! In which order servers stand in every table and figure, and what is said of the run below them.

use std::collections::{BTreeMap, BTreeSet};

use record::{Count, Disturbance, Outcome, Packaging, Published, Record, State, StopReason};

use crate::group::Groups;
use crate::table::MARK;

/// The server that does nothing: what it takes is the price of being measured.
pub(crate) const FLOOR: &str = "noop";

/// Whether this is the same nothing in another language.
pub(crate) fn is_twin(server: &str) -> bool {
    server
        .strip_prefix(FLOOR)
        .is_some_and(|language| language.starts_with('_'))
}

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
        _ if server == FLOOR || is_twin(server) => 0,
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
    let count = |count: usize| Count(u64::try_from(count).unwrap_or(u64::MAX));
    notes.push(format!(
        "{} samples; {} more discarded, because the start class was not the one asked for; {} failed; {} outliers counted and kept.",
        count(good),
        Count(discarded),
        Count(failed),
        count(outliers)
    ));
    notes.extend(stopping(record));
    for warning in &record.run.warnings {
        notes.push(format!("Warning: {warning}."));
    }
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

/// Why there are as many samples as there are; nothing where the run does not say.
fn stopping(record: &Record) -> Option<String> {
    let stops = &record.run.stops;
    let of = |why: StopReason| stops.iter().filter(move |stop| stop.why == why);
    let counts: Vec<String> = StopReason::ALL
        .iter()
        .map(|&why| (why, of(why).count()))
        .filter(|(_, cells)| *cells > 0)
        .map(|(why, cells)| format!("{cells} by {why}"))
        .collect();
    let widest = stops.iter().filter_map(|stop| stop.width_permille).max();
    let widest = widest.map_or_else(String::new, |Count(width)| {
        format!(
            "; the widest interval is ±{}.{} % of its median",
            width / 10,
            width % 10
        )
    });
    let why = counts.join(", ");
    (!stops.is_empty()).then(|| {
        format!(
            "Sampling of {} planned cells ended: {why}{widest}.",
            stops.len()
        )
    })
}

/// What a mark on a number says; nothing where none is marked.
pub(crate) fn marks(record: &Record, groups: &Groups) -> Option<String> {
    let mut reasons: BTreeMap<Disturbance, usize> = BTreeMap::new();
    let good = record
        .samples
        .iter()
        .filter(|sample| sample.outcome == Outcome::Ok);
    for disturbance in good.clone().filter_map(|sample| sample.disturbed) {
        *reasons.entry(disturbance).or_default() += 1;
    }
    let disturbed: usize = reasons.values().sum();
    let reasons: Vec<String> = reasons
        .iter()
        .map(|(why, samples)| format!("{why} {samples}"))
        .collect();
    let cells = groups.all.values().filter(|group| group.disturbed > 0);
    (disturbed > 0).then(|| {
        format!(
            "{MARK} Something else used the machine while some of these samples were taken: {disturbed} of {} samples of the run, in {} of {} cells ({}). They stay in the median; the CSV says of each number how many.",
            Count(u64::try_from(good.count()).unwrap_or(u64::MAX)),
            cells.count(),
            groups.all.len(),
            reasons.join(", "),
        )
    })
}

/// How a spread is to be read.
pub(crate) const SPREADS: &str = "Medians. [ ] is the 95 % confidence interval of the median; ( ) is the range of fewer than 6 samples or 3 rounds.";
