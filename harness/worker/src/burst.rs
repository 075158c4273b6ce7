//! Many calls at once: in a closed loop, where each answer is followed by the next call, and in an open one, where calls come
//! when they come.
//!
//! In the closed loop a server that pauses is not asked meanwhile, so few calls see the pause. Users do not wait for each
//! other: in the open loop every call has its moment, and its latency counts from that moment, whenever it could be sent
//! (Tene, "How not to measure latency", 2013, calls the other way coordinated omission).

use std::time::Duration;

use bytes::Bytes;
use harness::client::Failure;
use harness::process::Silence;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use record::{Nanos, PerSecond};

use crate::carrier::{Answer, Carrier};

/// What came of a burst.
#[derive(Debug, Default)]
pub struct Burst {
    /// How long it was counted.
    pub span: Nanos,
    /// Calls that were answered within that time.
    pub counted: u64,
    /// What each answered call took, in the order of the answers. In a closed loop only of those that were counted.
    pub latencies: Vec<Nanos>,
    /// Every answer, to be judged when the clock no longer runs.
    pub bodies: Vec<Bytes>,
}

impl Burst {
    /// Counted calls a second.
    pub fn throughput(&self) -> PerSecond {
        rate(self.counted, self.span)
    }
}

/// So many in that time, in calls a second.
pub fn rate(calls: u64, span: Nanos) -> PerSecond {
    let rate = u128::from(calls) * 1_000_000_000 / u128::from(span.0.max(1));
    PerSecond(u64::try_from(rate).unwrap_or(u64::MAX))
}

/// The moments at which calls come within a time that has just begun: a Poisson process of this rate.
pub fn arrivals(rate: PerSecond, span: Nanos, seed: u64) -> Vec<Nanos> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mean = Duration::from_secs(1)
        .div_f64(f64::from(u32::try_from(rate.0).unwrap_or(u32::MAX)).max(1.0));
    let mut moments = Vec::new();
    let mut at = Nanos(0);
    loop {
        // Never zero and never one; the longest gap is 23 times the mean, which is missed once in ten thousand million.
        let uniform = (f64::from(random.next_u32()) + 0.5) / 4_294_967_296.0;
        at.0 += Nanos::from(mean.mul_f64(-uniform.ln())).0;
        if at >= span {
            return moments;
        }
        moments.push(at);
    }
}

/// Calls over one carrier; every call of its life has a number of its own.
pub struct Load<'a, C> {
    carrier: &'a mut C,
    /// How many may be under way.
    lanes: usize,
    /// The longest that one answer may take.
    patience: Duration,
    /// The number of the burst's first call.
    first: u64,
    /// When each call of the burst began; none once it is answered.
    begun: Vec<Option<Nanos>>,
    under_way: usize,
}

