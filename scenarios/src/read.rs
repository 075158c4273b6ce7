//! Reads a trace strictly: unknown fields, wrong kinds, forward dependencies and digests that do not fit are errors with field and remedy.

use std::path::Path;

use serde_json::Value;

use crate::blob::{Blobs, Reference};
use crate::canonical::{canonical, digest};
use crate::fields::{Fields, kind};
use crate::refused::shown;
use crate::trace::{Call, FORMAT, Origin, Ran, Returned, Trace};
use crate::{Refused, bound, strict};

/// The fields of a trace, in the order of the schema.
pub(crate) const TRACE: &[&str] = &["$schema", "format", "scenario", "title", "origin", "calls"];
/// Of where it came from.
pub(crate) const ORIGIN: &[&str] = &["way", "source", "command", "data"];
/// Of a call.
pub(crate) const CALL: &[&str] = &[
    "server",
    "tool",
    "arguments",
    "input_bytes",
    "output_bytes",
    "depends_on",
    "returned",
    "ran",
];
/// Of what it returned.
pub(crate) const RETURNED: &[&str] = &["digest", "error", "literal"];
/// Of where it ran.
pub(crate) const RAN: &[&str] = &["packaging", "transport", "tier", "began_ns", "took_ns"];

/// A file's text, no larger than may be.
///
/// # Errors
/// When it cannot be read, is too large, or is not UTF-8.
pub fn text(path: &Path) -> Result<String, Refused> {
    use std::io::Read;
    let file = path.display().to_string();
    let failed = |why: std::io::Error| {
        Refused::whole(&file, why.to_string(), "name a file that can be read")
    };
    let opened = std::fs::File::open(path).map_err(failed)?;
    if !opened.metadata().map_err(failed)?.is_file() {
        return Err(Refused::whole(&file, "is not a file", "name a file"));
    }
    let most = u64::try_from(bound::FILE).unwrap_or(u64::MAX) + 1;
    let mut bytes = Vec::new();
    opened.take(most).read_to_end(&mut bytes).map_err(failed)?;
    strict::fits(&file, bytes.len())?;
    String::from_utf8(bytes).map_err(|error| {
        let at = format!("byte {}", error.utf8_error().valid_up_to());
        Refused::new(&file, at, "is not UTF-8", "save it as UTF-8")
    })
}

impl Trace {
    /// Reads a file, and puts the blobs that it names, from the folder `blobs` beside it, where they belong.
    ///
    /// # Errors
    /// When the file or a blob cannot be accepted.
    pub fn open(path: &Path) -> Result<Trace, Refused> {
        let file = path.display().to_string();
        let trace = Trace::parse(&file, &text(path)?)?;
        Blobs::beside(path).fill(&file, trace)
    }

    /// Reads a text; `file` is what it is called. Blobs stay references.
    ///
    /// # Errors
    /// When it cannot be accepted.
    pub fn parse(file: &str, text: &str) -> Result<Trace, Refused> {
        let mut fields = Fields::of(
            file,
            "the file".to_owned(),
            strict::json(file, text)?,
            TRACE,
        )?;
        fields.may_text("$schema", bound::SENTENCE)?;
        match fields.may_whole("format")? {
            Some(FORMAT) => {}
            Some(other) => {
                let remedy = format!(
                    "this reader knows format {FORMAT}; use the version that wrote it, or record it again"
                );
                return Err(fields.refuse("format", format!("is {other}"), remedy));
            }
            None => {
                let remedy = format!(
                    "write \"format\": {FORMAT}; spans and tapes are read with `harness record --import`"
                );
                return Err(fields.refuse("format", "is missing", remedy));
            }
        }
        let scenario = fields.text("scenario", bound::NAME)?;
        let title = fields.text("title", bound::SENTENCE)?;
        let whence = fields.must("origin", "an object that says where the trace came from")?;
        let origin = origin(file, fields.at("origin"), whence)?;
        let listed = fields.list("calls", "a list of calls", bound::CALLS)?;
        if listed.is_empty() {
            return Err(fields.refuse("calls", "is empty", "write at least one call"));
        }
        fields.done()?;
        let mut edges = 0;
        let mut calls = Vec::with_capacity(listed.len());
        for (index, value) in listed.into_iter().enumerate() {
            let call = call(file, index, value)?;
            edges += call.depends_on.len();
            if edges > bound::EDGES {
                let at = format!("calls[{index}].depends_on");
                let why = format!("there are more than {} dependencies in all", bound::EDGES);
                let remedy = "name direct dependencies alone, or split the trace";
                return Err(Refused::new(file, at, why, remedy));
            }
            calls.push(call);
        }
        Ok(Trace {
            scenario,
            title,
            origin,
            calls,
        })
    }
}

