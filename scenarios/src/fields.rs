//! Takes an object apart field by field, and knows of each where it stands: an error names the field, and what is left over is one.

use record::{Bytes, Digest, Nanos};
use serde_json::{Map, Value};

use crate::Refused;
use crate::bound;
use crate::refused::shown;

/// What remains of an object, and where it stands in which file.
pub(crate) struct Fields<'a> {
    file: &'a str,
    at: String,
    left: Map<String, Value>,
    known: &'static [&'static str],
}

impl<'a> Fields<'a> {
    /// The fields of an object, of which these names are known.
    pub(crate) fn of(
        file: &'a str,
        at: String,
        value: Value,
        known: &'static [&'static str],
    ) -> Result<Fields<'a>, Refused> {
        match value {
            Value::Object(left) => Ok(Fields {
                file,
                at,
                left,
                known,
            }),
            other => Err(Refused::new(
                file,
                at,
                format!("is {}, not an object", kind(&other)),
                format!("write an object with {}", known.join(", ")),
            )),
        }
    }

    /// Where a field stands.
    pub(crate) fn at(&self, field: &str) -> String {
        match self.at.as_str() {
            "" | "the file" => field.to_owned(),
            at => format!("{at}.{field}"),
        }
    }

    /// Why a field cannot be accepted.
    pub(crate) fn refuse(
        &self,
        field: &str,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Refused {
        Refused::new(self.file, self.at(field), why, remedy)
    }

    /// A field that may be left out. `null` is no way to leave it out.
    pub(crate) fn may(&mut self, field: &str) -> Option<Value> {
        self.left.remove(field)
    }

    /// A field that has to be there.
    pub(crate) fn must(&mut self, field: &str, what: &str) -> Result<Value, Refused> {
        self.may(field)
            .ok_or_else(|| self.refuse(field, "is missing", format!("write {what}")))
    }

    /// A text of 1 to so many characters, none of them a control character but a line feed where it may be long.
    pub(crate) fn text(&mut self, field: &str, most: usize) -> Result<String, Refused> {
        let value = self.must(field, "a string")?;
        self.as_text(field, value, most)
    }

    /// The same of a field that may be left out.
    pub(crate) fn may_text(&mut self, field: &str, most: usize) -> Result<Option<String>, Refused> {
        let value = self.may(field);
        value
            .map(|value| self.as_text(field, value, most))
            .transpose()
    }

    fn as_text(&self, field: &str, value: Value, most: usize) -> Result<String, Refused> {
        let remedy = || format!("write a string of 1 to {most} characters that can be printed");
        let text = match value {
            Value::String(text) => text,
            other => {
                let why = format!("is {}, not a string", kind(&other));
                return Err(self.refuse(field, why, remedy()));
            }
        };
        let why = if text.is_empty() {
            "is empty".to_owned()
        } else if text.chars().nth(most).is_some() {
            format!("has more than {most} characters")
        } else if text
            .chars()
            .any(|c| c.is_control() && !(c == '\n' && most > bound::NAME))
        {
            format!("holds a control character: {}", shown(&text))
        } else {
            return Ok(text);
        };
        Err(self.refuse(field, why, remedy()))
    }

    /// A word that a type of ours is written as.
    pub(crate) fn may_word<T: std::str::FromStr>(
        &mut self,
        field: &str,
    ) -> Result<Option<T>, Refused>
    where
        T::Err: std::fmt::Display,
    {
        let Some(text) = self.may_text(field, bound::NAME)? else {
            return Ok(None);
        };
        match text.parse() {
            Ok(word) => Ok(Some(word)),
            Err(error) => {
                let said: T::Err = error;
                let said = said.to_string();
                // The types say "… is none of them; give one of …".
                let (why, remedy) = said.split_once("; ").unwrap_or((&said, "give another"));
                Err(self.refuse(field, why, remedy))
            }
        }
    }

    /// A whole number from 0 to 2⁵³ − 1 that may be left out.
    pub(crate) fn may_whole(&mut self, field: &str) -> Result<Option<u64>, Refused> {
        let Some(value) = self.may(field) else {
            return Ok(None);
        };
        match value.as_u64().filter(|whole| *whole <= bound::WHOLE) {
            Some(whole) => Ok(Some(whole)),
            None => Err(self.refuse(
                field,
                format!("is {}", shown(&value.to_string())),
                format!(
                    "write a whole number from 0 to {}, or leave it out where it is not known",
                    bound::WHOLE
                ),
            )),
        }
    }

    /// A size.
    pub(crate) fn may_bytes(&mut self, field: &str) -> Result<Option<Bytes>, Refused> {
        Ok(self.may_whole(field)?.map(Bytes))
    }

    /// A duration.
    pub(crate) fn may_nanos(&mut self, field: &str) -> Result<Option<Nanos>, Refused> {
        Ok(self.may_whole(field)?.map(Nanos))
    }

    /// A digest that may be left out.
    pub(crate) fn may_digest(&mut self, field: &str) -> Result<Option<Digest>, Refused> {
        self.may_word(field)
    }

    /// A truth that is `false` where it is left out.
    pub(crate) fn truth(&mut self, field: &str) -> Result<bool, Refused> {
        match self.may(field) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(truth),
            Some(other) => {
                Err(self.refuse(field, format!("is {}", kind(&other)), "write true or false"))
            }
        }
    }

    /// A list of 0 to so many items.
    pub(crate) fn list(
        &mut self,
        field: &str,
        what: &str,
        most: usize,
    ) -> Result<Vec<Value>, Refused> {
        match self.must(field, what)? {
            Value::Array(items) if items.len() <= most => Ok(items),
            Value::Array(items) => Err(self.refuse(
                field,
                format!("has {} items", items.len()),
                format!("keep it to {most}"),
            )),
            other => Err(self.refuse(
                field,
                format!("is {}, not a list", kind(&other)),
                format!("write {what}"),
            )),
        }
    }

    /// Refuses what nobody asked for.
    pub(crate) fn done(self) -> Result<(), Refused> {
        let Some(extra) = self.left.keys().next() else {
            return Ok(());
        };
        let name: String = extra.chars().take(60).collect();
        // A name of nothing but white space is no name on a terminal.
        let name = match name.trim() {
            "" => format!("{name:?}"),
            _ => name.escape_debug().to_string(),
        };
        let known = self.known.join(", ");
        Err(self.refuse(
            &name,
            "is no field of this format",
            format!("remove it, or write one of {known}"),
        ))
    }
}

/// What a JSON value is, for a message.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
