//! `measure`: a server of the user's own, in whatever packaging, by the measures and in the tables of ours.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use harness::clock::{Monotonic, wall};
use harness::docker::Docker;
use harness::estimate;
use harness::exit::{Exit, Told};
use harness::launch::Made;
use harness::noise::{Lock, Proc, preflight};
use harness::own::meet::{Met, meet};
use harness::own::{Known, Leave, draft};
use harness::peer;
use harness::place;
use harness::server::{Adjusted, Input, Server, is_name, read_with_twins};
use harness::standin::Standins;
use harness::subject::Built;
use record::{Digest, Missing, Packaging, Subject, Timestamp, Wire};
use serde_json::Value;

use super::choice::Choice;
use super::conduct::{self, Conduct, DESCRIPTION, Own};
use super::grants::Grants;
use super::{Beside, Global, forecast};

/// The server that does nothing: what it takes is the price of being measured.
const FLOOR: &str = "noop";
/// What answers with the time answers with another one after this.
const PAUSE: Duration = Duration::from_millis(1_100);
/// So many tools that are not measured are told of in the record.
const TOLD: usize = 40;

/// Measures your own MCP server, in whatever packaging, without its source, beside ours.
///
/// The subject is a component's file, a command or an image, written as for a shell; it is asked
/// over stdio. Cold start to the first answer and to the first tool's, warm calls, memory, size:
/// the measures and tables of `table3`, beside our server that does nothing and the one of ours
/// that shares the most tools.
///
/// Without --server-toml its tools are called as their input schemas allow. An answer is right when
/// it is a valid result and the same when asked again; one that varies is held to its form. What
/// was called, with what, and what was not and why, is said, and kept as server.toml beside the
/// record: correct it, and give it with --server-toml.
///
/// A component and an image reach nothing but what you grant. A command is a process of yours:
/// nothing keeps it from what you may do. So a tool is called only where it can change nothing (a
/// component or an image without --allow-net and writable folders), where it says that it does not
/// (annotations), or where --call names it.
///
/// Examples:
///   harness measure --subject my.wasm
///   harness measure --subject 'node dist/server.js --stdio' --quick
///   harness measure --subject my-server:1.2 --allow-dir data/ --env LEVEL=info
///   harness measure --subject my.wasm --subject my-server:1.2     the same server, side by side
///   harness measure --subject 'my.wasm /srv' --allow-dir /srv --server-toml server.toml
///   harness measure --subject my.wasm --dry-run                   what would be called, how long
///
/// Exit codes: 2 no such file or program, or no component; 3 it does not answer as an MCP server
/// (it hangs, ends, says something else), or not rightly; 4 no Docker engine, or no such image.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// What is measured: FILE.wasm, 'COMMAND WITH ARGUMENTS' or IMAGE:TAG, with arguments behind it where it takes some. More than once:
    /// the same server in another packaging. PACKAGING= before it says what it is where that is not plain: native='./run',
    /// reference='./run.py', container-reference=IMAGE (`reference`: an interpreter runs it).
    #[arg(long, value_name = "WHAT", required = true)]
    subject: Vec<String>,
    /// Its calls with their right answers, in a file such as this command leaves beside its record.
    #[arg(long, value_name = "FILE")]
    server_toml: Option<PathBuf>,
    /// What tables call it: --name notes. By itself, what the file, program or image is called.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Servers of ours that are measured beside it, `none` for none: --beside noop,filesystem. By itself noop, and the one that shares
    /// the most tools.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    beside: Vec<String>,
    /// Calls these tools whatever they may do: --call send,remove; `all` for all.
    #[arg(long, value_name = "TOOL", value_delimiter = ',')]
    call: Vec<String>,
    /// Asks it what it offers, prints what would be measured and how long it takes, and measures nothing.
    #[arg(long)]
    dry_run: bool,
    /// Takes up the newest interrupted run instead of starting one; it is asked with the same words as then.
    #[arg(long)]
    resume: bool,
    /// Decides the order of trials: --seed 7.
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    #[command(flatten)]
    grants: Grants,
    #[command(flatten)]
    choice: Choice,
}

