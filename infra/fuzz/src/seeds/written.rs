//! Of the formats that people hand in: the committed scenarios, traces, profiles, imported files and runs, in pieces, because what is
//! short is tried more often.

use std::path::Path;

use anyhow::{Context, Result};
use record::{Breach, Decision, Placement};
use scenario::Trace;
use scheduler::profile::{Known, Profile};
use serde_json::Value;

/// An input, and whose it is.
type Seed = (&'static str, Vec<u8>);

/// What every call of a scenario answers: as much of what the committed ones look for as one answer can have.
const ANSWER: &str = r#"{"content":"x","found":[{"name":1}],"image_paths":["a"],"unique_paths":["a"],"summary":"x"}"#;

/// Files with long lines are tried without these.
const LONG_LINE: usize = 1_500;

/// Every piece.
pub(super) fn seeds(root: &Path) -> Result<Vec<Seed>> {
    let read = |path: &str| {
        let file = root.join(path);
        std::fs::read_to_string(&file)
            .with_context(|| format!("{} cannot be read; restore it", file.display()))
    };
    let mut seeds = Vec::new();
    for name in ["s1", "s2", "s3", "s4"] {
        let scenario = read(&format!("scenarios/{name}.toml"))?;
        for short in scenarios(&scenario)? {
            seeds.push(("scenario", format!("{short}\0{ANSWER}").into_bytes()));
        }
        let file = format!("scenarios/traces/{name}.json");
        let trace = Trace::parse(&file, &read(&file)?)?;
        let pieces = traces(&trace);
        seeds.extend(pieces.map(|piece| ("trace", piece.into_bytes())));
    }
    for name in ["published", "measured"] {
        let file = format!("dispatcher/profiles/{name}.toml");
        let profile = Profile::read(&file, &read(&file)?)?;
        seeds.extend(profiles(&profile).map(|piece| ("profile", piece.into_bytes())));
    }
    let foreign = |name: &str| read(&format!("scenarios/tests/foreign/{name}"));
    // The first byte says how the file is taken: its server's name, masking, without arguments.
    let short = |text: &str| {
        let lines = text.lines().filter(|line| line.len() <= LONG_LINE);
        lines.map(str::to_owned).collect::<Vec<String>>()
    };
    for (target, lines) in [
        ("tape", short(&foreign("tape.ndjson")?)),
        ("otlp", short(&foreign("spans.otlp.jsonl")?)),
        ("otlp", short(&foreign("spans.plain.jsonl")?)),
        ("otlp", printed(&foreign("spans.console.json")?)?),
    ] {
        for piece in lines.chunks(4).chain(lines.chunks(2)) {
            let piece = piece.join("\n");
            seeds.extend([b'\x03', b'\x07'].map(|how| (target, behind(how, &piece))));
        }
    }
    seeds.extend(runs(root)?);
    Ok(seeds)
}

fn behind(first: u8, text: &str) -> Vec<u8> {
    [&[first], text.as_bytes()].concat()
}

/// Its first two calls, three, and so on to the last, without what is said in words: of a whole file, hardly a mutation in a thousand changes a
/// call and leaves the rest right.
fn scenarios(scenario: &str) -> Result<Vec<String>> {
    let mut table: toml::Table = scenario.parse().context("a committed scenario is TOML")?;
    table.insert("question".to_owned(), "-".into());
    table.insert("title".to_owned(), "-".into());
    table.insert("sources".to_owned(), vec!["-"].into());
    let calls = table.remove("call");
    let mut calls = calls.and_then(|calls| calls.try_into::<Vec<toml::Table>>().ok());
    let calls = calls.as_mut().context("a scenario has calls")?;
    for call in calls.iter_mut() {
        call.insert("why".to_owned(), "-".into());
    }
    let mut short = Vec::new();
    for count in 2..=calls.len() {
        table.insert("call".to_owned(), calls[..count].to_vec().into());
        short.push(toml::to_string(&table)?);
    }
    Ok(short)
}

/// Each call by itself, and each with the one before it, which it then depends on.
fn traces(trace: &Trace) -> impl Iterator<Item = String> {
    let calls = &trace.calls;
    let pieces = (0..calls.len()).flat_map(|last| [last..=last, last.saturating_sub(1)..=last]);
    pieces.map(move |piece| {
        let mut piece: Vec<_> = calls[piece].to_vec();
        for (index, call) in piece.iter_mut().enumerate() {
            call.depends_on = index.checked_sub(1).into_iter().collect();
        }
        let trace = Trace {
            calls: piece,
            ..trace.clone()
        };
        trace.text()
    })
}

/// Each server by itself with one of its tools, without what it says in words.
fn profiles(profile: &Profile) -> impl Iterator<Item = String> {
    let mut small = profile.clone();
    small.source = "-".to_owned();
    small.links.truncate(1);
    small.links[0].source = "-".to_owned();
    small.data.truncate(1);
    for tier in &mut small.tiers {
        tier.host = "-".to_owned();
        shorten(&mut tier.capacity);
        shorten(&mut tier.memory);
        shorten(&mut tier.retention);
        shorten(&mut tier.power);
        shorten(&mut tier.price);
    }
    let servers = std::mem::take(&mut small.servers);
    servers.into_iter().map(move |(name, mut server)| {
        while server.tools.len() > 1 {
            server.tools.pop_last();
        }
        for hosted in server.hosted.values_mut() {
            shorten(&mut hosted.memory);
            hosted.start.values_mut().for_each(shorten);
        }
        let mut one = small.clone();
        one.servers.insert(name, server);
        one.write()
    })
}

fn shorten<T>(known: &mut Known<T>) {
    if let Known::Not(reason) = known {
        reason.clear();
        reason.push('-');
    }
}

/// Objects that are printed one after the other over many lines, each in one.
fn printed(text: &str) -> Result<Vec<String>> {
    let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let lines = values.map(|value| Ok(value?.to_string()));
    lines.collect()
}

/// A run's description, its samples, and decisions of a replay, behind the number of the file.
fn runs(root: &Path) -> Result<Vec<Seed>> {
    let folder = root.join("results/reference/expressions");
    let read = |name: &str| {
        std::fs::read_to_string(folder.join(name))
            .with_context(|| format!("{} lacks {name}; restore it", folder.display()))
    };
    let mut run: Value = serde_json::from_str(&read("run.json")?)?;
    let fields = run.as_object_mut().context("run.json is no object")?;
    // What is long is lists of what is there once already.
    for field in [
        "subjects", "datasets", "missing", "warnings", "stops", "argv",
    ] {
        if let Some(Value::Array(items)) = fields.get_mut(field) {
            items.truncate(1);
        }
    }
    let mut seeds = vec![("record", behind(0, &run.to_string()))];
    // As an interruption leaves it.
    if let Some(fields) = run.as_object_mut() {
        fields.remove("end");
    }
    seeds.push(("record", behind(0, &run.to_string())));
    let samples = read("samples.jsonl")?;
    let samples: Vec<&str> = samples.lines().take(40).collect();
    seeds.extend(
        samples
            .chunks(4)
            .map(|trial| ("record", behind(1, &format!("{}\n", trial.join("\n"))))),
    );
    let trace = "scenarios/traces/s1.json";
    let text = std::fs::read_to_string(root.join(trace))?;
    let trace = Trace::parse(trace, &text)?;
    for decisions in decisions(&trace).chunks(2) {
        let lines = Decision::write(decisions);
        seeds.push(("record", [&[2], lines.as_slice()].concat()));
    }
    Ok(seeds)
}

/// A decision for each call, with everything that one may have, and a refusal.
fn decisions(trace: &Trace) -> Vec<Decision> {
    let decision = |placed: Option<Placement>| Decision {
        scenario: trace.scenario.clone(),
        trace: trace.digest(),
        scheduler: "greedy".to_owned(),
        cost_model: Some("latency".to_owned()),
        rules: Some("strict".to_owned()),
        profile: "published".to_owned(),
        links: "configured".to_owned(),
        believed: None,
        refused: placed.is_none().then(|| "nowhere".to_owned()),
        placed,
    };
    let calls = (0_u64..).zip(&trace.calls);
    let placed = calls.map(|(call, of)| Placement {
        call,
        server: of.server.clone(),
        tool: of.tool.clone(),
        tier: record::Tier::paper()[0].clone(),
        why: "cheapest".to_owned(),
        breaches: vec![Breach {
            rules: "strict".to_owned(),
            why: vec!["privacy: x".to_owned()],
        }],
        unjudged: vec!["published".to_owned()],
        explanation: Some(serde_json::json!({"margin": 0.5})),
    });
    placed.map(Some).chain([None]).map(decision).collect()
}
