//! A scenario: a researcher's question, what it needs, and the calls that answer it, read strictly from `scenarios/<name>.toml`.

use serde_json::Value;

use crate::expression::{self, Fault, Scope};
use crate::fields::Fields;
use crate::{Refused, bound, read_text, refused::shown, strict};

const SCENARIO: &[&str] = &[
    "name", "title", "question", "sources", "servers", "data", "calls", "call",
];
const STEP: &[&str] = &["name", "why", "server", "tool", "each", "arguments"];

/// Steps of one scenario.
const STEPS: usize = 256;
/// Servers, sources and data files of one scenario.
const NAMED: usize = 256;

/// A question and the calls that answer it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name, the file's without its ending.
    pub name: String,
    /// A heading for people.
    pub title: String,
    /// The question, in a researcher's words.
    pub question: String,
    /// What the calls were taken from.
    pub sources: Vec<String>,
    /// The servers that are asked.
    pub servers: Vec<String>,
    /// The files and folders of the data set that are used, relative to it.
    pub data: Vec<String>,
    /// How many calls the steps come to.
    pub calls: usize,
    /// The steps in order; a repeated one makes several calls.
    pub steps: Vec<Step>,
}

/// One call, or one for each item of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What later steps call its answer.
    pub name: String,
    /// What it is for.
    pub why: String,
    /// The server's name.
    pub server: String,
    /// The tool's name.
    pub tool: String,
    /// The list, where the call is made for each of its items: an expression.
    pub each: Option<Value>,
    /// An object whose values may be expressions.
    pub arguments: Value,
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be accepted: file, field, remedy.
    pub fn open(path: &std::path::Path) -> Result<Scenario, Refused> {
        Scenario::parse(&path.display().to_string(), &read_text(path)?)
    }

    /// Reads a text; `file` is what it is called.
    ///
    /// # Errors
    /// As [`Scenario::open`].
    pub fn parse(file: &str, text: &str) -> Result<Scenario, Refused> {
        strict::fits(file, text.len())?;
        let table: toml::Table = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or("the file".to_owned(), |span| {
                let before = text.get(..span.start).unwrap_or_default();
                format!("line {}", before.matches('\n').count() + 1)
            });
            let why = error.message().lines().collect::<Vec<_>>().join(", ");
            Refused::new(file, at, why, "write TOML 1.0, as scenarios/s4.toml does")
        })?;
        let value = plain(toml::Value::Table(table), 0).map_err(|fault| {
            let at = fault.at.trim_start_matches('.');
            Refused::new(file, at, fault.why, fault.remedy)
        })?;
        let mut fields = Fields::of(file, "the file".to_owned(), value, SCENARIO)?;
        let name = fields.text("name", bound::NAME)?;
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !name.chars().all(is_word) {
            let why = format!("is {}", shown(&name));
            return Err(fields.refuse("name", why, "use letters, digits, - and _: it names files"));
        }
        let mut scenario = Scenario {
            name,
            title: fields.text("title", bound::SENTENCE)?,
            question: fields.text("question", bound::SENTENCE)?,
            sources: texts(&mut fields, "sources", bound::SENTENCE)?,
            servers: texts(&mut fields, "servers", bound::NAME)?,
            data: texts(&mut fields, "data", bound::SENTENCE)?,
            calls: 0,
            steps: Vec::new(),
        };
        if let Some((index, path)) = scenario
            .data
            .iter()
            .enumerate()
            .find(|(_, path)| !is_inside(path))
        {
            let remedy = "name files and folders relative to the data set, without ..";
            return Err(fields.refuse(
                &format!("data[{index}]"),
                format!("is {}", shown(path)),
                remedy,
            ));
        }
        let calls = fields.may_whole("calls")?;
        let calls = calls.and_then(|calls| usize::try_from(calls).ok());
        scenario.calls = calls
            .filter(|calls| (1..=bound::CALLS).contains(calls))
            .ok_or_else(|| {
                let remedy =
                    "write how many calls the steps come to, so that a recording can be held to it";
                fields.refuse(
                    "calls",
                    format!("is no number from 1 to {}", bound::CALLS),
                    remedy,
                )
            })?;
        let listed = fields.list("call", "the calls, as [[call]] tables", STEPS)?;
        if listed.is_empty() {
            return Err(fields.refuse("call", "is empty", "write at least one [[call]]"));
        }
        fields.done()?;
        for (index, value) in listed.into_iter().enumerate() {
            let step = step(file, index, value, &scenario)?;
            scenario.steps.push(step);
        }
        if let Some(idle) = scenario
            .servers
            .iter()
            .find(|server| !scenario.steps.iter().any(|step| step.server == **server))
        {
            let why = format!("names {}, which no call asks", shown(idle));
            return Err(Refused::new(
                file,
                "servers",
                why,
                "remove it, or add the call",
            ));
        }
        Ok(scenario)
    }
}

