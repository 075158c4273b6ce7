//! The file as it is written: every field with its place, so that what is wrong can be pointed at.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// A text with its place.
pub type Text = Spanned<String>;
/// Named things, each name with its place.
pub type Named<T> = BTreeMap<Text, T>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub format: Spanned<u64>,
    pub name: Text,
    pub source: Text,
    pub home: Text,
    pub handoff: Option<Text>,
    #[serde(default)]
    pub unknown: Reasons,
    pub tier: Spanned<Vec<Spanned<TierFile>>>,
    pub links: Spanned<Vec<Spanned<LinksFile>>>,
    #[serde(default)]
    pub data: Vec<DataFile>,
    pub reference: Option<ReferenceFile>,
    #[serde(default)]
    pub server: Named<ServerFile>,
}

/// Why a field is unknown wherever it is left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    pub capacity: Option<Text>,
    pub memory: Option<Text>,
    pub retention: Option<Text>,
    pub external: Option<Text>,
    pub power: Option<Text>,
    pub price: Option<Text>,
    pub start: Option<Text>,
    pub spread: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierFile {
    pub name: Text,
    pub host: Text,
    pub trust: Text,
    #[serde(default)]
    pub gpu: bool,
    pub speed: Option<Spanned<f64>>,
    pub capacity: Option<Spanned<Quantity>>,
    pub memory: Option<Spanned<Quantity>>,
    pub retention: Option<Spanned<Quantity>>,
    pub external: Option<Spanned<Quantity>>,
    pub power: Option<Spanned<Quantity>>,
    pub price: Option<Spanned<Quantity>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinksFile {
    pub name: Text,
    pub source: Text,
    pub pair: Vec<Spanned<PairFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairFile {
    pub between: Spanned<Vec<Text>>,
    pub one_way: Spanned<Quantity>,
    pub bandwidth: Spanned<Quantity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    pub prefix: Text,
    pub tier: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceFile {
    pub p_comm_default: Option<Spanned<f64>>,
    #[serde(default)]
    pub p_comm: Vec<Spanned<CommFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommFile {
    pub between: Spanned<Vec<Text>>,
    pub value: Spanned<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerFile {
    #[serde(rename = "static")]
    pub static_tier: Option<Text>,
    #[serde(default)]
    pub on: Named<HostedFile>,
    #[serde(default)]
    pub tool: Named<Spanned<ToolFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostedFile {
    pub packaging: Text,
    pub memory: Option<Spanned<Quantity>>,
    pub start: Option<Named<Spanned<Quantity>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolFile {
    /// In place of everything else.
    pub unknown: Option<Text>,
    pub locality: Option<Text>,
    pub private: Option<bool>,
    pub gpu: Option<bool>,
    pub wasi: Option<bool>,
    pub input: Option<Spanned<Quantity>>,
    pub output: Option<Spanned<Quantity>>,
    #[serde(default)]
    pub execution: Named<Named<Spanned<TimingFile>>>,
}

/// `"7 ms"` or `{ unknown = "reason" }`.
pub enum Quantity {
    Is(String),
    Not(Text),
}

/// `"7 ms"`, `{ typical = "7 ms", … }` or `{ unknown = "reason" }`.
pub enum TimingFile {
    Is(String),
    Not(Text),
    Full(Box<FullTiming>),
}

/// A timing with more than its median.
pub struct FullTiming {
    pub typical: Text,
    pub low: Option<Text>,
    pub high: Option<Text>,
    pub samples: Option<Spanned<u64>>,
    pub spread: Option<Spanned<Quantity>>,
    pub at: Option<Text>,
    pub per_megabyte: Option<Text>,
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Quantity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text with a unit, or { unknown = \"reason\" }")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
                Ok(Quantity::Is(text.to_owned()))
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Quantity, M::Error> {
                let Some(key) = map.next_key::<String>()? else {
                    return Err(M::Error::missing_field("unknown"));
                };
                if key != "unknown" {
                    return Err(M::Error::unknown_field(&key, &["unknown"]));
                }
                let reason = map.next_value()?;
                match map.next_key::<String>()? {
                    Some(more) => Err(M::Error::unknown_field(&more, &["unknown"])),
                    None => Ok(Quantity::Not(reason)),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for TimingFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = TimingFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text with a unit, { typical = …, … }, or { unknown = \"reason\" }")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<TimingFile, E> {
                Ok(TimingFile::Is(text.to_owned()))
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<TimingFile, M::Error> {
                /// What may stand in either table; which it is shows afterwards.
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Both {
                    unknown: Option<Text>,
                    typical: Option<Text>,
                    low: Option<Text>,
                    high: Option<Text>,
                    samples: Option<Spanned<u64>>,
                    spread: Option<Spanned<Quantity>>,
                    at: Option<Text>,
                    per_megabyte: Option<Text>,
                }
                let both = Both::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                match (both.unknown, both.typical) {
                    (Some(_), Some(_)) => Err(M::Error::custom(
                        "it cannot be both `unknown` and `typical`",
                    )),
                    (Some(reason), None) => Ok(TimingFile::Not(reason)),
                    (None, None) => Err(M::Error::missing_field("typical")),
                    (None, Some(typical)) => Ok(TimingFile::Full(Box::new(FullTiming {
                        typical,
                        low: both.low,
                        high: both.high,
                        samples: both.samples,
                        spread: both.spread,
                        at: both.at,
                        per_megabyte: both.per_megabyte,
                    }))),
                }
            }
        }
        deserializer.deserialize_any(Any)
    }
}
