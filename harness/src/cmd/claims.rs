//! `claims`: which of the paper's sentences hold.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use harness::claim::{
    self, Accepted, Basis, Claims, Difference, Judged, OfRuns, OfTable, Replays, Verdict,
};
use harness::clock::wall;
use harness::exit::{Exit, Told};
use harness::{place, profile};
use record::{PUBLISHED_TABLE3, Published, Record, Testbed, Timestamp};
use serde_json::json;

use super::Global;

/// The name of the committed runs.
const REFERENCE: &str = "reference";
/// Where the committed runs lie: that of Table III, then those of benches alone.
const FOLDERS: [&str; 2] = ["results/reference/table3", "results/reference/expressions"];
/// The accepted verdicts, in the folder of the first.
const FILE: &str = "claims.toml";

/// Says of each sentence of the paper's evaluation that a number can confirm or refute whether it holds.
///
/// Reproduced, not reproduced, better than, or not testable here and what would change that; what does not hold stands
/// first. By the numbers of a run, and where the sentence is about the paper's own table, by that table too. What is said of
/// policies is judged by replays of its scenarios in virtual time: by the profile that its authors published, over the links of
/// their configuration (`configured`) and of their testbed (`published`), and by that of the run, with tiers slowed down to the paper's
/// (`measured`) and as fast as the machine (`unscaled`). The sentences, with tolerances, are results/paper/claims.toml. Ends with exit code 5 where a verdict is worse than the one accepted for
/// the committed run; a claim that cannot be tested is none.
#[derive(Args)]
pub struct Arguments {
    /// The run: `reference` (the committed ones), `latest`, its folder, its id, or what only one id begins or ends with.
    #[arg(default_value = REFERENCE)]
    run: String,
    /// Takes the verdicts of the committed runs as accepted: prints what changed, asks for a reason, and stores both.
    #[arg(long)]
    accept: bool,
    /// Why the verdicts changed; asked for on a terminal.
    #[arg(long, value_name = "WORDS", requires = "accept")]
    reason: Option<String>,
}

/// Judges, prints, and compares with what was accepted.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let root = place::root()?;
    let committed: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    let is_committed = own.run == REFERENCE;
    let folders = match is_committed {
        true => committed
            .iter()
            .enumerate()
            .filter(|(index, folder)| *index == 0 || folder.is_dir())
            .map(|(_, folder)| folder.clone())
            .collect(),
        false => vec![record::find(&global.results()?, &own.run)?],
    };
    if own.accept && !is_committed {
        return Err(Told::usage(format!(
            "--accept is for the committed runs, and {} is another; copy it to {} first",
            own.run, FOLDERS[0]
        ))
        .into());
    }
    let claims = claim::read(&root.join("results/paper/claims.toml"))?;
    let file = committed[0].join(FILE);
    let accepted = Accepted::read(&file)?;
    let records = folders
        .iter()
        .map(|folder| Record::read(folder))
        .collect::<Result<Vec<_>, _>>()?;
    let numbers = OfRuns::new(&records);
    let replays = match claims.replayed.is_empty() {
        true => None,
        false => Some(replays(&root, &records[0])?),
    };
    let judged = judge(&claims, &records, &numbers, replays.as_ref())?;
    let known = accepted.clone().unwrap_or_default();
    let differences = known.differences(&judged);
    if global.json {
        println!(
            "{}",
            json!({
                "runs": records.iter().map(|record| &record.run.id).collect::<Vec<_>>(), "claims": judged,
                "contradictions": contradictions(&judged).collect::<Vec<_>>(), "differences": differences,
            })
        );
    } else {
        super::print(&text(&judged, &numbers.provenance()));
    }
    if own.accept {
        return accept(known, &judged, &differences, &file, own.reason.as_deref());
    }
    if accepted.is_none() {
        eprintln!(
            "no verdict is accepted yet; `harness claims --accept` takes those of the committed run"
        );
        return Ok(Exit::Done);
    }
    Ok(compared(&differences, is_committed))
}

/// What claims about policies are judged by.
fn replays(root: &Path, record: &Record) -> Result<Replays> {
    let published = profile::published(root)?;
    let run = profile::of_checkout(root, record, "measured")?;
    Ok(Replays::new(&published, run, profile::traces(root)?))
}

