//! How long a plan takes, from what its cells took before.

use std::collections::BTreeMap;
use std::path::Path;

use record::Nanos;
use serde::{Deserialize, Serialize};

use crate::plan::{Cell, Last, Stage};
use crate::stop::Stopping;

/// The file beside a run's samples that holds what its cells took, everything included that no sample shows.
pub const COSTS: &str = "costs.json";

/// A call of which nothing at all is known.
const UNKNOWN: Nanos = Nanos(150_000_000);

/// What the trials of one cell took together, by the harness's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    /// Trials, and the calls that went before them.
    calls: u64,
    /// All of it.
    nanos: u64,
}

/// What cells took, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Costs {
    of: BTreeMap<String, Cost>,
}

impl Costs {
    /// What a run left, if it can be read: an estimate is a courtesy, and fails nothing.
    pub fn read(run: &Path) -> Option<Costs> {
        serde_json::from_slice(&std::fs::read(run.join(COSTS)).ok()?).ok()
    }

    /// As [`Costs::read`] reads it.
    pub fn written(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a map of names to numbers is written")
    }

    /// Adds what else is known; what is known here already stays.
    pub fn or(&mut self, other: Costs) {
        for (name, cost) in other.of {
            self.of.entry(name).or_insert(cost);
        }
    }

    /// Counts something under a name of its own, which is no cell's.
    pub fn add(&mut self, name: &str, calls: u64, took: Nanos) {
        let cost = self.of.entry(name.to_owned()).or_default();
        cost.calls += calls;
        cost.nanos = cost.nanos.saturating_add(took.0);
    }

    /// Counts a trial; the first of a cell's round brings its warm-up.
    pub fn trial(&mut self, cell: &Cell, last: Last, took: Nanos) {
        self.add(&cell.name(), calls(cell, last), took);
    }

    /// What one trial will take.
    pub fn next(&self, cell: &Cell, last: Last) -> Nanos {
        Nanos(self.one(cell).0.saturating_mul(calls(cell, last)))
    }

    /// What so many trials in so many rounds will take.
    pub fn expect(&self, cell: &Cell, trials: u64, rounds: u64) -> Nanos {
        let later = trials.saturating_sub(rounds);
        let calls = trials + rounds * cell.kind.warm_up() + cell.kind.lead_in(later);
        Nanos(self.one(cell).0.saturating_mul(calls))
    }

    /// What one call of something that is no cell took, in the mean.
    pub fn mean(&self, name: &str) -> Option<Nanos> {
        self.of
            .get(name)
            .map(|cost| Nanos(cost.nanos / cost.calls.max(1)))
    }

    /// One call of a cell: as it was, or as the most alike were.
    fn one(&self, cell: &Cell) -> Nanos {
        let name = cell.name();
        let stage = format!("{} ", name.split(' ').next().unwrap_or_default());
        let packaging = format!(" {}", cell.packaging);
        let mean = |alike: &dyn Fn(&str) -> bool| {
            let costs = self.of.iter().filter(|(name, _)| alike(name));
            let (calls, nanos) = costs.fold((0_u64, 0_u64), |(calls, nanos), (_, cost)| {
                (calls + cost.calls, nanos.saturating_add(cost.nanos))
            });
            nanos.checked_div(calls).map(Nanos)
        };
        self.mean(&name)
            .or_else(|| mean(&|name| name.starts_with(&stage) && name.contains(&packaging)))
            .or_else(|| mean(&|name| name.starts_with(&stage)))
            .unwrap_or(UNKNOWN)
    }
}

/// A trial and the calls that go before it.
fn calls(cell: &Cell, last: Last) -> u64 {
    1 + match last {
        Last::None => cell.kind.warm_up(),
        Last::Another => cell.kind.lead_in(1),
        Last::Itself => 0,
    }
}

/// One stage of a plan in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// The stage.
    pub stage: Stage,
    /// How many cells it has.
    pub cells: usize,
    /// How many trials, if no cell ends earlier.
    pub trials: u64,
    /// How long they take.
    pub nanos: Nanos,
}

/// How many trials a cell has if it does not end earlier, and what they take with the calls that warm up for them.
pub fn cell(cell: &Cell, stopping: &Stopping, costs: &Costs) -> (u64, Nanos) {
    let trials = stopping.usual(cell, costs.one(cell));
    let rounds = trials.div_ceil(stopping.block(cell));
    (trials, costs.expect(cell, trials, rounds))
}

