//! `figure9`: where the calls of S4 are under each policy, and how many break the rules.

use anyhow::Result;
use clap::Args;
use harness::exit::Exit;

use super::Global;
use super::figure8::Edition;

/// Draws Figure 9: placement and constraint violations of S4 under each policy, beside the printed numbers.
///
///   harness figure9                      by the published profile
///   harness figure9 --profile mine.toml  by another edition, in a figure of its own
///   harness figure9 --run latest         draws again
///
/// The auditor judges every placed call by five rule sets, apart from the schedulers: the published ones give the paper's numbers,
/// the strict ones count every call whose arguments name a path.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(flatten)]
    edition: Edition,
}

/// Replays and draws, or only draws.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    // No policy here looks at links but ours, which strict rules leave no choice on S4; one set is enough.
    own.edition.run(global, "figure9", &["s4".to_owned()], true)
}
