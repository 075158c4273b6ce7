//! How far a run is, as time: a bar on a terminal, a line for each tenth elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use record::Nanos;

use crate::estimate::words;
use crate::stop::Stopping;

/// Trials after which what they really took is believed more than what was expected of them, in thousandths of the run.
const BELIEVED: u64 = 20;

/// Shows how far a run is.
pub struct Progress {
    bar: ProgressBar,
    plain: bool,
    tenths: u64,
    /// What the whole run is expected to take.
    total: Nanos,
    /// When it ends, of which the budget is a part.
    stopping: Stopping,
    /// What its first round is expected to take.
    first: Nanos,
    /// What was expected of all that is done.
    behind: Nanos,
    /// What this sitting did of it: a resumed run passes over the rest in no time.
    worked: Nanos,
}

impl Progress {
    /// Of a run that is expected to take this long without a budget, and its first round that long.
    pub fn new(total: Nanos, first: Nanos, stopping: Stopping) -> Progress {
        let plain = !std::io::stderr().is_terminal();
        let target = if plain {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(1000), target);
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {wide_msg}");
        bar.set_style(style.expect("the template is right"));
        let progress = Progress {
            bar,
            plain,
            tenths: 0,
            total,
            stopping,
            first,
            behind: Nanos(0),
            worked: Nanos(0),
        };
        let time = words(stopping.lasts(total, first));
        progress.say(&format!("measuring takes about {time}"));
        progress
    }

    /// A trial is done, of which `expected` was expected; so much time has gone since the beginning.
    pub fn step(&mut self, what: &str, expected: Nanos, gone: Nanos, trouble: Option<&str>) {
        self.behind.0 += expected.0;
        self.worked.0 += expected.0;
        if let Some(trouble) = trouble {
            self.say(&format!("{what}: {trouble}"));
        }
        let left = self.left(gone);
        let permille = gone.0.saturating_mul(1000) / (gone.0 + left.0).max(1);
        let permille = match self.stopping.deadline() {
            Some(_) => permille,
            None => self.behind.0.saturating_mul(1000) / self.total.0.max(1),
        };
        let permille = permille.min(999);
        self.bar.set_position(permille);
        let time = format!(
            "{} gone, about {} left",
            words(Nanos(gone.0 / 1_000_000_000 * 1_000_000_000)),
            words(left)
        );
        self.bar.set_message(format!("{time}  {what}"));
        if self.plain && permille / 100 > self.tenths {
            self.tenths = permille / 100;
            eprintln!("{:3} %  {time}  ({what})", self.tenths * 10);
        }
    }

    /// A cell has enough: what was still expected of it is not done.
    pub fn forgo(&mut self, ahead: Nanos) {
        self.behind.0 += ahead.0;
    }

    /// The time that is left: what is expected, as much faster or slower as everything was so far.
    fn left(&self, gone: Nanos) -> Nanos {
        let ahead = self.total.0.saturating_sub(self.behind.0);
        let believed = self.worked.0.saturating_mul(1000) / self.total.0.max(1) >= BELIEVED;
        let left = if believed {
            let scaled = u128::from(ahead) * u128::from(gone.0) / u128::from(self.worked.0.max(1));
            u64::try_from(scaled).unwrap_or(u64::MAX)
        } else {
            ahead
        };
        // What the whole run lasts, told of what is left of it.
        let estimate = Nanos(gone.0.saturating_add(left));
        let lasts = self.stopping.lasts(estimate, self.first);
        Nanos(lasts.0.saturating_sub(gone.0))
    }

    /// Prints a line above the bar.
    pub fn say(&self, line: &str) {
        if self.plain {
            eprintln!("{line}");
        } else {
            self.bar.println(line);
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effort::Effort;

    fn stopping(samples: Option<u64>, budget: Option<Nanos>) -> Stopping {
        Stopping::new(Effort::FULL, samples, None, budget)
    }

    fn seconds(seconds: u64) -> Nanos {
        Nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn what_is_left_follows_what_was_so_far() {
        let mut progress = Progress::new(seconds(100), seconds(9), stopping(None, None));
        progress.step("a", seconds(1), seconds(3), None);
        assert_eq!(progress.left(seconds(3)), seconds(99), "too early to tell");
        progress.step("b", seconds(9), seconds(20), None);
        assert_eq!(progress.left(seconds(20)), seconds(180), "twice as slow");
        progress.forgo(seconds(50));
        assert_eq!(progress.left(seconds(20)), seconds(80));
    }

    #[test]
    fn a_budget_bounds_what_is_left_and_one_alone_is_spent() {
        let budget = Some(seconds(30));
        let mut progress = Progress::new(seconds(100), seconds(9), stopping(Some(9), budget));
        progress.step("a", seconds(10), seconds(10), None);
        assert_eq!(progress.left(seconds(10)), seconds(20));
        let mut progress = Progress::new(seconds(12), seconds(9), stopping(None, budget));
        progress.step("a", seconds(11), seconds(11), None);
        assert_eq!(progress.left(seconds(11)), seconds(19));
        assert_eq!(progress.left(seconds(31)), seconds(0));
    }
}
