//! Large arguments, kept once each under the digest of their content, in a folder `blobs` beside the traces.
//!
//! In a trace one stands as `{"$blob": {"digest": "blake3:…", "bytes": 12345, "kind": "text"}}`. The file is `<64 hex digits>.txt`, the
//! text itself, or `….json`, the value as canonical JSON; both with placeholders. What is in a blob is never read as a reference.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use record::Digest;
use serde_json::{Map, Value, json};

use crate::Refused;
use crate::bound;
use crate::canonical::canonical;
use crate::fields::kind;
use crate::trace::Trace;

/// The key that makes an argument a reference.
pub const KEY: &str = "$blob";

/// What stands in a trace for a large argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Of the blob's bytes.
    pub digest: Digest,
    /// How many there are.
    pub bytes: usize,
    /// Whether the argument is the text itself, or what the text is as JSON.
    pub text: bool,
}

/// The folder that blobs are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blobs {
    folder: PathBuf,
}

/// Blobs by file name, for whoever writes them.
pub type Written = BTreeMap<String, Vec<u8>>;

type Fault = (String, String);

impl Reference {
    /// The file's name.
    pub fn file(&self) -> String {
        let hex = self.digest.as_str().rsplit(':').next().unwrap_or_default();
        format!("{hex}.{}", if self.text { "txt" } else { "json" })
    }

    /// What stands in the trace.
    fn value(&self) -> Value {
        let kind = if self.text { "text" } else { "json" };
        json!({KEY: {"digest": self.digest.as_str(), "bytes": self.bytes, "kind": kind}})
    }

    /// Whether an argument that looks like a reference is one.
    pub(crate) fn check(value: &Value) -> Result<(), Fault> {
        Reference::of(value).map(|_| ())
    }

    /// The reference that an argument is, if it is one.
    fn of(value: &Value) -> Result<Option<Reference>, Fault> {
        let Some(inner) = value.as_object().and_then(|fields| fields.get(KEY)) else {
            return Ok(None);
        };
        let remedy = "write {\"$blob\": {\"digest\": \"blake3:…\", \"bytes\": …, \"kind\": \"text\" or \"json\"}}";
        let fault = |why: String| (why, remedy.to_owned());
        let fields = inner
            .as_object()
            .ok_or_else(|| fault(format!("has a {KEY} that is {}", kind(inner))))?;
        if value.as_object().map_or(0, Map::len) != 1 || fields.len() != 3 {
            return Err(fault(format!("has a {KEY} with more or fewer fields")));
        }
        let digest = fields.get("digest").and_then(Value::as_str);
        let digest: Digest = digest
            .and_then(|digest| digest.parse().ok())
            .filter(|digest: &Digest| digest.as_str().starts_with("blake3:"))
            .ok_or_else(|| fault(format!("has a {KEY} without a blake3 digest")))?;
        let bytes = fields.get("bytes").and_then(Value::as_u64);
        let bytes = bytes
            .and_then(|bytes| usize::try_from(bytes).ok())
            .filter(|bytes| *bytes <= bound::BLOB)
            .ok_or_else(|| {
                fault(format!(
                    "has a {KEY} without its bytes, at most {}",
                    bound::BLOB
                ))
            })?;
        let text = match fields.get("kind").and_then(Value::as_str) {
            Some("text") => true,
            Some("json") => false,
            _ => return Err(fault(format!("has a {KEY} that is neither text nor json"))),
        };
        Ok(Some(Reference {
            digest,
            bytes,
            text,
        }))
    }
}

impl Blobs {
    /// In this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Blobs {
        Blobs {
            folder: folder.into(),
        }
    }

    /// In the folder beside a trace.
    pub fn beside(trace: &Path) -> Blobs {
        Blobs::at(trace.with_file_name("blobs"))
    }

    /// The trace with every reference replaced by what it stands for.
    ///
    /// # Errors
    /// When a blob is missing, is not what its digest says, or all are too large together.
    pub fn fill(&self, file: &str, mut trace: Trace) -> Result<Trace, Refused> {
        let mut left = bound::BLOBS;
        for (index, call) in trace.calls.iter_mut().enumerate() {
            let Value::Object(arguments) = &mut call.arguments else {
                continue;
            };
            for (name, argument) in arguments.iter_mut() {
                let refuse = |(why, remedy): Fault| {
                    let name = crate::refused::shown(name);
                    Refused::new(
                        file,
                        format!("calls[{index}].arguments[{name}]"),
                        why,
                        remedy,
                    )
                };
                let Some(reference) = Reference::of(argument).map_err(refuse)? else {
                    continue;
                };
                left = left.checked_sub(reference.bytes).ok_or_else(|| {
                    refuse((
                        format!(
                            "is one blob too many: together they are above {} MiB",
                            bound::BLOBS >> 20
                        ),
                        "split the trace".to_owned(),
                    ))
                })?;
                *argument = self.read(&reference).map_err(refuse)?;
            }
        }
        Ok(trace)
    }

    fn read(&self, reference: &Reference) -> Result<Value, Fault> {
        use std::io::Read;
        let name = reference.file();
        let remedy = "record the trace again, or take it with its folder blobs";
        let fault = |why: String| {
            (
                format!("names the blob {name}, which {why}"),
                remedy.to_owned(),
            )
        };
        let path = self.folder.join(&name);
        let about = std::fs::symlink_metadata(&path)
            .map_err(|error| fault(format!("cannot be read ({error})")))?;
        let length = usize::try_from(about.len()).unwrap_or(usize::MAX);
        if !about.is_file() || length != reference.bytes {
            return Err(fault(format!("is no file of {} bytes", reference.bytes)));
        }
        let mut bytes = Vec::with_capacity(reference.bytes);
        let most = u64::try_from(reference.bytes).unwrap_or(u64::MAX);
        std::fs::File::open(&path)
            .and_then(|file| file.take(most).read_to_end(&mut bytes))
            .map_err(|error| fault(format!("cannot be read ({error})")))?;
        if Digest::of(&bytes) != reference.digest {
            return Err(fault(format!("has the digest {}", Digest::of(&bytes))));
        }
        let text = String::from_utf8(bytes).map_err(|_| fault("is not UTF-8".to_owned()))?;
        match reference.text {
            true => Ok(Value::String(text)),
            false => crate::strict::json(&name, &text)
                .map_err(|refused| fault(format!("is no JSON ({})", refused.why))),
        }
    }
}

/// The arguments with every large one replaced by a reference, and the blobs.
///
/// # Errors
/// Names the argument that is larger than a blob may be.
pub fn take_out(arguments: Value, blobs: &mut Written) -> Result<Value, String> {
    let Value::Object(fields) = arguments else {
        return Ok(arguments);
    };
    let mut kept = Map::new();
    for (name, value) in fields {
        let large = canonical(&value).len() > bound::ARGUMENT;
        let looks_like_one = value
            .as_object()
            .is_some_and(|fields| fields.contains_key(KEY));
        if !large && !looks_like_one {
            kept.insert(name, value);
            continue;
        }
        let (bytes, text) = match value {
            Value::String(text) => (text.into_bytes(), true),
            other => (canonical(&other).into_bytes(), false),
        };
        if bytes.len() > bound::BLOB {
            return Err(name);
        }
        let reference = Reference {
            digest: Digest::of(&bytes),
            bytes: bytes.len(),
            text,
        };
        kept.insert(name, reference.value());
        blobs.insert(reference.file(), bytes);
    }
    Ok(Value::Object(kept))
}
