//! A trace: the calls that were made for one scenario, in order, with their arguments, sizes and answers.

use record::{Bytes, Digest, Nanos, Packaging, Tier, Transport};
use serde_json::{Map, Value, json};

use crate::canonical::{self, canonical};
use crate::{Refused, bound};

/// The version of the format. A reader refuses any other; `scenarios/trace.schema.json` describes this one.
pub const FORMAT: u64 = 1;

/// The calls of one agent in one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The scenario's name, `s4`.
    pub scenario: String,
    /// A heading for people.
    pub title: String,
    /// Where it came from.
    pub origin: Origin,
    /// In the order in which they were made; at least one.
    pub calls: Vec<Call>,
}

/// Where a trace came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The way.
    pub way: Way,
    /// In words: which servers on which data, or which file of which program.
    pub source: String,
    /// The command that makes it again, where there is one.
    pub command: Option<String>,
    /// What identifies the data set: of the manifest that names every file with its digest.
    pub data: Option<Digest>,
}

/// How a trace came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// `harness record --scenario` made the calls.
    Recorded,
    /// OpenTelemetry spans of somebody's client or server were imported.
    OpenTelemetry,
    /// The lines of a connection were imported.
    Tape,
    /// Somebody wrote it.
    Written,
}

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The server's name.
    pub server: String,
    /// The tool's name.
    pub tool: String,
    /// An object, with placeholders for places; a large value may be `{"$blob": …}` (see [`crate::blob`]).
    pub arguments: Value,
    /// The request on the wire: the line of the `tools/call` over stdio with its line feed, placeholders as they stand.
    /// Absent where it is not known.
    pub input: Option<Bytes>,
    /// The response on the wire in the same way, without `_meta`, where hosts and servers put clock readings.
    pub output: Option<Bytes>,
    /// Earlier calls, by index from 0, ascending, whose answers the arguments were made from.
    pub depends_on: Vec<usize>,
    /// What it returned, where that is known.
    pub returned: Option<Returned>,
    /// Where and how long it ran when it was recorded, where that is known.
    pub ran: Option<Ran>,
}

/// What a call returned.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    /// Of the result without `_meta`, as canonical JSON with placeholders ([`crate::canonical`]).
    pub digest: Digest,
    /// Whether the tool failed (`isError`), or the request was answered with an error.
    pub error: bool,
    /// The result itself, where it is small.
    pub literal: Option<Value>,
}

/// Where and how long a call ran.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ran {
    /// How the server was shipped and started.
    pub packaging: Option<Packaging>,
    /// How the request reached it.
    pub transport: Option<Transport>,
    /// The tier that it ran on; none where it was this machine, as it is.
    pub tier: Option<Tier>,
    /// From the first call's request to this one's.
    pub began: Option<Nanos>,
    /// From request written to response read.
    pub took: Option<Nanos>,
}

impl Way {
    /// Every way, in the order of the schema.
    pub const ALL: [Way; 4] = [Way::Recorded, Way::OpenTelemetry, Way::Tape, Way::Written];

    /// The word in the file.
    pub fn name(self) -> &'static str {
        match self {
            Way::Recorded => "recorded",
            Way::OpenTelemetry => "opentelemetry",
            Way::Tape => "tape",
            Way::Written => "written",
        }
    }
}

impl std::str::FromStr for Way {
    type Err = String;

    fn from_str(text: &str) -> Result<Way, String> {
        let found = Way::ALL.into_iter().find(|way| way.name() == text);
        found.ok_or_else(|| {
            let known = Way::ALL.map(Way::name).join(", ");
            format!("is none of the ways; give one of {known}")
        })
    }
}

