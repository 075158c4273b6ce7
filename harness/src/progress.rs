//! How far a run is, as time: a bar on a terminal, a line for each tenth elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use record::Nanos;

use crate::estimate::words;

/// Trials after which what they really took is believed more than what was expected of them, in thousandths of the run.
const BELIEVED: u64 = 20;

/// Shows how far a run is.
pub struct Progress {
    bar: ProgressBar,
    plain: bool,
    tenths: u64,
    /// What the whole run is expected to take.
    total: Nanos,
    /// What it may take.
    budget: Option<Nanos>,
    /// What was expected of all that is done.
    behind: Nanos,
    /// What this sitting did of it: a resumed run passes over the rest in no time.
    worked: Nanos,
}

impl Progress {
    /// Of a run that is expected to take this long.
    pub fn new(total: Nanos, budget: Option<Nanos>) -> Progress {
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
            budget,
            behind: Nanos(0),
            worked: Nanos(0),
        };
        let time = budget.map_or(total, |budget| budget.min(total));
        progress.say(&format!("measuring takes about {}", words(time)));
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
        let permille = match self.budget {
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

    /// A stage is over, whatever was expected of its trials.
    pub fn reach(&mut self, behind: Nanos) {
        self.behind = behind;
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
        let allowed = self.budget.map(|budget| budget.0.saturating_sub(gone.0));
        Nanos(allowed.map_or(left, |allowed| left.min(allowed)))
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

    fn seconds(seconds: u64) -> Nanos {
        Nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn what_is_left_follows_what_was_so_far() {
        let mut progress = Progress::new(seconds(100), None);
        progress.step("a", seconds(1), seconds(3), None);
        assert_eq!(progress.left(seconds(3)), seconds(99), "too early to tell");
        progress.step("b", seconds(9), seconds(20), None);
        assert_eq!(progress.left(seconds(20)), seconds(180), "twice as slow");
        progress.reach(seconds(60));
        assert_eq!(progress.left(seconds(20)), seconds(80));
    }

    #[test]
    fn a_budget_bounds_what_is_left() {
        let mut progress = Progress::new(seconds(100), Some(seconds(30)));
        progress.step("a", seconds(10), seconds(10), None);
        assert_eq!(progress.left(seconds(10)), seconds(20));
    }
}
