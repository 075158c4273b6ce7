//! `replay`: traces in virtual time, by schedulers chosen by name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use harness::exit::{Exit, Told};
use harness::place;
use harness::replay::{Chosen, Crowd, Pass, profile};
use record::{Count, Decision, Nanos, Record};
use replay::{Arrivals, Options, Sizes};
use scenario::Trace;
use scheduler::cost::Cost;
use scheduler::filter::Rules;
use scheduler::profile::{Known, Profile};
use scheduler::quantity::Quantity;
use scheduler::schedule::NAMES;
use serde_json::json;

mod kept;
mod plugin;

pub use kept::Recording;

use super::{Global, draw};

/// Replays a trace in virtual time: where a scheduler puts each call, what that takes, and which rules it breaks.
///
///   harness replay --trace s4.json --scheduler all_edge
///   harness replay --trace s4.json --scheduler all                      every scheduler in one table
///   harness replay --trace s4.json --scheduler dp --cost chain --explain
///   harness replay --trace s4.json --scheduler all --cost reference --rules published
///   harness replay --trace s1.json --scheduler pareto                   and every plan that none other beats in everything
///   harness replay --trace s2,s4 --scheduler greedy --agents 100000 --rate 20 --capacity edge=8,cloud=50
///   harness replay --trace s4.json --scheduler all,mine.wasm            your own beside them, a plug-in
///
/// Nothing is measured and no clock is read: the same trace, profile and options give the same bytes. What the profile does not know
/// is printed `not known` and labels the total. Violations of the published and of our strict rules always stand side by side; --enforce
/// ends with 3 where a placement breaks the rules asked for. The oracle, which knows what every call will take, is replayed too: regret
/// is against it. A scheduler of your own is a Wasm component without access to anything; dispatcher/plugin says how to make one.
/// It is told where the rules let each call run; one that answers anything else, or never, ends the command with 2.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The trace: a file, or one of scenarios/traces (s4.json, s4). Several with commas.
    #[arg(long, required = true, value_name = "FILE", value_delimiter = ',')]
    trace: Vec<String>,
    /// Who places the calls: a name, a plug-in's file (mine.wasm), several with commas, or `all`.
    #[arg(long, required = true, value_name = "NAME|FILE", value_delimiter = ',')]
    scheduler: Vec<String>,
    /// What placements cost: reference, paper, chain, latency, latency-warm. Without it latency, or latency-warm where starts, or how long instances stay, are not known.
    #[arg(long, value_name = "NAME")]
    cost: Option<Cost>,
    /// What schedulers filter by: published, published-agent or strict.
    #[arg(long, value_name = "NAME", default_value = "strict")]
    rules: Rules,
    /// What is known of tools, tiers and links: published, or a file.
    #[arg(long, value_name = "NAME|FILE", default_value = "published")]
    profile: String,
    /// Which of the profile's sets of links is in force; the first unless given.
    #[arg(long, value_name = "NAME")]
    links: Option<String>,
    /// The links that schedulers take to be in force, where that is another set: the reference's configuration was not its testbed's.
    #[arg(long, value_name = "NAME", conflicts_with = "online")]
    believed: Option<String>,
    /// What stands for the tiers.
    #[arg(long, value_enum, default_value = "simulated")]
    testbed: Testbed,
    /// Whose message sizes count: those that the profile's times are of, or the trace's own.
    #[arg(long, value_enum, default_value = "profile")]
    sizes: Whose,
    /// Makes each call as soon as those that it depends on are answered, instead of one after another.
    #[arg(long)]
    side_by_side: bool,
    /// What a decision takes, which a virtual clock does not time: --decision "5 us".
    #[arg(long, value_name = "TIME", value_parser = time)]
    decision: Option<Nanos>,
    /// What the model takes before each call; the trace's own gaps unless given: --llm "1.2 s".
    #[arg(long, value_name = "TIME", value_parser = time)]
    llm: Option<Nanos>,
    /// How many calls a tier runs at once: --capacity edge=8,cloud=50.
    #[arg(long, value_name = "TIER=NUMBER", value_delimiter = ',')]
    capacity: Vec<String>,
    /// How long an idle instance stays on a tier: --retention "edge=5 s,cloud=0 s".
    #[arg(long, value_name = "TIER=TIME", value_delimiter = ',')]
    retention: Vec<String>,
    /// Replays so many agents at once, each with the whole trace.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    agents: Option<u64>,
    /// Agents come at random, so many a second on average: --rate 20.
    #[arg(
        long,
        value_name = "NUMBER",
        requires = "agents",
        conflicts_with = "users"
    )]
    rate: Option<f64>,
    /// So many users have one agent after another, and wait --think between them.
    #[arg(long, value_name = "NUMBER", requires = "agents")]
    users: Option<u32>,
    /// How long a user waits between two agents, on average.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10 s")]
    think: Nanos,
    /// Of the random gaps between agents.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Asks schedulers for each call, telling them what runs, waits and is warm, instead of once beforehand.
    #[arg(long, requires = "agents")]
    online: bool,
    /// Writes a sample for every call of every agent, up to a million calls.
    #[arg(long)]
    samples: bool,
    /// Ends with 3 where a placement breaks the rules asked for.
    #[arg(long)]
    enforce: bool,
    /// Writes down what every decision was weighed against, and prints it where there is one trace and one scheduler.
    #[arg(long)]
    explain: bool,
}

