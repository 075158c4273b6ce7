//! A JSON value of any type, kept as text.

use mcp_wire::json::Raw;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON value of any type, kept as the text that came. As a parameter of a tool it is copied and not read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Any(Box<str>);

impl Any {
    /// A value from whatever serialises.
    pub fn new(value: &impl Serialize) -> Result<Any, crate::ToolError> {
        serde_json::to_string(value)
            .map(|text| Any(text.into()))
            .map_err(crate::ToolError::from_error)
    }

    /// A value from text that is valid already.
    pub(crate) fn from_raw(raw: Raw<'_>) -> Any {
        Any(raw.get().into())
    }

    /// The text.
    pub fn get(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_text(self) -> Box<str> {
        self.0
    }

    /// Reads the text as a value of a type.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, crate::ToolError> {
        serde_json::from_str(self.get()).map_err(crate::ToolError::from_error)
    }
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Any, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Any(raw.into()))
    }
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A raw value is the only thing that serde_json writes as it is.
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}