fn origin(file: &str, at: String, value: Value) -> Result<Origin, Refused> {
    let mut fields = Fields::of(file, at, value, ORIGIN)?;
    let Some(way) = fields.may_word("way")? else {
        let remedy = "write recorded, opentelemetry, tape or written";
        return Err(fields.refuse("way", "is missing", remedy));
    };
    let origin = Origin {
        way,
        source: fields.text("source", bound::SENTENCE)?,
        command: fields.may_text("command", bound::SENTENCE)?,
        data: fields.may_digest("data")?,
    };
    fields.done()?;
    Ok(origin)
}

fn call(file: &str, index: usize, value: Value) -> Result<Call, Refused> {
    let mut fields = Fields::of(file, format!("calls[{index}]"), value, CALL)?;
    let server = fields.text("server", bound::NAME)?;
    let tool = fields.text("tool", bound::NAME)?;
    let arguments = fields.must("arguments", "an object, {} where there are none")?;
    let Value::Object(named) = &arguments else {
        let why = format!("is {}, not an object", kind(&arguments));
        return Err(fields.refuse("arguments", why, "write an object, {} where there are none"));
    };
    for (name, value) in named {
        Reference::check(value).map_err(|(why, remedy)| {
            fields.refuse(&format!("arguments[{}]", shown(name)), why, remedy)
        })?;
    }
    let call = Call {
        server,
        tool,
        arguments,
        input: fields.may_bytes("input_bytes")?,
        output: fields.may_bytes("output_bytes")?,
        depends_on: depends_on(&mut fields, index)?,
        returned: match fields.may("returned") {
            Some(value) => Some(returned(file, fields.at("returned"), value)?),
            None => None,
        },
        ran: match fields.may("ran") {
            Some(value) => Some(ran(file, fields.at("ran"), value)?),
            None => None,
        },
    };
    fields.done()?;
    Ok(call)
}

fn depends_on(fields: &mut Fields<'_>, index: usize) -> Result<Vec<usize>, Refused> {
    let listed = fields.list(
        "depends_on",
        "a list of earlier calls by index from 0, [] where there are none",
        bound::DEPENDS_ON,
    )?;
    let mut earlier: Vec<usize> = Vec::with_capacity(listed.len());
    for (place, value) in listed.iter().enumerate() {
        let field = format!("depends_on[{place}]");
        let Some(on) = value.as_u64().and_then(|on| usize::try_from(on).ok()) else {
            let why = format!("is {}", shown(&value.to_string()));
            return Err(fields.refuse(&field, why, "write the index of an earlier call, from 0"));
        };
        if on >= index {
            let why = format!("is {on}, which call {index} does not come after");
            let remedy = match index {
                0 => "leave the list of the first call empty".to_owned(),
                _ => format!("name a call from 0 to {}", index - 1),
            };
            return Err(fields.refuse(&field, why, remedy));
        }
        if earlier.last().is_some_and(|last| *last >= on) {
            let why = format!("is {on}, which is not above the one before it");
            return Err(fields.refuse(&field, why, "name each call once, in ascending order"));
        }
        earlier.push(on);
    }
    Ok(earlier)
}

fn returned(file: &str, at: String, value: Value) -> Result<Returned, Refused> {
    let mut fields = Fields::of(file, at, value, RETURNED)?;
    let Some(stated) = fields.may_digest("digest")? else {
        let remedy =
            "write blake3: and the digest of the result as canonical JSON, or leave `returned` out";
        return Err(fields.refuse("digest", "is missing", remedy));
    };
    let error = fields.truth("error")?;
    let literal = fields.may("literal");
    if let Some(literal) = &literal {
        if canonical(literal).len() > bound::LITERAL {
            let why = format!("has more than {} bytes", bound::LITERAL);
            return Err(fields.refuse("literal", why, "leave it out; the digest is enough"));
        }
        if stated.as_str().starts_with("blake3:") && digest(literal) != stated {
            let why = format!("has the digest {}, not the one beside it", digest(literal));
            return Err(fields.refuse("literal", why, "write one of both as it was"));
        }
    }
    fields.done()?;
    Ok(Returned {
        digest: stated,
        error,
        literal,
    })
}

fn ran(file: &str, at: String, value: Value) -> Result<Ran, Refused> {
    let mut fields = Fields::of(file, at, value, RAN)?;
    let ran = Ran {
        packaging: fields.may_word("packaging")?,
        transport: fields.may_word("transport")?,
        tier: fields.may_word("tier")?,
        began: fields.may_nanos("began_ns")?,
        took: fields.may_nanos("took_ns")?,
    };
    fields.done()?;
    Ok(ran)
}
