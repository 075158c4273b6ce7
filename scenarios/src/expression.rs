//! What an argument in a scenario may be beside a literal: an earlier answer, an item of a list, a data file, a text put together.
//!
//! | written | is |
//! |---|---|
//! | `{ "$answer" = "scan", at = "/image_paths" }` | the answer of an earlier call, or the part of it at a JSON pointer; of a repeated call, the list of all its answers |
//! | `{ "$answer" = "summary", at = "/summary", item = true }` | of a repeated call, the answer that belongs to the current item |
//! | `{ "$item" = "/title" }` | the current item, or a part of it: in a call with `each`, and in the `to` of `$each` |
//! | `{ "$data" = "site/papers.json" }` | a JSON file of the data set |
//! | `{ "$each" = LIST, to = VALUE }` | the value for each item of a list |
//! | `{ "$text" = [PARTS] }` | the parts as one text; what is no string is written as JSON |
//!
//! Each takes `first = N`: the first N characters of a text, or items of a list.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::canonical::canonical;
use crate::fields::kind;
use crate::refused::shown;
use crate::scenario::Step;

/// What may be named at some place of a scenario.
pub(crate) struct Scope<'a> {
    pub steps: &'a [Step],
    pub data: &'a [String],
    pub in_item: bool,
}

/// Why an expression is none, and where in the argument it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub at: String,
    pub why: String,
    pub remedy: String,
}

/// An expression taken apart.
enum Form<'a> {
    Answer {
        of: &'a str,
        at: &'a str,
        item: bool,
    },
    Item {
        at: &'a str,
    },
    Data {
        file: &'a str,
        at: &'a str,
    },
    Each {
        list: &'a Value,
        to: &'a Value,
    },
    Text {
        parts: &'a [Value],
    },
}

const KEYS: [&str; 5] = ["$answer", "$item", "$data", "$each", "$text"];

/// Whether a value is an expression and no literal.
pub(crate) fn is_one(value: &Value) -> bool {
    let fields = value.as_object();
    fields.is_some_and(|fields| fields.keys().any(|key| key.starts_with('$')))
}

fn form(fields: &Map<String, Value>) -> Result<(Form<'_>, Option<usize>), Fault> {
    let fault = |why: String, remedy: &str| Fault {
        at: String::new(),
        why,
        remedy: remedy.to_owned(),
    };
    let marked: Vec<&str> = fields
        .keys()
        .map(String::as_str)
        .filter(|key| key.starts_with('$'))
        .collect();
    let [mark] = marked[..] else {
        return Err(fault("is two expressions at once".to_owned(), "write one"));
    };
    if !KEYS.contains(&mark) {
        let known = KEYS.join(", ");
        let remedy = format!("write one of {known}");
        return Err(fault(
            format!("is the unknown expression {}", shown(mark)),
            &remedy,
        ));
    }
    let others: &[&str] = match mark {
        "$answer" => &["at", "first", "item"],
        "$data" => &["at", "first"],
        "$each" => &["to", "first"],
        _ => &["first"],
    };
    if let Some(extra) = fields
        .keys()
        .find(|key| *key != mark && !others.contains(&key.as_str()))
    {
        let remedy = format!("{mark} takes {}", others.join(", "));
        return Err(fault(
            format!("has {}, which {mark} does not take", shown(extra)),
            &remedy,
        ));
    }
    let text = |key: &str| match fields.get(key) {
        None => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(fault(
            format!("has a {key} that is no string"),
            "write a string",
        )),
    };
    let pointer = |key: &str| match text(key)? {
        at if at.is_empty() || at.starts_with('/') => Ok(at),
        at => Err(fault(
            format!("has {key} = {}", shown(at)),
            "write a JSON pointer: \"\", or \"/field/0\"",
        )),
    };
    let first = match fields.get("first") {
        None => None,
        Some(value) => Some(
            value
                .as_u64()
                .and_then(|first| usize::try_from(first).ok())
                .ok_or_else(|| {
                    fault(
                        format!("has first = {}", shown(&value.to_string())),
                        "write a whole number",
                    )
                })?,
        ),
    };
    let form = match mark {
        "$answer" => Form::Answer {
            of: text("$answer")?,
            at: pointer("at")?,
            item: match fields.get("item") {
                None => false,
                Some(Value::Bool(item)) => *item,
                Some(_) => {
                    return Err(fault(
                        "has an item that is no truth value".to_owned(),
                        "write true or false",
                    ));
                }
            },
        },
        "$item" => Form::Item {
            at: pointer("$item")?,
        },
        "$data" => Form::Data {
            file: text("$data")?,
            at: pointer("at")?,
        },
        "$each" => Form::Each {
            list: &fields["$each"],
            to: fields
                .get("to")
                .ok_or_else(|| fault("has no `to`".to_owned(), "write what each item becomes"))?,
        },
        _ => Form::Text {
            parts: fields["$text"].as_array().ok_or_else(|| {
                fault(
                    "has a $text that is no list".to_owned(),
                    "write a list of strings and expressions",
                )
            })?,
        },
    };
    Ok((form, first))
}