/// What stands for the tiers.
#[derive(Clone, Copy, ValueEnum)]
enum Testbed {
    /// A virtual clock.
    Simulated,
}

/// Whose sizes count.
#[derive(Clone, Copy, ValueEnum)]
enum Whose {
    /// The profile's.
    Profile,
    /// The trace's.
    Trace,
}

/// The most calls of which samples are written.
const MOST_SAMPLED: u64 = 1_000_000;

/// Replays, records, prints.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let Testbed::Simulated = own.testbed;
    let root = place::root()?;
    let traces = traces(&root, &own.trace)?;
    let mut profile = profile(&root, &own.profile)?;
    let options = options(own, &profile)?;
    // Schedulers are told what is in force, not what the file says.
    for (tier, slots) in &options.capacity {
        profile.tiers[tier.place()].capacity = Known::Is(Count(u64::from(*slots)));
    }
    for (tier, stays) in &options.retention {
        profile.tiers[tier.place()].retention = Known::Is(*stays);
    }
    let mut pass = Pass {
        links: own
            .links
            .clone()
            .unwrap_or_else(|| profile.links[0].name.clone()),
        profile,
        chosen: Vec::new(),
        own: Vec::new(),
        options,
        explained: own.explain,
    };
    let cost = match own.cost {
        Some(cost) => cost,
        None => pass.default_cost(&traces[0])?,
    };
    let (names, files) = plugin::apart(&own.scheduler);
    let plugins = plugin::load(&files, cost, own.rules)?;
    pass.chosen = chosen(&names, cost, own.rules);
    let called = plugins.iter().map(|one| one.placer.name().to_owned());
    pass.chosen
        .extend(chosen(&called.collect::<Vec<_>>(), cost, own.rules));
    for chosen in &mut pass.chosen {
        chosen.believed = own.believed.clone().filter(|links| *links != pass.links);
    }
    let mut selection = BTreeMap::from([
        ("cost".to_owned(), cost.name().to_owned()),
        ("rules".to_owned(), own.rules.name().to_owned()),
        ("profile".to_owned(), pass.profile.name.clone()),
        ("links".to_owned(), pass.links.clone()),
    ]);
    let names: Vec<&str> = traces.iter().map(|trace| trace.scenario.as_str()).collect();
    selection.insert("traces".to_owned(), names.join(","));
    for plugin in plugins {
        let name = format!("plug-in {}", plugin.placer.name());
        selection.insert(name, plugin.digest.to_string());
        pass.own.push(plugin.placer);
    }
    let recorder = Recording::begin(global, &root, "replay", own.seed, selection)?;
    match own.agents {
        None => one(global, own, &pass, &traces, recorder),
        Some(agents) => {
            let crowd = crowd(own, agents)?;
            many(global, own, &pass, &traces, crowd, recorder)
        }
    }
}