impl Trace {
    /// What identifies the trace: of its text, as [`Trace::text`] writes it.
    pub fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }

    /// Bytes of request and response of every call.
    ///
    /// # Errors
    /// Names the first call whose size is not known: a replay must not take it for nothing.
    pub fn sizes(&self, file: &str) -> Result<Vec<(Bytes, Bytes)>, Refused> {
        let size = |index: usize, field: &str, known: Option<Bytes>| {
            known.ok_or_else(|| {
                Refused::new(
                    file,
                    format!("calls[{index}].{field}"),
                    "is not known",
                    "write the number of bytes, or record the calls with `harness record`",
                )
            })
        };
        let calls = self.calls.iter().enumerate();
        calls
            .map(|(index, call)| {
                Ok((
                    size(index, "input_bytes", call.input)?,
                    size(index, "output_bytes", call.output)?,
                ))
            })
            .collect()
    }

    /// The same without times: equal for two recordings that differ in nothing else.
    #[must_use]
    pub fn without_times(mut self) -> Trace {
        for ran in self.calls.iter_mut().filter_map(|call| call.ran.as_mut()) {
            (ran.began, ran.took) = (None, None);
        }
        self
    }

    /// The file's text: one line a call, so that a difference between two traces is readable.
    pub fn text(&self) -> String {
        let mut origin = json!({"way": self.origin.way.name(), "source": self.origin.source});
        put(&mut origin, "command", self.origin.command.clone());
        put(
            &mut origin,
            "data",
            self.origin.data.as_ref().map(Digest::to_string),
        );
        let mut text = format!(
            "{{\n  \"$schema\": \"../trace.schema.json\",\n  \"format\": {FORMAT},\n  \"scenario\": {},\n  \"title\": {},\n  \"origin\": {},\n  \"calls\": [\n",
            Value::from(self.scenario.as_str()),
            Value::from(self.title.as_str()),
            canonical(&origin)
        );
        for (index, call) in self.calls.iter().enumerate() {
            let comma = if index + 1 < self.calls.len() {
                ","
            } else {
                ""
            };
            text.push_str(&format!("    {}{comma}\n", call.text()));
        }
        text.push_str("  ]\n}\n");
        text
    }
}

impl Call {
    /// One line, in the order of the schema.
    fn text(&self) -> String {
        let mut fields = vec![
            ("server", Value::from(self.server.as_str()).to_string()),
            ("tool", Value::from(self.tool.as_str()).to_string()),
            ("arguments", canonical(&self.arguments)),
        ];
        let sizes = [("input_bytes", self.input), ("output_bytes", self.output)];
        fields.extend(
            sizes
                .into_iter()
                .filter_map(|(name, size)| Some((name, size?.0.to_string()))),
        );
        fields.push(("depends_on", canonical(&json!(self.depends_on))));
        if let Some(returned) = &self.returned {
            let mut value = json!({"digest": returned.digest.as_str(), "error": returned.error});
            put(&mut value, "literal", returned.literal.clone());
            fields.push(("returned", canonical(&value)));
        }
        if let Some(ran) = &self.ran {
            let mut value = Value::Object(Map::new());
            put(&mut value, "packaging", ran.packaging.map(Packaging::name));
            put(&mut value, "transport", ran.transport.map(Transport::name));
            put(&mut value, "tier", ran.tier.as_ref().map(Tier::to_string));
            put(&mut value, "began_ns", ran.began.map(|began| began.0));
            put(&mut value, "took_ns", ran.took.map(|took| took.0));
            fields.push(("ran", canonical(&value)));
        }
        let fields: Vec<String> = fields
            .into_iter()
            .map(|(name, value)| format!("\"{name}\": {value}"))
            .collect();
        format!("{{{}}}", fields.join(", "))
    }
}

impl Returned {
    /// What a call returned: a result without `_meta`, masked. It is kept itself where it is small.
    pub fn of(result: Value, error: bool) -> Returned {
        let digest = canonical::digest(&result);
        let small = canonical(&result).len() <= bound::LITERAL;
        Returned {
            digest,
            error,
            literal: small.then_some(result),
        }
    }
}

/// A field that may be absent.
fn put(object: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let (Value::Object(fields), Some(value)) = (object, value) {
        fields.insert(name.to_owned(), value.into());
    }
}
