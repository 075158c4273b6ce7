//! The first meeting with a stranger's server: whether it answers as an MCP server, in which revision, with which tools; or why not, in
//! words that say what would help.

use anyhow::{Context, Result};
use record::{Outcome, Wire};
use serde_json::Value;

use super::wrong;
use crate::clock::Clock;
use crate::exit::Told;
use crate::input::Places;
use crate::judge::excerpt;
use crate::launch::Code;
use crate::offer;
use crate::peer::{Failed, Peer, Subject};
use crate::place;

/// How much of its last words is shown.
const WORDS: usize = 1_500;

/// What it is, by its own account.
#[derive(Debug, Clone, PartialEq)]
pub struct Met {
    /// The revision that it answers in.
    pub revision: Wire,
    /// Its tools, as it listed them.
    pub tools: Vec<Value>,
    /// Whether it ends when its input does.
    pub ends: bool,
}

/// A process of a subject, with the folder that it lives in.
pub(super) struct House {
    pub(super) peer: Peer,
    // Removed when its process is gone.
    _folder: tempfile::TempDir,
}

/// A folder for a process, which belongs to whoever it runs as.
pub(super) fn places(
    subject: &Subject<'_>,
    data: &std::path::Path,
) -> Result<(Places, tempfile::TempDir)> {
    let folder = place::scratch().context("no temporary folder can be made")?;
    let places = Places::new(data, folder.path(), subject.standins);
    let places = subject.housed(places);
    let places = places.context("the temporary folder cannot be given to a container's user")?;
    Ok((places, folder))
}

impl House {
    /// A process that was greeted in the revision that its description says.
    pub(super) fn start(
        subject: &Subject<'_>,
        data: &std::path::Path,
        clock: &dyn Clock,
    ) -> Result<Result<House, Failed>> {
        let (places, folder) = places(subject, data)?;
        Ok(Peer::start(subject, places, clock).map(|peer| House {
            peer,
            _folder: folder,
        }))
    }
}

/// Starts a subject once, greets it and asks what it offers.
///
/// # Errors
/// When it cannot be started or is no MCP server over stdio, which ends in exit code 3.
pub fn meet(subject: &Subject<'_>, data: &std::path::Path, clock: &dyn Clock) -> Result<Met> {
    let (places, _folder) = places(subject, data)?;
    let code = Code::Cached(subject.cache);
    let name = subject.server.name.as_str();
    let mut peer = Peer::spawn(subject, places, code, None, clock).map_err(|failure| {
        wrong(format!(
            "{name}: {}. {}",
            shown(&failure.to_string()),
            help(subject)
        ))
    })?;
    let (greeted, chatter) = peer.meet(clock);
    let revision = match greeted {
        Ok(revision) => revision,
        Err(failure) => {
            let failed = peer.fail(failure, clock);
            return Err(told(subject, "initialize", &failed, chatter.as_deref()).into());
        }
    };
    let tools = match offer::pages(&mut peer, clock) {
        Ok(tools) => tools,
        Err(why) => {
            let evidence = peer.farewell(clock);
            let outcome = Outcome::WrongAnswer { why };
            let failed = Failed {
                outcome,
                evidence,
                request: None,
            };
            return Err(told(subject, "tools/list", &failed, None).into());
        }
    };
    let ends = !peer.farewell(clock).killed;
    Ok(Met {
        revision,
        tools,
        ends,
    })
}

/// What happened, what it said, and what may help.
fn told(subject: &Subject<'_>, asked: &str, failed: &Failed, chatter: Option<&str>) -> Told {
    let name = &subject.server.name;
    let evidence = &failed.evidence;
    let end = match (evidence.exit, evidence.signal) {
        _ if evidence.killed => String::new(),
        (Some(code), _) => format!(" It ended with exit code {code}."),
        (None, Some(signal)) => format!(" It was ended by signal {signal}."),
        (None, None) => String::new(),
    };
    let what = match &failed.outcome {
        Outcome::Timeout { after } => {
            format!(
                "{name} did not answer `{asked}` within {after}: it hangs, or does not speak MCP over its standard input and output."
            )
        }
        Outcome::Crashed { how } => {
            // What follows is how it ended and what it said, which are told below.
            let why = how.split(';').next().unwrap_or(how);
            format!("{name} gave no answer to `{asked}`: {}.{end}", shown(why))
        }
        other => format!(
            "{name} does not answer `{asked}` as an MCP server does: {}.{end}",
            shown(&other.to_string()).trim_end_matches('.')
        ),
    };
    let wrote = chatter.map_or(String::new(), |line| {
        format!(
            "\n  it wrote {} where the answer was expected; what is meant for people belongs on standard error",
            excerpt(line.trim())
        )
    });
    let words = evidence.stderr.join("\n");
    let said = match words.trim() {
        "" => "\n  it said nothing on standard error".to_owned(),
        words => format!(
            "\n  its last words on standard error:\n    {}",
            shown(words)
        ),
    };
    wrong(format!("{what}{wrote}{said}\n{}", help(subject)))
}

/// What a server may need that it has not.
fn help(subject: &Subject<'_>) -> String {
    let grants =
        "--allow-dir DIR[:rw], --env NAME[=VALUE] and --allow-net HOST:PORT grant what it may need";
    let where_it_runs = if subject.made.image.is_some() {
        "In its container it has a root file system that is read-only, a /tmp of 64 MiB, no network, and runs as nobody"
    } else if subject.made.packaging.is_reference() || subject.made.interpreted.is_some() {
        "Its process has your rights, and of your environment PATH alone; HOME is an empty folder (--env HOME gives yours)"
    } else {
        "A component has no files, no network and no environment"
    };
    format!(
        "{where_it_runs}: {grants}; --timeout '120 s' waits longer. It is asked over stdio: a server that speaks HTTP alone is not measured."
    )
}

/// A stranger's words, without what would move a terminal, and not too many.
pub(super) fn shown(text: &str) -> String {
    let cut: Vec<char> = text.chars().take(WORDS + 1).collect();
    let more = if cut.len() > WORDS { "…" } else { "" };
    let plain = |letter: char| match letter {
        '\n' => "\n    ".to_owned(),
        '\t' => " ".to_owned(),
        control if control.is_control() => control.escape_default().to_string(),
        letter => letter.to_string(),
    };
    let text: String = cut.into_iter().take(WORDS).map(plain).collect();
    text + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_words_move_no_terminal_and_are_few() {
        assert_eq!(shown("a\u{1b}[2J\r\nb\tc"), "a\\u{1b}[2J\\r\n    b c");
        assert!(shown(&"x".repeat(1 << 20)).chars().count() == WORDS + 1);
    }
}