/// Whether everything that a value names is there to be named.
pub(crate) fn check(value: &Value, scope: &Scope<'_>) -> Result<(), Fault> {
    let within = |at: String| {
        move |fault: Fault| Fault {
            at: format!("{at}{}", fault.at),
            ..fault
        }
    };
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check(item, scope).map_err(within(format!("[{index}]")))?;
            }
            Ok(())
        }
        Value::Object(fields) if is_one(value) => named(fields, scope),
        Value::Object(fields) => {
            for (key, field) in fields {
                let key: String = key.chars().take(60).flat_map(char::escape_debug).collect();
                check(field, scope).map_err(within(format!(".{key}")))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn named(fields: &Map<String, Value>, scope: &Scope<'_>) -> Result<(), Fault> {
    let fault = |why: String, remedy: String| {
        Err(Fault {
            at: String::new(),
            why,
            remedy,
        })
    };
    match form(fields)?.0 {
        Form::Answer { of, item, .. } => {
            let Some(step) = scope.steps.iter().find(|step| step.name == of) else {
                let known: Vec<&str> = scope.steps.iter().map(|step| step.name.as_str()).collect();
                let remedy = match known.is_empty() {
                    true => "the first call has no answers before it".to_owned(),
                    false => format!("name one of the calls before it: {}", known.join(", ")),
                };
                return fault(
                    format!("asks for the answer of {}, no earlier call", shown(of)),
                    remedy,
                );
            };
            match item && (!scope.in_item || step.each.is_none()) {
                true => fault(
                    "asks for the current item's answer where there is none".to_owned(),
                    "take `item` away; it belongs into a repeated call, about a repeated call"
                        .to_owned(),
                ),
                false => Ok(()),
            }
        }
        Form::Item { .. } if !scope.in_item => fault(
            "asks for the current item outside of a list".to_owned(),
            "give the call an `each`, or write $each".to_owned(),
        ),
        Form::Item { .. } => Ok(()),
        Form::Data { file, .. } if !scope.data.iter().any(|data| data == file) => fault(
            format!("reads {}, which `data` does not name", shown(file)),
            "add the file to `data`".to_owned(),
        ),
        Form::Data { .. } => Ok(()),
        Form::Each { list, to } => {
            check(list, scope)?;
            let inner = Scope {
                in_item: true,
                ..*scope
            };
            check(to, &inner)
        }
        Form::Text { parts } => parts.iter().try_for_each(|part| check(part, scope)),
    }
}

/// One answer: which call gave it, and what it was.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub call: usize,
    pub value: Value,
}

/// What expressions are evaluated in.
pub(crate) struct World<'a> {
    /// The answers of each step that was made, by the step's name.
    pub answers: &'a [(String, bool, Vec<Answer>)],
    /// Reads a JSON file of the data set.
    pub data: &'a dyn Fn(&str) -> Result<Rc<Value>, String>,
    /// How much may still be copied, in the units of [`weight`]: lists of lists of answers grow fast.
    pub left: &'a Cell<usize>,
}

/// What all calls of a scenario may copy from answers and data.
pub(crate) const COPIED: usize = 1 << 30;

/// What one of them may.
pub(crate) const COPIED_AT_ONCE: usize = 64 << 20;

/// What a value takes that holds nothing, in the same units.
const NOTHING: usize = 32;

/// The item that a call or a part of an argument is about.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub index: usize,
    pub value: Value,
    /// The calls that it came from; one set for all items of a list that do not differ in it.
    pub from: Rc<BTreeSet<usize>>,
}