impl<'a, C: Carrier> Load<'a, C> {
    /// Nothing is under way yet.
    pub fn new(carrier: &'a mut C, lanes: u32, patience: Duration) -> Load<'a, C> {
        Load {
            carrier,
            lanes: usize::try_from(lanes.max(1)).expect("a small number"),
            patience,
            first: 1,
            begun: Vec::new(),
            under_way: 0,
        }
    }

    /// Keeps all lanes busy for that time, and lets the last calls end.
    ///
    /// # Errors
    /// When an answer does not come, or is to no call.
    pub fn closed(&mut self, span: Nanos) -> Result<Burst, Failure> {
        self.begin(0);
        let mut burst = Burst {
            span,
            ..Burst::default()
        };
        let end = Nanos(self.carrier.now().0 + span.0);
        loop {
            while self.under_way < self.lanes {
                let now = self.carrier.now();
                if now >= end {
                    break;
                }
                self.send(now)?;
            }
            if self.under_way == 0 {
                return Ok(burst);
            }
            let (answer, took) = self.answer()?;
            if answer.at <= end {
                burst.counted += 1;
                burst.latencies.push(took);
            }
            burst.bodies.push(answer.body);
        }
    }

    /// Sends a call at each of these moments, counted from now, or as soon after it as a lane is free, and lets all of them end.
    ///
    /// # Errors
    /// When an answer does not come, or is to no call.
    pub fn open(&mut self, moments: &[Nanos], span: Nanos) -> Result<Burst, Failure> {
        // Room for all of them: making it meanwhile would copy what is there, and calls would wait for that.
        let calls = moments.len();
        self.begin(calls);
        let mut burst = Burst {
            span,
            counted: 0,
            latencies: Vec::with_capacity(calls),
            bodies: Vec::with_capacity(calls),
        };
        let zero = self.carrier.now();
        let mut moments = moments.iter().map(|at| Nanos(zero.0 + at.0)).peekable();
        loop {
            while self.under_way < self.lanes {
                let now = self.carrier.now();
                match moments.next_if(|&due| due <= now) {
                    // It began when it was due: what it waited for a lane is its latency too.
                    Some(due) => self.send(due)?,
                    None => break,
                }
            }
            let next = moments.peek().copied();
            if next.is_none() && self.under_way == 0 {
                return Ok(burst);
            }
            let (answer, took) = match next {
                Some(due) if self.under_way < self.lanes => match self.carrier.wait(due)? {
                    Some(answer) => self.took(answer)?,
                    None => continue,
                },
                _ => self.answer()?,
            };
            if answer.at.0 <= zero.0 + span.0 {
                burst.counted += 1;
            }
            burst.latencies.push(took);
            burst.bodies.push(answer.body);
        }
    }

    fn begin(&mut self, calls: usize) {
        self.first += u64::try_from(self.begun.len()).expect("a length fits");
        self.begun.clear();
        self.begun.reserve(calls);
        self.under_way = 0;
    }

    fn send(&mut self, begun: Nanos) -> Result<(), Failure> {
        let at = u64::try_from(self.begun.len()).expect("a length fits");
        self.begun.push(Some(begun));
        self.under_way += 1;
        self.carrier.send(self.first + at)
    }

    fn answer(&mut self) -> Result<(Answer, Nanos), Failure> {
        let until = Nanos(self.carrier.now().0 + Nanos::from(self.patience).0);
        match self.carrier.wait(until)? {
            Some(answer) => self.took(answer),
            None => Err(Silence::Timeout(self.patience).into()),
        }
    }

    /// What the answered call took; each is answered once.
    fn took(&mut self, answer: Answer) -> Result<(Answer, Nanos), Failure> {
        let at = answer.call.checked_sub(self.first);
        let begun = at
            .and_then(|at| self.begun.get_mut(usize::try_from(at).ok()?))
            .and_then(Option::take);
        let Some(begun) = begun else {
            let why = format!("call {} was answered and was not under way", answer.call);
            return Err(Failure::Malformed(why));
        };
        self.under_way -= 1;
        let took = Nanos(answer.at.0.saturating_sub(begun.0));
        Ok((answer, took))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    const MILLI: u64 = 1_000_000;
    const LONG: Duration = Duration::from_secs(5);

    /// A server that does one call after the other, on a clock that is wound by hand. It pauses once.
    #[derive(Default)]
    struct Mock {
        now: u64,
        free: u64,
        service: u64,
        pause: std::ops::Range<u64>,
        under_way: VecDeque<(u64, u64)>,
        most: usize,
        twice: bool,
    }

    impl Carrier for Mock {
        fn now(&self) -> Nanos {
            Nanos(self.now)
        }

        fn send(&mut self, call: u64) -> Result<(), Failure> {
            let mut begin = self.now.max(self.free);
            if self.pause.contains(&begin) {
                begin = self.pause.end;
            }
            self.free = begin + self.service;
            self.under_way.push_back((call, self.free));
            self.most = self.most.max(self.under_way.len());
            if self.twice {
                self.under_way.push_back((call, self.free));
            }
            Ok(())
        }

        fn wait(&mut self, until: Nanos) -> Result<Option<Answer>, Failure> {
            match self.under_way.front().copied() {
                Some((call, at)) if at <= until.0 => {
                    self.under_way.pop_front();
                    self.now = self.now.max(at);
                    let (at, body) = (Nanos(self.now), Bytes::new());
                    Ok(Some(Answer { call, at, body }))
                }
                _ => {
                    self.now = self.now.max(until.0);
                    Ok(None)
                }
            }
        }
    }

    /// A call is a tenth of a millisecond, so that the capacity is 10,000 a second.
    fn server(pause: std::ops::Range<u64>) -> Mock {
        let service = MILLI / 10;
        Mock {
            service,
            pause,
            ..Mock::default()
        }
    }

    fn quantile(burst: &Burst, percent: usize) -> u64 {
        let mut sorted = burst.latencies.clone();
        sorted.sort_unstable();
        sorted[(sorted.len() - 1) * percent / 100].0
    }

    fn half_loaded(pause: std::ops::Range<u64>) -> Burst {
        let span = Nanos(1_000 * MILLI);
        let moments = arrivals(PerSecond(5_000), span, 7);
        let mut mock = server(pause);
        Load::new(&mut mock, 4, LONG)
            .open(&moments, span)
            .expect("every call is answered")
    }

    #[test]
    fn a_pause_shows_in_the_tail_of_the_open_loop() {
        let calm = half_loaded(0..0);
        assert!(quantile(&calm, 99) < MILLI, "{}", quantile(&calm, 99));
        let paused = half_loaded(300 * MILLI..400 * MILLI);
        // A tenth of the calls come within the pause, and as many while what it left is worked off.
        let p99 = quantile(&paused, 99);
        assert!((80 * MILLI..=101 * MILLI).contains(&p99), "{p99}");
        assert!(quantile(&paused, 90) > 40 * MILLI);
        assert!(quantile(&paused, 50) < MILLI);
        // The closed loop asks nobody meanwhile: four calls of thousands see the pause.
        let mut mock = server(300 * MILLI..400 * MILLI);
        let mut load = Load::new(&mut mock, 4, LONG);
        let closed = load.closed(Nanos(1_000 * MILLI)).expect("answered");
        assert!(quantile(&closed, 99) < MILLI, "{}", quantile(&closed, 99));
        assert_eq!(
            closed.latencies.iter().max(),
            Some(&Nanos(100 * MILLI + 4 * MILLI / 10))
        );
    }

    #[test]
    fn a_closed_loop_finds_the_capacity_and_keeps_its_lanes() {
        let mut mock = server(0..0);
        let mut load = Load::new(&mut mock, 8, LONG);
        let first = load.closed(Nanos(100 * MILLI)).expect("answered");
        let second = load.closed(Nanos(500 * MILLI)).expect("answered");
        assert_eq!(first.throughput(), PerSecond(10_000));
        assert_eq!(second.throughput(), PerSecond(10_000));
        // Calls that were sent in time and answered after it are judged and not counted.
        assert_eq!(second.bodies.len(), second.latencies.len() + 7);
        assert_eq!(quantile(&second, 50), 8 * MILLI / 10);
        assert_eq!(mock.most, 8);
    }

    #[test]
    fn an_open_loop_sends_what_is_due_and_no_more_than_its_lanes_hold() {
        let mut mock = server(0..0);
        let moments: Vec<Nanos> = [0, 0, 0, 50].map(|at| Nanos(at * MILLI)).into();
        let burst = Load::new(&mut mock, 2, LONG)
            .open(&moments, Nanos(20 * MILLI))
            .expect("answered");
        assert_eq!(
            burst.latencies,
            [1, 2, 3, 1].map(|tenths| Nanos(tenths * MILLI / 10))
        );
        assert_eq!((burst.counted, burst.bodies.len(), mock.most), (3, 4, 2));
    }

    #[test]
    fn a_burst_ends_where_an_answer_is_missing_or_too_many() {
        let mut dead = server(0..u64::MAX / 2);
        let silent = Load::new(&mut dead, 1, LONG).closed(Nanos(MILLI));
        assert_eq!(silent.err(), Some(Silence::Timeout(LONG).into()));
        let mut twice = server(0..0);
        twice.twice = true;
        let answered = Load::new(&mut twice, 1, LONG).closed(Nanos(MILLI));
        assert!(matches!(answered, Err(Failure::Malformed(_))));
    }

    #[test]
    fn arrivals_are_a_poisson_process_that_the_seed_decides() {
        let second = Nanos(1_000 * MILLI);
        let moments = arrivals(PerSecond(40_000), second, 3);
        assert_eq!(moments, arrivals(PerSecond(40_000), second, 3));
        assert_ne!(moments, arrivals(PerSecond(40_000), second, 4));
        assert!(moments.is_sorted() && moments.iter().all(|&at| at < second));
        // The number has a deviation of 200; gaps have as much deviation as they have mean, e^-1 of them are longer than that.
        assert!(
            (39_000..=41_000).contains(&moments.len()),
            "{}",
            moments.len()
        );
        let gaps: Vec<u64> = moments.windows(2).map(|two| two[1].0 - two[0].0).collect();
        let long = gaps.iter().filter(|&&gap| gap > MILLI / 40).count();
        let share = long * 1_000 / gaps.len();
        assert!((355..=381).contains(&share), "{share}");
        assert!(arrivals(PerSecond(0), second, 1).len() < 10);
    }
}
