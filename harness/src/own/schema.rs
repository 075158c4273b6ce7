//! Makes the arguments of a call from a tool's `inputSchema` alone: what is required, and of that what is simplest.
//!
//! It reads what a stranger wrote: so deep, so many values and so long, and no further. What it leaves out of JSON Schema (`not`, `if`,
//! patterns of keys) it leaves to the server, which answers arguments that it does not take with an error.

use serde_json::{Map, Number, Value};

/// How deep a schema is followed, through references too.
const DEEPEST: usize = 16;
/// How many values one call is given.
const MOST: usize = 1_000;
/// How long a text or a list is made, where the schema asks for a length.
const LONGEST: u64 = 4_096;
/// How much of an expression is compiled.
const EXPRESSION: usize = 1 << 20;

/// What tools mostly call the folder or file that they work on; these are given the folder that was granted, if one was.
const PATHS: [&str; 8] = [
    "path",
    "dir",
    "directory",
    "folder",
    "root",
    "cwd",
    "repo_path",
    "repository",
];

/// Texts for the formats that JSON Schema names.
const FORMATS: [(&str, &str); 13] = [
    ("date", "2025-01-31"),
    ("time", "12:00:00Z"),
    ("date-time", "2025-01-31T12:00:00Z"),
    ("duration", "PT1H"),
    ("email", "someone@example.com"),
    ("hostname", "example.com"),
    ("ipv4", "192.0.2.1"),
    ("ipv6", "2001:db8::1"),
    ("uri", "https://example.com/"),
    ("uri-reference", "/"),
    ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
    ("json-pointer", "/a"),
    ("regex", "a"),
];

/// Texts that are tried where an expression says what fits.
const TRIED: [&str; 16] = [
    "a",
    "A",
    "1",
    "0",
    "a1",
    "aa",
    "abc",
    "ABC",
    "test",
    "/",
    "/a",
    "1.0",
    "1.0.0",
    "2025-01-31",
    "#000000",
    "a@example.com",
];

/// Makes arguments that satisfy a schema. `folder` is what a path is given.
///
/// # Errors
/// Why none can be made, naming the place in the schema.
pub fn arguments(schema: &Value, folder: Option<&str>) -> Result<Value, String> {
    if !schema.is_object() {
        return Err("its inputSchema is no object".to_owned());
    }
    let mut maker = Maker {
        root: schema,
        folder,
        left: MOST,
    };
    let made = maker.value(schema, "arguments", 0)?;
    if made.is_object() {
        return Ok(made);
    }
    Err("its inputSchema does not ask for an object".to_owned())
}

struct Maker<'a> {
    root: &'a Value,
    folder: Option<&'a str>,
    left: usize,
}

