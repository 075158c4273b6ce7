//! When a cell has samples enough: a fixed number, an interval as narrow as asked, or no time left.

use record::{Good, Group, Metric, Nanos, Spread, StopReason};

use crate::effort::Effort;
use crate::plan::{Cell, Stage};

/// Below this there is no interval, so none can be narrow.
pub const FEWEST: u64 = 6;
/// Below this nothing is known of how much processes differ, and an interval would be that of the calls of few.
const FEWEST_ROUNDS: usize = 3;
/// Where a precision is asked: as many as are tried, in some rounds, before a cell that fails is given up. What is narrow sooner ends sooner.
const SOME: u64 = 40;
/// A cell whose interval is still too wide after so many is one whose interval does not become narrow.
const MOST: u64 = 1_000;
/// What measuring takes at most where nobody says how much of what. A machine that is busy or slow makes fewer of the last rounds, which are
/// those of what is tried often; with all that stands before and after, a whole run is over in twenty minutes.
const LONGEST: Nanos = Nanos(18 * 60 * 1_000_000_000);
/// What a budget alone asks for: more than the table can show.
const FINE: Precision = Precision { permille: 10 };

/// How narrow an interval is asked to be: half its width against the median.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Precision {
    permille: u64,
}

impl std::str::FromStr for Precision {
    type Err = String;

    fn from_str(text: &str) -> Result<Precision, String> {
        let wrong = || {
            format!(
                "{text:?} is no precision; write a share of the median, from 0.1% to 50%, for example 2%"
            )
        };
        let number = text.strip_suffix('%').unwrap_or(text).trim();
        let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| text.parse::<u64>().map_err(|_| wrong());
        if tenth.len() != 1 {
            return Err(wrong());
        }
        let permille = digits(whole)?
            .checked_mul(10)
            .and_then(|whole| whole.checked_add(digits(tenth).ok()?))
            .ok_or_else(wrong)?;
        if (1..=500).contains(&permille) {
            Ok(Precision { permille })
        } else {
            Err(wrong())
        }
    }
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}%", self.permille / 10, self.permille % 10)
    }
}

/// Reads `90s`, `5m`, `1h` or `1h30m`.
///
/// # Errors
/// When it is none of them, or no time at all.
pub fn budget(text: &str) -> Result<Nanos, String> {
    let wrong = || {
        format!(
            "{text:?} is no time; write hours, minutes and seconds, for example 90s, 5m or 1h30m"
        )
    };
    let (mut seconds, mut number) = (0_u64, String::new());
    for next in text.chars() {
        let unit = match next {
            '0'..='9' => {
                number.push(next);
                continue;
            }
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return Err(wrong()),
        };
        let count: u64 = number.parse().map_err(|_| wrong())?;
        number.clear();
        seconds = count
            .checked_mul(unit)
            .and_then(|more| seconds.checked_add(more))
            .ok_or_else(wrong)?;
    }
    if seconds == 0 || !number.is_empty() {
        return Err(wrong());
    }
    seconds
        .checked_mul(1_000_000_000)
        .map(Nanos)
        .ok_or_else(wrong)
}

/// What a cell may take of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// So long, with what stands before each trial.
    pub time: Nanos,
    /// Trials that are made however long they take, so that the rounds together have enough for an interval.
    pub fewest: u64,
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopping {
    /// What is done where nothing else is said.
    pub effort: Effort,
    /// So many of each cell; with a precision, at most so many.
    pub samples: Option<u64>,
    /// Until the interval is so narrow.
    pub precision: Option<Precision>,
    /// At the latest when so much time has gone.
    pub budget: Option<Nanos>,
    /// At the latest then, where nobody said anything.
    longest: Option<Nanos>,
    /// By how much blocks are made smaller, so that a short budget holds several rounds.
    shrink: u64,
}

impl Stopping {
    /// A rule of these parts. A budget alone is spent on precision.
    pub fn new(
        effort: Effort,
        samples: Option<u64>,
        precision: Option<Precision>,
        budget: Option<Nanos>,
    ) -> Stopping {
        let implied = (budget.is_some() && samples.is_none()).then_some(FINE);
        let unasked = samples.is_none() && precision.is_none() && budget.is_none();
        Stopping {
            effort,
            samples,
            precision: precision.or(implied),
            budget,
            longest: (unasked && effort.sparing).then_some(LONGEST),
            shrink: 1,
        }
    }

