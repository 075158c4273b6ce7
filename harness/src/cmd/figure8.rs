//! `figure8`: end-to-end latency of the four scenarios under the paper's policies and ours, in virtual time.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use harness::exit::{Exit, Told};
use harness::place;
use harness::replay::{Chosen, Pass, profile};
use record::Record;
use replay::Options;
use scheduler::cost::Cost;
use scheduler::filter::Rules;
use scheduler::profile::Profile;

use super::replay::{Recording, show, traces};
use super::{Global, draw};

/// Draws Figure 8: end-to-end latency of S1 to S4 under each policy, by a profile in virtual time, beside what the paper says.
///
///   harness figure8                      by the published profile, under each of its sets of links
///   harness figure8 --profile mine.toml  by another edition, in a figure of its own
///   harness figure8 --run latest         draws again
///
/// The paper prints no latency of Figure 8; its sentences about it stand beside, with whether they hold here. The policies are the
/// paper's five (its proposed one is brute_force under the reference's cost and rules), the reference's heuristic, and ours: dp on
/// predicted latency under strict rules. Two editions are never in one figure.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(flatten)]
    edition: Edition,
}

/// Which numbers a figure is drawn from.
#[derive(Args)]
pub struct Edition {
    /// What is known of tools, tiers and links: published, or a file.
    #[arg(long, value_name = "NAME|FILE", default_value = "published")]
    profile: String,
    /// One set of the profile's links; each of them unless given.
    #[arg(long, value_name = "NAME")]
    links: Option<String>,
    /// Draws a run that was replayed before: its folder, its id, what only one id begins or ends with, or `latest`.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["profile", "links"])]
    run: Option<String>,
}

/// The links of the reference's configuration.
const CONFIGURED: &str = "configured";

/// Replays and draws, or only draws.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let words: Vec<String> = ["s1", "s2", "s3", "s4"].map(str::to_owned).into();
    own.edition.run(global, "figure8", &words, false)
}

impl Edition {
    /// Replays these traces for a figure of this name, under every set of links or the first alone, and draws it.
    pub fn run(
        &self,
        global: &Global,
        name: &'static str,
        words: &[String],
        first_links: bool,
    ) -> Result<Exit> {
        if let Some(run) = &self.run {
            let folder = record::find(&global.results()?, run)?;
            return drawn(global, name, &folder);
        }
        let root = place::root()?;
        let traces = traces(&root, words)?;
        let profile = profile(&root, &self.profile)?;
        let mut links: Vec<String> = match &self.links {
            Some(links) => vec![links.clone()],
            None => profile.links.iter().map(|set| set.name.clone()).collect(),
        };
        if first_links {
            links.truncate(1);
        }
        let selection = BTreeMap::from([
            ("profile".to_owned(), profile.name.clone()),
            ("links".to_owned(), links.join(",")),
            (figures::SOURCE.to_owned(), profile.source.clone()),
        ]);
        let mut pass = pass(profile);
        let mut recorder = None;
        for links in links {
            pass.links = links;
            // The reference plans by its configuration's links, whatever testbed it runs on.
            let configured = pass.profile.link_set(CONFIGURED);
            let configured = configured.unwrap_or(&pass.profile.links[0]).name.clone();
            for chosen in &mut pass.chosen {
                let asks = chosen.cost == Cost::Reference && chosen.cost_model().is_some();
                let other = asks && configured != pass.links;
                chosen.believed = other.then(|| configured.clone());
            }
            // A set that the profile does not have is told before a run is begun.
            pass.link_set()?;
            let recorder = match &mut recorder {
                Some(recorder) => recorder,
                none => none.insert(Recording::begin(global, &root, name, 0, selection.clone())?),
            };
            for trace in &traces {
                ours(&mut pass, trace)?;
                recorder.take(&pass, trace)?;
            }
        }
        let recorder =
            recorder.ok_or_else(|| Told::usage("the profile has no set of links; add one"))?;
        drawn(global, name, &recorder.finish()?)
    }
}

/// The paper's five policies and the reference's heuristic.
fn pass(profile: Profile) -> Pass {
    let papers = [
        "all_device",
        "all_edge",
        "all_cloud",
        "static",
        "brute_force",
        "heuristic",
    ];
    let chosen = papers.map(|name| Chosen {
        scheduler: name.to_owned(),
        cost: Cost::Reference,
        rules: Rules::Published,
        believed: None,
    });
    Pass {
        profile,
        links: String::new(),
        chosen: chosen.into(),
        own: Vec::new(),
        options: Options::default(),
        explained: false,
    }
}

/// Puts our policy behind them, with as much of the latency as the profile knows.
fn ours(pass: &mut Pass, trace: &scenario::Trace) -> Result<()> {
    pass.chosen.retain(|chosen| chosen.scheduler != "dp");
    let cost = pass.default_cost(trace)?;
    pass.chosen.push(Chosen {
        scheduler: "dp".to_owned(),
        cost,
        rules: Rules::Strict,
        believed: None,
    });
    Ok(())
}

/// Draws the figure beside the record and prints its table.
fn drawn(global: &Global, name: &str, folder: &Path) -> Result<Exit> {
    let record = Record::read(folder)?;
    if record.run.command != name {
        return Err(Told::usage(format!(
            "{} is a run of {}, not of {name}; name one of {name}, or make one with `harness {name}`",
            draw::shown(folder),
            record.run.command
        ))
        .into());
    }
    let pages = figures::replays(&record, folder)?;
    let mut files = Vec::new();
    for page in &pages {
        files.extend(figures::draw_page(page, folder)?);
        files.extend(figures::draw_replay(&page.0, folder)?);
    }
    show(global, folder, &pages, &files, &[])?;
    Ok(Exit::Done)
}
