//! Two runs side by side, cell by cell: the size of each difference first, and a word for it only where it is both large
//! and sure.

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::FRAC_PI_2;

use serde::Serialize;

use crate::block::{self, Location, log, real};
use crate::student::{quantile_95, two_sided};
use crate::variable::names;
use crate::weather::Weather;
use crate::{
    Cell, Group, Groups, Machine, Metric, Outcome, Packaging, Record, Run, State, Summary,
    Timestamp, Unit,
};

/// A smaller difference has no word: between equal builds, layout of code and memory alone moves a median by some percent
/// (Mytkowicz et al., Producing wrong data without doing anything obviously wrong, ASPLOS 2009).
const LEAST_EFFECT: f64 = 1.05;
/// How improbable chance must make a difference, over all cells of the comparison together.
const ALPHA: f64 = 0.05;
/// The fewest samples a side.
const FEWEST_SAMPLES: usize = 6;
/// The fewest cells that can say where all of them went.
const FEWEST_CELLS: usize = 5;
/// From here on what all cells share is worth a warning, in logarithms: 3 %.
const LEAST_SHIFT: f64 = 0.029_558_8;
/// From here on the machine is another one, and cells answer to that each in its own way; in logarithms: 30 %.
const MOST_SHIFT: f64 = 0.262_364_3;
/// Blocks whose medians are equal to the last digit were not measured finely enough to differ: 0.1 %, in logarithms.
const RESOLUTION: f64 = 0.001;
/// A cell of which more was disturbed says so, and has no word where the others are too few; in percent.
const MOST_DISTURBED: u64 = 20;

names! {
    /// What may be said of a cell.
    Verdict {
        Slower, "slower", "It takes longer, or fewer are done a second.";
        Larger, "larger", "It takes more memory or space.";
        Lost, "lost", "It had right answers before and has none now.";
        Faster, "faster", "It takes less time, or more are done a second.";
        Smaller, "smaller", "It takes less memory or space.";
        Moved, "moved", "It differs as much as everything else does, which points at the machine or at what all cells share.";
        Unclear, "unclear", "It cannot be told: too small for a word, too unsure, or too disturbed.";
        Same, "same", "Surely within 5 % of where everything went.";
        TooFew, "too-few", "Fewer than 6 samples on a side, or fewer than 3 rounds.";
    }
}

/// Two runs side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The run that is compared against.
    pub before: Side,
    /// The run that is judged.
    pub after: Side,
    /// What differs between the two beside what was measured, such that times are not of the same thing: `machine`,
    /// `toolchain`, `data sets`.
    pub differences: Vec<&'static str>,
    /// The subjects whose files differ: what the comparison is about.
    pub changed: Vec<(String, Packaging)>,
    /// Where all times together went, where enough cells say so.
    pub shift: Option<Shift>,
    /// How many cells share the probability of a wrong word.
    pub tested: usize,
    /// Every cell that both runs have, in the order of cells.
    pub cells: Vec<Compared>,
    /// Cells that only the first run has.
    pub gone: Vec<Cell>,
    /// Cells that only the second run has.
    pub new: Vec<Cell>,
}

/// One of two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// The run's id.
    pub id: String,
    /// When it began.
    pub start: Timestamp,
    /// The commit of the sources, with `+` where they were changed.
    pub revision: Option<String>,
    /// Whether it came to its end.
    pub whole: bool,
    /// What was to be known of it before believing it.
    pub warnings: Vec<crate::Warning>,
}

/// Where all times together went: what every packaging shares, as a ratio of after to before. A machine that is slower is
/// slower for every packaging; a change of one packaging is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shift {
    /// The ratio; 1 where packagings went different ways.
    pub ratio: f64,
    /// Of how many cells.
    pub cells: usize,
    /// The variance of the ratio's logarithm.
    #[serde(skip)]
    variance: f64,
}

/// One cell in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// What it is.
    pub cell: Cell,
    /// In the first run.
    pub before: Measured,
    /// In the second run.
    pub after: Measured,
    /// How far the two are apart; none where a side has no median.
    pub effect: Option<Effect>,
    /// What may be said of it.
    pub verdict: Verdict,
}

