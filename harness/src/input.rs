//! Fills in what `server.toml` leaves open: placeholders, and arguments that are a data file's content.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use record::Digest;
use serde_json::Value;

use crate::copy::Laid;
use crate::judge::Wrong;
use crate::server::{Copied, Server};
use crate::standin::Standins;

/// Where a process finds its data and may write.
#[derive(Debug, Clone)]
pub struct Places {
    /// The data set: `{data}`.
    pub data: PathBuf,
    /// A fresh folder of the process's own: `{scratch}`.
    pub scratch: PathBuf,
    beside: Arc<Beside>,
}

/// What a process's places have beside their folders.
#[derive(Debug, Default)]
struct Beside {
    laid: Laid,
    standins: Standins,
    /// Whose the folder is, where it is somebody else's.
    owner: Option<u32>,
}

/// An argument that names a data file which cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "arguments name the data file {file}: {why}; run `cargo run -p dataset -- verify` on the data folder"
)]
pub struct NoInput {
    file: String,
    why: String,
}

/// How much data a call is given: its arguments as JSON, placeholders as they stand, and the data files that they name. Where the
/// folders lie makes no difference, so a call is the same on every machine and in every process.
pub fn bytes(data: &Path, arguments: &Value) -> u64 {
    let length = |bytes: usize| u64::try_from(bytes).expect("a length fits");
    let file = |name: &str| {
        let found = std::fs::metadata(data.join(name)).ok();
        found.filter(Metadata::is_file).map_or(0, |file| file.len())
    };
    match arguments {
        Value::String(text) => {
            length(arguments.to_string().len()) + text.strip_prefix("{data}/").map_or(0, file)
        }
        Value::Array(items) => {
            let all = items.iter().map(|item| bytes(data, item));
            1 + length(items.len().max(1)) + all.sum::<u64>()
        }
        Value::Object(fields) => {
            if let [("$file" | "$json", Value::String(name))] = fields
                .iter()
                .map(|(key, value)| (key.as_str(), value))
                .collect::<Vec<_>>()
                .as_slice()
            {
                return file(name);
            }
            let all = fields
                .iter()
                .map(|(key, value)| length(key.len()) + 3 + bytes(data, value));
            1 + length(fields.len().max(1)) + all.sum::<u64>()
        }
        other => length(other.to_string().len()),
    }
}

/// What identifies a data set: its manifest, which names every file with its digest, or, of a folder that has none, the files that these
/// servers' calls name. The servers are all there are, whichever are measured.
pub fn digest(data: &Path, servers: &[Server]) -> Digest {
    if let Ok(manifest) = std::fs::read(data.join("manifest.json")) {
        return Digest::of(&manifest);
    }
    let mut named = BTreeSet::new();
    for call in servers.iter().flat_map(|server| &server.calls) {
        names(&call.arguments, &mut named);
        for copy in &call.copy {
            files(data, &copy.from, &mut named);
        }
    }
    let mut listed = String::new();
    for name in named {
        if let Ok(content) = std::fs::read(data.join(&name)) {
            listed.push_str(&format!("{} {name}\n", Digest::of(&content)));
        }
    }
    Digest::of(listed.as_bytes())
}

/// The files of a folder that is copied; links are not followed.
fn files(data: &Path, name: &str, named: &mut BTreeSet<String>) {
    let path = data.join(name);
    if !std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
        named.insert(name.to_owned());
        return;
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    for entry in entries {
        let below = format!("{name}/{}", entry.file_name().to_string_lossy());
        files(data, &below, named);
    }
}

/// The data files that arguments name.
fn names(arguments: &Value, named: &mut BTreeSet<String>) {
    match arguments {
        Value::String(text) => named.extend(text.strip_prefix("{data}/").map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| names(item, named)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("$file" | "$json", Value::String(name)) => {
                        named.insert(name.clone());
                    }
                    _ => names(value, named),
                }
            }
        }
        _ => {}
    }
}

impl Places {
    /// These two folders, and what stands in for the network.
    pub fn new(
        data: impl Into<PathBuf>,
        scratch: impl Into<PathBuf>,
        standins: &Standins,
    ) -> Places {
        Places {
            data: data.into(),
            scratch: scratch.into(),
            beside: Arc::new(Beside {
                laid: Laid::default(),
                standins: standins.clone(),
                owner: None,
            }),
        }
    }

