//! How often each cell is tried where nobody says it: what is compared with a published figure first, the rest in what time is left.

use std::cmp::Ordering;

use record::{Nanos, Packaging, PageCache, StartClass};

use crate::plan::{Cell, Kind, Stage};

/// How many rounds a cell's samples are spread over: processes differ more than the calls of one, so few processes would
/// make an interval that is too narrow. Eight give a comparison of two runs enough blocks to resample.
const ROUNDS: u64 = 8;
/// The same of the originals in their containers. They are what the paper compares with, and take seconds to be up: they have all of their
/// samples in the first half of a run, so that a slow machine, which does not come to the second, has them too.
const FEW_ROUNDS: u64 = 4;
/// Of these, the last is theirs and the components': the others are tried in three, and go on when the comparison is whole.
const THEIRS: u64 = FEW_ROUNDS;
/// The same of what takes a second to be up and stands in no published figure: what a run comes to in the time that is left.
const MANY_ROUNDS: u64 = 10;

/// How often each cell is tried where nothing else is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// `process-cold` and `container-cold`.
    pub cold: u64,
    /// The same with the page cache dropped, which takes a second before each, and of everything else on the machine more.
    pub dropped: u64,
    /// `process-compile`.
    pub compile: u64,
    /// Memory.
    pub memory: u64,
    /// `warm`, `container-warm` and `instance-cold`.
    pub calls: u64,
    /// Density, idle servers and load, which a look leaves out.
    pub host: u64,
    /// Whether what is fast is tried more often than what is slow, and slow calls less often than fast ones.
    pub sparing: bool,
}

impl Effort {
    /// Enough for an interval in every cell.
    pub const FULL: Effort = Effort {
        cold: 20,
        dropped: 5,
        compile: 6,
        memory: 7,
        calls: 100,
        host: 6,
        sparing: true,
    };
    /// A look, in minutes: a range instead of an interval where there are fewer than six.
    pub const QUICK: Effort = Effort {
        cold: 6,
        dropped: 3,
        compile: 1,
        memory: 1,
        calls: 6,
        host: 2,
        sparing: false,
    };

    /// How many trials. What starts in milliseconds is started three times as often and called twice as often as what it is compared with, which
    /// by the first half of a run makes as many calls of both.
    pub fn of(&self, cell: &Cell) -> u64 {
        let (trials, fast) = match &cell.kind {
            // A file's weight is no distribution.
            Kind::Size | Kind::Image => return 1,
            Kind::Start {
                class: StartClass::ProcessCompile,
                ..
            } => (self.compile, 1),
            Kind::Start {
                page_cache: PageCache::Dropped,
                ..
            } => (self.dropped, 3),
            Kind::Start { .. } => (self.cold, 3),
            Kind::Memory => (self.memory, 1),
            Kind::Warm { .. } => (self.calls, 2),
            Kind::Instance { .. } => (self.calls, 1),
            Kind::Density | Kind::Idle { .. } | Kind::Load { .. } => (self.host, 1),
        };
        let ours = matches!(cell.packaging, Packaging::Component | Packaging::Native);
        match cell.kind {
            _ if !self.sparing => trials,
            _ if ours => fast * trials,
            Kind::Start {
                class: StartClass::ProcessCompile,
                ..
            }
            | Kind::Memory => trials.div_ceil(3),
            _ => trials,
        }
    }

    /// How many rounds its trials are spread over, where somebody `asked` for so many or so precise ones and where nobody did.
    pub fn rounds(&self, cell: &Cell, asked: bool) -> u64 {
        let starts = cell.kind.stage() == Stage::ProcessCold;
        let slow = cell.packaging.is_reference() || cell.packaging.is_contained();
        match cell.packaging {
            // A look has ranges. Half of its time would go into starting what is called.
            _ if !self.sparing && !asked => 1,
            Packaging::ContainerReference if !starts || cell.is_published() => FEW_ROUNDS,
            _ if starts && slow => MANY_ROUNDS,
            _ => ROUNDS,
        }
    }