/// Looks, builds what stands beside it, meets it, measures, draws.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    if !global.server.is_empty() {
        let message = "--server chooses among our servers; --beside names those that are measured beside yours";
        return Err(Told::usage(message).into());
    }
    let root = place::root()?;
    let results = conduct::results(global, &root)?;
    let cache = place::cache()?;
    let ours = read_with_twins(&root)?;
    let named = own.beside(&ours)?;
    let allowed = own.grants.allowed()?;
    let mut docker = None;
    let known = own.known(global, &cache, &mut docker)?;
    let text = own.text(&known, &ours)?;
    let mut question = own.choice.asked(global);
    question.scope.pipes = true;
    question.words.insert("own".to_owned(), own.words(&allowed));
    let taken_up = match own.resume {
        true => Some(conduct::interrupted(&results, "measure", &question)?),
        false => None,
    };
    let _lock = Lock::take(&cache, "measure", Timestamp::from(wall()))?;
    let warnings = preflight(&mut Proc::new());
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }

    let mut wanted = BTreeSet::new();
    match &named {
        None => wanted.extend(known.iter().flat_map(|known| floor(known, &ours))),
        Some(named) => wanted.extend(known.iter().flat_map(|known| {
            let named = ours.iter().filter(|server| named.contains(&server.name));
            named.map(|server| (server.name.clone(), packaging_of(server, known.packaging)))
        })),
    }
    let mut servers = chosen(&ours, &wanted);
    let (data, generated) = global.data(&servers, &cache)?;
    let mut built = global.build(&root, &servers, &cache, beside(&wanted))?;
    // The engine that an image was found in, where no image of ours stands beside it.
    built.programs.docker = built.programs.docker.or(docker);

    let folder = place::scratch().context("no temporary folder can be made")?;
    let file = folder.path().join(DESCRIPTION);
    let mut adjusted = Adjusted {
        name: own.name.clone(),
        allowed,
        revision: None,
    };
    let mut server = describe(&file, &text.whole, &adjusted)?;
    let made: Result<Vec<Made>, Told> = known
        .iter()
        .map(|known| known.made(&server.name, &built))
        .collect();
    let made = made?;
    let met = met(&made, &server, &built, &data)?;
    if met.revision != Wire::V2025_11_25 {
        adjusted.revision = Some(met.revision);
        server = describe(&file, &text.whole, &adjusted)?;
    }
    let kept = match (&taken_up, text.given) {
        (Some((folder, _)), _) => {
            let kept = folder.join(DESCRIPTION);
            std::fs::read_to_string(&kept)
                .with_context(|| format!("{} cannot be read", kept.display()))?
        }
        (None, true) => text.whole.clone(),
        (None, false) => {
            let leave = own.leave(&known, &adjusted, &met)?;
            let clock = Monotonic::new();
            let standins = Standins::default();
            let subject = subject(&made[0], &server, &built, &standins);
            let pause = || std::thread::sleep(PAUSE);
            let draft = draft(&subject, &met, &leave, &data, (&clock, &pause))?;
            told(&server.name, &draft);
            draft.text
        }
    };
    server = describe(&file, &kept, &adjusted)?;
    let missing = missing(&server, &met, &kept);

    if named.is_none()
        && let Some(alike) = alike(&ours, &met)
    {
        eprintln!(
            "{}: shares the most tools with {}, of ours",
            server.name, alike.name
        );
        let packagings = known.iter().map(|known| ours_in(known.packaging));
        let of: BTreeSet<_> = packagings
            .map(|packaging| (alike.name.clone(), packaging))
            .collect();
        let alike = chosen(&ours, &of);
        let more = global.build(&root, &alike, &cache, beside(&of))?;
        built.subjects.extend(more.subjects);
        built.images.extend(more.images);
        built.missing.extend(more.missing);
        built.standin = more.standin.or(built.standin);
        built.programs.docker = more.programs.docker.or(built.programs.docker);
        servers.extend(alike);
        wanted.extend(of);
    }
    let is_wanted = |server: &str, packaging| wanted.contains(&(server.to_owned(), packaging));
    built
        .subjects
        .retain(|made| is_wanted(&made.server, made.packaging));
    built.missing.retain(|absent| {
        let mut of = wanted
            .iter()
            .filter(|(_, packaging)| *packaging == absent.packaging);
        of.any(|(server, _)| absent.concerns(server))
    });
    built.subjects.extend(made);
    servers.push(server);

    question.selection.check(&servers)?;
    let subjects: Vec<Subject> = built.subjects.iter().map(Made::subject).collect();
    let cells = question.cells(&servers, &subjects)?;
    let costs = forecast::known(&results, &root);
    let expected = estimate::total(&estimate::stages(&cells, &question.stopping, &costs.costs));
    let mut stopping = question.stopping.fitted(expected);
    if own.dry_run {
        return forecast::show(global, &cells, (&servers, &subjects), &stopping, &costs);
    }
    if let Some((_, run)) = &taken_up {
        stopping = stopping.shrunk(run.shrink.map_or(1, |shrink| shrink.0));
    }
    Conduct {
        command: "measure",
        root: &root,
        results: &results,
        cache: &cache,
        data: (&data, generated),
        seed: own.seed,
        question: &question,
        stopping,
        known: &costs,
        servers: &servers,
        built: &built,
        own: Some(Own {
            file: &file,
            kept: &kept,
            missing: &missing,
        }),
        warnings,
        taken_up: taken_up.map(|(folder, _)| folder),
    }
    .run(global)
}

