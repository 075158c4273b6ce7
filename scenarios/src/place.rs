//! Placeholders for what differs from machine to machine: a trace names the data folder, never a path.

use serde_json::{Map, Value};

/// The folder of the data set.
pub const DATA: &str = "<data>";
/// A fresh folder that calls may write to.
pub const SCRATCH: &str = "<scratch>";
/// The origin, `http://HOST:PORT`, of the site that stands in for the web.
pub const SITE: &str = "<site>";
/// The origin of what stands in for a language model.
pub const MODEL: &str = "<model>";

/// Every placeholder.
pub const PLACEHOLDERS: [&str; 4] = [DATA, SCRATCH, SITE, MODEL];

/// What placeholders stand for on one machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Longest first, so that a folder within another is named as what it is.
    real: Vec<(&'static str, String)>,
}

/// A text that holds a placeholder as its own words: masked, nobody could tell which it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "holds the text {0}, which stands for a place of the machine; take it out of the data, or mask less"
)]
pub struct Ambiguous(pub &'static str);

impl Places {
    /// No places: masking changes nothing.
    pub fn none() -> Places {
        Places::default()
    }

    /// The same with one more. A trailing slash is left out; an empty text is no place.
    #[must_use]
    pub fn with(mut self, placeholder: &'static str, real: &str) -> Places {
        let real = real.trim_end_matches('/');
        if !real.is_empty() {
            self.real.push((placeholder, real.to_owned()));
            self.real
                .sort_by_key(|(_, real)| std::cmp::Reverse(real.len()));
        }
        self
    }

    /// The text with every place turned into its placeholder. A place ends where no letter, digit, `_`, `-` or `.` goes on, so
    /// `/d/set` is not found in `/d/set-2`.
    ///
    /// # Errors
    /// When the text holds a placeholder already.
    pub fn mask(&self, text: &str) -> Result<String, Ambiguous> {
        let mut own = self.real.iter();
        if let Some(own) = own.find(|(placeholder, _)| text.contains(placeholder)) {
            return Err(Ambiguous(own.0));
        }
        let mut masked = String::with_capacity(text.len());
        let (mut rest, mut before) = (text, None);
        // One pass, whatever the text holds: it may be a stranger's.
        while let Some(next) = rest.chars().next() {
            let length = match self.starting(rest, before) {
                Some((placeholder, length)) => {
                    masked.push_str(placeholder);
                    length
                }
                None => {
                    masked.push(next);
                    next.len_utf8()
                }
            };
            before = rest[..length].chars().next_back();
            rest = &rest[length..];
        }
        Ok(masked)
    }

    /// The place that a text begins with: what it is called, how long it is. Of two, the longer, which stands before.
    fn starting(&self, text: &str, before: Option<char>) -> Option<(&'static str, usize)> {
        if before.is_some_and(is_word) {
            return None;
        }
        self.real.iter().find_map(|(placeholder, real)| {
            let after = text.strip_prefix(real.as_str())?.chars().next();
            (!after.is_some_and(goes_on)).then_some((*placeholder, real.len()))
        })
    }

    /// The text with every placeholder that has a place filled in.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('<') {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            let known = self
                .real
                .iter()
                .find(|(placeholder, _)| rest.starts_with(placeholder));
            let (written, length) = known.map_or(("<", 1), |(placeholder, real)| {
                (real.as_str(), placeholder.len())
            });
            filled.push_str(written);
            rest = &rest[length..];
        }
        filled.push_str(rest);
        filled
    }

    /// The value with every string and key masked.
    ///
    /// # Errors
    /// When one of them holds a placeholder already.
    pub fn mask_value(&self, value: &Value) -> Result<Value, Ambiguous> {
        each(value, &mut |text| self.mask(text))
    }

    /// The value with every string and key filled in.
    pub fn fill_value(&self, value: &Value) -> Value {
        let filled: Result<Value, std::convert::Infallible> =
            each(value, &mut |text| Ok(self.fill(text)));
        match filled {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Whether a file's or host's name goes on with this character. A full stop may as well end a sentence.
fn goes_on(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// The value with every string and key changed.
fn each<E>(value: &Value, change: &mut impl FnMut(&str) -> Result<String, E>) -> Result<Value, E> {
    Ok(match value {
        Value::String(text) => Value::String(change(text)?),
        Value::Array(items) => {
            let items: Result<Vec<Value>, E> =
                items.iter().map(|item| each(item, change)).collect();
            Value::Array(items?)
        }
        Value::Object(fields) => {
            let mut changed = Map::new();
            for (key, value) in fields {
                changed.insert(change(key)?, each(value, change)?);
            }
            Value::Object(changed)
        }
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn places() -> Places {
        Places::none()
            .with(DATA, "/d/set/")
            .with(SCRATCH, "/d/set/tmp")
            .with(SITE, "http://127.0.0.1:80")
            .with(MODEL, "")
    }

    #[test]
    fn places_are_masked_and_filled_in() {
        for (real, masked) in [
            ("/d/set/a.jpg", "<data>/a.jpg"),
            ("/d/set", "<data>"),
            ("wrote /d/set/tmp/r.md.", "wrote <scratch>/r.md."),
            ("/d/set-2 /d/set2 x/d/set", "/d/set-2 /d/set2 x/d/set"),
            ("(/d/set) /d/set", "(<data>) <data>"),
            (
                "http://127.0.0.1:80/x http://127.0.0.1:8080/",
                "<site>/x http://127.0.0.1:8080/",
            ),
            ("a < b <x> <model>", "a < b <x> <model>"),
            ("", ""),
        ] {
            assert_eq!(places().mask(real).as_deref(), Ok(masked));
            assert_eq!(places().fill(masked), real);
        }
        assert_eq!(places().mask("<data>"), Err(Ambiguous(DATA)));
        assert_eq!(Places::none().mask("<data>").as_deref(), Ok("<data>"));
        let value = json!({"/d/set/k": ["/d/set", 1, null]});
        let masked = places().mask_value(&value).expect("no placeholder");
        assert_eq!(masked, json!({"<data>/k": ["<data>", 1, null]}));
        assert_eq!(places().fill_value(&masked), value);
    }

    proptest! {
        #[test]
        fn what_was_masked_is_filled_in_again(text in "(/d/set|/d/set/tmp|http://127.0.0.1:80|[ a-z/.0-9<>é-]){0,12}") {
            if let Ok(masked) = places().mask(&text) {
                prop_assert_eq!(places().fill(&masked), text);
            }
        }
    }
}
