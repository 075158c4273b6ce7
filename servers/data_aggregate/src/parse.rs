//! Reads JSON into values: in one pass, bounded in depth and number.

use crate::value::{Object, Value};
use std::borrow::Cow;

/// How deep values may nest.
const DEEPEST: usize = 100;
/// How many values an argument may hold: each takes a hundred bytes and more, however short it is written.
const VALUES: usize = 250_000;
/// How many bytes an argument may have: an answer can repeat each of them four times.
const BYTES: usize = 8 << 20;

/// Reads an argument.
///
/// # Errors
/// Where it is no JSON, nests too deep, or holds too much; the message names the argument and the remedy.
pub fn value<'a>(argument: &str, json: &'a str) -> Result<Value<'a>, String> {
    let mut reader = Reader {
        text: json,
        at: 0,
        room: VALUES,
    };
    let small = if json.len() > BYTES {
        Err(Fault::TooLong)
    } else {
        Ok(())
    };
    let read = small.and_then(|()| reader.value(0)).and_then(|value| {
        reader.peek();
        if reader.at == json.len() {
            Ok(value)
        } else {
            Err(Fault::NotJson)
        }
    });
    read.map_err(|fault| {
        let what = match fault {
            Fault::NotJson => "is not JSON; send it as JSON",
            Fault::TooDeep => "nests deeper than 100 levels; flatten it",
            Fault::TooMany => "holds more than 250,000 values; send fewer at a time",
            Fault::TooLong => "is longer than 8 MiB; send less at a time",
            Fault::TooLarge => "holds a number beyond the range of a double; send it as a text",
            Fault::HalfPair => "holds half of a surrogate pair (\\ud800 to \\udfff alone), which no client can read back; remove it",
        };
        format!("{argument} {what}")
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    NotJson,
    TooDeep,
    TooMany,
    TooLong,
    TooLarge,
    HalfPair,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    room: usize,
}

impl<'a> Reader<'a> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        if depth > DEEPEST {
            return Err(Fault::TooDeep);
        }
        self.room = self.room.checked_sub(1).ok_or(Fault::TooMany)?;
        match self.peek().ok_or(Fault::NotJson)? {
            b'"' => Ok(Value::Text(self.string()?)),
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            _ => self.plain(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        self.at += 1;
        let mut object = Object::default();
        if self.eat(b'}') {
            return Ok(Value::Object(object));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(Fault::NotJson);
            }
            let name = self.string()?;
            if !self.eat(b':') {
                return Err(Fault::NotJson);
            }
            object.set(name, self.value(depth + 1)?);
            if self.eat(b'}') {
                return Ok(Value::Object(object));
            }
            if !self.eat(b',') {
                return Err(Fault::NotJson);
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        if self.eat(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat(b']') {
                return Ok(Value::List(items));
            }
            if !self.eat(b',') {
                return Err(Fault::NotJson);
            }
        }
    }

    /// A string; the quote is next.
    fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let (mut at, mut escaped) = (start + 1, false);
        loop {
            match *bytes.get(at).ok_or(Fault::NotJson)? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        self.at = at + 1;
        let quoted = self.text.get(start..=at).ok_or(Fault::NotJson)?;
        if escaped {
            let text: Result<String, _> = serde_json::from_str(quoted);
            return text.map(Cow::Owned).map_err(|_| Fault::HalfPair);
        }
        quoted
            .get(1..quoted.len() - 1)
            .map(Cow::Borrowed)
            .ok_or(Fault::NotJson)
    }

    /// A number, or one of the three words.
    fn plain(&mut self) -> Result<Value<'a>, Fault> {
        let rest = self.text.get(self.at..).ok_or(Fault::NotJson)?;
        let is_end = |byte: u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
        let end = rest.bytes().position(is_end).unwrap_or(rest.len());
        let token = rest.get(..end).ok_or(Fault::NotJson)?;
        self.at += end;
        match token {
            "null" => return Ok(Value::Null),
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            _ => {}
        }
        if !token.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Err(Fault::NotJson);
        }
        let is_whole = !token.contains(['.', 'e', 'E']);
        let within = |whole: &i128| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(whole);
        if let Some(whole) = token.parse().ok().filter(|_| is_whole).filter(within) {
            return Ok(Value::Int(whole));
        }
        let number: f64 = token.parse().map_err(|_| Fault::NotJson)?;
        if !number.is_finite() {
            return Err(Fault::TooLarge);
        }
        Ok(Value::Float(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::compact;
    use proptest::prelude::*;

    #[track_caller]
    fn check(json: &str, written: &str) {
        let value = value("items", json).expect(json);
        assert_eq!(compact(&value).as_deref(), Ok(written));
    }

    #[test]
    fn members_keep_their_order_and_a_name_that_is_twice_its_place() {
        check(
            r#" { "b" : 1 , "a" : [ ] , "b" : { } } "#,
            r#"{"b":{},"a":[]}"#,
        );
        let names: Vec<String> = (0..100).map(|n| format!("\"{}\":{n}", n % 40)).collect();
        let wanted: Vec<String> = (0..40)
            .map(|n| format!("\"{n}\":{}", if n < 20 { n + 80 } else { n + 40 }))
            .collect();
        check(
            &format!("{{{}}}", names.join(",")),
            &format!("{{{}}}", wanted.join(",")),
        );
    }

    #[test]
    fn numbers_are_whole_or_the_nearest_double() {
        check(
            "[1,-7,18446744073709551615,1.0,2.50,1e3,0.1]",
            "[1,-7,18446744073709551615,1.0,2.5,1000.0,0.1]",
        );
        // The default of serde_json is one unit off here.
        check("122.416294033786585", "122.41629403378658");
        check(r#"["\u00e9\n","é"]"#, r#"["é\n","é"]"#);
    }

    #[test]
    fn what_is_too_much_is_refused_with_the_remedy() {
        let deep = "[".repeat(200_000);
        let long = format!("\"{}\"", "a".repeat(BYTES));
        let many = format!("[{}0]", "0,".repeat(VALUES));
        for (json, why) in [
            (deep.as_str(), "nests deeper"),
            (&many, "250,000"),
            (&long, "8 MiB"),
            ("1e999", "range of a double"),
            (r#"["\ud800"]"#, "surrogate"),
            ("[1", "not JSON"),
            ("[1] 2", "not JSON"),
            ("{\"a\"}", "not JSON"),
            ("nul", "not JSON"),
            ("", "not JSON"),
        ] {
            let error = value("items", json).expect_err(why);
            assert!(
                error.starts_with("items ") && error.contains(why),
                "{error}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\",:\\\\ a1e.\u{e9}-]{0,40}") {
            let _ = value("items", &text);
        }

        #[test]
        fn what_serde_writes_is_read_back(numbers in prop::collection::vec(any::<f64>(), 0..9), text in "(?s).{0,20}") {
            let numbers: Vec<f64> = numbers.into_iter().filter(|n| n.is_finite()).collect();
            let json = serde_json::json!([text, numbers, {"a": null, "b": [true, {}]}]).to_string();
            let read = value("items", &json).expect("JSON");
            prop_assert_eq!(compact(&read).expect("written"), json);
        }
    }
}
