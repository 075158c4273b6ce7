//! Turns a scenario into calls, one after the other: each is made from what the ones before it answered.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use crate::bound;
use crate::canonical::canonical;
use crate::expression::{Answer, COPIED, COPIED_AT_ONCE, Item, World};
use crate::scenario::Scenario;

/// A call that is to be made now.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The server's name.
    pub server: String,
    /// The tool's name.
    pub tool: String,
    /// The arguments, with placeholders as they stand.
    pub arguments: Value,
    /// The earlier calls whose answers they were made from.
    pub depends_on: Vec<usize>,
    /// The step's name, for messages.
    pub step: String,
}

/// Why a scenario cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "call {call} ({step}) cannot be made: {why}; look at what the calls before it answered, and at [[call]] {step}"
)]
pub struct Stuck {
    /// The call's index.
    pub call: usize,
    /// The step's name.
    pub step: String,
    /// What is not as the scenario has it.
    pub why: String,
}

/// Reads a JSON file of the data set, or says why not.
pub type ReadData<'a> = &'a dyn Fn(&str) -> Result<Value, String>;

/// A scenario that is being played.
pub struct Script<'a> {
    scenario: &'a Scenario,
    data: ReadData<'a>,
    answers: Vec<(String, bool, Vec<Answer>)>,
    /// Data files that were read.
    read: RefCell<BTreeMap<String, Rc<Value>>>,
    /// How much may still be copied, and how much of it the call that is due takes.
    left: usize,
    spent: usize,
    /// The items of the step that is being made, and which is next.
    items: Option<Vec<Item>>,
    made: usize,
}

impl<'a> Script<'a> {
    /// From the beginning.
    pub fn new(scenario: &'a Scenario, data: ReadData<'a>) -> Script<'a> {
        Script {
            scenario,
            data,
            answers: Vec::new(),
            read: RefCell::default(),
            left: COPIED,
            spent: 0,
            items: None,
            made: 0,
        }
    }

    /// How many calls were answered.
    pub fn made(&self) -> usize {
        self.made
    }

    /// The next call; none when all were made. Asked again before [`Script::answered`], it says the same.
    ///
    /// # Errors
    /// When an answer is not what the scenario expects of it, or calls become too many.
    pub fn next_call(&mut self) -> Result<Option<Due>, Stuck> {
        loop {
            let scenario = self.scenario;
            let Some((step, begun)) = self.step() else {
                return Ok(None);
            };
            let step = &scenario.steps[step];
            let stuck = |why: String| Stuck {
                call: self.made,
                step: step.name.clone(),
                why,
            };
            if self.made >= bound::CALLS {
                return Err(stuck(format!("there are more than {} calls", bound::CALLS)));
            }
            let data = |file: &str| {
                if let Some(known) = self.read.borrow().get(file) {
                    return Ok(Rc::clone(known));
                }
                let value = Rc::new((self.data)(file)?);
                let mut read = self.read.borrow_mut();
                read.insert(file.to_owned(), Rc::clone(&value));
                Ok(value)
            };
            let most = self.left.min(COPIED_AT_ONCE);
            let left = Cell::new(most);
            let world = World {
                answers: &self.answers,
                data: &data,
                left: &left,
            };
            if !begun {
                let items = step.each.as_ref().map(|each| world.items(each, None));
                self.items = items.transpose().map_err(stuck)?;
                self.answers
                    .push((step.name.clone(), step.each.is_some(), Vec::new()));
                continue;
            }
            let done = self
                .answers
                .last()
                .map_or(0, |(_, _, answers)| answers.len());
            let item = match &self.items {
                None => None,
                Some(items) => match items.get(done) {
                    Some(item) => Some(item),
                    // A list that was empty from the beginning: the step makes no call.
                    None => return Err(stuck("its list is empty".to_owned())),
                },
            };
            let mut from = BTreeSet::new();
            let arguments = world
                .value(&step.arguments, item, &mut from)
                .map_err(stuck)?;
            if from.len() > bound::DEPENDS_ON {
                return Err(stuck(format!(
                    "it depends on more than {} calls",
                    bound::DEPENDS_ON
                )));
            }
            if canonical(&arguments).len() > bound::BLOB {
                return Err(stuck("its arguments become too large".to_owned()));
            }
            self.spent = most - left.get();
            return Ok(Some(Due {
                server: step.server.clone(),
                tool: step.tool.clone(),
                arguments,
                depends_on: from.into_iter().collect(),
                step: step.name.clone(),
            }));
        }
    }

    /// The step that is being made, and whether it was begun; the next where all its calls were answered.
    fn step(&self) -> Option<(usize, bool)> {
        let last = self.answers.len().checked_sub(1);
        let open = last.filter(|last| {
            let wanted = self.items.as_ref().map_or(1, Vec::len).max(1);
            self.answers[*last].2.len() < wanted
        });
        match open {
            Some(step) => Some((step, true)),
            None => Some((self.answers.len(), false))
                .filter(|(step, _)| *step < self.scenario.steps.len()),
        }
    }

    /// What the call answered: see [`answer`].
    pub fn answered(&mut self, value: Value) {
        if let Some((_, _, answers)) = self.answers.last_mut() {
            answers.push(Answer {
                call: self.made,
                value,
            });
            self.made += 1;
            self.left -= std::mem::take(&mut self.spent);
        }
    }
}

/// What an agent takes a result for: its structured content; else the first text, as JSON where it is a list or an object.
pub fn answer(result: &Value) -> Value {
    if let Some(structured) = result
        .get("structuredContent")
        .filter(|value| !value.is_null())
    {
        return structured.clone();
    }
    let blocks = result.get("content").and_then(Value::as_array);
    let mut texts = blocks
        .into_iter()
        .flatten()
        .filter_map(|block| block.get("text")?.as_str());
    let text = texts.next().unwrap_or_default();
    match crate::strict::json("", text) {
        Ok(value @ (Value::Array(_) | Value::Object(_))) => value,
        _ => Value::from(text),
    }
}
