//! Records a trace: makes a scenario's calls against native servers, each from what the ones before it answered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use record::{Digest, Nanos, Packaging, Transport};
use scenario::{
    Call, DATA, MODEL, Origin, Places, Ran, Returned, SCRATCH, SITE, Scenario, Script, Trace, Way,
    blob, wire,
};
use serde_json::{Value, json};

use crate::client::{Failure, Reply};
use crate::clock::Clock;
use crate::exit::{Exit, Told};
use crate::input;
use crate::launch::{Made, Programs};
use crate::peer::{Peer, Subject};
use crate::server::Server;
use crate::standin::Up;

/// Bytes of the path of the data folder and of the one that calls may write to: some tools answer with sizes that paths are in, and a
/// recording is to be the same on every machine.
const LENGTH: usize = 100;

/// What a recording needs of this machine.
pub struct Stage<'a> {
    /// The servers' descriptions.
    pub servers: &'a [Server],
    /// Their native programs.
    pub subjects: &'a [Made],
    /// What stands in for the network, where a server needs that.
    pub standin: Option<&'a Path>,
    /// The data set.
    pub data: &'a Path,
    /// Where the trace says that it came from.
    pub source: String,
}

/// A trace and its blobs by file name.
#[derive(Debug)]
pub struct Recorded {
    /// With references to the blobs.
    pub trace: Trace,
    /// What goes into the folder `blobs` beside it.
    pub blobs: blob::Written,
}

/// Where a recording of ours comes from, on these data.
pub fn source(data: &str) -> String {
    format!(
        "our native servers over stdio, one after the other, on {data}; stand-ins for the web and the language model"
    )
}

/// Makes the calls. A tool that fails ends the recording: the scenarios' later calls are made from its answer.
///
/// # Errors
/// When a server cannot be started or gives no answer, an answer is not what the scenario expects, or the calls are not as many as it says.
pub fn record(
    scenario: &Scenario,
    stage: &Stage<'_>,
    clock: &dyn Clock,
    said: &mut dyn FnMut(&str),
) -> Result<Recorded> {
    let scratch = crate::place::scratch().context("no temporary folder can be made")?;
    // Servers may answer with real paths, so they are told real ones.
    let base = scratch
        .path()
        .canonicalize()
        .context("the temporary folder is gone")?;
    let folder = housed(&base, 'w')?;
    let data = housed(&base, 'd')?;
    for part in &scenario.data {
        let to = data.join(part);
        let parent = to.parent().unwrap_or(&data);
        std::fs::create_dir_all(parent)
            .and_then(|()| crate::copy::copy(&stage.data.join(part), &to))
            .with_context(|| {
                format!("{part} of the data cannot be copied; see that the data folder has it")
            })?;
    }
    let mut up = Up::start(stage.standin, stage.servers, stage.data, clock)?;
    let places = Places::none()
        .with(DATA, &data.to_string_lossy())
        .with(SCRATCH, &folder.to_string_lossy());
    let origin = |placeholder: &str| {
        let filled = up.standins.fill(placeholder);
        // One that is not up stays as it is, and is no place.
        if filled == placeholder {
            String::new()
        } else {
            filled
        }
    };
    let places = places
        .with(SITE, &origin("{site}"))
        .with(MODEL, &origin("{model}"));

    let programs = Programs::none();
    let mut peers: BTreeMap<&str, Peer> = BTreeMap::new();
    for server in stage.servers {
        let made = stage
            .subjects
            .iter()
            .find(|made| made.server == server.name);
        let subject = Subject {
            made: made.with_context(|| format!("{} was not built", server.name))?,
            server,
            programs: &programs,
            cache: Path::new(""),
            generated: false,
            standins: &up.standins,
        };
        let own = input::Places::new(&data, &folder, &up.standins);
        let peer = Peer::start(&subject, own, clock);
        let peer = peer.map_err(|failed| anyhow::anyhow!("{}: {}", server.name, failed.outcome))?;
        peers.insert(&server.name, peer);
    }

    let read = |file: &str| read_data(&data, file, &places);
    let mut script = Script::new(scenario, &read);
    let mut recorded = Recorded {
        trace: Trace {
            scenario: scenario.name.clone(),
            title: scenario.title.clone(),
            origin: Origin {
                way: Way::Recorded,
                source: stage.source.clone(),
                command: Some(format!("harness record --scenario {}", scenario.name)),
                data: manifest(stage.data),
            },
            calls: Vec::new(),
        },
        blobs: blob::Written::new(),
    };
    let start = clock.now();
    while let Some(due) = script
        .next_call()
        .map_err(|stuck| wrong(stuck.to_string()))?
    {
        let index = script.made();
        let of = format!("call {index} ({}, {}.{})", due.step, due.server, due.tool);
        let peer = peers.get_mut(due.server.as_str());
        let peer = peer.with_context(|| format!("{of}: the server was not started"))?;
        let request = peer.render(&due.tool, &places.fill_value(&due.arguments));
        let began = Nanos(clock.now().0 - start.0);
        let reply = match peer.ask(&request, clock) {
            Ok(reply) => reply,
            Err(failure) => {
                up.check()?;
                return Err(silent(&of, &failure));
            }
        };
        let result = exact(&reply).map_err(|failure| silent(&of, &failure))?;
        let result = places
            .mask_value(&wire::without_meta(result))
            .map_err(|ambiguous| wrong(format!("{of}: the answer {ambiguous}")))?;
        if result.get("isError") == Some(&json!(true)) {
            return Err(wrong(format!("{of}: the tool failed: {result}")));
        }
        script.answered(scenario::answer(&result));
        recorded.trace.calls.push(Call {
            input: Some(wire::request(index, &due.tool, &due.arguments)),
            output: Some(wire::response(index, &result)),
            arguments: blob::take_out(due.arguments, &mut recorded.blobs).map_err(|name| {
                wrong(format!(
                    "{of}: the argument {name} is larger than a blob may be"
                ))
            })?,
            server: due.server,
            tool: due.tool,
            depends_on: due.depends_on,
            returned: Some(Returned::of(result, false)),
            ran: Some(Ran {
                packaging: Some(Packaging::Native),
                transport: Some(Transport::Stdio),
                tier: None,
                began: Some(began),
                took: Some(reply.took),
            }),
        });
        said(&of);
    }
    for (name, peer) in peers {
        let ended = peer.finish(clock);
        ended.map_err(|failed| anyhow::anyhow!("{name}: {}", failed.outcome))?;
    }
    let made = recorded.trace.calls.len();
    if made != scenario.calls {
        return Err(wrong(format!(
            "{made} calls were made, and the scenario says {}; correct `calls`, or look why its lists have other lengths",
            scenario.calls
        )));
    }
    Ok(recorded)
}