/// One cell in one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// The good samples that are compared; none where there are none.
    pub summary: Option<Summary>,
    /// In how many rounds they were taken; 0 where the run knows no rounds.
    pub rounds: usize,
    /// How many good samples were taken while something else used the machine.
    pub disturbed: u64,
    /// How many of those are left out of the comparison: all of them where enough others remain to judge by, or none.
    pub left_out: u64,
    /// How many trials failed.
    pub failed: u64,
    /// Why the first of them failed.
    pub why: Option<Outcome>,
}

/// How far two runs are apart, as a ratio of after to before, beyond where all times together went: of the rounds' medians, cleared
/// of what all cells of a round had in common. Of the medians, where nothing was tested.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// The ratio.
    pub ratio: f64,
    /// The lower end of its 95 % interval; the ratio itself for what was not tested.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How probable chance makes such a difference beyond what all cells share, in this cell alone; none where it was not
    /// tested.
    pub p: Option<f64>,
    /// The same over all tested cells together (Holm, A simple sequentially rejective multiple test procedure, 1979).
    pub adjusted: Option<f64>,
}

/// Compares the cells of two runs in these metrics, [`Metric::HEADLINES`] where none is given.
pub fn compare(before: &Record, after: &Record, metrics: &[Metric]) -> Comparison {
    let metrics = if metrics.is_empty() {
        Metric::HEADLINES
    } else {
        metrics
    };
    let wanted = |record: &Record| -> BTreeMap<Cell, Group> {
        let mut groups = Groups::of(record).all;
        groups.retain(|cell, _| metrics.contains(&cell.metric));
        groups
    };
    let (old, new) = (wanted(before), wanted(after));
    let (before_all, after_all) = (Sampled::of(&old), Sampled::of(&new));
    let pairs: Vec<Pair> = old
        .keys()
        .filter_map(|cell| {
            Some(Pair::of(
                cell,
                before_all.side(cell)?,
                after_all.side(cell)?,
            ))
        })
        .collect();
    let shift = shift(&pairs);
    let log_shift = shift.map_or(0.0, |shift| shift.ratio.ln());
    let tests: Vec<Option<Test>> = pairs.iter().map(|pair| pair.test(shift)).collect();
    let adjusted = holm(tests.iter().flatten().map(|test| test.p));
    let tested = adjusted.len();
    let mut adjusted = adjusted.into_iter();
    let cells = pairs
        .into_iter()
        .zip(tests)
        .map(|(pair, test)| {
            let test = test.map(|test| (test, adjusted.next().unwrap_or(1.0)));
            pair.judge(test, log_shift)
        })
        .collect();
    let only = |one: &BTreeMap<Cell, Group>, other: &BTreeMap<Cell, Group>| {
        let lone = one.iter().filter(|(cell, group)| {
            !other.contains_key(*cell) && (!group.good.is_empty() || group.failed > 0)
        });
        lone.map(|(cell, _)| cell.clone()).collect()
    };
    Comparison {
        before: Side::of(before),
        after: Side::of(after),
        differences: differences(&before.run, &after.run),
        changed: changed(&before.run, &after.run),
        shift,
        tested,
        cells,
        gone: only(&old, &new),
        new: only(&new, &old),
    }
}

impl Comparison {
    /// The cells that are surely worse by more than this share (0.1 is 10 %), the worst first. What has no right answer any
    /// more is worse than anything.
    pub fn worse_than(&self, share: f64) -> Vec<&Compared> {
        let mut worse: Vec<&Compared> = self
            .cells
            .iter()
            .filter(|compared| compared.verdict.is_worse() && compared.cost() > 1.0 + share)
            .collect();
        worse.sort_by(|one, other| other.cost().total_cmp(&one.cost()));
        worse
    }

    /// Whether everything together is worse by more than this share.
    pub fn shifted_by_more_than(&self, share: f64) -> bool {
        self.shift.is_some_and(|shift| shift.ratio > 1.0 + share)
    }
}

impl Shift {
    /// Whether so much moved that no cell can be told from the machine: 30 %.
    pub fn is_too_much(self) -> bool {
        self.ratio.ln().abs() >= MOST_SHIFT
    }

    /// Whether so much moved that the machine is to be suspected: 3 %.
    pub fn is_suspect(self) -> bool {
        self.ratio.ln().abs() >= LEAST_SHIFT
    }
}

