//! The words by which a person chooses what is measured and how long, and what they come to.

use std::collections::BTreeMap;

use clap::Args;
use harness::effort::Effort;
use harness::exit::Told;
use harness::plan::{self, Cell, Scope};
use harness::select::Selection;
use harness::server::Server;
use harness::stop::{self, Precision, Stopping};
use record::{Metric, Nanos, Packaging, StartClass, Subject, Transport};

use super::Global;

/// What is measured, and until when.
#[derive(Args)]
#[command(next_help_heading = "Choosing (words of one flag add up, flags narrow each other down)")]
pub struct Choice {
    /// The calls of these tools alone: --tool read_text_file,parse_logs (see `harness list tools`).
    #[arg(long, value_name = "TOOL", value_delimiter = ',')]
    tool: Vec<String>,
    /// These packagings alone: --packaging component,native (see `harness list packagings`).
    #[arg(long, value_name = "PACKAGING", value_delimiter = ',')]
    packaging: Vec<Packaging>,
    /// What is started so warm alone: --start-class warm (see `harness list start-classes`).
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    start_class: Vec<StartClass>,
    /// What is asked over this transport alone: --transport http.
    #[arg(long, value_name = "TRANSPORT", value_delimiter = ',')]
    transport: Vec<Transport>,
    /// What gives one of these numbers, with all others that the same trial gives: --metric first-answer (see `harness
    /// list metrics`).
    #[arg(long, value_name = "METRIC", value_delimiter = ',')]
    metric: Vec<Metric>,
    /// Six trials of each cell, of the paper's six servers beside `noop`, as component, native program and the original's container, unless
    /// --server or --packaging names others. Large inputs, density and load are left out.
    #[arg(long, help_heading = "Stopping")]
    pub quick: bool,
    /// Measures cold starts a second time, each with the page cache dropped before it: as root alone. It is the whole machine's: everything
    /// that runs here reads its files anew.
    #[arg(long)]
    drop_caches: bool,
    /// Takes so many samples of each cell: --samples 100. With --precision, at most so many.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=99_999), help_heading = "Stopping")]
    samples: Option<u64>,
    /// Samples each time until the 95 % interval of its median is at most so wide to either side: --precision 2%.
    #[arg(long, value_name = "SHARE", help_heading = "Stopping")]
    precision: Option<Precision>,
    /// Stops when so much time is spent: --budget 5m. Each cell is tried once, whatever that takes. Without --samples and
    /// --precision it goes on until every interval is within 1 %. A resumed run has it anew.
    #[arg(long, value_name = "TIME", value_parser = stop::budget, help_heading = "Stopping")]
    pub budget: Option<Nanos>,
}

/// A question that was understood.
pub struct Question {
    /// Which cells.
    pub selection: Selection,
    /// Beyond what.
    pub scope: Scope,
    /// Until when.
    pub stopping: Stopping,
    /// The same as words, for the record. The budget is not among them: what it leaves over may be asked for later.
    pub words: BTreeMap<String, String>,
}

impl Choice {
    /// What is asked, of these servers, which are the chosen ones.
    pub fn question(&self, global: &Global, servers: &[Server]) -> Result<Question, Told> {
        let question = self.asked(global);
        question.selection.check(servers)?;
        Ok(question)
    }

    /// The same, whatever tools there are.
    pub fn asked(&self, global: &Global) -> Question {
        let selection = Selection {
            servers: global.server.clone(),
            tools: self.tool.clone(),
            packagings: self.packaging.clone(),
            starts: self.start_class.clone(),
            transports: self.transport.clone(),
            metrics: self.metric.clone(),
        };
        let effort = if self.quick {
            Effort::QUICK
        } else {
            Effort::FULL
        };
        let mut words = selection.words();
        let flags = [
            ("quick", self.quick.then(|| "yes".to_owned())),
            ("drop-caches", self.drop_caches.then(|| "yes".to_owned())),
            ("samples", self.samples.map(|samples| samples.to_string())),
            ("precision", self.precision.map(|share| share.to_string())),
            ("stop", self.budget.map(|_| "budget".to_owned())),
        ];
        words.extend(
            flags
                .into_iter()
                .filter_map(|(flag, word)| Some((flag.to_owned(), word?))),
        );
        Question {
            scope: Scope {
                quick: self.quick,
                http: selection.transports.contains(&Transport::Http),
                pipes: false,
                dropped: self.drop_caches,
            },
            stopping: Stopping::new(effort, self.samples, self.precision, self.budget),
            selection,
            words,
        }
    }
}

impl Question {
    /// Whether a packaging is asked for: where none is named, every one, or for a quick look what the paper compares and its native floor.
    pub fn wants(&self, packaging: Packaging) -> bool {
        use Packaging::{Component, ContainerReference, Native};
        let asked = &self.selection.packagings;
        let looked_at = matches!(packaging, Component | Native | ContainerReference);
        asked.contains(&packaging) || asked.is_empty() && (looked_at || !self.scope.quick)
    }

    /// The cells that are asked for, of these subjects.
    pub fn cells(&self, servers: &[Server], subjects: &[Subject]) -> Result<Vec<Cell>, Told> {
        self.selection
            .choose(plan::table3(servers, subjects, self.scope))
    }
}