/// A new folder whose path has [`LENGTH`] bytes.
fn housed(base: &Path, letter: char) -> Result<PathBuf> {
    let taken = base.as_os_str().len() + 1;
    let Some(left) = LENGTH.checked_sub(taken).filter(|left| *left > 0) else {
        let message = format!(
            "the temporary folder {} has a path of more than {} bytes; set TMPDIR to a shorter one",
            base.display(),
            LENGTH - 2
        );
        return Err(Told::lacking(message).into());
    };
    let folder = base.join(letter.to_string().repeat(left));
    std::fs::create_dir(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

/// An answer that is not what it has to be.
fn wrong(message: String) -> anyhow::Error {
    Told {
        message,
        exit: Exit::Wrong,
    }
    .into()
}

fn silent(of: &str, failure: &Failure) -> anyhow::Error {
    let message = format!("{of}: {failure}");
    match failure {
        Failure::Silence(_) => anyhow::anyhow!(message),
        Failure::Refused { .. } | Failure::Malformed(_) => wrong(message),
    }
}

/// A result with its fractions to the last bit.
fn exact(reply: &Reply) -> Result<Value, Failure> {
    // It says whether there is a result; what it reads is near enough for that alone.
    let near = reply.result()?;
    let text = String::from_utf8_lossy(&reply.line);
    let read = scenario::read_json("the answer", &text);
    let read = read.map_err(|refused| Failure::Malformed(refused.to_string()))?;
    Ok(read.get("result").cloned().unwrap_or(near))
}

/// A JSON file of the data set, masked as answers are.
fn read_data(data: &Path, file: &str, places: &Places) -> Result<Value, String> {
    let text = scenario::read_text(&data.join(file)).map_err(|refused| refused.why)?;
    let value = scenario::read_json(file, &text).map_err(|refused| refused.to_string())?;
    places
        .mask_value(&value)
        .map_err(|ambiguous| format!("{file} {ambiguous}"))
}

/// Of the manifest that names every file of the data set; a user's own data has none.
fn manifest(data: &Path) -> Option<Digest> {
    let bytes = std::fs::read(data.join(dataset::MANIFEST)).ok()?;
    Some(Digest::of(&bytes))
}

/// Writes a trace and, into the folder `blobs` beside it, what it names there.
///
/// # Errors
/// When a file cannot be written.
pub fn write(trace: &Trace, blobs: &blob::Written, file: &Path) -> Result<()> {
    if !blobs.is_empty() {
        let folder = file.with_file_name("blobs");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        for (name, bytes) in blobs {
            let path = folder.join(name);
            std::fs::write(&path, bytes)
                .with_context(|| format!("{} cannot be written", path.display()))?;
        }
    }
    std::fs::write(file, trace.text())
        .with_context(|| format!("{} cannot be written", file.display()))
}
