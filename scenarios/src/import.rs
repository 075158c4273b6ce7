//! Traces in other people's formats: what they hold of tool calls, turned into ours. What they do not hold stays unknown.

mod calls;
mod order;
mod otlp;
mod span;
mod tape;

use record::Nanos;
use serde_json::Value;

use crate::refused::shown;
use crate::{Call, Origin, Places, Ran, Refused, Returned, Trace, Way, blob, bound, wire};

/// Which format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OpenTelemetry spans: OTLP as JSON (one object, or one a line), or what the Python SDK prints of each span.
    Otlp,
    /// The lines of an MCP connection, both directions, in the order in which they passed: JSON-RPC, a message a line.
    Tape,
}

/// How a file is taken.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// What the scenario is to be called.
    pub scenario: String,
    /// Whose tools they are, where the file does not say.
    pub server: Option<String>,
    /// Places of the machine that are to be masked.
    pub places: Places,
    /// Whether calls are taken whose arguments the file does not hold.
    pub without_arguments: bool,
}

/// A trace, its blobs, and what the person should know of it.
#[derive(Debug)]
pub struct Imported {
    /// With references to the blobs.
    pub trace: Trace,
    /// What goes into the folder `blobs` beside it.
    pub blobs: blob::Written,
    /// What is missing or odd, in sentences.
    pub notes: Vec<String>,
}

/// A call as it was seen. Moments order calls and are in no unit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    /// Where in the file: `line 7`, `span 00f1…`.
    pub at: String,
    pub server: Option<String>,
    pub tool: String,
    pub arguments: Option<Value>,
    pub came: Came,
    pub began: u64,
    /// None where no answer was seen.
    pub ended: Option<u64>,
    /// Whether moments are nanoseconds.
    pub timed: bool,
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Came {
    /// Nobody knows; but whether it failed may be known.
    Unknown,
    /// A result.
    Result(Value),
    /// A JSON-RPC error.
    Error(Value),
}

/// Reads a file's text.
///
/// Dependencies are what the order allows: a call depends on those that had ended when it began, but for those that these depend on.
///
/// # Errors
/// When it is not of the format, holds no call, or does not say what a call needs: file, place, remedy.
pub fn import(file: &str, text: &str, format: Format, taken: &Taken) -> Result<Imported, Refused> {
    crate::strict::fits(file, text.len())?;
    if !is_name(&taken.scenario) {
        let why = format!(
            "would be a trace of the scenario {}",
            shown(&taken.scenario)
        );
        return Err(Refused::whole(
            file,
            why,
            "give it a name of 1 to 128 characters that can be printed",
        ));
    }
    let mut notes = Vec::new();
    let (way, seen) = match format {
        Format::Otlp => {
            let spans = otlp::spans(file, text)?;
            (Way::OpenTelemetry, calls::of(file, spans, &mut notes)?)
        }
        Format::Tape => (Way::Tape, tape::calls(file, text, &mut notes)?),
    };
    let imported = trace(file, way, seen, taken, notes)?;
    // Other people's files may nest deeper than a trace may, and grow when they are written as one.
    match Trace::parse(file, &imported.trace.text()) {
        Ok(_) => Ok(imported),
        Err(refused) => {
            let why = format!(
                "would make a trace that cannot be read ({}: {})",
                refused.at, refused.why
            );
            let remedy = "leave the call out, or split the file";
            Err(Refused::whole(file, why, remedy))
        }
    }
}

fn trace(
    file: &str,
    way: Way,
    mut seen: Vec<Seen>,
    taken: &Taken,
    mut notes: Vec<String>,
) -> Result<Imported, Refused> {
    if seen.is_empty() {
        let remedy = match way {
            Way::Tape => {
                "give the lines of an MCP connection on which tools were called, both directions"
            }
            _ => {
                "give spans with mcp.method.name = tools/call, as MCP clients and servers make them"
            }
        };
        return Err(Refused::whole(file, "holds no tools/call", remedy));
    }
    if seen.len() > bound::CALLS {
        let why = format!("holds {} calls, more than {}", seen.len(), bound::CALLS);
        return Err(Refused::whole(file, why, "split it"));
    }
    seen.sort_by_key(|call| call.began);
    let order = order::dependencies(file, &seen)?;
    let first = seen[0].began;
    let mut unknown = Unknown::default();
    let mut blobs = blob::Written::new();
    let mut calls = Vec::with_capacity(seen.len());
    for (index, (seen, depends_on)) in seen.into_iter().zip(order).enumerate() {
        calls.push(call(
            file,
            index,
            seen,
            depends_on,
            first,
            taken,
            &mut blobs,
            &mut unknown,
        )?);
    }
    notes.extend(unknown.notes());
    let name = std::path::Path::new(file).file_name().unwrap_or_default();
    let from = match way {
        Way::Tape => "the lines of a connection",
        _ => "OpenTelemetry spans",
    };
    let source = format!(
        "{from}, {}; dependencies are what the order of calls allows",
        shown(&name.to_string_lossy())
    );
    Ok(Imported {
        trace: Trace {
            scenario: taken.scenario.clone(),
            title: format!("Imported: {}", taken.scenario),
            origin: Origin {
                way,
                source: match unknown.arguments {
                    0 => source,
                    count => format!("{source}; calls whose arguments are not known: {count}"),
                },
                command: None,
                data: None,
            },
            calls,
        },
        blobs,
        notes,
    })
}

