//! How far a run is: what the worker reports, and how it is shown on a terminal or in a log.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use record::Sample;
use serde::{Deserialize, Serialize};

/// One line of the worker's standard output: a trial that is done. The worker waits for an answer before the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What is being measured, for people.
    pub stage: String,
    /// What went wrong, if anything.
    pub trouble: Option<String>,
    /// All that the trial gave.
    pub samples: Vec<Sample>,
}

/// Shows events: a bar with the time left on a terminal, a line for each tenth elsewhere.
pub struct Progress {
    bar: ProgressBar,
    plain: bool,
    tenths: u64,
    stage: String,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new() -> Progress {
        let plain = !std::io::stderr().is_terminal();
        let target = if plain {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template(
            "{bar:30} {pos}/{len}  {elapsed} gone, {eta} left  {wide_msg}",
        );
        bar.set_style(style.expect("the template is right"));
        Progress {
            bar,
            plain,
            tenths: 0,
            stage: String::new(),
        }
    }

    /// Work begins; so many trials were done by an earlier part of the run.
    pub fn begin(&mut self, total: u64, done: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.reset_eta();
        self.tenths = done * 10 / total.max(1);
        self.say(&format!("{} trials to do", total - done));
    }

    /// A trial is done.
    pub fn step(&mut self, stage: &str, trouble: Option<&str>) {
        self.bar.inc(1);
        if self.stage != stage {
            stage.clone_into(&mut self.stage);
            self.bar.set_message(self.stage.clone());
        }
        if let Some(trouble) = trouble {
            self.say(&format!("{stage}: {trouble}"));
        }
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or(1).max(1));
        if self.plain && done * 10 / total > self.tenths {
            self.tenths = done * 10 / total;
            let left = self.bar.eta().as_secs();
            eprintln!(
                "{:3} %  {done} of {total} trials, about {left} s left ({stage})",
                self.tenths * 10
            );
        }
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

impl Default for Progress {
    fn default() -> Progress {
        Progress::new()
    }
}
