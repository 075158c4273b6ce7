//! The zone that a model is told to use is the process's own, in the list of tools as a client gets it.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// What the program answers to tools/list.
fn listed(arguments: &[&str], zone: Option<&str>) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test of the program starts the program"
    )]
    let mut command = Command::new(env!("CARGO_BIN_EXE_time"));
    command.env_remove("TZ");
    command.envs(zone.map(|zone| ("TZ", zone)));
    let mut server = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut input = server.stdin.take().expect("piped");
    writeln!(input, r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list"}}"#).expect("it reads");
    drop(input);
    let output = server.wait_with_output().expect("it answers and ends");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_zone_stands_in_every_description() {
    for (arguments, zone, named) in [
        (
            &["--local-timezone", "Europe/Paris"][..],
            Some("Africa/Lagos"),
            "'Europe/Paris'",
        ),
        (&[], Some("Africa/Lagos"), "'Africa/Lagos'"),
        (&["--local-timezone=No/Zone\"}"], None, "'UTC'"),
    ] {
        let list = listed(arguments, zone);
        assert_eq!(list.matches(named).count(), 3, "{list}");
        assert!(
            !list.contains("{local}") && !list.contains("No/Zone"),
            "{list}"
        );
        let answer: serde_json::Value = serde_json::from_str(&list).expect("JSON");
        assert_eq!(answer["result"]["tools"].as_array().map(Vec::len), Some(2));
    }
}
