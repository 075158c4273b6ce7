//! Reads JSON from strangers: bounded in bytes, depth and number of values, no key twice, fractions to the last bit.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::Refused;
use crate::bound;
use crate::fraction::Fractions;

/// The JSON value that a text is.
///
/// # Errors
/// When it is no JSON within the bounds of `scenarios/trace.schema.json`, or has a key twice.
pub fn json(file: &str, text: &str) -> Result<Value, Refused> {
    fits(file, text.len())?;
    let left = Cell::new(bound::VALUES);
    one(text, &left).map_err(|error| refused(file, error.line(), &error))
}

/// The JSON value of each line, with the line's number from 1; blank lines are left out.
pub(crate) fn lines<'a>(
    file: &'a str,
    text: &'a str,
) -> impl Iterator<Item = Result<(usize, Value), Refused>> + 'a {
    let left = Cell::new(bound::VALUES);
    let lines = text.lines().enumerate();
    let filled = lines.filter(|(_, line)| !line.trim().is_empty());
    filled.map(move |(index, line)| {
        let value = one(line, &left).map_err(|error| refused(file, index + 1, &error))?;
        Ok((index + 1, value))
    })
}

/// The JSON values of a text, one after the other with nothing but white space between them.
pub(crate) fn several(file: &str, text: &str) -> Result<Vec<Value>, Refused> {
    fits(file, text.len())?;
    let left = Cell::new(bound::VALUES);
    let mut reader = serde_json::Deserializer::from_str(text);
    let fractions = Fractions::of(text);
    let mut values = Vec::new();
    // `end` fails where anything but white space is left.
    while reader.end().is_err() {
        let seed = Bounded {
            left: &left,
            fractions: &fractions,
            depth: 0,
        };
        let value = seed.deserialize(&mut reader);
        values.push(value.map_err(|error| refused(file, error.line(), &error))?);
    }
    Ok(values)
}

fn one(text: &str, left: &Cell<usize>) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = Bounded {
        left,
        fractions: &Fractions::of(text),
        depth: 0,
    };
    let value = seed.deserialize(&mut reader)?;
    reader.end().map(|()| value)
}

fn refused(file: &str, line: usize, error: &serde_json::Error) -> Refused {
    let said = error.to_string();
    Refused::new(
        file,
        format!("line {line} column {}", error.column()),
        said.split(" at line ").next().unwrap_or_default(),
        "write JSON (RFC 8259) with every key once, within the bounds of scenarios/trace.schema.json",
    )
}

/// Whether so many bytes may be read.
pub(crate) fn fits(file: &str, bytes: usize) -> Result<(), Refused> {
    if bytes <= bound::FILE {
        return Ok(());
    }
    let most = bound::FILE >> 20;
    Err(Refused::whole(
        file,
        format!("has more than {most} MiB"),
        "split it, and move large arguments to blobs",
    ))
}

#[derive(Clone, Copy)]
struct Bounded<'a> {
    left: &'a Cell<usize>,
    fractions: &'a Fractions<'a>,
    depth: usize,
}

impl<'a> Bounded<'a> {
    fn count<E: Error>(self) -> Result<(), E> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(E::custom(format!("more than {} values", bound::VALUES))),
        }
    }

    fn deeper<E: Error>(self) -> Result<Bounded<'a>, E> {
        match self.depth < bound::DEPTH {
            true => Ok(Bounded {
                depth: self.depth + 1,
                ..self
            }),
            false => Err(E::custom(format!("more than {} levels", bound::DEPTH))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.count()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(self.fractions.next().unwrap_or(value));
        Ok(Value::Number(number.ok_or_else(|| {
            E::custom("a number that no double holds")
        })?))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(deeper)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                let shown = crate::refused::shown(&key);
                return Err(A::Error::custom(format!("the key {shown} stands twice")));
            }
            let value = entries.next_value_seed(deeper)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let read = json("x.json", text);
        expected
            .assert_eq(&read.map_or_else(|refused| refused.to_string(), |value| value.to_string()));
    }

    proptest::proptest! {
        #[test]
        fn a_fraction_is_read_as_it_was_written(bits: [u64; 4], whole: i64) {
            let fractions = bits.map(f64::from_bits).into_iter().filter(|fraction| fraction.is_finite());
            let mut values: Vec<Value> = fractions.map(Value::from).collect();
            values.push(Value::from(whole));
            let value = serde_json::json!({"x\"1.5": values, "y": ["2.5", 0.1]});
            let texts = [crate::canonical(&value), serde_json::to_string_pretty(&value).expect("JSON")];
            for text in texts {
                proptest::prop_assert_eq!(json("x", &text).expect("JSON"), value.clone());
                let twice = format!("{text} {text}");
                proptest::prop_assert_eq!(several("x", &twice).expect("JSON"), vec![value.clone(), value.clone()]);
            }
        }
    }

    #[test]
    fn json_is_read_within_bounds() {
        check(
            r#" {"a":[1,-2,2.5,"é\n",null,true,{}]} "#,
            expect![[r#"{"a":[1,-2,2.5,"é\n",null,true,{}]}"#]],
        );
        check(
            "{\"a\":1,\n \"a\":2}",
            expect![[
                r#"x.json: line 2 column 4: the key "a" stands twice; write JSON (RFC 8259) with every key once, within the bounds of scenarios/trace.schema.json"#
            ]],
        );
        check(
            "[1] x",
            expect![
                "x.json: line 1 column 5: trailing characters; write JSON (RFC 8259) with every key once, within the bounds of scenarios/trace.schema.json"
            ],
        );
        check(
            &"[".repeat(bound::DEPTH + 1),
            expect![
                "x.json: line 1 column 65: more than 64 levels; write JSON (RFC 8259) with every key once, within the bounds of scenarios/trace.schema.json"
            ],
        );
        check(
            &format!("[{}0]", "0,".repeat(bound::VALUES)),
            expect![
                "x.json: line 1 column 3999999: more than 2000000 values; write JSON (RFC 8259) with every key once, within the bounds of scenarios/trace.schema.json"
            ],
        );
        check(
            &" ".repeat(bound::FILE + 1),
            expect![
                "x.json: the file: has more than 16 MiB; split it, and move large arguments to blobs"
            ],
        );
    }
}
