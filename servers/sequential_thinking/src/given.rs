//! Arguments read as leniently as the official server reads them, and refused in its words, all at once.

use crate::number;
use std::fmt::Write as _;
use wasmmcp::{Any, ToolError};

/// The largest whole number that a double can tell from its neighbours.
const SAFE: f64 = 9_007_199_254_740_991.0;

/// What is wrong with the arguments so far.
#[derive(Debug, Default)]
pub(crate) struct Given {
    faults: String,
}

impl Given {
    fn fault(&mut self, name: &str, what: &str) {
        if !self.faults.is_empty() {
            self.faults.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = write!(self.faults, "{what} at {name}");
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str, value: &Any) -> String {
        let json = value.get();
        let kind = match json.as_bytes().first() {
            Some(b'"') => match serde_json::from_str(json) {
                Ok(text) => return text,
                // Half of a surrogate pair is a text in JavaScript, and none that could be answered.
                Err(_) => "half of a surrogate pair",
            },
            Some(b'{') => "object",
            Some(b'[') => "array",
            Some(b't' | b'f') => "boolean",
            Some(b'n') => "null",
            _ => "number",
        };
        self.fault(
            name,
            &format!("Invalid input: expected string, received {kind}"),
        );
        String::new()
    }

    /// A whole number from 1 on.
    pub(crate) fn count(&mut self, name: &str, value: &Any) -> u64 {
        let number = number::of(value.get());
        if !number.is_finite() {
            let what = match () {
                () if number.is_nan() => "NaN",
                () if number > 0.0 => "Infinity",
                () => "-Infinity",
            };
            self.fault(
                name,
                &format!("Invalid input: expected number, received {what}"),
            );
        } else if number.fract() != 0.0 {
            self.fault(name, "Invalid input: expected int, received number");
        } else if number > SAFE {
            self.fault(name, "Too big: expected int to be <=9007199254740991");
        } else {
            if number < -SAFE {
                self.fault(name, "Too small: expected int to be >=-9007199254740991");
            }
            if number < 1.0 {
                self.fault(name, "Too small: expected number to be >=1");
            }
        }
        number as u64
    }

    /// True or false, or one of the words.
    pub(crate) fn truth(&mut self, name: &str, value: &Any) -> bool {
        match value.get() {
            "true" => true,
            "false" => false,
            json if json.starts_with('"') => {
                let text: String = serde_json::from_str(json).unwrap_or_default();
                let is_true = text.eq_ignore_ascii_case("true");
                if !is_true && !text.eq_ignore_ascii_case("false") {
                    self.fault(
                        name,
                        &format!(
                            "Expected boolean or \"true\"/\"false\" string, received \"{text}\""
                        ),
                    );
                }
                is_true
            }
            _ => {
                self.fault(name, "Invalid input");
                false
            }
        }
    }

    /// Nothing, if nothing was wrong.
    pub(crate) fn checked(self) -> Result<(), ToolError> {
        if self.faults.is_empty() {
            return Ok(());
        }
        let said = "MCP error -32602: Input validation error: Invalid arguments for tool sequentialthinking: ";
        Err(ToolError::new(said.to_owned() + &self.faults))
    }
}
