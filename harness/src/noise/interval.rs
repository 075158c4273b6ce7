//! What happened between two readings, and whether that disturbs what was measured there.

use record::{Bytes, Count, Disturbance, Nanos};

use super::source::Reading;

/// Foreign work that marks a trial, in thousandths of one processor whatever their number: what a desktop does in the background is a few
/// hundredths, a process that computes is a whole one, and a kernel that shares two processors among three leaves it two thirds.
const BUSY_MILLI: u64 = 250;

/// Stolen time that marks a trial, in thousandths of what was wanted.
const STOLEN_MILLI: u64 = 50;

/// The kernel tells times in ticks of 10 ms; three of them may be rounding.
const STOLEN_LEAST: Nanos = Nanos(30_000_000);

/// Below this, or a tenth of a small machine's memory, the kernel drops file pages that a cold start needs.
const MEMORY_LEAST: Bytes = Bytes(512 << 20);

/// What the machine did between two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// How long it was.
    pub elapsed: Nanos,
    /// Processor time that neither we nor interrupts used.
    pub foreign: Nanos,
    /// Processor time that the hypervisor kept.
    pub stolen: Nanos,
    /// Processor time that was used or would have been.
    pub wanted: Nanos,
    /// Memory at its end: what could be had, and all there is.
    pub memory: (Bytes, Bytes),
}

impl Interval {
    /// What happened between two readings that were taken `elapsed` after each other; none where the kernel's accounts do not say.
    ///
    /// Foreign time is what was not idle and not ours, by the lesser of two accounts. Kernels measure idle time, but on the way into and out of it
    /// is a tenth of a processor where processes wake each other all the time. They sample busy time once a tick, which is off by as much either
    /// way in half a second. A process that computes is in both.
    pub fn between(before: &Reading, after: &Reading, elapsed: Nanos) -> Option<Interval> {
        let grown = |of: fn(&Reading) -> Nanos| of(after).0.saturating_sub(of(before).0);
        let total = elapsed.0.checked_mul(before.processors.0)?;
        let counted = grown(|reading| reading.counted);
        // A sandbox's counters may stand still or be another machine's.
        let believed = counted >= total / 2 && counted / 2 <= total;
        if before.processors != after.processors || total == 0 || !believed {
            return None;
        }
        let stolen = grown(|reading| reading.stolen);
        let wanted = total.saturating_sub(grown(|reading| reading.idle));
        let interrupts = grown(|reading| reading.interrupts);
        let own = grown(|reading| reading.own);
        let measured = wanted.saturating_sub(stolen.saturating_add(interrupts));
        let sampled = grown(|reading| reading.busy);
        Some(Interval {
            elapsed,
            foreign: Nanos(measured.min(sampled).saturating_sub(own)),
            stolen: Nanos(stolen),
            wanted: Nanos(wanted),
            memory: (after.available, after.memory),
        })
    }

    /// Why a trial in this interval is to be marked, if it is.
    pub fn disturbance(&self) -> Option<Disturbance> {
        if milli(self.foreign, self.elapsed).0 >= BUSY_MILLI {
            Some(Disturbance::Busy)
        } else if self.stolen >= STOLEN_LEAST && milli(self.stolen, self.wanted).0 >= STOLEN_MILLI {
            Some(Disturbance::Stolen)
        } else if scarce(self.memory) {
            Some(Disturbance::Memory)
        } else {
            None
        }
    }
}

/// Whether so little memory is available that measuring suffers.
pub(super) fn scarce((available, memory): (Bytes, Bytes)) -> bool {
    available.0 < MEMORY_LEAST.0.min(memory.0 / 10)
}

