//! The program answers what the official server answered about the same site (recorded by golden/record.py).

mod site;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use site::Server;

/// Cases in which ours differs on purpose, by address; DIFFERENCES.md gives the reasons.
const DIFFERENT: &[&str] = &["{site}/hidden.html"];

#[test]
fn answers_are_those_of_the_official_server() {
    let golden: Value =
        serde_json::from_str(include_str!("../golden/cases.json")).expect("the recording is JSON");
    let sites: Vec<(String, String)> = golden["sites"]
        .as_object()
        .expect("sites")
        .iter()
        .map(|(name, list)| (name.clone(), site::pages(list)))
        .collect();
    let fill = |text: &str| {
        sites.iter().fold(text.to_owned(), |text, (name, address)| {
            text.replace(&format!("{{{name}}}"), &format!("http://{address}"))
        })
    };
    let mask = |text: &str| {
        sites.iter().fold(text.to_owned(), |text, (name, address)| {
            text.replace(&format!("http://{address}"), &format!("{{{name}}}"))
                .replace(address, &format!("{{{name}.authority}}"))
        })
    };
    let mut servers: BTreeMap<String, Server> = BTreeMap::new();
    let (mut different, mut alike) = (Vec::new(), Vec::new());
    let cases = golden["cases"].as_array().expect("cases");
    for case in cases {
        let options: Vec<&str> = case["options"]
            .as_array()
            .expect("options")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let server = servers
            .entry(options.join(" "))
            .or_insert_with(|| Server::start(&options, "*:*", false));
        let url = case["url"].as_str().expect("an address");
        let mut arguments = case["arguments"].clone();
        arguments["url"] = fill(url).into();
        let (text, error) = if case["prompt"] == true {
            let answer = server.ask(
                "prompts/get",
                &json!({"name": "fetch", "arguments": arguments}),
            );
            let text = &answer["result"]["messages"][0]["content"]["text"];
            (text.as_str().unwrap_or_default().to_owned(), false)
        } else {
            server.fetch(&arguments)
        };
        let same = mask(&text) == case["text"] && error == case["error"].as_bool().unwrap_or(false);
        match (same, DIFFERENT.contains(&url)) {
            (true, false) | (false, true) => {}
            (true, true) => alike.push(url),
            (false, false) => different.push(format!(
                "{url} {} {}\n    ours   {error} {:?}\n    theirs {} {:?}",
                case["options"],
                case["arguments"],
                mask(&text),
                case["error"],
                case["text"].as_str().unwrap_or_default()
            )),
        }
    }
    assert!(alike.is_empty(), "no longer different: {alike:?}");
    assert!(
        different.is_empty(),
        "{} of {} differ:\n{}",
        different.len(),
        cases.len(),
        different.join("\n")
    );
    let excused = DIFFERENT.len();
    assert!(
        excused * 10 <= cases.len(),
        "{excused} of {} are excused",
        cases.len()
    );
}