    /// Makes blocks smaller where the whole effort, which takes `estimate`, does not fit the budget.
    #[must_use]
    pub fn fitted(self, estimate: Nanos) -> Stopping {
        let shrink = match (self.budget, self.longest) {
            (Some(budget), _) => estimate.0.div_ceil(budget.0.max(1)),
            // Twice what fits costs the last rounds, which have the least; smaller blocks would cost as many more starts.
            (None, Some(longest)) => estimate.0 / (2 * longest.0),
            (None, None) => 1,
        };
        self.shrunk(shrink)
    }

    /// When it is over, whatever is left.
    pub fn deadline(&self) -> Option<Nanos> {
        self.budget.or(self.longest)
    }

    /// Makes blocks so many times smaller: as they were when a run began that is resumed.
    #[must_use]
    pub fn shrunk(self, shrink: u64) -> Stopping {
        Stopping {
            shrink: shrink.max(1),
            ..self
        }
    }

    /// By how much blocks are smaller.
    pub fn shrink(&self) -> u64 {
        self.shrink
    }

    /// How long measuring takes that would take `estimate` if it were not for the budget, and of which the first round
    /// takes `first`. A budget alone is spent; the first round is done whatever the budget.
    pub fn lasts(&self, estimate: Nanos, first: Nanos) -> Nanos {
        match (self.budget, self.samples) {
            (Some(budget), None) => budget.max(first),
            (Some(budget), Some(_)) => estimate.min(budget.max(first)),
            (None, _) => self
                .longest
                .map_or(estimate, |longest| estimate.min(longest.max(first))),
        }
    }

    /// How often a cell is tried at most.
    pub fn most(&self, cell: &Cell) -> u64 {
        match (self.samples, self.precision) {
            (Some(samples), _) if cell.kind.stage() != Stage::Size => samples.max(1),
            (None, Some(_)) if cell.kind.is_timed() => MOST,
            _ => self.effort.of(cell),
        }
    }

    /// How often it is tried if its precision is reached as early as usual, and a call takes so long: for estimates.
    pub fn usual(&self, cell: &Cell, one: Nanos) -> u64 {
        let asked = self.samples.unwrap_or(self.effort.of(cell));
        let most = self.most(cell).min(asked);
        let Some(share) = self.share(cell) else {
            return most;
        };
        let block = self.block(cell);
        let round = (share.time.0 / one.0.max(1)).clamp(share.fewest.min(block), block);
        most.min(round * most.div_ceil(block))
    }

    fn is_asked(&self) -> bool {
        self.samples.is_some() || self.precision.is_some()
    }

    /// What a cell may take of a round; none where it may take all that its trials need. Whoever says how many or how precise gets that.
    pub fn share(&self, cell: &Cell) -> Option<Share> {
        let time = self.effort.time(cell).filter(|_| !self.is_asked())?;
        let rounds = self.most(cell).div_ceil(self.block(cell)).max(1);
        Some(Share {
            time: Nanos(time.0 / rounds),
            fewest: FEWEST.div_ceil(rounds),
        })
    }

    /// How often it is tried in one round, which is to say in one process.
    pub fn block(&self, cell: &Cell) -> u64 {
        let all = match (self.samples, self.precision) {
            (Some(samples), _) if cell.kind.stage() != Stage::Size => samples,
            (None, Some(_)) => self.effort.of(cell).min(SOME),
            _ => self.effort.of(cell),
        };
        // Of a look too, more than a look is asked then.
        let rounds = self.effort.rounds(cell, self.is_asked());
        (all.div_ceil(rounds) / self.shrink).max(1)
    }

    /// The repetitions of a cell's round.
    pub fn repetitions(&self, cell: &Cell, round: u64) -> std::ops::Range<u64> {
        let (block, most) = (self.block(cell), self.most(cell));
        let begin = |turn: u64| turn.saturating_sub(1).saturating_mul(block).min(most);
        match self.effort.turn(cell, round, self.is_asked()) {
            Some(turn) => begin(turn)..(begin(turn) + block).min(most),
            None => begin(round)..begin(round),
        }
    }