/// Thousandths of one time in another; none of nothing is none.
pub(super) fn milli(part: Nanos, whole: Nanos) -> Count {
    Count(
        u64::try_from(u128::from(part.0) * 1_000 / u128::from(whole.0.max(1))).unwrap_or(u64::MAX),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: u64 = 1_000_000;

    /// Half a second on so many processors, of which foreign processes, ours, the hypervisor and interrupts take so many milliseconds.
    fn half_a_second(
        processors: u64,
        [foreign, own, stolen, interrupts]: [u64; 4],
    ) -> (Reading, Reading) {
        let before = Reading {
            processors: Count(processors),
            counted: Nanos(90_000 * MILLISECOND),
            idle: Nanos(50_000 * MILLISECOND),
            busy: Nanos(40_000 * MILLISECOND),
            stolen: Nanos(70 * MILLISECOND),
            interrupts: Nanos(80 * MILLISECOND),
            own: Nanos(900 * MILLISECOND),
            available: Bytes(8 << 30),
            memory: Bytes(16 << 30),
        };
        let total = processors * 500;
        let after = Reading {
            counted: Nanos(before.counted.0 + total * MILLISECOND),
            idle: Nanos(
                before.idle.0 + (total - foreign - own - stolen - interrupts) * MILLISECOND,
            ),
            busy: Nanos(before.busy.0 + (foreign + own) * MILLISECOND),
            stolen: Nanos(before.stolen.0 + stolen * MILLISECOND),
            interrupts: Nanos(before.interrupts.0 + interrupts * MILLISECOND),
            own: Nanos(before.own.0 + own * MILLISECOND),
            ..before
        };
        (before, after)
    }

    fn check(processors: u64, uses: [u64; 4], expect: Option<Disturbance>) {
        let (before, after) = half_a_second(processors, uses);
        let interval = Interval::between(&before, &after, Nanos(500 * MILLISECOND)).expect("told");
        assert_eq!(
            interval.foreign,
            Nanos(uses[0] * MILLISECOND),
            "{processors} {uses:?}"
        );
        assert_eq!(interval.disturbance(), expect, "{processors} {uses:?}");
    }

    #[test]
    fn what_others_use_marks_and_what_we_use_does_not() {
        check(2, [0, 0, 0, 0], None);
        check(2, [0, 1000, 0, 0], None);
        check(2, [30, 500, 0, 10], None);
        check(2, [100, 900, 0, 0], None);
        check(2, [500, 500, 0, 0], Some(Disturbance::Busy));
        // Two of ours and the loop share two processors.
        check(2, [333, 667, 0, 0], Some(Disturbance::Busy));
        check(1, [250, 250, 0, 0], Some(Disturbance::Busy));
        check(64, [500, 500, 0, 0], Some(Disturbance::Busy));
        check(64, [100, 20_000, 0, 300], None);
        check(2, [0, 0, 0, 400], None);
    }

    #[test]
    fn one_account_alone_does_not_mark() {
        let half = Nanos(500 * MILLISECOND);
        let (before, after) = half_a_second(2, [0, 600, 0, 0]);
        let more = |nanos: Nanos| Nanos(nanos.0 + 200 * MILLISECOND);
        let sampled = Reading {
            busy: more(after.busy),
            ..after
        };
        let measured = Reading {
            idle: Nanos(after.idle.0 - 200 * MILLISECOND),
            ..after
        };
        let both = Reading {
            busy: sampled.busy,
            ..measured
        };
        let marks = [sampled, measured, both].map(|after| {
            Interval::between(&before, &after, half)
                .expect("told")
                .disturbance()
        });
        assert_eq!(marks, [None, None, Some(Disturbance::Busy)]);
    }

    #[test]
    fn the_hypervisor_marks_by_its_share_of_what_was_wanted() {
        check(2, [0, 400, 30, 0], Some(Disturbance::Stolen));
        check(2, [0, 970, 30, 0], None);
        check(2, [0, 100, 20, 0], None);
        check(64, [0, 500, 40, 0], Some(Disturbance::Stolen));
    }

    #[test]
    fn little_memory_marks() {
        let check = |available: u64, memory: u64, expect| {
            let (before, mut after) = half_a_second(2, [0, 100, 0, 0]);
            (after.available, after.memory) = (Bytes(available << 20), Bytes(memory << 20));
            let interval = Interval::between(&before, &after, Nanos(500 * MILLISECOND));
            assert_eq!(
                interval.expect("told").disturbance(),
                expect,
                "{available} of {memory} MiB"
            );
        };
        check(600, 24_000, None);
        check(500, 24_000, Some(Disturbance::Memory));
        check(200, 1_000, None);
        check(90, 1_000, Some(Disturbance::Memory));
    }

    #[test]
    fn accounts_that_cannot_be_right_tell_nothing() {
        let half = Nanos(500 * MILLISECOND);
        let (before, after) = half_a_second(2, [400, 100, 0, 0]);
        assert!(Interval::between(&before, &after, half).is_some());
        let still = Reading {
            counted: before.counted,
            ..after
        };
        assert_eq!(
            Interval::between(&before, &still, half),
            None,
            "counters that stand still"
        );
        let other = Reading {
            counted: Nanos(before.counted.0 + 32_000 * MILLISECOND),
            ..after
        };
        assert_eq!(
            Interval::between(&before, &other, half),
            None,
            "another machine's counters"
        );
        let more = Reading {
            processors: Count(3),
            ..after
        };
        assert_eq!(
            Interval::between(&before, &more, half),
            None,
            "a processor was added"
        );
        assert_eq!(
            Interval::between(&before, &after, Nanos(0)),
            None,
            "no time has gone"
        );
        let back = Interval::between(
            &before,
            &Reading {
                own: Nanos(0),
                ..after
            },
            half,
        );
        assert_eq!(
            back.map(|interval| interval.foreign),
            Some(half),
            "an orphan took its time along"
        );
    }
}