impl Compared {
    /// How many times as much the user pays now: above 1 is worse, whatever the unit.
    pub fn cost(&self) -> f64 {
        match (self.verdict, self.effect) {
            (Verdict::Lost, _) => f64::INFINITY,
            (_, Some(effect)) if self.cell.metric.unit() == Unit::PerSecond => 1.0 / effect.ratio,
            (_, Some(effect)) => effect.ratio,
            (_, None) => 1.0,
        }
    }

    /// Whether it differs by a word's size and has none, because a side was too disturbed to judge by.
    pub fn is_unjudged(&self) -> bool {
        let far = self
            .effect
            .is_some_and(|effect| effect.ratio.ln().abs() >= LEAST_EFFECT.ln());
        let quiet = self.before.is_quiet() && self.after.is_quiet();
        far && !quiet && self.verdict == Verdict::Unclear
    }

    /// Whether more than a fifth of the samples of a side were disturbed.
    pub fn is_disturbed(&self) -> bool {
        [&self.before, &self.after].into_iter().any(|side| {
            let samples = side.summary.map_or(0, |summary| summary.n);
            let samples = u64::try_from(samples).expect("a length fits in 64 bits") + side.left_out;
            side.disturbed * 100 > samples * MOST_DISTURBED
        })
    }
}

impl Measured {
    /// Whether at most a fifth of the samples that are compared were disturbed.
    fn is_quiet(&self) -> bool {
        let samples = self.summary.map_or(0, |summary| summary.n);
        let samples = u64::try_from(samples).expect("a length fits in 64 bits");
        self.left_out > 0 || self.disturbed * 100 <= samples * MOST_DISTURBED
    }
}

impl Verdict {
    /// Whether it is a change for the worse.
    pub fn is_worse(self) -> bool {
        matches!(self, Self::Slower | Self::Larger | Self::Lost)
    }

    /// Whether it is a change for the better.
    pub fn is_better(self) -> bool {
        matches!(self, Self::Faster | Self::Smaller)
    }

    /// The word for a difference that is large and sure.
    fn of(unit: Unit, log_ratio: f64) -> Self {
        match (unit, log_ratio > 0.0) {
            (Unit::Nanos, true) | (Unit::PerSecond, false) => Self::Slower,
            (Unit::Nanos, false) | (Unit::PerSecond, true) => Self::Faster,
            (Unit::Bytes | Unit::Count, true) => Self::Larger,
            (Unit::Bytes | Unit::Count, false) => Self::Smaller,
        }
    }
}

impl Side {
    fn of(record: &Record) -> Self {
        let run = &record.run;
        Self {
            id: run.id.clone(),
            start: run.start,
            revision: run.git.as_ref().map(|git| {
                let changed = if git.dirty { "+" } else { "" };
                format!("{}{changed}", git.commit)
            }),
            whole: record.state == State::Finished,
            warnings: run.warnings.clone(),
        }
    }
}

/// A cell's samples of both runs, before anything is said of them.
struct Pair {
    cell: Cell,
    before: Measured,
    after: Measured,
    /// Where their blocks lie, where there are enough samples.
    sides: Option<[Location; 2]>,
}

/// What chance says of one cell.
#[derive(Clone, Copy)]
struct Test {
    /// The difference of the blocks' locations, in logarithms.
    difference: f64,
    /// Half of its 95 % interval.
    half: f64,
    p: f64,
}

impl Pair {
    fn of(cell: &Cell, before: OfSide, after: OfSide) -> Self {
        Self {
            cell: cell.clone(),
            before: before.0,
            after: after.0,
            sides: before.1.zip(after.1).map(|(before, after)| [before, after]),
        }
    }

    /// How far the blocks are apart, and the variance of that with its degrees of freedom (Welch).
    fn apart(&self) -> Option<Location> {
        let [before, after] = self.sides?;
        let variance = before.variance + after.variance;
        Some(Location {
            at: after.at - before.at,
            variance,
            freedom: variance.powi(2)
                / (before.variance.powi(2) / before.freedom
                    + after.variance.powi(2) / after.freedom),
        })
    }

