//! Looks at the machine between trials and says which of them were disturbed.

use std::collections::VecDeque;

use record::{Bytes, Disturbance, Nanos, Warning};

use super::interval::{Interval, milli};
use super::source::{Reading, Source};
use crate::clock::Clock;

/// What is judged at once. The kernel tells times in ticks of 10 ms, so the span of one short trial would say nothing.
const WINDOW: Nanos = Nanos(500_000_000);

/// The least time between two looks: a look reads a file for each process of the machine, about 2 ms for a hundred of them.
const PERIOD: Nanos = Nanos(100_000_000);

/// A run is warned of when more than one trial in so many was marked for the same reason.
const WARNED: u64 = 100;

/// Marks trials that were disturbed, at once: nothing is held back, so that an interrupted run loses nothing.
///
/// The verdict on a trial is over the window of half a second that ends with it, or at most 100 ms before; over the whole of a trial that is
/// longer. So of a disturbance that begins within a window the first tenths of a second are not marked, and half a second after it are.
/// It looks only between trials, while the worker waits.
pub struct Watch<'a> {
    clock: &'a dyn Clock,
    source: Box<dyn Source + 'a>,
    /// When and what; the first is the newest that is a window old, if one is.
    looks: VecDeque<(Nanos, Reading)>,
    /// The last window.
    interval: Option<Interval>,
    trials: u64,
    busy: Tally,
    stolen: Tally,
    memory: Tally,
    least: Bytes,
}

/// Over the trials that were marked for one reason.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    trials: u64,
    part: u64,
    whole: u64,
}

impl<'a> Watch<'a> {
    /// Takes the first look: begin to watch early, because nothing is told before half a second of it.
    pub fn new(clock: &'a dyn Clock, source: Box<dyn Source + 'a>) -> Watch<'a> {
        let mut watch = Watch {
            clock,
            source,
            looks: VecDeque::new(),
            interval: None,
            trials: 0,
            busy: Tally::default(),
            stolen: Tally::default(),
            memory: Tally::default(),
            least: Bytes(u64::MAX),
        };
        watch.look();
        watch
    }

    /// A trial is about to begin.
    pub fn begin(&mut self) {
        self.look_if_due();
    }

    /// The trial has ended: why all that it gave is to be marked, if it is.
    pub fn end(&mut self) -> Option<Disturbance> {
        self.look_if_due();
        self.trials += 1;
        let interval = self.interval?;
        let disturbance = interval.disturbance()?;
        let (tally, part) = match disturbance {
            Disturbance::Busy => (&mut self.busy, interval.foreign),
            Disturbance::Stolen => (&mut self.stolen, interval.stolen),
            Disturbance::Memory => (&mut self.memory, Nanos(0)),
        };
        tally.trials += 1;
        tally.part = tally.part.saturating_add(part.0);
        tally.whole = tally.whole.saturating_add(interval.elapsed.0);
        if disturbance == Disturbance::Memory {
            self.least = self.least.min(interval.memory.0);
        }
        Some(disturbance)
    }

    /// What a reader of the run should know: the reasons for which more than one trial in a hundred was marked, each with its mean over those.
    pub fn warnings(&self) -> Vec<Warning> {
        let often = |tally: Tally| tally.trials * WARNED > self.trials;
        let mean = |tally: Tally| milli(Nanos(tally.part), Nanos(tally.whole));
        let warnings = [
            (
                self.busy,
                Warning::Busy {
                    milli: mean(self.busy),
                },
            ),
            (
                self.stolen,
                Warning::Stolen {
                    milli: mean(self.stolen),
                },
            ),
            (
                self.memory,
                Warning::Memory {
                    available: self.least,
                },
            ),
        ];
        warnings
            .into_iter()
            .filter(|(tally, _)| often(*tally))
            .map(|(_, warning)| warning)
            .collect()
    }

    fn look_if_due(&mut self) {
        let last = self.looks.back().map_or(Nanos(0), |look| look.0);
        if since(last, self.clock.now()) >= PERIOD {
            self.look();
        }
    }

    fn look(&mut self) {
        let now = self.clock.now();
        let Some(reading) = self.source.read() else {
            self.looks.clear();
            self.interval = None;
            return;
        };
        self.looks.push_back((now, reading));
        while self
            .looks
            .get(1)
            .is_some_and(|second| since(second.0, now) >= WINDOW)
        {
            self.looks.pop_front();
        }
        self.interval = self
            .looks
            .front()
            .filter(|first| since(first.0, now) >= WINDOW)
            .and_then(|first| Interval::between(&first.1, &reading, Nanos(since(first.0, now).0)));
    }
}

