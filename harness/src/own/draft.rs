//! What a server of the user's own is asked where no file says it: each tool that can be called by its schema alone, with the answer that
//! it gives, if it gives the same again.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::meet::{House, Met, shown};
use super::schema;
use crate::clock::Clock;
use crate::peer::Subject;
use crate::result;
use crate::server::as_toml;

/// So many tools are asked; whoever has more says in a file which matter.
const MOST: usize = 64;
/// No larger schema is read.
const SCHEMA: usize = 256 << 10;
/// The longest name of a tool that is called.
const NAME: usize = 128;
/// An answer up to this length stands in the file as it is; a longer one by its digest.
const WHOLE: usize = 1_000;
/// The calls of each tool in the first process; one more is made in a second.
const TIMES: usize = 2;

/// What came of one tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Its name.
    pub tool: String,
    /// What it was called with; none where no arguments could be made, or none were tried.
    pub arguments: Option<Value>,
    /// Whether its answer is another one each time; or why it is not timed.
    pub verdict: Result<bool, String>,
}

/// A description that was made of a server's own words.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What [`crate::server::Server::read_own`] reads, without what the command line grants.
    pub text: String,
    /// Every tool, in the order in which it was listed.
    pub tools: Vec<Asked>,
}

/// Which tools may be called.
#[derive(Debug, Clone, Default)]
pub struct Leave {
    /// Whether nothing that a tool does can do harm: no file can be written, and nothing is reached.
    pub harmless: bool,
    /// Those that are called whatever they do.
    pub named: Vec<String>,
    /// Whether all are.
    pub all: bool,
    /// How a call names the folder that was granted, and where that is.
    pub folder: Option<(String, String)>,
}

impl Leave {
    /// Arguments with the folder in place of its name.
    fn filled(&self, value: &Value) -> Value {
        match (value, &self.folder) {
            (Value::String(text), Some((name, path))) if text == name => path.clone().into(),
            (Value::Array(items), _) => items.iter().map(|item| self.filled(item)).collect(),
            (Value::Object(fields), _) => {
                let filled = |(name, field): (&String, &Value)| (name.clone(), self.filled(field));
                Value::Object(fields.iter().map(filled).collect())
            }
            (other, _) => other.clone(),
        }
    }

    /// Why a tool may not be called, if it may not.
    fn refuses(&self, name: &str, tool: &Value) -> Option<String> {
        if self.all || self.harmless || self.named.iter().any(|named| named == name) {
            return None;
        }
        let hint = |hint: &str| tool.pointer(&format!("/annotations/{hint}"));
        let reads = hint("readOnlyHint") == Some(&Value::Bool(true));
        // What only adds would add a thousand times.
        (!reads).then(|| {
            format!(
                "it may change what it reaches, and does not say otherwise (annotations.readOnlyHint); --call {name} calls it all the same, --call all calls every tool"
            )
        })
    }
}

/// One tool on its way through the calls.
struct Tried {
    asked: Asked,
    /// Its answers, without what is said about them.
    answers: Vec<Value>,
}

/// Calls every tool that can be called, in two processes, and writes down what was right. `pause` comes before the second process.
///
/// # Errors
/// When no folder can be made for a process. A tool that does not answer is no error, and stands in the draft.
pub fn draft(
    subject: &Subject<'_>,
    met: &Met,
    leave: &Leave,
    data: &Path,
    (clock, pause): (&dyn Clock, &dyn Fn()),
) -> Result<Draft> {
    let mut tried: Vec<Tried> = Vec::new();
    for (at, tool) in met.tools.iter().enumerate() {
        let made = match at < MOST {
            true => arguments(tool, leave),
            false => Err(format!(
                "only the first {MOST} tools are asked by themselves"
            )),
        };
        let name = tool.get("name").and_then(Value::as_str).unwrap_or_default();
        let (arguments, verdict) = match made {
            Ok(arguments) => (Some(arguments), Ok(false)),
            Err(why) => (None, Err(why)),
        };
        tried.push(Tried {
            asked: Asked {
                tool: name.to_owned(),
                arguments,
                verdict,
            },
            answers: Vec::new(),
        });
    }
    for times in [TIMES, 1] {
        if times == 1 {
            pause();
        }
        let mut house: Option<House> = None;
        for tool in &mut tried {
            for _ in 0..times {
                let Asked {
                    arguments: Some(arguments),
                    verdict: Ok(_),
                    tool: name,
                } = &tool.asked
                else {
                    break;
                };
                if house.is_none() {
                    match House::start(subject, data, clock)? {
                        Ok(started) => house = Some(started),
                        Err(failed) => {
                            let why = shown(&failed.outcome.to_string());
                            tool.asked.verdict =
                                Err(format!("before it was called, a new process failed: {why}"));
                            break;
                        }
                    }
                }
                let Some(up) = &mut house else { break };
                match call(up, name, &leave.filled(arguments), clock) {
                    Ok(answer) => tool.answers.push(answer),
                    Err(Ended { why, alive }) => {
                        tool.asked.verdict = Err(why);
                        if !alive {
                            house = None;
                        }
                    }
                }
            }
        }
        if let Some(up) = house {
            up.peer.end(clock);
        }
    }
    for tool in &mut tried {
        if let Asked {
            verdict: Ok(varies),
            ..
        } = &mut tool.asked
        {
            *varies = tool.answers.windows(2).any(|pair| pair[0] != pair[1]);
        }
    }
    let text = written(&subject.server.name, &tried);
    Ok(Draft {
        text,
        tools: tried.into_iter().map(|tool| tool.asked).collect(),
    })
}

