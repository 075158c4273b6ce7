//! Fills in what `server.toml` leaves open: placeholders, and arguments that are a data file's content.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Where a process finds its data and may write.
#[derive(Debug, Clone)]
pub struct Places {
    /// The data set: `{data}`.
    pub data: PathBuf,
    /// A fresh folder of the process's own: `{scratch}`.
    pub scratch: PathBuf,
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

impl Places {
    /// The text with `{data}` and `{scratch}` filled in.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{data}", &self.data.to_string_lossy())
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
    fn placeholders_files_and_json_are_filled_in() {
        let data = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(data.path().join("a.log"), "line\n").expect("written");
        std::fs::write(data.path().join("a.json"), "[1,2]").expect("written");
        let places = Places {
            data: data.path().to_owned(),
            scratch: PathBuf::from("/s"),
        };
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
