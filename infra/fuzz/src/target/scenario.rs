//! Scenarios: what is accepted is played to its end or to a reason, whatever is answered.

use scenario::{Scenario, Script};
use serde_json::Value;

use super::{Target, planted, refused, remedied, unusual};

pub(super) const TARGET: Target = Target {
    name: "scenario",
    feed,
    longest: 3072,
    compares: false,
    words: &[
        "\n[[call]]\n",
        "\neach = { \"$answer\" = \"scan\", at = \"/found\" }\n",
        "{ \"$answer\" = \"scan\", at = \"/found/0\", first = 1 }",
        "{ \"$answer\" = \"hash\", item = true }",
        "{ \"$item\" = \"/name\" }",
        "{ \"$data\" = \"site/papers.json\" }",
        "{ \"$each\" = [0, 0, 0, 0], to = [] }",
        "{ \"$text\" = [\"a\", 1] }",
        "[call.arguments]",
        "first = 3",
        "1979-05-27",
        "inf",
        "'''",
        "\\u001b",
        "\0{\"found\":[{\"name\":1}]}",
    ],
};

/// Calls that are played of one input.
const CALLS: usize = 5;

/// A file of a person's; then, behind a zero byte, what every call answers and every data file holds.
fn feed(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let (file, answer) = (parts.next().unwrap_or_default(), parts.next());
    let Ok(text) = std::str::from_utf8(file) else {
        return;
    };
    let scenario = match Scenario::parse("given.toml", text) {
        Ok(scenario) => scenario,
        Err(why) => {
            return refused(
                &why.to_string(),
                &[&why.file, &why.at, &why.why, &why.remedy],
            );
        }
    };
    let answer = answer.and_then(|answer| std::str::from_utf8(answer).ok());
    let answer = answer.and_then(|answer| scenario::read_json("answer", answer).ok());
    let answer = answer.unwrap_or(Value::Null);
    let reads = |_: &str| Ok(answer.clone());
    let mut script = Script::new(&scenario, &reads);
    let mut unusual_made = false;
    for made in 0..CALLS {
        let due = match script.next_call() {
            Ok(Some(due)) => due,
            Ok(None) => break,
            Err(why) => {
                remedied(&why.to_string());
                break;
            }
        };
        if made == 0 {
            let again = script.next_call();
            assert_eq!(again, Ok(Some(due.clone())), "asked again it is another");
        }
        assert_eq!(script.made(), made);
        assert!(
            scenario.servers.contains(&due.server),
            "it names no such server"
        );
        assert!(due.depends_on.is_sorted_by(|one, other| one < other));
        assert!(
            due.depends_on.iter().all(|on| *on < made),
            "it depends on a later call"
        );
        unusual_made |= unusual(&due.tool);
        script.answered(answer.clone());
    }
    // Behind every check and some calls.
    planted(|| script.made() > 1 && unusual_made);
}