    /// Whether a cell has enough after so many tries, of which these good values came.
    pub fn enough(&self, cell: &Cell, tries: u64, good: &[Good]) -> Option<StopReason> {
        if tries >= self.most(cell) {
            return Some(StopReason::Samples);
        }
        let asked = self.precision.filter(|_| cell.kind.is_timed())?;
        if count(good) < FEWEST {
            // What keeps failing does not become precise by being asked a thousand times.
            let given_up = tries >= self.effort.of(cell).clamp(FEWEST, SOME);
            return given_up.then_some(StopReason::Samples);
        }
        let narrow = rounds(good) >= FEWEST_ROUNDS
            && width(cell.kind.headline(), good).is_some_and(|width| width <= asked.permille);
        narrow.then_some(StopReason::Precision)
    }
}

/// Half the width of the median's interval, as tables show it, against the median, in thousandths, rounded up; none where
/// there is no interval.
pub fn width(metric: Metric, good: &[Good]) -> Option<u64> {
    let group = Group {
        good: good.to_vec(),
        ..Group::default()
    };
    let summary = group.summary(metric)?;
    let Spread::Interval { low, high } = summary.spread else {
        return None;
    };
    let (wide, median) = (u128::from(high - low), u128::from(summary.median.max(1)));
    u64::try_from((wide * 1000).div_ceil(2 * median)).ok()
}

/// In how many rounds they were taken.
fn rounds(good: &[Good]) -> usize {
    let mut rounds: Vec<_> = good.iter().map(|good| good.round).collect();
    rounds.dedup();
    rounds.len()
}