fn since(before: Nanos, now: Nanos) -> Nanos {
    Nanos(now.0.saturating_sub(before.0))
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use record::Count;

    use super::*;
    use crate::noise::source::{Facts, Still};

    const MILLISECOND: u64 = 1_000_000;

    /// A machine of two processors whose time goes by when it is told to.
    #[derive(Default)]
    struct Hand {
        now: Cell<u64>,
        counters: RefCell<Reading>,
        looks: Cell<u64>,
    }

    impl Hand {
        fn new() -> Hand {
            let hand = Hand::default();
            *hand.counters.borrow_mut() = Reading {
                processors: Count(2),
                available: Bytes(8 << 30),
                memory: Bytes(16 << 30),
                ..Reading::default()
            };
            hand
        }

        /// So many milliseconds go by, in each of which one of our processes computes and others take their thousandths of a processor.
        fn goes_by(&self, milliseconds: u64, foreign_milli: u64, stolen_milli: u64) {
            self.now.set(self.now.get() + milliseconds * MILLISECOND);
            let mut counters = self.counters.borrow_mut();
            let mut add = |to: fn(&mut Reading) -> &mut Nanos, milli: u64| {
                to(&mut counters).0 += milliseconds * milli * MILLISECOND / 1_000;
            };
            add(|reading| &mut reading.counted, 2_000);
            add(|reading| &mut reading.own, 900);
            add(|reading| &mut reading.busy, 900 + foreign_milli);
            add(|reading| &mut reading.stolen, stolen_milli);
            add(
                |reading| &mut reading.idle,
                1_100 - foreign_milli - stolen_milli,
            );
        }
    }

    impl Clock for Hand {
        fn now(&self) -> Nanos {
            Nanos(self.now.get())
        }
    }

    struct Seen<'a>(&'a Hand);

    impl Source for Seen<'_> {
        fn read(&mut self) -> Option<Reading> {
            self.0.looks.set(self.0.looks.get() + 1);
            Some(*self.0.counters.borrow())
        }

        fn facts(&mut self) -> Facts {
            Facts::default()
        }
    }

    /// Trials of so many milliseconds beside such others: `.` for each that is not marked, else the reason's first letter.
    fn trials(
        watch: &mut Watch,
        hand: &Hand,
        count: u64,
        each: u64,
        foreign: u64,
        stolen: u64,
    ) -> String {
        (0..count)
            .map(|_| {
                watch.begin();
                hand.goes_by(each, foreign, stolen);
                match watch.end() {
                    None => '.',
                    Some(Disturbance::Busy) => 'b',
                    Some(Disturbance::Stolen) => 's',
                    Some(Disturbance::Memory) => 'm',
                }
            })
            .collect()
    }

    #[test]
    fn a_quiet_run_is_not_marked_and_a_run_beside_a_loop_is() {
        for each in [1, 7, 80, 400, 3_000] {
            let hand = Hand::new();
            let mut watch = Watch::new(&hand, Box::new(Seen(&hand)));
            let quiet = trials(&mut watch, &hand, 2_000, each, 40, 0);
            assert!(quiet.chars().all(|mark| mark == '.'), "{each} ms: {quiet}");
            assert_eq!(watch.warnings(), [], "{each} ms");
            let hand = Hand::new();
            let mut watch = Watch::new(&hand, Box::new(Seen(&hand)));
            let busy = trials(&mut watch, &hand, 2_000, each, 1_000, 0);
            let unmarked = busy.find('b').expect("marked");
            assert!(
                busy[unmarked..].chars().all(|mark| mark == 'b'),
                "{each} ms: {busy}"
            );
            let before_the_first_window = u64::try_from(unmarked).expect("few") * each;
            assert!(before_the_first_window <= 600, "{each} ms: {busy}");
            assert_eq!(
                watch.warnings(),
                [Warning::Busy {
                    milli: Count(1_000)
                }]
            );
        }
    }

    #[test]
    fn a_disturbance_is_seen_within_tenths_and_forgotten_within_a_window() {
        let hand = Hand::new();
        let mut watch = Watch::new(&hand, Box::new(Seen(&hand)));
        let marks: Vec<String> = [0, 1_000, 0]
            .map(|foreign| trials(&mut watch, &hand, 40, 50, foreign, 0))
            .into();
        expect_test::expect![[r#"
            [
                "........................................",
                "...bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                "bbbbbbb.................................",
            ]
        "#]]
        .assert_debug_eq(&marks);
    }

    #[test]
    fn a_long_trial_is_judged_by_itself() {
        let hand = Hand::new();
        let mut watch = Watch::new(&hand, Box::new(Seen(&hand)));
        assert_eq!(trials(&mut watch, &hand, 3, 2_000, 1_000, 0), "bbb");
        assert_eq!(trials(&mut watch, &hand, 3, 2_000, 0, 0), "...");
        assert_eq!(trials(&mut watch, &hand, 1, 700, 0, 300), "s");
        hand.counters.borrow_mut().available = Bytes(100 << 20);
        assert_eq!(trials(&mut watch, &hand, 1, 2_000, 0, 0), "m");
        assert_eq!(
            watch.warnings(),
            [
                Warning::Busy {
                    milli: Count(1_000)
                },
                Warning::Stolen { milli: Count(300) },
                Warning::Memory {
                    available: Bytes(100 << 20)
                },
            ]
        );
    }

    #[test]
    fn one_trial_in_a_hundred_is_marked_and_not_warned_of() {
        let hand = Hand::new();
        let mut watch = Watch::new(&hand, Box::new(Seen(&hand)));
        assert_eq!(trials(&mut watch, &hand, 1, 1_000, 1_000, 0), "b");
        trials(&mut watch, &hand, 98, 1_000, 0, 0);
        assert_eq!(watch.warnings().len(), 1);
        trials(&mut watch, &hand, 1, 1_000, 0, 0);
        assert_eq!(watch.warnings(), []);
    }

    #[test]
    fn short_trials_are_not_slowed_by_looking() {
        let hand = Hand::new();
        let mut watch = Watch::new(&hand, Box::new(Seen(&hand)));
        trials(&mut watch, &hand, 1_000, 1, 0, 0);
        assert!((5..=11).contains(&hand.looks.get()), "{}", hand.looks.get());
    }

    #[test]
    fn where_nothing_is_told_nothing_is_marked() {
        let hand = Hand::new();
        let mut watch = Watch::new(&hand, Box::new(Still));
        assert_eq!(trials(&mut watch, &hand, 5, 400, 1_000, 0), ".....");
        assert_eq!(watch.warnings(), []);
    }
}