impl World<'_> {
    /// The items of a list, each with the calls that it came from.
    pub(crate) fn items(&self, list: &Value, item: Option<&Item>) -> Result<Vec<Item>, String> {
        let mut from = BTreeSet::new();
        let value = self.value(list, item, &mut from)?;
        let Value::Array(values) = value else {
            return Err(format!("{} is no list", shown(&canonical(list))));
        };
        // Of all answers of a repeated call, each is one call's.
        let own = self
            .repeated(list)
            .filter(|answers| answers.len() >= values.len());
        self.spend(values.len())?;
        let from = Rc::new(from);
        let items = values.into_iter().enumerate();
        Ok(items
            .map(|(index, value)| Item {
                index,
                value,
                from: own.map_or_else(
                    || Rc::clone(&from),
                    |answers| Rc::new(BTreeSet::from([answers[index].call])),
                ),
            })
            .collect())
    }

    fn spend(&self, amount: usize) -> Result<(), String> {
        let left = self.left.get().checked_sub(amount);
        self.left.set(left.ok_or_else(|| {
            let (once, all) = (COPIED_AT_ONCE >> 20, COPIED >> 20);
            format!("it copies more than {once} MiB, or all calls together more than {all} MiB")
        })?);
        Ok(())
    }

    /// A copy of a part of a value.
    fn part(&self, value: &Value, at: &str, whose: &str) -> Result<Value, String> {
        let found = value
            .pointer(at)
            .ok_or_else(|| format!("{whose}, {}, has nothing at {}", outline(value), shown(at)))?;
        self.spend(weight(found))?;
        Ok(found.clone())
    }

    /// The answers of a repeated call, where an expression is the list of them.
    fn repeated(&self, list: &Value) -> Option<&[Answer]> {
        let fields = list.as_object()?;
        let of = fields.get("$answer")?.as_str()?;
        let (_, repeated, answers) = self.answers.iter().find(|(name, _, _)| name == of)?;
        (*repeated && !fields.contains_key("item")).then_some(answers)
    }

    /// A value with its expressions replaced; `from` gathers the calls that it was made from.
    pub(crate) fn value(
        &self,
        value: &Value,
        item: Option<&Item>,
        from: &mut BTreeSet<usize>,
    ) -> Result<Value, String> {
        // Lists of nothing grow as fast as others where lists stand within each other.
        self.spend(NOTHING)?;
        Ok(match value {
            Value::Array(items) => {
                let items: Result<Vec<Value>, String> = items
                    .iter()
                    .map(|value| self.value(value, item, from))
                    .collect();
                Value::Array(items?)
            }
            Value::Object(fields) if is_one(value) => self.evaluate(fields, item, from)?,
            Value::Object(fields) => {
                let fields: Result<Map<String, Value>, String> = fields
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.value(value, item, from)?)))
                    .collect();
                Value::Object(fields?)
            }
            other => {
                self.spend(weight(other) - NOTHING)?;
                other.clone()
            }
        })
    }

    fn evaluate(
        &self,
        fields: &Map<String, Value>,
        item: Option<&Item>,
        from: &mut BTreeSet<usize>,
    ) -> Result<Value, String> {
        let (form, first) = form(fields).map_err(|fault| fault.why)?;
        let value = match form {
            Form::Answer { of, at, item: own } => {
                let found = self.answers.iter().find(|(name, _, _)| name == of);
                let (_, repeated, answers) =
                    found.ok_or_else(|| format!("{} was not called", shown(of)))?;
                let whose = format!("the answer of {of}");
                let part = |answer: &Answer| self.part(&answer.value, at, &whose);
                let alone =
                    match (own, item) {
                        (true, Some(item)) => Some(answers.get(item.index).ok_or_else(|| {
                            format!("{of} has no answer for item {}", item.index)
                        })?),
                        _ if *repeated => None,
                        _ => Some(
                            answers
                                .first()
                                .ok_or_else(|| format!("{of} has no answer"))?,
                        ),
                    };
                match alone {
                    Some(answer) => {
                        from.insert(answer.call);
                        part(answer)?
                    }
                    None => {
                        let taken = answers.iter().take(first.unwrap_or(usize::MAX));
                        from.extend(taken.clone().map(|answer| answer.call));
                        Value::Array(taken.map(part).collect::<Result<_, _>>()?)
                    }
                }
            }
            Form::Item { at } => {
                let item = item.ok_or("there is no item")?;
                from.extend(item.from.iter());
                self.part(&item.value, at, "the item")?
            }
            Form::Data { file, at } => self.part(&*(self.data)(file)?, at, file)?,
            Form::Each { list, to } => {
                let items = self.items(list, item)?;
                let made: Result<Vec<Value>, String> = items
                    .iter()
                    .take(first.unwrap_or(usize::MAX))
                    .map(|item| self.value(to, Some(item), from))
                    .collect();
                Value::Array(made?)
            }
            Form::Text { parts } => {
                let mut text = String::new();
                for part in parts {
                    match self.value(part, item, from)? {
                        Value::String(part) => text.push_str(&part),
                        other => text.push_str(&canonical(&other)),
                    }
                    if text.len() > crate::bound::BLOB {
                        return Err("a text becomes too long".to_owned());
                    }
                }
                Value::String(text)
            }
        };
        Ok(match (first, value) {
            (Some(first), Value::String(text)) => Value::String(text.chars().take(first).collect()),
            (Some(first), Value::Array(mut items)) => {
                items.truncate(first);
                Value::Array(items)
            }
            (_, value) => value,
        })
    }
}

/// What a value is, for a message: of an object, what it has.
fn outline(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let names: Vec<String> = fields.keys().take(12).map(|name| shown(name)).collect();
            format!("an object with {}", names.join(", "))
        }
        other => kind(other).to_owned(),
    }
}

/// About how many bytes a copy takes.
fn weight(value: &Value) -> usize {
    NOTHING
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(weight).sum(),
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| key.len() + weight(value))
                .sum(),
            _ => 0,
        }
}
