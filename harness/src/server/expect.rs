//! The rules by which a right answer is told.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The rules that an answer has to meet; all that are given.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// On `structuredContent`.
    pub structured: Option<Rule>,
    /// On all text blocks joined.
    pub text: Option<TextRule>,
    /// On the whole `content` array.
    pub content: Option<Rule>,
    /// Whether the answer is another one each time: that it is a valid result is then all that is asked, beside rules that are given.
    #[serde(default)]
    pub varies: bool,
    /// The expected `isError`.
    #[serde(default)]
    pub error: bool,
}

/// A rule on a JSON value; exactly one of the three.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Rule {
    /// Equal, numbers within 1e-9 relative.
    Equal(Value),
    /// Every key and element that is named is there and matches; others may be.
    Subset(Value),
    /// `blake3:<hex>` of the canonical JSON (sorted keys, compact).
    Digest(String),
}

/// A rule on text; exactly one of the three.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum TextRule {
    /// Equal, byte for byte.
    Equal(String),
    /// The regular expression matches.
    Pattern(String),
    /// `blake3:<hex>` of the UTF-8.
    Digest(String),
}

impl Expect {
    /// Whether it says something that can be judged by; why not is told from the field's name on.
    pub(super) fn check(&self) -> Result<(), String> {
        let silent = self.structured.is_none() && self.text.is_none() && self.content.is_none();
        if silent && !self.varies {
            return Err(" says nothing; give structured, text or content a rule, or varies = true where each answer is another".to_owned());
        }
        if let Some(digest) = self.digests().iter().find(|digest| !is_digest(digest)) {
            return Err(format!(
                ": \"{digest}\" is no digest; write blake3: and 64 hexadecimal digits"
            ));
        }
        match &self.text {
            Some(TextRule::Pattern(pattern)) => match regex::Regex::new(pattern) {
                Ok(_) => Ok(()),
                Err(error) => Err(format!(".text.pattern is no regular expression: {error}")),
            },
            _ => Ok(()),
        }
    }

    /// Every digest that it names.
    fn digests(&self) -> Vec<&str> {
        let mut digests = Vec::new();
        if let Some(TextRule::Digest(digest)) = &self.text {
            digests.push(digest.as_str());
        }
        for rule in [&self.structured, &self.content].into_iter().flatten() {
            if let Rule::Digest(digest) = rule {
                digests.push(digest.as_str());
            }
        }
        digests
    }
}

/// `blake3:` and 64 hexadecimal digits.
fn is_digest(text: &str) -> bool {
    text.strip_prefix("blake3:").is_some_and(|hex| {
        hex.len() == 64
            && hex
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}