/// A description, as it stands in a file or before there is one.
struct Text {
    whole: String,
    /// Whether the user gave it.
    given: bool,
}

impl Arguments {
    /// What was named, looked at. Each packaging once.
    fn known(
        &self,
        global: &Global,
        cache: &Path,
        docker: &mut Option<Docker>,
    ) -> Result<Vec<Known>, Told> {
        let mut engine = || {
            if docker.is_none() {
                let found = Docker::find(cache, global.setup, &mut |line| eprintln!("{line}"));
                let lacking = |missing: Missing| {
                    Told::lacking(format!("{} ({})", missing.why, missing.remedy))
                };
                *docker = Some(found.map_err(lacking)?);
            }
            Ok(docker.clone().expect("it was found"))
        };
        let mut all: Vec<Known> = Vec::new();
        for text in &self.subject {
            let known = Known::look(text, &mut engine)?;
            if all.iter().any(|other| other.packaging == known.packaging) {
                return Err(Told::usage(format!(
                    "--subject {text:?}: two subjects are {}; each packaging is measured once in a run, and runs are compared by `harness compare`",
                    known.packaging
                )));
            }
            all.push(known);
        }
        Ok(all)
    }

    /// The description that was given, or one that says nothing but a name.
    fn text(&self, known: &[Known], ours: &[Server]) -> Result<Text> {
        let is_ours = |name: &str| ours.iter().any(|server| server.name == name);
        if let Some(name) = &self.name
            && (!is_name(name) || is_ours(name))
        {
            return Err(Told::usage(format!(
                "--name {name:?} cannot name it: give up to 40 of a-z, 0-9 and _, a letter first, and no name of ours ({})",
                ours.iter().map(|server| server.name.as_str()).collect::<Vec<_>>().join(", ")
            ))
            .into());
        }
        if let Some(file) = &self.server_toml {
            let read = Server::read_own(file)?;
            if self.name.is_none() && is_ours(&read.name) {
                return Err(Told::usage(format!(
                    "{}: name = \"{}\" is one of ours; give it another, or --name",
                    file.display(),
                    read.name
                ))
                .into());
            }
            let whole = std::fs::read_to_string(file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            return Ok(Text { whole, given: true });
        }
        let name = &known[0].name;
        let name = match is_ours(name) {
            true => format!("my_{name}"),
            false => name.clone(),
        };
        Ok(Text {
            whole: format!("name = \"{name}\"\ntitle = \"{name}\"\n"),
            given: false,
        })
    }

    /// The servers of ours that were named; none where nobody chose.
    fn beside(&self, ours: &[Server]) -> Result<Option<Vec<String>>, Told> {
        if self.beside.is_empty() {
            return Ok(None);
        }
        if self.beside == ["none"] {
            return Ok(Some(Vec::new()));
        }
        let names: Vec<&str> = ours.iter().map(|server| server.name.as_str()).collect();
        match self
            .beside
            .iter()
            .find(|name| !names.contains(&name.as_str()))
        {
            None => Ok(Some(self.beside.clone())),
            Some(unknown) => Err(Told::usage(format!(
                "--beside: there is no server {unknown}; choose from {}, or none",
                names.join(", ")
            ))),
        }
    }

    /// Which tools may be called.
    fn leave(&self, known: &[Known], adjusted: &Adjusted, met: &Met) -> Result<Leave, Told> {
        let all = self.call == ["all"];
        let names: Vec<&str> = names(met).collect();
        let unknown = self
            .call
            .iter()
            .find(|name| !names.contains(&name.as_str()));
        if let Some(unknown) = unknown.filter(|_| !all) {
            return Err(Told::usage(format!(
                "--call: it has no tool {unknown}; it lists {}",
                names
                    .join(", ")
                    .chars()
                    .take(1_000)
                    .collect::<String>()
                    .escape_debug()
            )));
        }
        let allowed = &adjusted.allowed;
        Ok(Leave {
            harmless: known.iter().all(Known::is_confined) && allowed.is_harmless(),
            named: self.call.clone(),
            all,
            folder: allowed.folder(),
        })
    }

    /// All that decides what is measured and is no word of the choice, as one word that holds no path.
    fn words(&self, allowed: &harness::server::Allowed) -> String {
        let description = self.server_toml.as_ref().map(std::fs::read);
        let description = description
            .and_then(Result::ok)
            .map(|bytes| Digest::of(&bytes));
        let all = format!(
            "{:?} {:?} {:?} {:?} {allowed:?} {description:?}",
            self.subject, self.name, self.beside, self.call
        );
        Digest::of(all.as_bytes())
            .to_string()
            .chars()
            .take(23)
            .collect()
    }
}

/// Writes what a server's description comes to, and reads it as the worker will.
fn describe(file: &Path, text: &str, adjusted: &Adjusted) -> Result<Server> {
    let whole = Server::adjusted(text, adjusted).map_err(Told::usage)?;
    std::fs::write(file, whole)?;
    Ok(Server::read_own(file)?)
}

fn subject<'a>(
    made: &'a Made,
    server: &'a Server,
    built: &'a Built,
    standins: &'a Standins,
) -> peer::Subject<'a> {
    peer::Subject {
        made,
        server,
        programs: &built.programs,
        cache: &built.cache,
        generated: true,
        standins,
    }
}

