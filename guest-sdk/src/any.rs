//! A JSON value of any type, kept as text.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A JSON value of any type, kept as the text that came.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Any(Box<RawValue>);

impl Any {
    /// A value from whatever serialises.
    pub fn new(value: &impl Serialize) -> Result<Any, crate::ToolError> {
        serde_json::value::to_raw_value(value)
            .map(Any)
            .map_err(crate::ToolError::from_error)
    }

    /// The text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads the text as a value of a type.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, crate::ToolError> {
        serde_json::from_str(self.get()).map_err(crate::ToolError::from_error)
    }
}