fn count(good: &[Good]) -> u64 {
    u64::try_from(good.len()).expect("a length fits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Kind;
    use crate::server::Input;
    use record::{Count, Packaging, Transport};

    fn cell(kind: Kind, input: Option<Input>) -> Cell {
        Cell {
            input,
            ..Cell::example("noop", Packaging::Native, kind)
        }
    }

    /// In rounds of two.
    fn good(values: impl IntoIterator<Item = u64>) -> Vec<Good> {
        let rounds = (2..).map(|number| Some(Count(number / 2)));
        let good = values.into_iter().zip(rounds).map(|(value, round)| Good {
            value,
            round,
            disturbed: false,
        });
        good.collect()
    }

    fn warm() -> Cell {
        let call = "a".to_owned();
        let transport = Transport::Stdio;
        cell(Kind::Warm { call, transport }, Some(Input::Small))
    }

    #[test]
    fn words_of_precision_and_time() {
        let precision = |text: &str| text.parse::<Precision>().map(|read| read.to_string());
        assert_eq!(precision("2%"), Ok("2.0%".into()));
        assert_eq!(precision("0.5%"), Ok("0.5%".into()));
        assert_eq!(precision("10"), Ok("10.0%".into()));
        for wrong in ["", "%", "0%", "0.05%", "99%", "-1%", "two"] {
            assert!(precision(wrong).is_err(), "{wrong}");
        }
        assert_eq!(budget("90s"), Ok(Nanos(90_000_000_000)));
        assert_eq!(budget("1h30m"), Ok(Nanos(5_400_000_000_000)));
        for wrong in ["", "5", "0s", "m", "5 m", "99999999999999999h"] {
            assert!(budget(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn fixed_numbers_are_spread_over_rounds_and_none_is_lost() {
        for (samples, rounds) in [(40, 8), (21, 7), (6, 6), (1, 1), (60, 8)] {
            let stopping = Stopping::new(Effort::FULL, Some(samples), None, None);
            let all: Vec<u64> = (1..=rounds)
                .flat_map(|round| stopping.repetitions(&warm(), round))
                .collect();
            assert_eq!(all, (0..samples).collect::<Vec<_>>());
            assert_eq!(stopping.enough(&warm(), samples - 1, &good([1; 50])), None);
            assert_eq!(
                stopping.enough(&warm(), samples, &[]),
                Some(StopReason::Samples)
            );
        }
        let stopping = Stopping::new(Effort::FULL, Some(9), None, None);
        assert_eq!(stopping.most(&cell(Kind::Size, None)), 1);
    }

    #[test]
    fn a_narrow_interval_ends_a_cell_of_times_and_no_other() {
        let two = Some("2%".parse().expect("a precision"));
        let stopping = Stopping::new(Effort::FULL, None, two, None);
        let narrow = good(990..1010);
        let wide = good((500..1500).step_by(50));
        let same_round: Vec<Good> = narrow
            .iter()
            .map(|good| Good {
                round: Some(Count(1)),
                ..*good
            })
            .collect();
        assert_eq!(stopping.enough(&warm(), 20, &same_round), None);
        assert_eq!(stopping.enough(&warm(), 5, &narrow[..5]), None);
        assert_eq!(
            stopping.enough(&warm(), 20, &narrow),
            Some(StopReason::Precision)
        );
        assert_eq!(stopping.enough(&warm(), 20, &wide), None);
        assert_eq!(
            stopping.enough(&warm(), MOST, &wide),
            Some(StopReason::Samples)
        );
        assert_eq!(
            stopping.enough(&warm(), 40, &[]),
            Some(StopReason::Samples),
            "it fails for ever"
        );
        let memory = cell(Kind::Memory, None);
        assert_eq!(stopping.enough(&memory, 6, &good([7; 6])), None);
        assert_eq!(
            stopping.enough(&memory, 7, &good([7; 7])),
            Some(StopReason::Samples)
        );
    }

    #[test]
    fn slow_calls_have_a_share_of_each_round_where_nobody_asked_for_more() {
        let full = Stopping::new(Effort::FULL, None, None, None);
        let half = Nanos(500_000_000);
        assert_eq!(
            full.share(&warm()),
            Some(Share {
                time: Nanos(375_000_000),
                fewest: 1
            })
        );
        assert_eq!(full.share(&cell(Kind::Memory, None)), None);
        let container = Cell {
            packaging: Packaging::ContainerReference,
            ..warm()
        };
        // Four rounds of two have enough for an interval.
        assert_eq!(
            full.share(&container),
            Some(Share {
                time: half,
                fewest: 2
            })
        );
        for asked in [
            Stopping::new(Effort::FULL, Some(9), None, None),
            Stopping::new(Effort::FULL, None, Some(FINE), None),
            Stopping::new(Effort::FULL, None, None, Some(half)),
            Stopping::new(Effort::QUICK, None, None, None),
        ] {
            assert_eq!(asked.share(&warm()), None);
        }
        assert_eq!(full.usual(&container, Nanos(1)), 100);
        assert_eq!(full.usual(&container, half), 8);
        assert_eq!(full.usual(&container, Nanos(half.0 / 10)), 40);
    }

    #[test]
    fn a_short_budget_makes_blocks_small() {
        let minute = Nanos(60_000_000_000);
        let stopping = Stopping::new(Effort::FULL, None, None, Some(minute));
        assert_eq!(stopping.precision, Some(FINE));
        assert_eq!(stopping.lasts(Nanos(1), Nanos(1)), minute, "it is spent");
        let long = Nanos(3 * minute.0);
        assert_eq!(stopping.lasts(long, Nanos(2 * minute.0)).0, 2 * minute.0);
        let few = Stopping::new(Effort::FULL, Some(9), None, Some(minute));
        assert_eq!(few.lasts(Nanos(1), Nanos(1)), Nanos(1));
        assert_eq!(few.lasts(long, Nanos(1)), minute);
        assert_eq!(stopping.fitted(minute).block(&warm()), 5);
        assert_eq!(stopping.fitted(Nanos(2 * minute.0)).block(&warm()), 2);
        assert_eq!(stopping.fitted(Nanos(100 * minute.0)).block(&warm()), 1);
    }

    #[test]
    fn a_whole_run_comes_to_an_end_on_a_slow_machine_too() {
        let full = Stopping::new(Effort::FULL, None, None, None);
        assert_eq!(full.deadline(), Some(LONGEST));
        let slow = Nanos(3 * LONGEST.0);
        assert_eq!(full.lasts(slow, Nanos(1)), LONGEST);
        assert_eq!(full.lasts(Nanos(5), Nanos(1)), Nanos(5));
        assert_eq!(full.fitted(slow), full, "blocks are as they were");
        assert_eq!(full.fitted(Nanos(6 * LONGEST.0)).block(&warm()), 8);
        // Whoever says how much gets it.
        for asked in [
            Stopping::new(Effort::FULL, Some(9), None, None),
            Stopping::new(Effort::FULL, None, Some(FINE), None),
            Stopping::new(Effort::QUICK, None, None, None),
        ] {
            assert_eq!(asked.deadline(), None);
        }
    }

    #[test]
    fn a_width_is_half_the_interval_against_the_median() {
        let of = |good: &[Good]| width(Metric::Execution, good);
        assert_eq!(of(&good(1..6)), None);
        assert_eq!(of(&good([100; 9])), Some(0));
        let mut lone = good([90, 100, 100, 100, 100, 110]);
        lone.iter_mut().for_each(|good| good.round = None);
        // Of six without rounds the interval is the range.
        assert_eq!(of(&lone), Some(100));
    }
}