    /// Welch's t over the blocks, of no difference beyond where all times together went.
    fn test(&self, shift: Option<Shift>) -> Option<Test> {
        let apart = self.apart()?;
        let (moved, unsure) = shift.map_or((0.0, 0.0), |shift| {
            (self.shift(shift.ratio.ln()), shift.variance)
        });
        let deviation = (apart.variance + unsure).sqrt();
        Some(Test {
            difference: apart.at,
            half: quantile_95(apart.freedom) * deviation,
            p: two_sided((apart.at - moved) / deviation, apart.freedom),
        })
    }

    /// What of the shift of all times this cell would have if it moved with them.
    fn shift(&self, shift: f64) -> f64 {
        match self.cell.metric.unit() {
            Unit::Nanos => shift,
            Unit::PerSecond => -shift,
            Unit::Bytes | Unit::Count => 0.0,
        }
    }

    fn judge(self, test: Option<(Test, f64)>, shift: f64) -> Compared {
        let shift = self.shift(shift);
        let unit = self.cell.metric.unit();
        let medians = self.before.summary.zip(self.after.summary);
        let log_ratio = medians.map(|(before, after)| log(after.median) - log(before.median));
        let least = LEAST_EFFECT.ln();
        let (effect, verdict) = match (log_ratio, test) {
            (None, _) if self.before.summary.is_some() && self.after.failed > 0 => {
                (None, Verdict::Lost)
            }
            (None, _) => (None, Verdict::TooFew),
            (Some(ratio), None) => {
                let verdict = if !self.cell.metric.is_exact() {
                    Verdict::TooFew
                } else if ratio.abs() >= least {
                    Verdict::of(unit, ratio)
                } else {
                    Verdict::Same
                };
                let ratio = ratio.exp();
                let exact = Effect {
                    ratio,
                    low: ratio,
                    high: ratio,
                    p: None,
                    adjusted: None,
                };
                (Some(exact), verdict)
            }
            (Some(_), Some((test, adjusted))) => {
                let beyond = test.difference - shift;
                let apart = |from: f64| from.abs() >= least && from.abs() > test.half;
                // Chance is asked about processes, and what else ran on the machine strikes all of a run alike.
                let quiet = self.before.is_quiet() && self.after.is_quiet();
                let alike = shift.abs() < MOST_SHIFT;
                let verdict = if apart(beyond) && quiet && alike && adjusted < ALPHA {
                    Verdict::of(unit, beyond)
                } else if apart(test.difference)
                    && shift.abs() >= LEAST_SHIFT
                    && (beyond.abs() < least || !alike)
                {
                    Verdict::Moved
                } else if beyond.abs() + test.half < least {
                    Verdict::Same
                } else {
                    Verdict::Unclear
                };
                let effect = Effect {
                    ratio: beyond.exp(),
                    low: (beyond - test.half).exp(),
                    high: (beyond + test.half).exp(),
                    p: Some(test.p),
                    adjusted: Some(adjusted),
                };
                (Some(effect), verdict)
            }
        };
        Compared {
            cell: self.cell,
            before: self.before,
            after: self.after,
            effect,
            verdict,
        }
    }
}

/// What was measured of a cell, and where its blocks lie if there are enough.
type OfSide = (Measured, Option<Location>);

/// The samples of one run that are compared.
struct Sampled<'a> {
    /// All samples of a cell, and those of them that are compared.
    groups: BTreeMap<&'a Cell, (&'a Group, Group)>,
    weather: Weather,
}

impl<'a> Sampled<'a> {
    fn of(groups: &'a BTreeMap<Cell, Group>) -> Self {
        let compared = |(cell, all): (&'a Cell, &'a Group)| (cell, (all, undisturbed(all)));
        let groups: BTreeMap<_, _> = groups.iter().map(compared).collect();
        let times = groups
            .iter()
            .filter(|(cell, _)| cell.metric.unit() == Unit::Nanos);
        let weather = Weather::of(times.map(|(_, (_, compared))| compared));
        Self { groups, weather }
    }

    fn side(&self, cell: &Cell) -> Option<OfSide> {
        let (all, compared) = self.groups.get(cell)?;
        let measured = Measured {
            summary: compared.summary(cell.metric),
            rounds: compared.rounds(),
            disturbed: all.disturbed,
            left_out: u64::try_from(all.good.len() - compared.good.len())
                .expect("a length fits in 64 bits"),
            failed: all.failed,
            why: all.why.clone(),
        };
        Some((measured, self.locate(cell.metric, compared)))
    }