    /// The same, with the process's own folder and all that is laid into it belonging to this user.
    ///
    /// # Errors
    /// When it cannot be given away.
    pub fn owned_by(self, user: u32) -> io::Result<Places> {
        chown(&self.scratch, Some(user), None)?;
        let beside = Beside {
            laid: Laid::default(),
            standins: self.standins().clone(),
            owner: Some(user),
        };
        Ok(Places {
            beside: Arc::new(beside),
            ..self
        })
    }

    /// What stands in for the network.
    pub fn standins(&self) -> &Standins {
        &self.beside.standins
    }

    /// Lays copies of the data into the process's own folder, in place of those of the call before.
    ///
    /// # Errors
    /// When something cannot be copied.
    pub fn lay(&self, copies: &[Copied]) -> Result<(), Wrong> {
        let Beside { laid, owner, .. } = &*self.beside;
        laid.renew(copies, &self.data, &self.scratch, *owner)
    }

    /// The text with `{data}`, `{scratch}` and the places of stand-ins filled in.
    pub fn fill(&self, text: &str) -> String {
        self.standins()
            .fill(text)
            .replace("{data}", &self.data.to_string_lossy())
            .replace("{scratch}", &self.scratch.to_string_lossy())
    }

    /// The value with every string filled in, and every `{"$file": …}` and `{"$json": …}` replaced by that file's content.
    ///
    /// # Errors
    /// When a data file cannot be read, is not text, or is not JSON.
    pub fn resolve(&self, value: &Value) -> Result<Value, NoInput> {
        Ok(match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.resolve(item))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(fields) => {
                if let [(key, Value::String(file))] = fields.iter().collect::<Vec<_>>().as_slice() {
                    match key.as_str() {
                        "$file" => return Ok(Value::String(self.read(file)?)),
                        "$json" => {
                            return serde_json::from_str(&self.read(file)?).map_err(|error| {
                                NoInput {
                                    file: (*file).clone(),
                                    why: format!("is not JSON ({error})"),
                                }
                            });
                        }
                        _ => {}
                    }
                }
                Value::Object(
                    fields
                        .iter()
                        .map(|(key, value)| Ok((key.clone(), self.resolve(value)?)))
                        .collect::<Result<_, NoInput>>()?,
                )
            }
            other => other.clone(),
        })
    }

    fn read(&self, file: &str) -> Result<String, NoInput> {
        let path = Path::new(file);
        if path.is_absolute() || path.components().any(|part| part.as_os_str() == "..") {
            return Err(NoInput {
                file: file.to_owned(),
                why: "leaves the data folder".to_owned(),
            });
        }
        std::fs::read_to_string(self.data.join(path)).map_err(|error| NoInput {
            file: file.to_owned(),
            why: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn data_is_counted_wherever_it_lies() {
        for at in ["a", "a/longer/path"] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let data = folder.path().join(at);
            std::fs::create_dir_all(&data).expect("made");
            std::fs::write(data.join("a.log"), "line\n").expect("written");
            let counted = |arguments| bytes(&data, &arguments);
            assert_eq!(counted(json!({"p": "{scratch}/x"})), 19);
            assert_eq!(counted(json!({"p": "{data}/a.log"})), 20 + 5);
            assert_eq!(counted(json!({"p": ["{data}/none", 1]})), 23);
            assert_eq!(counted(json!({"t": {"$file": "a.log"}})), 6 + 5);
            for plain in [json!({}), json!([]), json!({"a": [1, null, "é\""], "b": 2})] {
                let expected = plain.to_string().len();
                assert_eq!(counted(plain), u64::try_from(expected).expect("small"));
            }
        }
    }

    #[test]
    fn placeholders_files_and_json_are_filled_in() {
        let data = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(data.path().join("a.log"), "line\n").expect("written");
        std::fs::write(data.path().join("a.json"), "[1,2]").expect("written");
        let places = Places::new(data.path(), "/s", &Standins::default());
        let filled = places
            .resolve(&json!({"p": "{scratch}/x", "t": {"$file": "a.log"}, "v": [{"$json": "a.json"}], "n": 1}))
            .expect("resolved");
        assert_eq!(
            filled,
            json!({"p": "/s/x", "t": "line\n", "v": [[1, 2]], "n": 1})
        );
        for (bad, named) in [
            ("../x", "leaves the data folder"),
            ("none", "No such file"),
            ("/etc/passwd", "leaves"),
        ] {
            let message = places
                .resolve(&json!({"$file": bad}))
                .expect_err(bad)
                .to_string();
            assert!(
                message.contains(named) && message.contains(bad),
                "{message}"
            );
        }
        assert!(
            places
                .resolve(&json!({"$json": "a.log"}))
                .expect_err("text")
                .to_string()
                .contains("is not JSON")
        );
    }
}