/// Meets each packaging. What the first one says of itself, the others have to say too.
fn met(made: &[Made], server: &Server, built: &Built, data: &Path) -> Result<Met> {
    let clock = Monotonic::new();
    let standins = Standins::default();
    let mut first: Option<Met> = None;
    for made in made {
        let subject = subject(made, server, built, &standins);
        if let Some(docker) = &built.programs.docker
            && made.image.is_some()
            && let Some(missing) = docker.lacks(server)
        {
            return Err(Told::lacking(format!("{} ({})", missing.why, missing.remedy)).into());
        }
        let met = meet(&subject, data, &clock)?;
        eprintln!(
            "{} {}: answers in revision {} and lists {} tools",
            server.name,
            made.packaging,
            met.revision,
            met.tools.len()
        );
        if let Some(first) = &first
            && first.revision != met.revision
        {
            return Err(Told::usage(format!(
                "its packagings answer in different revisions, {} and {}: they are not the same server; measure each in a run of its own",
                first.revision, met.revision
            ))
            .into());
        }
        first.get_or_insert(met);
    }
    first.context("--subject is required")
}

/// Says of each tool what was called, and of those that are not timed why.
fn told(name: &str, draft: &harness::own::Draft) {
    for asked in &draft.tools {
        let tool = asked.tool.escape_debug();
        let with = asked.arguments.as_ref().map_or(String::new(), |with| {
            let text = with.to_string();
            let cut: String = text.chars().take(120).collect();
            let more = if cut.len() < text.len() { "…" } else { "" };
            format!(" {cut}{more}")
        });
        match &asked.verdict {
            Ok(false) => eprintln!("  timed      {tool}{with}: the same answer three times"),
            Ok(true) => eprintln!(
                "  timed      {tool}{with}: its answer varies, so only its form is judged"
            ),
            Err(why) => eprintln!("  not timed  {tool}{with}: {why}"),
        }
    }
    if draft.tools.iter().all(|asked| asked.verdict.is_err()) {
        eprintln!(
            "{name}: no tool is timed, so there is no first call and no execution; --server-toml says how tools are called"
        );
    }
}