    fn locate(&self, metric: Metric, group: &Group) -> Option<Location> {
        if metric.is_exact() || !is_enough(group) {
            return None;
        }
        let rounds = block::by_round(&group.good);
        let clear = |(round, log)| self.weather.cleared(metric.unit(), round, log);
        let blocks = if rounds.is_empty() {
            block::of_batches(&group.good)
        } else {
            rounds.into_iter().map(clear).collect()
        };
        let least = RESOLUTION.powi(2) / real(blocks.len());
        let mut location = Location::of(blocks)?;
        location.variance = location.variance.max(least);
        Some(location)
    }
}

/// Without the disturbed samples, where enough others remain: whether one was disturbed is known without its value, so leaving
/// it out favours no side.
fn undisturbed(group: &Group) -> Group {
    let quiet = group.undisturbed();
    if is_enough(&quiet) {
        quiet
    } else {
        group.clone()
    }
}

/// Whether there are enough samples, and rounds if there are any, to ask chance about.
fn is_enough(group: &Group) -> bool {
    let rounds = group.rounds();
    group.good.len() >= FEWEST_SAMPLES && (rounds == 0 || rounds >= block::FEWEST)
}

/// The part of the median change of times that every packaging shares; where they went different ways, there is none.
fn shift(pairs: &[Pair]) -> Option<Shift> {
    let mut of_packaging: BTreeMap<Packaging, Vec<Location>> = BTreeMap::new();
    for pair in pairs {
        if let (Unit::Nanos, Some(apart)) = (pair.cell.metric.unit(), pair.apart()) {
            let changes = of_packaging.entry(pair.cell.packaging).or_default();
            changes.push(apart);
        }
    }
    let cells = of_packaging.values().map(Vec::len).sum();
    if cells < FEWEST_CELLS {
        return None;
    }
    let medians: Vec<(f64, f64)> = of_packaging
        .into_values()
        .map(|changes| {
            let of = |part: fn(&Location) -> f64| block::median(changes.iter().map(part).collect());
            // A median of n numbers varies by π/2 of their variance over n.
            let variance = FRAC_PI_2 * of(|change| change.variance) / real(changes.len());
            (of(|change| change.at), variance)
        })
        .collect();
    let &(least, variance) = medians
        .iter()
        .min_by(|(one, _), (other, _)| one.abs().total_cmp(&other.abs()))?;
    let together = medians
        .iter()
        .all(|(median, _)| median.signum() == least.signum());
    Some(Shift {
        ratio: if together { least.exp() } else { 1.0 },
        cells,
        variance: if together { variance } else { 0.0 },
    })
}

/// Holm's adjusted probabilities, in the order given: the least is multiplied by how many there are, the next by one less,
/// and none may be less than one before it.
fn holm(probabilities: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut ranked: Vec<(usize, f64)> = probabilities.enumerate().collect();
    ranked.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    let mut adjusted = vec![1.0; ranked.len()];
    let mut least = 0.0_f64;
    let mut left = ranked.len();
    for (place, p) in ranked {
        least = least.max((p * real(left)).min(1.0));
        adjusted[place] = least;
        left -= 1;
    }
    adjusted
}

/// What makes times incomparable; that subjects and sources differ is what a comparison is for.
fn differences(before: &Run, after: &Run) -> Vec<&'static str> {
    let machine = |run: &Run| Machine {
        load_milli: None,
        ..run.machine.clone()
    };
    let checks = [
        ("machine", machine(before) == machine(after)),
        ("toolchain", before.toolchain == after.toolchain),
        ("data sets", before.datasets == after.datasets),
    ];
    let differing = checks.into_iter().filter(|(_, same)| !same);
    differing.map(|(name, _)| name).collect()
}

/// The subjects that both runs have, in different files.
fn changed(before: &Run, after: &Run) -> Vec<(String, Packaging)> {
    let changed: BTreeSet<(String, Packaging)> = before
        .subjects
        .iter()
        .filter(|old| {
            after.subjects.iter().any(|new| {
                (&old.server, old.packaging) == (&new.server, new.packaging)
                    && old.digest != new.digest
            })
        })
        .map(|subject| (subject.server.clone(), subject.packaging))
        .collect();
    changed.into_iter().collect()
}