impl Maker<'_> {
    fn value(&mut self, schema: &Value, at: &str, depth: usize) -> Result<Value, String> {
        if depth > DEEPEST {
            return Err(format!(
                "{at}: the schema is nested more than {DEEPEST} deep"
            ));
        }
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| format!("{at}: the schema asks for more than {MOST} values"))?;
        let fields = match schema {
            Value::Bool(true) => return Ok("a".into()),
            Value::Object(fields) => fields,
            _ => return Err(format!("{at}: nothing satisfies its schema")),
        };
        if let Some(said) = said(fields) {
            return Ok(said.clone());
        }
        if let Some(reference) = fields.get("$ref") {
            let pointer = reference.as_str().and_then(|text| text.strip_prefix('#'));
            let found = pointer.and_then(|pointer| self.root.pointer(pointer));
            let found = found.cloned();
            let found =
                found.ok_or_else(|| format!("{at}: its $ref leads nowhere in the schema"))?;
            return self.value(&found, at, depth + 1);
        }
        if let Some(Value::Array(parts)) = fields.get("allOf") {
            return self.value(&merged(fields, parts), at, depth + 1);
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(Value::Array(choices)) = fields.get(choice) {
                return self.first(fields, choice, choices, at, depth);
            }
        }
        let kinds: Vec<&str> = match fields.get("type") {
            Some(Value::String(kind)) => vec![kind],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => vec![implied(fields)],
        };
        let kind = kinds.iter().find(|&&kind| kind != "null");
        match kind.copied() {
            Some("object") => self.object(fields, at, depth),
            Some("array") => self.array(fields, at, depth),
            Some("string") => self.text(fields, at),
            Some("integer") => number(fields, true, at),
            Some("number") => number(fields, false, at),
            Some("boolean") => Ok(false.into()),
            _ if kinds.contains(&"null") => Ok(Value::Null),
            _ => Err(format!("{at}: its type is none of JSON's")),
        }
    }

    /// The first of the choices that can be made.
    fn first(
        &mut self,
        fields: &Map<String, Value>,
        choice: &str,
        choices: &[Value],
        at: &str,
        depth: usize,
    ) -> Result<Value, String> {
        let mut beside = fields.clone();
        beside.remove(choice);
        let mut why = format!("{at}: {choice} has no choices");
        let (nulls, values): (Vec<&Value>, Vec<&Value>) = choices
            .iter()
            .partition(|choice| choice.get("type") == Some(&Value::from("null")));
        for chosen in values.into_iter().chain(nulls) {
            let whole = merged(&beside, std::slice::from_ref(chosen));
            match self.value(&whole, at, depth + 1) {
                Ok(made) => return Ok(made),
                Err(refused) => why = refused,
            }
        }
        Err(why)
    }

    fn object(
        &mut self,
        fields: &Map<String, Value>,
        at: &str,
        depth: usize,
    ) -> Result<Value, String> {
        let properties = fields.get("properties").and_then(Value::as_object);
        let required = fields.get("required").and_then(Value::as_array);
        let mut made = Map::new();
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            let place = format!("{at}.{name}");
            let schema = properties.and_then(|properties| properties.get(name));
            let schema = schema.cloned().unwrap_or(Value::Bool(true));
            let plain = schema.get("type") == Some(&Value::from("string")) && unsaid(&schema);
            let value = match self.folder.filter(|_| plain && is_path(name)) {
                Some(folder) => folder.into(),
                None => self.value(&schema, &place, depth + 1)?,
            };
            made.insert(name.to_owned(), value);
        }
        Ok(made.into())
    }

    fn array(
        &mut self,
        fields: &Map<String, Value>,
        at: &str,
        depth: usize,
    ) -> Result<Value, String> {
        let least = fields.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        if least > LONGEST {
            return Err(format!("{at}: it wants {least} items"));
        }
        let first = fields.get("prefixItems").and_then(Value::as_array);
        let first = first.map_or(&[][..], Vec::as_slice);
        let rest = fields.get("items").cloned().unwrap_or(Value::Bool(true));
        let mut made = Vec::new();
        for at_index in 0..usize::try_from(least).unwrap_or(usize::MAX) {
            let schema = first.get(at_index).unwrap_or(&rest).clone();
            made.push(self.value(&schema, &format!("{at}[{at_index}]"), depth + 1)?);
        }
        Ok(made.into())
    }

    fn text(&self, fields: &Map<String, Value>, at: &str) -> Result<Value, String> {
        let length = |name: &str| fields.get(name).and_then(Value::as_u64);
        let (least, most) = (length("minLength").unwrap_or(0), length("maxLength"));
        if least > LONGEST {
            return Err(format!("{at}: it wants {least} characters"));
        }
        let format = fields.get("format").and_then(Value::as_str);
        let known = FORMATS.iter().find(|(name, _)| Some(*name) == format);
        let known = known.map(|(_, text)| (*text).to_owned());
        let pattern = fields.get("pattern").and_then(Value::as_str);
        let pattern = pattern.map(|pattern| {
            let compiled = regex::RegexBuilder::new(pattern)
                .size_limit(EXPRESSION)
                .build();
            compiled.map_err(|_| format!("{at}: its pattern is no expression that is read here"))
        });
        let pattern = pattern.transpose()?;
        let padded = |text: &str| {
            let missing = least.saturating_sub(characters(text));
            text.to_owned() + &"a".repeat(usize::try_from(missing).unwrap_or(0))
        };
        let fits = |text: &String| {
            let length = characters(text);
            least <= length
                && most.is_none_or(|most| length <= most)
                && pattern
                    .as_ref()
                    .is_none_or(|pattern| pattern.is_match(text))
        };
        let repeated =
            ["a", "A", "1", "0"].map(|one| one.repeat(usize::try_from(least.max(1)).unwrap_or(1)));
        let tried = TRIED.iter().map(|text| padded(text));
        let mut candidates = known
            .into_iter()
            .chain(tried)
            .chain(repeated)
            .chain([String::new()]);
        let made = candidates.find(fits);
        made.map(Value::String).ok_or_else(|| match &pattern {
            Some(pattern) => format!(
                "{at}: no text was found that its pattern {:?} takes",
                pattern.as_str()
            ),
            None => format!(
                "{at}: no text is at least {least} and at most {} long",
                most.unwrap_or(0)
            ),
        })
    }
}

