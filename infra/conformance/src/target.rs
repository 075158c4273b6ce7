//! A server that a client is pointed at, what it is asked there, and what of its answers has to be the same everywhere.

use anyhow::{Context, Result, bail};
use harness::clock::Clock;
use harness::input::Places;
use harness::listening::Listening;
use harness::peer::Subject;
use harness::process::Launch;
use harness::server::{Call, Copied};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::Stage;
use crate::wire::Wire;

/// How a client reaches a server.
#[derive(Debug)]
pub enum Way {
    /// It starts it, and speaks to it over pipes.
    Stdio(Launch),
    /// It is served here, at this address.
    Http(Box<Listening>),
}

/// One server in one packaging, over one transport, on one wire, with folders of its own.
pub struct Target<'a> {
    /// What is started.
    pub subject: Subject<'a>,
    /// How it is reached.
    pub way: Way,
    /// What it speaks.
    pub wire: Wire,
    places: Places,
    calls: Vec<&'a Call>,
    _scratch: TempDir,
}

/// What a client saw of a target.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The tools that it listed, as it passes them on.
    pub tools: Vec<Value>,
    /// The results of [`Target::asked`], in that order.
    pub answers: Vec<Value>,
}

/// A call that is made: the tool and its arguments.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The tool's name.
    pub tool: String,
    /// An object.
    pub arguments: Value,
    /// The call that is judged by its answer; none where it only prepares one.
    judged: Option<usize>,
}

impl<'a> Target<'a> {
    /// A target with these calls of its `server.toml`, by their ids.
    ///
    /// # Errors
    /// When the server does not listen, or has no such call.
    pub fn of(
        stage: &'a Stage,
        subject: Subject<'a>,
        over_http: bool,
        wire: Wire,
        ids: &[&str],
        clock: &dyn Clock,
    ) -> Result<Target<'a>> {
        let (places, scratch) = stage.places()?;
        let server = subject.server;
        let named = |id: &&str| {
            let call = server.calls.iter().find(|call| call.id == **id);
            call.with_context(|| format!("{} has no call {id} in its server.toml", server.name))
        };
        let calls: Vec<&Call> = ids.iter().map(named).collect::<Result<_>>()?;
        // All at once, because a client makes its calls without us: what one of them changes, no other may look at.
        let mut copies: Vec<Copied> = Vec::new();
        for copied in calls.iter().flat_map(|call| &call.copy) {
            if !copies.contains(copied) {
                copies.push(copied.clone());
            }
        }
        places.lay(&copies)?;
        let way = if over_http {
            Way::Http(Box::new(stage.serve(&subject, &places, clock)?))
        } else {
            Way::Stdio(stage.stdio(&subject, &places))
        };
        Ok(Target {
            subject,
            way,
            wire,
            places,
            calls,
            _scratch: scratch,
        })
    }

    /// `filesystem component http 2025-11-25`.
    pub fn name(&self) -> String {
        let transport = match self.way {
            Way::Stdio(_) => "stdio",
            Way::Http(_) => "http",
        };
        let Subject { server, made, .. } = &self.subject;
        format!(
            "{} {} {transport} {}",
            server.name, made.packaging, self.wire
        )
    }

    /// Where it is served, if it is.
    pub fn address(&self) -> Option<String> {
        match &self.way {
            Way::Stdio(_) => None,
            Way::Http(at) => Some(format!("http://{}{}", at.address, at.path)),
        }
    }

    /// Everything that a client calls, with those calls before each that prepare it.
    ///
    /// # Errors
    /// When the data has not what the arguments name.
    pub fn asked(&self) -> Result<Vec<Asked>> {
        let mut all = Vec::new();
        for (index, call) in self.calls.iter().enumerate() {
            for before in &call.before {
                all.push(Asked {
                    tool: before.tool.clone(),
                    arguments: self.places.resolve(&before.arguments)?,
                    judged: None,
                });
            }
            all.push(Asked {
                tool: call.tool.clone(),
                arguments: self.places.resolve(&call.arguments)?,
                judged: Some(index),
            });
        }
        Ok(all)
    }

    /// Judges what a client saw by `server.toml`, and returns what has to be the same over every other transport, packaging and wire:
    /// each judged answer, with the folders' names taken out.
    ///
    /// # Errors
    /// When an answer is wrong or is not there, or other tools were listed than there are.
    pub fn judge(&self, seen: &Seen) -> Result<Vec<Value>> {
        let name = self.name();
        let mut listed: Vec<&str> = seen
            .tools
            .iter()
            .filter_map(|tool| tool["name"].as_str())
            .collect();
        let mut wanted = self.subject.server.tools();
        listed.sort_unstable();
        wanted.sort_unstable();
        if listed != wanted {
            bail!("{name} lists {listed:?}, and has {wanted:?}");
        }
        let asked = self.asked()?;
        if asked.len() != seen.answers.len() {
            bail!(
                "{name}: {} answers to {} calls",
                seen.answers.len(),
                asked.len()
            );
        }
        let mut essences = Vec::new();
        for (asked, answer) in asked.iter().zip(&seen.answers) {
            let Some(call) = asked.judged.map(|index| self.calls[index]) else {
                continue;
            };
            self.subject
                .judge(call, &self.places, answer)
                .with_context(|| format!("{name}: {} is answered wrongly", call.id))?;
            essences.push(self.essence(&call.id, answer));
        }
        Ok(essences)
    }

    /// What every client has to see alike: content, structured content, and whether it is a failure.
    fn essence(&self, id: &str, answer: &Value) -> Value {
        let kept = json!({
            "id": id,
            "content": answer["content"],
            "structured": answer["structuredContent"],
            "error": answer["isError"].as_bool().unwrap_or(false),
        });
        masked(&kept, &self.places.scratch.to_string_lossy())
    }
}

/// The value with a folder's name taken out of every text.
fn masked(value: &Value, folder: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(folder, "{scratch}")),
        Value::Array(items) => items.iter().map(|item| masked(item, folder)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            Value::Object(
                fields
                    .map(|(key, value)| (key.clone(), masked(value, folder)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_out_of_every_text() {
        let value = json!({"a": ["/tmp/x/b", 1], "c": {"d": "/tmp/x"}});
        assert_eq!(
            masked(&value, "/tmp/x"),
            json!({"a": ["{scratch}/b", 1], "c": {"d": "{scratch}"}})
        );
    }
}