    /// Which of a cell's own rounds a round of the run is; none where it is passed over, because time is better spent on what the paper compares.
    pub fn turn(&self, cell: &Cell, round: u64, asked: bool) -> Option<u64> {
        let compared = matches!(
            cell.packaging,
            Packaging::Component | Packaging::ContainerReference
        );
        let timed = cell.kind.is_timed() && !matches!(cell.kind, Kind::Instance { .. });
        if asked || !self.sparing || (compared && timed) {
            return Some(round);
        }
        match round.cmp(&THEIRS) {
            Ordering::Less => Some(round),
            Ordering::Equal => None,
            Ordering::Greater => Some(round - 1),
        }
    }

    /// How long the calls of a cell may take, all together and with what stands before each; none where they may take what they need.
    pub fn time(&self, cell: &Cell) -> Option<Nanos> {
        let millis = match (&cell.kind, cell.packaging) {
            (_, Packaging::ContainerReference) => 2_000,
            (Kind::Warm { .. }, Packaging::Component) => 4_000,
            (Kind::Warm { .. }, Packaging::Native) => 3_000,
            // What is in a container is what was published: as a process it is there to tell how much of that the container is.
            (_, Packaging::Reference) | (Kind::Instance { .. }, _) => 700,
            // The stock host and our images differ from what is measured at length in the host or the container alone.
            _ => 300,
        };
        let calls = matches!(cell.kind.stage(), Stage::Warm | Stage::InstanceCold);
        (self.sparing && calls).then_some(Nanos(millis * 1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::Transport;

    fn start() -> Kind {
        Kind::Start {
            class: StartClass::ProcessCold,
            transport: Transport::Stdio,
            page_cache: PageCache::Warm,
        }
    }

    fn warm() -> Kind {
        Kind::Warm {
            call: "a".to_owned(),
            transport: Transport::Stdio,
        }
    }

    #[test]
    fn what_is_compared_with_a_published_figure_is_whole_in_the_first_half_of_a_run() {
        let full = Effort::FULL;
        let by_half = |packaging, kind: Kind| {
            let cell = Cell::example("git", packaging, kind);
            let (most, rounds) = (full.of(&cell), full.rounds(&cell, false));
            (most.div_ceil(rounds) * (ROUNDS / 2)).min(most)
        };
        for packaging in [Packaging::Component, Packaging::ContainerReference] {
            assert!(by_half(packaging, start()) >= full.cold, "{packaging}");
            assert!(by_half(packaging, warm()) >= full.calls, "{packaging}");
        }
        // Six make an interval.
        for packaging in [Packaging::Reference, Packaging::ContainerNative] {
            assert!(by_half(packaging, start()) >= 6, "{packaging}");
        }
        for &packaging in Packaging::ALL {
            assert!(full.of(&Cell::example("noop", packaging, start())) >= full.cold);
            assert!(full.of(&Cell::example("noop", packaging, warm())) >= full.calls);
        }
    }

    #[test]
    fn the_others_wait_a_round_and_go_on() {
        let turns = |packaging, kind: Kind, asked| {
            let cell = Cell::example("git", packaging, kind);
            (1..=6)
                .map(|round| Effort::FULL.turn(&cell, round, asked))
                .collect::<Vec<_>>()
        };
        let all: Vec<Option<u64>> = (1..=6).map(Some).collect();
        let three = [Some(1), Some(2), Some(3), None, Some(4), Some(5)];
        assert_eq!(turns(Packaging::ContainerReference, start(), false), all);
        assert_eq!(turns(Packaging::Component, warm(), false), all);
        assert_eq!(turns(Packaging::Native, warm(), false), three);
        assert_eq!(turns(Packaging::Component, Kind::Memory, false), three);
        assert_eq!(turns(Packaging::Native, warm(), true), all);
    }

    #[test]
    fn a_look_does_little_of_everything_and_in_one_process() {
        for &packaging in Packaging::ALL {
            for kind in [start(), warm()] {
                let cell = Cell::example("git", packaging, kind);
                assert_eq!(
                    (Effort::QUICK.of(&cell), Effort::QUICK.rounds(&cell, false)),
                    (6, 1)
                );
                assert_eq!(Effort::QUICK.time(&cell), None);
            }
        }
    }
}