/// Arguments for a tool, if it may be called and they can be made.
fn arguments(tool: &Value, leave: &Leave) -> Result<Value, String> {
    let name = tool.get("name").and_then(Value::as_str).unwrap_or_default();
    if name.is_empty() || name.len() > NAME || name.chars().any(char::is_control) {
        return Err(format!(
            "its name is empty, longer than {NAME} bytes, or has control characters"
        ));
    }
    if let Some(why) = leave.refuses(name, tool) {
        return Err(why);
    }
    let schema = tool.get("inputSchema").unwrap_or(&Value::Null);
    if schema.to_string().len() > SCHEMA {
        return Err(format!("its inputSchema is longer than {SCHEMA} bytes"));
    }
    let made = schema::arguments(schema, leave.folder.as_ref().map(|(name, _)| name.as_str()))?;
    match as_toml(&made) {
        Some(_) => Ok(made),
        None => Err("its inputSchema asks for a null, or a number beyond 63 bits".to_owned()),
    }
}

/// Why a call has no answer that can be timed.
struct Ended {
    why: String,
    /// Whether the process can be asked again.
    alive: bool,
}

/// Calls a tool once.
fn call(up: &mut House, name: &str, arguments: &Value, clock: &dyn Clock) -> Result<Value, Ended> {
    use crate::client::Failure;
    let request = up.peer.render(name, arguments);
    let answered = up
        .peer
        .ask(&request, clock)
        .and_then(|reply| reply.result());
    let answer = answered.map_err(|failure| match failure {
        Failure::Refused { code, message } => Ended {
            why: format!("it was refused with error {code}: {}", shown(&message)),
            alive: true,
        },
        other => Ended {
            why: format!("it did not answer: {}", shown(&other.to_string())),
            alive: matches!(other, Failure::Malformed(_)),
        },
    })?;
    let alive = |why| Ended { why, alive: true };
    result::valid(&answer).map_err(|why| alive(format!("its answer is no result: {why}")))?;
    if answer.get("isError") == Some(&Value::Bool(true)) {
        let said = answer.pointer("/content/0/text").and_then(Value::as_str);
        let said = shown(said.unwrap_or_default().trim()).replace('\n', " ");
        let said: String = said.chars().take(200).collect();
        return Err(alive(format!("it answered with an error: {said}")));
    }
    // What is said about an answer (times, say) is no part of it.
    let kept = |name: &str| Some((name.to_owned(), answer.get(name)?.clone()));
    let kept: Map<String, Value> = ["content", "structuredContent"]
        .into_iter()
        .filter_map(kept)
        .collect();
    Ok(kept.into())
}

/// The description as a file for people: what is timed as calls, and what is not, with its reason, as remarks.
fn written(name: &str, tried: &[Tried]) -> String {
    let mut ids = BTreeSet::new();
    let mut calls = Vec::new();
    let mut remarks = String::new();
    for Tried { asked, answers } in tried {
        let (varies, arguments) = match (&asked.verdict, &asked.arguments) {
            (Ok(varies), Some(arguments)) => (*varies, arguments),
            (Err(why), _) => {
                let with = asked.arguments.as_ref();
                let with = with.map_or(String::new(), |with| format!(" with {with}"));
                remarks += &remark(&format!("not timed: {}{with}: {why}", asked.tool));
                continue;
            }
            (Ok(_), None) => continue,
        };
        let expect = match answers.first().filter(|_| !varies) {
            Some(answer) => expected(answer),
            None => json!({"varies": true}),
        };
        let origin = match varies {
            true => {
                "its answer differed when it was asked again, so that it is a result is all that is asked"
            }
            false => "its own answer, the same three times, in two processes",
        };
        let call = json!({
            "id": id(&asked.tool, &mut ids), "tool": asked.tool, "input": "small", "arguments": arguments,
            "expect": expect, "source": {"origin": origin},
        });
        calls.extend(as_toml(&call));
    }
    let mut table = toml::Table::new();
    table.insert("name".to_owned(), name.into());
    table.insert("title".to_owned(), name.into());
    if !calls.is_empty() {
        table.insert("call".to_owned(), calls.into());
    }
    let body =
        toml::to_string(&table).expect("names, numbers, texts and tables are all that there is");
    format!(
        "# Made by `harness measure` of the server's own tools/list. Correct it and give it with --server-toml: better arguments, a call with\n# input = \"large\" for each tool, calls `before` one, and the right answer instead of the one that it gave. {{dir}} is the folder of --allow-dir.\n{remarks}\n{body}"
    )
}

/// A line that a reader of the file passes over, whatever is in it.
fn remark(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    format!("# {line}\n")
}

/// The rule by which the same answer is told again.
fn expected(answer: &Value) -> Value {
    let rule = |value: &Value| {
        let text = value.to_string();
        match text.len() <= WHOLE && as_toml(value).is_some() {
            true => json!({"equal": value}),
            false => {
                json!({"digest": format!("blake3:{}", blake3::hash(text.as_bytes()).to_hex())})
            }
        }
    };
    let mut rules = Map::new();
    for (field, of) in [("content", "content"), ("structured", "structuredContent")] {
        if let Some(value) = answer.get(of) {
            rules.insert(field.to_owned(), rule(value));
        }
    }
    rules.into()
}

/// A tool's name as a call's id: plain, and its own.
fn id(tool: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |letter: char| match letter.is_ascii_alphanumeric() || "_-.".contains(letter) {
        true => letter,
        false => '_',
    };
    let stem: String = tool.chars().map(plain).take(60).collect();
    let mut id = stem.clone();
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = format!("{stem}-{number}");
        number += 1;
    }
    id
}

#[cfg(test)]
mod tests;