/// What the calls of a file do not say.
#[derive(Debug, Default)]
struct Unknown {
    arguments: usize,
    answers: usize,
    /// Paths of a machine that no place covers.
    paths: Vec<String>,
}

impl Unknown {
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.arguments > 0 {
            notes.push(format!("calls whose arguments are not known, which stand as {{}} and without their sizes: {}", self.arguments));
        }
        if self.answers > 0 {
            notes.push(format!("calls whose answers are not known, which stand without their sizes, as a replay will say: {}", self.answers));
        }
        if let Some(path) = self.paths.first() {
            notes.push(format!(
                "arguments that name a path of a machine, the first {}: {}; mask the folder of the data with --data DIR",
                shown(path),
                self.paths.len()
            ));
        }
        notes
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "each is a different thing, and they are together only here"
)]
fn call(
    file: &str,
    index: usize,
    seen: Seen,
    depends_on: Vec<usize>,
    first: u64,
    taken: &Taken,
    blobs: &mut blob::Written,
    unknown: &mut Unknown,
) -> Result<Call, Refused> {
    let refuse = |field: &str, why: String, remedy: &str| {
        Refused::new(file, format!("{}, {field}", seen.at), why, remedy)
    };
    let masked = |field: &str, value: &Value| {
        taken.places.mask_value(value).map_err(|ambiguous| {
            refuse(
                field,
                ambiguous.to_string(),
                "mask less, or change the file",
            )
        })
    };
    let named = |field: &str, name: &str| match is_name(name) {
        true => Ok(name.to_owned()),
        false => Err(refuse(
            field,
            format!("is {}", shown(name)),
            "a name has 1 to 128 characters that can be printed",
        )),
    };
    let tool = named("the tool's name", &seen.tool)?;
    let server = taken
        .server
        .as_ref()
        .or(seen.server.as_ref())
        .ok_or_else(|| {
            refuse(
                "the server's name",
                "is not in the file".to_owned(),
                "say whose tools they are with --server NAME",
            )
        })?;
    let server = named("the server's name", server)?;
    let arguments = match &seen.arguments {
        Some(arguments @ Value::Object(_)) => Some(masked("arguments", arguments)?),
        Some(_) => {
            return Err(refuse(
                "arguments",
                "is no object".to_owned(),
                "arguments are a JSON object",
            ));
        }
        None if taken.without_arguments => None,
        None => {
            let remedy = "have the client record gen_ai.tool.call.arguments, import the connection's lines with --format tape, or take the calls without arguments with --without-arguments";
            return Err(refuse(
                "arguments",
                "are not in the file".to_owned(),
                remedy,
            ));
        }
    };
    let input = arguments
        .as_ref()
        .map(|arguments| wire::request(index, &tool, arguments));
    match &arguments {
        Some(arguments) => paths(arguments, &mut unknown.paths),
        None => unknown.arguments += 1,
    }
    let (output, returned) = match &seen.came {
        Came::Unknown => {
            unknown.answers += 1;
            (None, None)
        }
        Came::Result(result) => {
            let result = masked("the result", &wire::without_meta(result.clone()))?;
            let error = result.get("isError") == Some(&Value::Bool(true));
            (
                Some(wire::response(index, &result)),
                Some(Returned::of(result, error)),
            )
        }
        Came::Error(error) => {
            let error = masked("the error", error)?;
            (
                Some(wire::refusal(index, &error)),
                Some(Returned::of(error, true)),
            )
        }
    };
    let last = seen.ended.unwrap_or(seen.began).max(seen.began);
    if last - first > bound::WHOLE {
        return Err(refuse(
            "its times",
            "lie more than a hundred days from the first call".to_owned(),
            "give calls of one session, by one clock",
        ));
    }
    let ran = seen.timed.then(|| Ran {
        began: Some(Nanos(seen.began - first)),
        took: seen
            .ended
            .map(|ended| Nanos(ended.saturating_sub(seen.began))),
        ..Ran::default()
    });
    let arguments = arguments.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    Ok(Call {
        arguments: blob::take_out(arguments, blobs).map_err(|name| {
            refuse(
                "arguments",
                format!("{} is larger than a blob may be", shown(&name)),
                "leave the call out",
            )
        })?,
        server,
        tool,
        input,
        output,
        depends_on,
        returned,
        ran,
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().nth(bound::NAME).is_none()
        && !name.chars().any(char::is_control)
}

/// The texts of a value that are absolute paths.
fn paths(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with('/') && !text.contains(['\n', ' ']) => {
            found.push(text.clone())
        }
        Value::Array(items) => items.iter().for_each(|item| paths(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| paths(field, found)),
        _ => {}
    }
}