/// One agent: everything is written down.
fn one(
    global: &Global,
    own: &Arguments,
    pass: &Pass,
    traces: &[Trace],
    mut recorder: Recording,
) -> Result<Exit> {
    // Regret is against it, so it is replayed even where nobody asked.
    let oracle = chosen(
        &["oracle".to_owned()],
        oracle_cost(pass, &traces[0])?,
        own.rules,
    );
    let asked: Vec<&str> = pass
        .chosen
        .iter()
        .map(|one| one.scheduler.as_str())
        .collect();
    let mut whole = Pass {
        profile: pass.profile.clone(),
        links: pass.links.clone(),
        chosen: pass.chosen.clone(),
        own: pass.own.clone(),
        options: pass.options.clone(),
        explained: pass.explained,
    };
    whole.chosen.retain(|one| one.scheduler != "oracle");
    whole.chosen.extend(oracle);
    let mut broken = Vec::new();
    for trace in traces {
        let passed = recorder.take(&whole, trace)?;
        let own_broken = passed
            .into_iter()
            .filter(|(name, _)| asked.contains(&name.as_str()));
        broken.extend(own_broken.map(|(name, calls)| (trace.scenario.clone(), name, calls)));
    }
    let explained: Vec<Decision> = match own.explain && traces.len() == 1 && asked.len() == 1 {
        true => recorder.of(asked[0]),
        false => Vec::new(),
    };
    // Among all schedulers it is one row; who asks for it by name wants to see what it chose from.
    let choices = match own.scheduler.iter().any(|name| name == "all") {
        true => Vec::new(),
        false => recorder.choices(),
    };
    let folder = recorder.finish()?;
    let record = Record::read(&folder)?;
    let mut pages = figures::replays(&record, &folder)?;
    if !choices.is_empty() {
        pages.push(harness::replay::front_page(&choices));
    }
    let mut files = Vec::new();
    for page in &pages {
        files.extend(figures::draw_page(page, &folder)?);
    }
    show(global, &folder, &pages, &files, &explained)?;
    if !own.enforce || broken.is_empty() {
        return Ok(Exit::Done);
    }
    for (trace, name, calls) in broken {
        eprintln!(
            "{name} breaks the {} rules in {calls} calls of {trace}; decisions.jsonl says which and why",
            own.rules
        );
    }
    Ok(Exit::Wrong)
}

