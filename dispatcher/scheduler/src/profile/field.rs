//! Single fields of the file: read, checked, and refused with place and remedy.

use std::collections::BTreeSet;
use std::ops::Range;

use record::{Count, Packaging};
use toml::Spanned;

use super::error::ProfileError;
use super::file::{Quantity as Written, Text};
use super::known::Known;
use crate::quantity::Quantity;
use crate::tier::Tier;

const LONGEST_NAME: usize = 128;
const LONGEST_TEXT: usize = 2000;
/// Letters of a field's name that an error shows; names of servers, tiers and tools in it are the file's own.
const LONGEST_FIELD: usize = 300;

const SEE: &str = "see dispatcher/profiles/README.md for the file's shape";

/// Knows the text, for places, and the names of tiers.
pub struct Reader<'a> {
    pub file: &'a str,
    pub text: &'a str,
    /// Names of tiers, in order.
    pub tiers: Vec<String>,
}

/// A stranger's words in one line that a terminal shows as it is.
fn harmless(text: &str, longest: usize) -> String {
    let mut one = String::new();
    for letter in text.chars().take(longest) {
        match letter.is_control() {
            true => one.extend(letter.escape_default()),
            false => one.push(letter),
        }
    }
    one
}

impl Reader<'_> {
    pub fn fail(
        &self,
        span: Range<usize>,
        field: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ProfileError {
        let before = self.text.get(..span.start).unwrap_or_default();
        ProfileError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            field: harmless(field, LONGEST_FIELD),
            what: harmless(&what.into(), LONGEST_TEXT),
            remedy: remedy.into(),
        }
    }

    /// What the TOML reader says, with the field that its place is in.
    pub fn toml_error(&self, error: &toml::de::Error) -> ProfileError {
        let span = error.span().unwrap_or(0..0);
        let start = self.text.get(..span.start).unwrap_or_default();
        let from = start.rfind('\n').map_or(0, |end| end + 1);
        let line = self.text[from..].lines().next().unwrap_or_default();
        let field = line.split('=').next().unwrap_or_default().trim();
        let field: String = field.chars().take(LONGEST_NAME).collect();
        let message = error.message();
        let remedy = if message.starts_with("unknown field") {
            "remove it, or write one of those that are expected"
        } else if message.starts_with("missing field") {
            "add it"
        } else if message.starts_with("invalid type") {
            SEE
        } else {
            "mend the TOML there"
        };
        let field = if field.is_empty() { "the file" } else { &field };
        self.fail(span, field, message.replace('\n', " "), remedy)
    }

    pub fn capacity(
        &self,
        written: &Spanned<Written>,
        field: &str,
    ) -> Result<Known<Count>, ProfileError> {
        match written.get_ref() {
            Written::Not(reason) => Ok(Known::Not(self.words(reason, field)?)),
            Written::Is(text) => match text.strip_suffix(" calls").map(str::parse::<u64>) {
                Some(Ok(count @ 1..=1_000_000)) => Ok(Known::Is(Count(count))),
                _ => Err(self.fail(
                    written.span(),
                    field,
                    "is no number of calls from 1 to a million",
                    "write it like \"4 calls\"",
                )),
            },
        }
    }

    /// A field that may be left out where the file says once why it is unknown.
    pub fn known<Q: Quantity>(
        &self,
        written: &Option<Spanned<Written>>,
        at: &Text,
        field: &str,
        reason: &Option<Text>,
    ) -> Result<Known<Q>, ProfileError> {
        match written {
            Some(written) => self.quantity(written, field),
            None => Ok(Known::Not(self.reason(at, field, reason)?)),
        }
    }

    /// Why a field that was left out is unknown.
    pub fn reason(
        &self,
        at: &Text,
        field: &str,
        reason: &Option<Text>,
    ) -> Result<String, ProfileError> {
        match reason {
            Some(reason) => self.words(reason, "unknown"),
            None => Err(self.fail(
                at.span(),
                field,
                "is neither there nor unknown for the whole file",
                "measure it, or write { unknown = \"reason\" } in its place or a reason in [unknown]",
            )),
        }
    }

    pub fn quantity<Q: Quantity>(
        &self,
        written: &Spanned<Written>,
        field: &str,
    ) -> Result<Known<Q>, ProfileError> {
        match written.get_ref() {
            Written::Not(reason) => Ok(Known::Not(self.words(reason, field)?)),
            Written::Is(text) => self.parsed(written.span(), text, field).map(Known::Is),
        }
    }

    pub fn text<Q: Quantity>(&self, text: &Text, field: &str) -> Result<Q, ProfileError> {
        self.parsed(text.span(), text.get_ref(), field)
    }

    pub fn parsed<Q: Quantity>(
        &self,
        span: Range<usize>,
        text: &str,
        field: &str,
    ) -> Result<Q, ProfileError> {
        Q::read(text).map_err(|error| {
            let said = error.to_string();
            let (what, remedy) = said.split_once("; ").unwrap_or((&said, SEE));
            self.fail(span, field, what, remedy)
        })
    }

    pub fn packaging(&self, text: &Text, field: &str) -> Result<Packaging, ProfileError> {
        text.get_ref()
            .parse()
            .map_err(|error: String| self.fail(text.span(), field, error, "rename it"))
    }

    pub fn tier(&self, text: &Text, field: &str) -> Result<Tier, ProfileError> {
        let place = self.tiers.iter().position(|name| name == text.get_ref());
        place.and_then(Tier::at).ok_or_else(|| {
            let known: Vec<&str> = self.tiers.iter().map(String::as_str).collect();
            self.none_of(text, field, &known)
        })
    }

    /// Two different tiers, the earlier first.
    pub fn ends(
        &self,
        raw: &Spanned<Vec<Text>>,
        field: &str,
    ) -> Result<(Tier, Tier), ProfileError> {
        let tiers: BTreeSet<Tier> = raw
            .get_ref()
            .iter()
            .map(|text| self.tier(text, field))
            .collect::<Result<_, _>>()?;
        let mut ends = tiers.into_iter();
        match (ends.next(), ends.next(), ends.next(), raw.get_ref().len()) {
            (Some(low), Some(high), None, 2) => Ok((low, high)),
            _ => Err(self.fail(
                raw.span(),
                field,
                "are not two different tiers",
                "write it like [\"device\", \"edge\"]",
            )),
        }
    }

    pub fn fraction(&self, value: &Spanned<f64>, field: &str) -> Result<f64, ProfileError> {
        let number = *value.get_ref();
        // A zero of either sign is zero: what is written must be what is read.
        let number = if number == 0.0 { 0.0 } else { number };
        if (0.0..=1000.0).contains(&number) {
            Ok(number)
        } else {
            let what = "is no number between 0 and 1000";
            Err(self.fail(value.span(), field, what, "write it like 0.5"))
        }
    }

    pub fn name(&self, text: &Text, field: &str) -> Result<String, ProfileError> {
        let name = text.get_ref();
        if name.is_empty()
            || name.len() > LONGEST_NAME
            || !name.chars().all(|letter| letter.is_ascii_graphic())
        {
            return Err(self.fail(
                text.span(),
                field,
                "is no name",
                format!("use up to {LONGEST_NAME} printable ASCII characters without a space"),
            ));
        }
        Ok(name.clone())
    }

    pub fn words(&self, text: &Text, field: &str) -> Result<String, ProfileError> {
        let words = text.get_ref();
        let fits = !words.trim().is_empty()
            && words.len() <= LONGEST_TEXT
            && !words.chars().any(char::is_control);
        if fits {
            Ok(words.clone())
        } else {
            let remedy = format!("write a line of up to {LONGEST_TEXT} bytes");
            Err(self.fail(text.span(), field, "is not a line of text", remedy))
        }
    }

    pub fn none_of(&self, text: &Text, field: &str, known: &[&str]) -> ProfileError {
        let written: String = text.get_ref().chars().take(60).collect();
        self.fail(
            text.span(),
            field,
            format!("{written:?} is none of them"),
            format!("write one of {}", known.join(", ")),
        )
    }

    pub fn twice(&self, text: &Text, field: &str) -> ProfileError {
        let written: String = text.get_ref().chars().take(60).collect();
        let what = format!("{written:?} is there twice");
        self.fail(text.span(), field, what, "rename or remove one")
    }
}
