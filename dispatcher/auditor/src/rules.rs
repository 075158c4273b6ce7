//! The rule sets by name, and what each is made of.

use std::fmt;
use std::str::FromStr;

/// What calls are judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleSet {
    /// Tools labelled as working on local data run at home.
    Published,
    /// Private tools do not run on somebody else's tier.
    Privacy,
    /// Both of these.
    Union,
    /// Both, with two tools labelled as what they are.
    Relabelled,
    /// That, and what is named by a path runs where it is, on a tier that has what the tool needs.
    Strict,
}

/// A text that names no rule set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rule set; give one of published, privacy, union, relabelled, strict")]
pub struct NoRuleSet(pub String);

/// What a rule set looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Tools labelled local.
    pub(crate) locality: bool,
    /// Tools labelled private.
    pub(crate) privacy: bool,
    /// Whether the two mislabelled tools count as local.
    pub(crate) relabelled: bool,
    /// Paths in arguments, what a tier has, and where a server is.
    pub(crate) strict: bool,
}

impl RuleSet {
    /// Every rule set, in the order of tables.
    pub const ALL: [Self; 5] = [
        Self::Published,
        Self::Privacy,
        Self::Union,
        Self::Relabelled,
        Self::Strict,
    ];

    /// The name in commands, records and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Privacy => "privacy",
            Self::Union => "union",
            Self::Relabelled => "relabelled",
            Self::Strict => "strict",
        }
    }

    pub(crate) fn parts(self) -> Parts {
        let locality = self != Self::Privacy;
        let privacy = self != Self::Published;
        Parts {
            locality,
            privacy,
            relabelled: matches!(self, Self::Relabelled | Self::Strict),
            strict: self == Self::Strict,
        }
    }
}

impl fmt::Display for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for RuleSet {
    type Err = NoRuleSet;

    fn from_str(text: &str) -> Result<Self, NoRuleSet> {
        let found = Self::ALL.into_iter().find(|rules| rules.name() == text);
        found.ok_or_else(|| NoRuleSet(text.chars().take(60).collect()))
    }
}