fn step(file: &str, index: usize, value: Value, before: &Scenario) -> Result<Step, Refused> {
    let mut fields = Fields::of(file, format!("call[{index}]"), value, STEP)?;
    let step = Step {
        name: fields.text("name", bound::NAME)?,
        why: fields.text("why", bound::SENTENCE)?,
        server: fields.text("server", bound::NAME)?,
        tool: fields.text("tool", bound::NAME)?,
        each: fields.may("each"),
        arguments: fields.must("arguments", "a table, {} where there are none")?,
    };
    if before.steps.iter().any(|earlier| earlier.name == step.name) {
        let why = format!("is {}, as an earlier call's", shown(&step.name));
        return Err(fields.refuse("name", why, "give each call a name of its own"));
    }
    if !before.servers.contains(&step.server) {
        let why = format!("is {}, which `servers` does not name", shown(&step.server));
        return Err(fields.refuse("server", why, "add it to `servers`, or correct it"));
    }
    if !step.arguments.is_object() {
        return Err(fields.refuse(
            "arguments",
            "is no table",
            "write a table, {} where there are none",
        ));
    }
    let mut scope = Scope {
        steps: &before.steps,
        data: &before.data,
        in_item: false,
    };
    let faulty = |field: &str, fault: Fault| {
        fields.refuse(&format!("{field}{}", fault.at), fault.why, fault.remedy)
    };
    if let Some(each) = &step.each {
        expression::check(each, &scope).map_err(|fault| faulty("each", fault))?;
        if !expression::is_one(each) {
            let remedy = "write { \"$answer\" = …, at = … } or { \"$data\" = … }";
            return Err(fields.refuse("each", "is no expression", remedy));
        }
        scope.in_item = true;
    }
    expression::check(&step.arguments, &scope).map_err(|fault| faulty("arguments", fault))?;
    fields.done()?;
    Ok(step)
}

/// A list of texts.
fn texts(fields: &mut Fields<'_>, field: &str, most: usize) -> Result<Vec<String>, Refused> {
    let listed = fields.list(field, "a list of strings", NAMED)?;
    let mut texts = Vec::with_capacity(listed.len());
    for (index, value) in listed.into_iter().enumerate() {
        match value {
            Value::String(text) if !text.is_empty() && text.chars().nth(most).is_none() => {
                texts.push(text)
            }
            _ => {
                let remedy = format!("write a string of 1 to {most} characters");
                return Err(fields.refuse(&format!("{field}[{index}]"), "is none", remedy));
            }
        }
    }
    Ok(texts)
}

/// Whether a path stays in the folder that it is relative to.
pub(crate) fn is_inside(path: &str) -> bool {
    use std::path::Component;
    let parts = std::path::Path::new(path).components();
    !path.is_empty()
        && parts
            .into_iter()
            .all(|part| matches!(part, Component::Normal(_)))
}

/// TOML as JSON. A date has no place in either a scenario or a tool's arguments.
fn plain(value: toml::Value, depth: usize) -> Result<Value, Fault> {
    let refuse = |why: &str, remedy: &str| Fault {
        at: String::new(),
        why: why.to_owned(),
        remedy: remedy.to_owned(),
    };
    let within = |at: String| {
        move |fault: Fault| Fault {
            at: format!("{at}{}", fault.at),
            ..fault
        }
    };
    if depth > bound::DEPTH {
        return Err(refuse("nests deeper than 64 levels", "nest less"));
    }
    Ok(match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(whole) => Value::from(whole),
        toml::Value::Float(fraction) if fraction.is_finite() => Value::from(fraction),
        toml::Value::Float(_) => {
            return Err(refuse(
                "is a number that JSON has not",
                "write a finite number",
            ));
        }
        toml::Value::Boolean(truth) => Value::Bool(truth),
        toml::Value::Datetime(_) => return Err(refuse("is a date", "write it as a string")),
        toml::Value::Array(items) => {
            let items = items.into_iter().enumerate();
            let items: Result<Vec<Value>, Fault> = items
                .map(|(index, item)| plain(item, depth + 1).map_err(within(format!("[{index}]"))))
                .collect();
            Value::Array(items?)
        }
        toml::Value::Table(fields) => {
            let mut object = serde_json::Map::new();
            for (key, value) in fields {
                let shown: String = key.chars().take(60).flat_map(char::escape_debug).collect();
                let value = plain(value, depth + 1).map_err(within(format!(".{shown}")))?;
                object.insert(key, value);
            }
            Value::Object(object)
        }
    })
}