/// Every claim by every basis; what does not hold first, then what cannot be told.
fn judge<'a>(
    claims: &'a Claims,
    records: &[Record],
    runs: &OfRuns,
    replays: Option<&Replays>,
) -> Result<Vec<Judged<'a>>> {
    let table = OfTable::new(Published::parse(PUBLISHED_TABLE3)?);
    let testbed = records
        .iter()
        .flat_map(|record| &record.samples)
        .find_map(|sample| sample.testbed);
    let testbed = testbed.map_or("this machine as it is".to_owned(), |testbed: Testbed| {
        format!("testbed {testbed}")
    });
    let measured = claims.measured.iter().flat_map(|claim| {
        claim.judged_by.iter().map(|&by| match by {
            Basis::Table => claim::judge(claim, by, &table, &testbed),
            _ => claim::judge(claim, by, runs, &testbed),
        })
    });
    let mut judged: Vec<Judged> = measured.collect();
    if let Some(replays) = replays {
        let replayed = claims.replayed.iter();
        judged.extend(replayed.flat_map(|claim| {
            let by = claim.judged_by.iter();
            by.map(|&by| claim.judge(by, replays))
        }));
    }
    judged.sort_by_key(|one| (one.verdict, one.by));
    Ok(judged)
}

/// What the profile that the paper's authors published says otherwise than their text.
fn contradictions<'a>(judged: &'a [Judged<'a>]) -> impl Iterator<Item = &'a Judged<'a>> {
    judged.iter().filter(|one| {
        one.verdict == Verdict::NotReproduced && one.by.is_replay() && one.by.is_own()
    })
}

/// The claims for people.
fn text(judged: &[Judged], provenance: &str) -> String {
    let mut out = format!("{provenance}\n");
    let mut line = |text: String| writeln!(out, "{text}").expect("memory takes every write");
    for one in judged {
        line(format!(
            "{}  {} by {}",
            one.verdict.name().to_uppercase(),
            one.claim,
            one.by.name()
        ));
        line(format!("    \"{}\" ({})", one.says, one.source));
        line(format!("    claimed  {}", one.allows));
        if !one.found.is_empty() {
            line(format!("    found    {}", one.found));
        }
        line(format!("    of       {}", one.sides));
        if one.verdict != Verdict::NotTestable {
            for number in &one.numbers {
                line(format!("             {number}"));
            }
        }
        line(format!("    why      {}", one.why));
        if !one.note.is_empty() {
            line(format!("    note     {}", one.note));
        }
        line(String::new());
    }
    let mut is_first = true;
    for one in contradictions(judged) {
        if is_first {
            line("Where the profile that the paper's authors published contradicts the paper's text:".to_owned());
            is_first = false;
        }
        line(format!(
            "    {} ({}): \"{}\", {}; {}",
            one.claim,
            one.by.name(),
            one.says,
            one.allows,
            one.why
        ));
    }
    if !is_first {
        line(String::new());
    }
    let of = |verdict| {
        judged
            .iter()
            .filter(move |one| one.verdict == verdict)
            .count()
    };
    line(format!(
        "{} not reproduced, {} not testable here, {} reproduced, {} better than claimed",
        of(Verdict::NotReproduced),
        of(Verdict::NotTestable),
        of(Verdict::Reproduced),
        of(Verdict::BetterThan)
    ));
    out
}

/// Says what is not as accepted.
fn compared(differences: &[Difference], is_committed: bool) -> Exit {
    let mut exit = Exit::Done;
    for difference in differences {
        if difference.is_worse() {
            eprintln!("worse than accepted: {difference}");
            exit = Exit::Refuted;
        } else if is_committed {
            eprintln!("not as accepted: {difference}; `harness claims --accept` takes it");
        }
    }
    exit
}

/// Stores what is accepted from now on.
fn accept(
    mut known: Accepted,
    judged: &[Judged],
    differences: &[Difference],
    file: &Path,
    reason: Option<&str>,
) -> Result<Exit> {
    if differences.is_empty() {
        eprintln!("every verdict is as accepted; nothing is stored");
        return Ok(Exit::Done);
    }
    for difference in differences {
        let worse = if difference.is_worse() {
            " (worse)"
        } else {
            ""
        };
        eprintln!("{difference}{worse}");
    }
    let reason = match reason {
        Some(reason) => reason.trim().to_owned(),
        None if std::io::stdin().is_terminal() => {
            eprint!("why? ");
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            line.trim().to_owned()
        }
        None => String::new(),
    };
    if reason.is_empty() || reason.chars().any(char::is_control) {
        return Err(Told::usage(
            "a verdict is accepted with a reason; give it in one line, --reason \"…\"",
        )
        .into());
    }
    known.accept(judged, Timestamp::from(wall()), &reason);
    store(file, &known.written())?;
    eprintln!("stored in {}", super::draw::shown(file));
    Ok(Exit::Done)
}

/// Whole or not at all: half a file would refuse the next command.
fn store(file: &Path, text: &str) -> Result<()> {
    let beside: PathBuf = file.with_extension("toml.new");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, file))
        .map_err(|error| {
            Told::lacking(format!(
                "cannot write {}: {error}; make its folder writable",
                file.display()
            ))
            .into()
        })
}
