//! Right answers that were judged before. The same bytes are right again, and nobody parses megabytes to find that out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::client;
use crate::input::Places;
use crate::server::Call;

/// Of the servers of a run.
#[derive(Default)]
pub struct Known {
    right: BTreeMap<(String, String), Right>,
}

/// A right answer up to its `_meta`, where the server tells times that differ from call to call.
struct Right {
    body: Vec<u8>,
    /// The folder for which it is right, where the rules name one.
    scratch: Option<PathBuf>,
}

impl Known {
    /// What the answer says in its `_meta`, if all the rest of it was judged to be right before.
    pub fn again(&self, server: &str, call: &Call, places: &Places, line: &[u8]) -> Option<Value> {
        let (body, meta) = apart(line)?;
        let right = self.right.get(&(server.to_owned(), call.id.clone()))?;
        let here = right
            .scratch
            .as_ref()
            .is_none_or(|scratch| *scratch == places.scratch);
        (here && right.body == body).then_some(meta)
    }

    /// Keeps an answer that was judged to be right, by rules that do not look at its `_meta`.
    pub fn keep(&mut self, server: &str, call: &Call, places: &Places, line: &[u8]) {
        // A call with two right answers is judged each time: the other one is another packaging's.
        let Some((body, _)) = apart(line).filter(|_| call.reference.is_none()) else {
            return;
        };
        let rules = serde_json::to_string(&call.expect).expect("rules are JSON");
        let right = Right {
            body: body.to_vec(),
            scratch: rules.contains("{scratch}").then(|| places.scratch.clone()),
        };
        let name = (server.to_owned(), call.id.clone());
        self.right.insert(name, right);
    }
}

/// An answer between its id and its `_meta`, which closes the result, and that `_meta`. None where it is written differently than
/// our own servers write it.
///
/// A quotation mark behind a comma opens a string, so what is found is a name; and as what follows its value closes two objects,
/// it is the result's. Two answers that are the same before it therefore differ in it alone.
fn apart(line: &[u8]) -> Option<(&[u8], Value)> {
    const NAME: &[u8] = b",\"_meta\":";
    let (_, body) = client::id_first(line.trim_ascii_end())?;
    let at = memchr::memmem::rfind(body, NAME)?;
    let (body, meta) = body.split_at(at);
    let meta = meta[NAME.len()..].strip_suffix(b"}}")?;
    Some((body, serde_json::from_slice(meta).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standin::Standins;
    use serde_json::json;

    fn call(text: &str) -> Call {
        let rules = json!({"text": {"equal": text}});
        serde_json::from_value(json!({
            "id": "a", "tool": "a", "input": "small", "expect": rules,
            "source": {"origin": "by hand"},
        }))
        .expect("a call")
    }

    fn places(scratch: &str) -> Places {
        Places::new("/d", scratch, &Standins::default())
    }

    fn line(number: u64, result: &str) -> Vec<u8> {
        format!(r#"{{"jsonrpc":"2.0","id":{number},"result":{{{result}}}}}"#).into_bytes()
    }

    #[test]
    fn only_the_number_and_the_times_may_differ() {
        let (call, places) = (call("x"), places("/s"));
        let mut known = Known::default();
        let again = |known: &Known, line: &[u8]| known.again("noop", &call, &places, line);
        let right = line(1, r#""content":[],"_meta":{"t":5}"#);
        assert_eq!(again(&known, &right), None, "it was never judged");
        known.keep("noop", &call, &places, &right);
        assert_eq!(again(&known, &right), Some(json!({"t": 5})));
        let other = line(27, r#""content":[],"_meta":{"t":6}"#);
        assert_eq!(again(&known, &other), Some(json!({"t": 6})));
        assert_eq!(known.again("fs", &call, &places, &right), None);
        for different in [
            r#""content":[1],"_meta":{"t":6}"#,
            r#""content":[],"_meta":{"t":6},"isError":true"#,
            r#""content":[],"_meta":{"t":6}},"error":{"#,
            r#""content":[],"_meta":{"t":6"#,
            r#""content":[]"#,
        ] {
            assert_eq!(again(&known, &line(2, different)), None, "{different}");
        }
        let reordered = br#"{"id":1,"jsonrpc":"2.0","result":{"content":[],"_meta":{"t":5}}}"#;
        assert_eq!(again(&known, reordered), None);
    }

    #[test]
    fn a_text_that_names_a_meta_hides_nothing() {
        let text = |text: &str| line(1, &format!(r#""content":"{text}","_meta":{{}}"#));
        let (call, places) = (call("x"), places("/s"));
        let mut known = Known::default();
        let tricky = text(r#"x,\"_meta\":{}}"#);
        known.keep("noop", &call, &places, &tricky);
        let again = |line: &[u8]| known.again("noop", &call, &places, line).is_some();
        assert!(again(&tricky));
        assert!(!again(&text(r#"y,\"_meta\":{}}"#)));
    }

    #[test]
    fn what_is_right_in_one_folder_is_not_in_another() {
        let right = line(1, r#""content":[],"_meta":{}"#);
        for (rule, elsewhere) in [("in {scratch}", false), ("in {data}", true)] {
            let call = call(rule);
            let mut known = Known::default();
            known.keep("noop", &call, &places("/s"), &right);
            let again = |scratch| {
                known
                    .again("noop", &call, &places(scratch), &right)
                    .is_some()
            };
            assert_eq!((again("/s"), again("/t")), (true, elsewhere), "{rule}");
        }
    }
}
