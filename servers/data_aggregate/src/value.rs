//! JSON values with the order of their members, numbers as Python has them, and texts borrowed from what came.

use crate::parse;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without point and exponent, within 64 bits.
    Int(i128),
    /// Any other number; always finite.
    Float(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Value<'a>>),
    /// An object.
    Object(Object<'a>),
}

/// An object: its members in order, each name once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object<'a> {
    members: Vec<(Cow<'a, str>, Value<'a>)>,
    /// Where a name stands, once there are too many to look through.
    places: BTreeMap<Cow<'a, str>, usize>,
}

/// Up to this many members a list is faster than a tree.
const FEW: usize = 16;

impl<'a> Object<'a> {
    /// Sets a member, as Python's `dict` does: a name that is there already keeps its place.
    pub fn set(&mut self, name: impl Into<Cow<'a, str>>, value: Value<'a>) {
        let name = name.into();
        if let Some(place) = self.place(&name) {
            self.members[place].1 = value;
            return;
        }
        self.members.push((name.clone(), value));
        let last = self.members.len() - 1;
        if last == FEW {
            for (place, (name, _)) in self.members.iter().enumerate() {
                self.places.insert(name.clone(), place);
            }
        } else if last > FEW {
            self.places.insert(name, last);
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        if self.members.len() <= FEW {
            return self.members.iter().position(|(own, _)| own == name);
        }
        self.places.get(name).copied()
    }

    /// A member's value.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.place(name).map(|place| &self.members[place].1)
    }

    /// The members in order.
    pub fn members(&self) -> impl Iterator<Item = (&Cow<'a, str>, &Value<'a>)> {
        self.members.iter().map(|(name, value)| (name, value))
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i128(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Value::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.members.len()))?;
        for (name, value) in &self.members {
            map.serialize_entry(name.as_ref(), value)?;
        }
        map.end()
    }
}

/// How many bytes an answer may have: the message that carries it takes several times as much memory.
const ANSWER: usize = 16 << 20;

/// An answer as compact JSON.
///
/// # Errors
/// Where it is too large to be carried.
pub fn answer(value: &Object<'_>) -> Result<String, String> {
    let json = compact(value)?;
    if json.len() > ANSWER {
        return Err("the answer would be larger than 16 MiB; send fewer at a time".to_owned());
    }
    Ok(json)
}

/// A value as compact JSON.
pub fn compact(value: &impl Serialize) -> Result<String, String> {
    // Names are texts and numbers are finite, so this cannot fail; a fault would be ours, and it is said.
    serde_json::to_string(value)
        .map_err(|error| format!("the answer cannot be written: {error}; report this"))
}

/// How many bytes a value has as compact JSON.
pub fn size(value: &impl Serialize) -> u64 {
    let mut counted = Counted(0);
    // Counting cannot fail.
    let _ = serde_json::to_writer(&mut counted, value);
    counted.0
}

struct Counted(u64);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A value as a name to group by: a text as it is, anything else as its JSON.
pub fn name<'a>(value: &Value<'a>) -> Result<Cow<'a, str>, String> {
    Ok(match value {
        Value::Text(text) => text.clone(),
        Value::Bool(true) => "true".into(),
        Value::Bool(false) => "false".into(),
        Value::Null => "null".into(),
        other => compact(other)?.into(),
    })
}

/// Reads an argument that must be a list of objects.
pub fn objects<'a>(argument: &str, json: &'a str) -> Result<Vec<Object<'a>>, String> {
    let Value::List(items) = parse::value(argument, json)? else {
        return Err(format!("{argument} is not a list; pass a list of objects"));
    };
    let mut objects = Vec::with_capacity(items.len());
    for (place, item) in items.into_iter().enumerate() {
        let Value::Object(object) = item else {
            return Err(format!(
                "{argument}[{place}] is not an object; pass a list of objects"
            ));
        };
        objects.push(object);
    }
    Ok(objects)
}
