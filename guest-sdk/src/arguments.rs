//! A call's arguments, each read for itself, so that an error can name it.

use std::{any::Any as Dynamic, borrow::Cow};

use mcp_wire::json::{Member, Raw};
use serde::de::DeserializeOwned;

use crate::{Any, ToolError, error::Failure, schema::Schema};

/// The arguments of one call.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
    pub(crate) tool: &'static str,
    pub(crate) members: &'a [Member<'a>],
}

impl<'a> Arguments<'a> {
    pub(crate) fn raw(&self, name: &str) -> Option<Raw<'a>> {
        self.members
            .iter()
            .find(|member| member.key == name)
            .map(|member| member.value)
    }

    /// An argument that must be there, unless its type is optional.
    pub fn required<T: DeserializeOwned + Schema + 'static>(
        &self,
        name: &'static str,
    ) -> Result<T, ToolError> {
        match self.raw(name) {
            Some(raw) => self.read(name, raw),
            None if T::OPTIONAL => self.read(name, Raw::NULL),
            None => Err(self.missing(name)),
        }
    }

    /// An argument that has a default; `null` counts as left out.
    pub fn given<T: DeserializeOwned + Schema + 'static>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, ToolError> {
        match self.raw(name) {
            Some(raw) if !raw.is_null() => self.read(name, raw).map(Some),
            _ => Ok(None),
        }
    }

    /// A default that is written as JSON (an enum's name, a list).
    pub fn preset<T: DeserializeOwned + Schema + 'static>(
        &self,
        name: &'static str,
        json: &str,
    ) -> Result<T, ToolError> {
        Raw::new(json)
            .ok_or_else(|| self.wrong(name, "its default is not JSON"))
            .and_then(|raw| self.read(name, raw))
    }

    fn read<T: DeserializeOwned + 'static>(
        &self,
        name: &'static str,
        raw: Raw<'_>,
    ) -> Result<T, ToolError> {
        // Texts and entries reach megabytes: they are unescaped in wide steps, or copied, instead of read byte by byte.
        // Which branch runs is known when this is compiled.
        let mut slot: Option<T> = None;
        if let Some(slot) = (&mut slot as &mut dyn Dynamic).downcast_mut::<Option<String>>() {
            *slot = raw.as_str().map(Cow::into_owned);
            if slot.is_none() {
                return Err(self.wrong(name, "expected a string"));
            }
        } else if let Some(slot) = (&mut slot as &mut dyn Dynamic).downcast_mut::<Option<Any>>() {
            *slot = Some(Any::from_raw(raw));
        }
        if let Some(value) = slot {
            return Ok(value);
        }
        serde_json::from_str(raw.get()).map_err(|error| {
            let text = error.to_string();
            let text = text
                .rfind(" at line ")
                .map_or(text.as_str(), |end| &text[..end]);
            self.wrong(name, text)
        })
    }

    #[cold]
    fn missing(&self, name: &str) -> ToolError {
        ToolError(Failure::Argument(
            [
                "tool ",
                self.tool,
                ": argument ",
                name,
                " is missing; pass it as the input schema says",
            ]
            .concat(),
        ))
    }

    #[cold]
    fn wrong(&self, name: &str, why: &str) -> ToolError {
        ToolError(Failure::Argument(
            [
                "tool ",
                self.tool,
                ": argument ",
                name,
                ": ",
                why,
                "; pass a value that fits the input schema",
            ]
            .concat(),
        ))
    }

    /// Fails where the value (its number, or its length) is below `limit`.
    pub fn at_least(&self, name: &str, value: &impl Bounded, limit: f64) -> Result<(), ToolError> {
        self.bound(name, value, "at least ", limit, |value| value >= limit)
    }

    /// Fails where the value (its number, or its length) is above `limit`.
    pub fn at_most(&self, name: &str, value: &impl Bounded, limit: f64) -> Result<(), ToolError> {
        self.bound(name, value, "at most ", limit, |value| value <= limit)
    }

    fn bound(
        &self,
        name: &str,
        value: &impl Bounded,
        rule: &str,
        limit: f64,
        holds: impl Fn(f64) -> bool,
    ) -> Result<(), ToolError> {
        let Some((size, what)) = value.size() else {
            return Ok(());
        };
        if holds(size) {
            return Ok(());
        }
        // Limits are small integers nearly always; printing them so keeps the float printer out of small components.
        let limit = (limit as i64).to_string();
        Err(self.wrong(name, &[what, "must be ", rule, &limit].concat()))
    }
}

/// A value that `minimum`, `max_items`, `min_length` and their like can judge.
pub trait Bounded {
    /// The number that is compared, and what it is in words; `None` where the value is left out.
    fn size(&self) -> Option<(f64, &'static str)>;
}

macro_rules! bounded {
    ($($kind:ty),+) => {$(
        impl Bounded for $kind {
            fn size(&self) -> Option<(f64, &'static str)> {
                Some((*self as f64, ""))
            }
        }
    )+};
}

bounded!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, f32, f64);

impl Bounded for String {
    fn size(&self) -> Option<(f64, &'static str)> {
        Some((self.chars().count() as f64, "its length in characters "))
    }
}

impl<T> Bounded for Vec<T> {
    fn size(&self) -> Option<(f64, &'static str)> {
        Some((self.len() as f64, "its number of items "))
    }
}

impl<T: Bounded> Bounded for Option<T> {
    fn size(&self) -> Option<(f64, &'static str)> {
        self.as_ref()?.size()
    }
}