/// What is not measured of it, for the record: tools without a call that is timed, and large inputs where no call has one.
fn missing(server: &Server, met: &Met, kept: &str) -> Vec<Missing> {
    let timed: BTreeSet<&str> = server.timed().map(|call| call.tool.as_str()).collect();
    let remedy = format!("a call in {DESCRIPTION} with --server-toml times it");
    let why = |tool: &str| {
        let mut lines = kept.lines();
        let before = format!("# not timed: {tool}");
        let line = lines.find_map(|line| line.strip_prefix(&before))?;
        let line = line.trim_start_matches(':').trim();
        Some(line.chars().take(300).collect::<String>())
    };
    let mut left = names(met).filter(|name| !timed.contains(name));
    let lacking = |what: String, why: String| Missing {
        what,
        why,
        remedy: remedy.clone(),
    };
    let mut missing: Vec<Missing> = left
        .by_ref()
        .take(TOLD)
        .map(|tool| {
            let why = why(tool).unwrap_or_else(|| format!("{DESCRIPTION} has no call of it"));
            let tool: String = tool
                .chars()
                .take(128)
                .flat_map(char::escape_debug)
                .collect();
            lacking(format!("the tool {tool} of {}", server.name), why)
        })
        .collect();
    let more = left.count();
    if more > 0 {
        let what = format!("{more} more tools of {}", server.name);
        missing.push(lacking(what, "they are not timed either".to_owned()));
    }
    if !timed.is_empty() && server.timed().all(|call| call.input != Input::Large) {
        let what = format!("large inputs of {}", server.name);
        let why = "no schema tells a large input from a small one".to_owned();
        missing.push(Missing {
            remedy: format!("calls with input = \"large\" in {DESCRIPTION}"),
            ..lacking(what, why)
        });
    }
    if !met.ends {
        missing.push(Missing {
            what: format!("an end of {} by itself", server.name),
            why: "it goes on when its input has ended, as the protocol has it end, and is killed after a second".to_owned(),
            remedy: "end it when standard input is at its end".to_owned(),
        });
    }
    missing
}

fn names(met: &Met) -> impl Iterator<Item = &str> {
    let tools = met.tools.iter();
    tools.filter_map(|tool| tool.get("name").and_then(Value::as_str))
}

/// The packaging of ours that stands beside one: its own, or the one of a program, where ours are no interpreter's.
fn ours_in(packaging: Packaging) -> Packaging {
    match packaging {
        Packaging::Reference => Packaging::Native,
        Packaging::ContainerReference => Packaging::ContainerNative,
        own => own,
    }
}

/// The packaging of one of ours beside a subject: a twin is an interpreter's, whatever the subject is.
fn packaging_of(server: &Server, beside: Packaging) -> Packaging {
    match (&server.twin_of, beside.is_contained()) {
        (None, _) => ours_in(beside),
        (Some(_), true) => Packaging::ContainerReference,
        (Some(_), false) => Packaging::Reference,
    }
}

/// The server that does nothing, in the packaging of a subject, and of an interpreter's also its twin.
fn floor(known: &Known, ours: &[Server]) -> Vec<(String, Packaging)> {
    let mut floor = vec![(FLOOR.to_owned(), ours_in(known.packaging))];
    let twin = known
        .interpreted
        .map(|language| format!("{FLOOR}_{language}"));
    let twin = twin.filter(|twin| ours.iter().any(|server| server.name == *twin));
    floor.extend(twin.map(|twin| (twin, known.packaging)));
    floor
}

/// Of ours, the one with the most tools of the same names; none where none has one.
fn alike<'a>(ours: &'a [Server], met: &Met) -> Option<&'a Server> {
    let theirs: BTreeSet<&str> = names(met).collect();
    let shared = |server: &Server| {
        let tools = server.tools();
        tools.iter().filter(|tool| theirs.contains(*tool)).count()
    };
    let plain =
        |server: &&Server| server.twin_of.is_none() && !server.named_only && server.name != FLOOR;
    // Of several the first: the order is that of the table.
    let found = ours
        .iter()
        .filter(plain)
        .rev()
        .max_by_key(|server| shared(server))?;
    (shared(found) > 0).then_some(found)
}

fn chosen(ours: &[Server], wanted: &BTreeSet<(String, Packaging)>) -> Vec<Server> {
    let is_wanted = |server: &&Server| wanted.iter().any(|(name, _)| *name == server.name);
    ours.iter().filter(is_wanted).cloned().collect()
}

/// What has to be built beside components and programs.
fn beside(wanted: &BTreeSet<(String, Packaging)>) -> Beside {
    let kinds: BTreeSet<Packaging> = wanted.iter().map(|(_, packaging)| *packaging).collect();
    Beside {
        references: kinds.iter().any(|kind| kind.is_reference()),
        containers: kinds
            .into_iter()
            .filter(|kind| kind.is_contained())
            .collect(),
        stock: false,
    }
}
