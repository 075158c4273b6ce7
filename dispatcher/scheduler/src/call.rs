//! A call that an agent makes, as a scheduler sees it.

use record::Bytes;
use serde_json::Value;

/// One call of a tool.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// The server's name, as in the profile.
    pub server: String,
    /// The tool's name on that server.
    pub tool: String,
    /// The literal arguments, an object; paths in them decide under strict rules where the call may run.
    pub arguments: Value,
    /// The request on the wire.
    pub input: Bytes,
    /// The answer on the wire: recorded, or what the profile expects.
    pub output: Bytes,
    /// Indices of earlier calls of the same chain whose answers this one needs.
    pub depends_on: Vec<usize>,
}

impl Call {
    /// A call of a chain without arguments, as the reference plans one: sizes from elsewhere, dependent on nothing.
    pub fn bare(server: &str, tool: &str) -> Self {
        Self {
            server: server.to_owned(),
            tool: tool.to_owned(),
            arguments: Value::Object(serde_json::Map::new()),
            ..Self::default()
        }
    }

    /// Whether two calls are of the same tool.
    pub fn is_of_tool_of(&self, other: &Self) -> bool {
        self.tool == other.tool && self.server == other.server
    }
}