/// What each stage of these cells will take, without regard to a budget.
pub fn stages(cells: &[Cell], stopping: &Stopping, costs: &Costs) -> Vec<Expected> {
    let mut stages: BTreeMap<Stage, Expected> = BTreeMap::new();
    for one in cells {
        let stage = one.kind.stage();
        let expected = stages.entry(stage).or_insert(Expected {
            stage,
            cells: 0,
            trials: 0,
            nanos: Nanos(0),
        });
        let (trials, nanos) = cell(one, stopping, costs);
        expected.cells += 1;
        expected.trials += trials;
        expected.nanos.0 += nanos.0;
    }
    stages.into_values().collect()
}

/// What the first round takes, which is done whatever the budget.
pub fn first(cells: &[Cell], stopping: &Stopping, costs: &Costs) -> Nanos {
    let one = |cell: &Cell| {
        let trials = stopping.block(cell).min(stopping.most(cell));
        costs.expect(cell, trials, 1).0
    };
    Nanos(cells.iter().map(one).sum())
}

/// The sum of all stages.
pub fn total(stages: &[Expected]) -> Nanos {
    Nanos(stages.iter().map(|stage| stage.nanos.0).sum())
}

/// A time for people who wait: `40 s`, `5 min`, `1 h 20 min`.
pub fn words(time: Nanos) -> String {
    let seconds = time.0.div_ceil(1_000_000_000);
    match seconds {
        0..100 => format!("{seconds} s"),
        100..5_400 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effort::Effort;
    use crate::plan::Kind;
    use record::{Packaging, Transport};

    fn cell(server: &str, packaging: Packaging, call: &str) -> Cell {
        let (call, transport) = (call.to_owned(), Transport::Stdio);
        Cell::example(server, packaging, Kind::Warm { call, transport })
    }

    #[test]
    fn what_is_not_known_is_told_from_what_is_alike() {
        let (known, other) = (
            cell("noop", Packaging::Native, "a"),
            cell("noop", Packaging::Component, "a"),
        );
        let mut costs = Costs::default();
        assert_eq!(costs.expect(&known, 1, 0).0, 2 * UNKNOWN.0);
        // Two count, with three calls before the first and one before the second, a millisecond each.
        costs.trial(&known, Last::None, Nanos(4_000_000));
        costs.trial(&known, Last::Another, Nanos(2_000_000));
        costs.trial(&other, Last::Another, Nanos(6_000_000));
        // Six before the first of two rounds; of the other eight, two rows, and one before each.
        assert_eq!(costs.expect(&known, 10, 2), Nanos(18_000_000));
        assert_eq!(costs.next(&known, Last::Itself), Nanos(1_000_000));
        let alike = cell("filesystem", Packaging::Component, "b");
        assert_eq!(costs.expect(&alike, 1, 0), Nanos(6_000_000));
        let far = cell("filesystem", Packaging::ComponentWasmtime, "b");
        assert_eq!(costs.expect(&far, 6, 0), Nanos(12_000_000));
    }

    #[test]
    fn a_plan_costs_what_its_cells_do() {
        let cells = [
            cell("noop", Packaging::Native, "a"),
            cell("noop", Packaging::Native, "b"),
        ];
        let mut costs = Costs::default();
        costs.trial(&cells[0], Last::Another, Nanos(2_000_000));
        let stopping = Stopping::new(Effort::FULL, Some(16), None, None);
        let stages = stages(&cells, &stopping, &costs);
        assert_eq!((stages[0].cells, stages[0].trials), (2, 32));
        // Sixteen calls in eight rounds: three before the first of each, and two rows of the others, of two cells.
        assert_eq!(total(&stages), Nanos(2 * (16 + 24 + 2) * 1_000_000));
        // Two of sixteen are asked in a round.
        let first = first(&cells, &stopping, &costs);
        assert_eq!(first, Nanos(2 * (2 + 3 + 1) * 1_000_000));
    }

    #[test]
    fn times_are_read_by_people() {
        let words = |seconds: u64| words(Nanos(seconds * 1_000_000_000));
        assert_eq!(
            [words(40), words(301), words(4_800), words(6_000)],
            ["40 s", "6 min", "80 min", "1 h 40 min"]
        );
    }
}