/// Many agents: distributions, and samples where they were asked for.
fn many(
    global: &Global,
    own: &Arguments,
    pass: &Pass,
    traces: &[Trace],
    crowd: Crowd,
    mut recorder: Recording,
) -> Result<Exit> {
    let tiers: Vec<String> = pass
        .profile
        .tiers
        .iter()
        .map(|tier| tier.name.to_string())
        .collect();
    let calls: u64 = traces
        .iter()
        .map(|trace| trace.calls.len())
        .sum::<usize>()
        .try_into()?;
    let schedulers = u64::try_from(pass.chosen.len())?;
    let all = calls
        .saturating_mul(crowd.agents)
        .saturating_mul(schedulers);
    if own.samples && all > MOST_SAMPLED {
        return Err(Told::usage(format!(
            "--samples would write {all} calls, and writes at most {MOST_SAMPLED}; ask for fewer agents or schedulers, or leave it out"
        ))
        .into());
    }
    let mut rows = Vec::new();
    let mut notes = vec![
        "Virtual time. Agents come at random from the seed; each makes every call of the trace. Percentiles are within 1 %, counts and means exact.".to_owned(),
        "Links are not shared among calls. Each agent has a home (the device) of its own, where its servers start for it alone, unless --capacity says how many calls one for all runs at once.".to_owned(),
    ];
    for trace in traces {
        for note in pass.assumed(trace)? {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        for chosen in &pass.chosen {
            let row = match own.samples {
                false => pass.many(trace, chosen, crowd, &mut replay::Nothing)?,
                true => recorder.many(pass, trace, chosen, crowd)?,
            };
            rows.push(row);
        }
    }
    let names: Vec<&str> = traces.iter().map(|trace| trace.scenario.as_str()).collect();
    let title = format!(
        "{} agents of {}: profile {}, links {}, simulated",
        Count(crowd.agents),
        names.join(", "),
        pass.profile.name,
        pass.links
    );
    let table = harness::replay::load_table(&rows, &tiers, title, notes);
    let described: Vec<_> = rows.iter().map(|row| row.described(&tiers)).collect();
    let mut text = serde_json::to_vec_pretty(&described)?;
    text.push(b'\n');
    recorder.beside("load.json", &text)?;
    let folder = recorder.finish()?;
    let sheet = harness::replay::load_sheet(&table);
    let pages = [(table, sheet)];
    let mut files = vec![folder.join("load.json")];
    files.extend(figures::draw_page(&pages[0], &folder)?);
    show(global, &folder, &pages, &files, &[])?;
    Ok(Exit::Done)
}

/// Prints the tables, and where they are.
pub fn show(
    global: &Global,
    folder: &Path,
    pages: &[(figures::Table, figures::Sheet)],
    files: &[PathBuf],
    explained: &[Decision],
) -> Result<()> {
    if global.json {
        let mut tables = serde_json::Map::new();
        for (table, _) in pages {
            tables.insert(table.name.to_owned(), json!(draw::rows(&table.csv())?));
        }
        let files: Vec<String> = files.iter().map(|file| draw::shown(file)).collect();
        let whole = json!({
            "run": draw::shown(folder), "tables": tables, "files": files, "decisions": explained,
        });
        super::print(&format!("{whole}\n"));
        return Ok(());
    }
    for decision in explained {
        super::print(&told(decision));
    }
    for (_, sheet) in pages {
        super::print(&sheet.terminal(super::WIDTH, super::colour()));
        super::print("\n");
    }
    draw::show_files(files);
    Ok(())
}

/// A decision in a few lines.
fn told(decision: &Decision) -> String {
    let Some(placed) = &decision.placed else {
        return format!(
            "refused: {}\n\n",
            decision.refused.as_deref().unwrap_or_default()
        );
    };
    let mut text = format!(
        "{:>3} {}.{} on {}: {}\n",
        placed.call, placed.server, placed.tool, placed.tier, placed.why
    );
    let cost = placed
        .explanation
        .as_ref()
        .and_then(|all| all["cost"].as_str());
    let is_time = cost.is_some_and(|cost| cost.starts_with("latency"));
    // The models of the reference have no unit; ours predict nanoseconds.
    let amount = |amount: f64| match is_time {
        true => Nanos(scheduler::quantity::whole(amount)).to_string(),
        false => format!("{amount:.6}"),
    };
    let tiers = placed
        .explanation
        .as_ref()
        .and_then(|all| all["tiers"].as_array());
    for tier in tiers.into_iter().flatten() {
        let name = tier["tier"].as_str().unwrap_or_default();
        text.push_str(&format!("      {name}:"));
        if let Some(total) = tier["total"].as_f64() {
            text.push_str(&format!(" {}", amount(total)));
            let terms = tier["terms"].as_array().into_iter().flatten();
            let terms = terms.filter_map(|term| {
                let value = amount(term[1].as_f64()?);
                Some(format!("{} {value}", term[0].as_str()?))
            });
            text.push_str(&format!(" = {}", terms.collect::<Vec<_>>().join(", ")));
        }
        if let Some(why) = tier["rejected"].as_str() {
            text.push_str(&format!(" rejected: {why}"));
        }
        text.push('\n');
    }
    for breach in &placed.breaches {
        text.push_str(&format!(
            "      breaks {}: {}\n",
            breach.rules,
            breach.why.join("; ")
        ));
    }
    text
}

/// The traces that were named, each once.
pub fn traces(root: &Path, words: &[String]) -> Result<Vec<Trace>> {
    let each = words.iter().map(|word| {
        let path = scenario::find_trace(root, word)?;
        Ok(Trace::open(&path)?)
    });
    each.collect()
}

/// The schedulers of these names, or all of them, each with the same cost model and rules.
pub fn chosen(names: &[String], cost: Cost, rules: Rules) -> Vec<Chosen> {
    let names: Vec<&str> = match names.iter().any(|name| name == "all") {
        true => NAMES.to_vec(),
        false => names.iter().map(String::as_str).collect(),
    };
    let made = |name: &&str| Chosen {
        scheduler: (*name).to_owned(),
        cost,
        rules,
        believed: None,
    };
    names.iter().map(made).collect()
}

/// What the oracle is asked by: as much of the latency as the profile knows.
pub fn oracle_cost(pass: &Pass, trace: &Trace) -> Result<Cost> {
    Ok(pass.default_cost(trace)?)
}

fn options(own: &Arguments, profile: &Profile) -> Result<Options> {
    let mut options = Options {
        sizes: match own.sizes {
            Whose::Profile => Sizes::Profile,
            Whose::Trace => Sizes::Trace,
        },
        side_by_side: own.side_by_side,
        decision: own.decision,
        llm: own.llm,
        ..Options::default()
    };
    let known = || {
        let names = profile.tiers.iter().map(|tier| tier.name.name());
        names.collect::<Vec<&str>>().join(", ")
    };
    let pair = |flag: &str, word: &str| {
        let (name, value) = word.split_once('=').ok_or_else(|| {
            Told::usage(format!(
                "{flag} {word}: write a tier and a value, {flag} edge=…"
            ))
        })?;
        let tier = profile.tier(name).ok_or_else(|| {
            Told::usage(format!(
                "{flag} {word}: the profile has no tier {name}; give one of {}",
                known()
            ))
        })?;
        Ok::<_, Told>((tier, value.to_owned()))
    };
    for word in &own.capacity {
        let (tier, value) = pair("--capacity", word)?;
        let slots = value.parse().ok().filter(|slots| *slots > 0_u32);
        let slots = slots.ok_or_else(|| {
            Told::usage(format!(
                "--capacity {word}: {value} is no number of calls; give one from 1 on"
            ))
        })?;
        options.capacity.insert(tier, slots);
    }
    for word in &own.retention {
        let (tier, value) = pair("--retention", word)?;
        let stays =
            time(&value).map_err(|why| Told::usage(format!("--retention {word}: {why}")))?;
        options.retention.insert(tier, stays);
    }
    Ok(options)
}

fn crowd(own: &Arguments, agents: u64) -> Result<Crowd> {
    let arrivals = match (own.rate, own.users) {
        (Some(rate), _) => Arrivals::Poisson { gap: gap(rate)? },
        (None, Some(users)) => Arrivals::ThinkTime {
            users,
            think: own.think,
        },
        (None, None) => Arrivals::Together,
    };
    Ok(Crowd {
        agents,
        arrivals,
        seed: own.seed,
        online: own.online,
    })
}

/// The mean gap of so many a second.
fn gap(rate: f64) -> Result<Nanos> {
    if !(1e-6..=1e9).contains(&rate) {
        return Err(Told::usage(format!(
            "--rate {rate}: give a number of agents a second between 0.000001 and 1000000000"
        ))
        .into());
    }
    Ok(Nanos(scheduler::quantity::whole(1e9 / rate)))
}

fn time(text: &str) -> Result<Nanos, String> {
    Nanos::read(text).map_err(|error| error.to_string())
}