/// A value that the schema itself says.
fn said(fields: &Map<String, Value>) -> Option<&Value> {
    let first = |name: &str| fields.get(name).and_then(Value::as_array)?.first();
    let plain = |name: &str| fields.get(name);
    // An example is what its author would call it with; a default is what is taken where nothing is given.
    plain("const")
        .or_else(|| first("examples"))
        .or_else(|| plain("example"))
        .or_else(|| plain("default").filter(|value| !value.is_null()))
        .or_else(|| first("enum"))
}

/// Whether a schema leaves the value open.
fn unsaid(schema: &Value) -> bool {
    schema.as_object().is_some_and(|fields| {
        said(fields).is_none() && !fields.contains_key("pattern") && !fields.contains_key("format")
    })
}

fn is_path(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PATHS.contains(&name.as_str()) || name.ends_with("_dir") || name.ends_with("_directory")
}

/// What is meant where no type is named.
fn implied(fields: &Map<String, Value>) -> &'static str {
    let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    if has(&["properties", "required", "additionalProperties"]) {
        "object"
    } else if has(&["items", "minItems", "prefixItems"]) {
        "array"
    } else if has(&[
        "minimum",
        "maximum",
        "multipleOf",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ]) {
        "number"
    } else {
        "string"
    }
}

/// A schema with others that hold beside it: properties and what is required add up, of anything else the last word counts.
fn merged(fields: &Map<String, Value>, parts: &[Value]) -> Value {
    let mut whole = fields.clone();
    whole.remove("allOf");
    for part in parts.iter().filter_map(Value::as_object) {
        for (name, value) in part {
            match (name.as_str(), whole.get_mut(name), value) {
                ("properties", Some(Value::Object(all)), Value::Object(more)) => {
                    all.extend(more.clone());
                }
                ("required", Some(Value::Array(all)), Value::Array(more)) => {
                    all.extend(more.clone());
                }
                _ => {
                    whole.insert(name.clone(), value.clone());
                }
            }
        }
    }
    Value::Object(whole)
}

/// The number nearest to 1 that the bounds leave.
fn number(fields: &Map<String, Value>, whole: bool, at: &str) -> Result<Value, String> {
    let bound = |name: &str| fields.get(name).and_then(Value::as_f64);
    let step = bound("multipleOf").filter(|step| *step > 0.0);
    let (below, above) = (bound("exclusiveMaximum"), bound("exclusiveMinimum"));
    let (least, most) = (bound("minimum"), bound("maximum"));
    let fits = |number: &f64| {
        let even = step.is_none_or(|step| (number / step).fract() == 0.0);
        least.is_none_or(|least| *number >= least)
            && most.is_none_or(|most| *number <= most)
            && above.is_none_or(|above| *number > above)
            && below.is_none_or(|below| *number < below)
            && even
            && !(whole && number.fract() != 0.0)
    };
    let middle = || {
        let (low, high) = (least.or(above)?, most.or(below)?);
        Some(low / 2.0 + high / 2.0)
    };
    let near = [
        Some(1.0),
        Some(0.0),
        step,
        least.map(f64::ceil),
        least,
        above.map(|above| above.floor() + 1.0),
        most.map(f64::floor),
        most,
        below.map(|below| below.ceil() - 1.0),
        middle(),
    ];
    // Of steps, the next one on either side of each bound.
    let stepped = near.iter().flatten().flat_map(|number| {
        let step = step.unwrap_or(1.0);
        [
            (number / step).ceil() * step,
            (number / step).floor() * step,
        ]
    });
    let mut all = near.iter().flatten().copied().chain(stepped);
    let made = all.find(fits).and_then(|number| written(number, whole));
    made.map(Value::Number)
        .ok_or_else(|| format!("{at}: no number was found within its bounds"))
}

/// A number as JSON: whole ones without a point.
fn written(number: f64, whole: bool) -> Option<Number> {
    if whole || number.fract() == 0.0 {
        // No float is cast: its digits are read again, and those of a huge one are no integer.
        let digits = format!("{number:.0}");
        if let Ok(integer) = digits.parse::<i64>() {
            return Some(integer.into());
        }
        if whole {
            return None;
        }
    }
    Number::from_f64(number)
}

fn characters(text: &str) -> u64 {
    u64::try_from(text.chars().count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
