//! The words that other commands take are listed, for people and for programs.

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn listed(arguments: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("list")
        .args(arguments)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn each_list_names_what_there_is_and_nothing_that_is_not_measured() {
    for (what, there, absent) in [
        ("servers", "image_resize", "gitt"),
        ("tools", "parse_logs", "git_blame"),
        ("packagings", "component-wasmtime", "jar"),
        ("start-classes", "instance-cold", "lukewarm"),
        ("transports", "in-process", "carrier-pigeon"),
        ("metrics", "next-instance-pss", "cgroup-peak"),
    ] {
        let text = listed(&[what]);
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.contains(&there), "{what}: {text}");
        assert!(!words.contains(&absent), "{what}: {text}");
        let json: serde_json::Value =
            serde_json::from_str(&listed(&[what, "--json"])).expect("JSON");
        let rows = json.as_array().expect("a list");
        assert_eq!(rows.len() + 1, text.lines().count(), "{what}");
    }
    let one = listed(&["tools", "--server", "noop"]);
    assert!(one.contains("echo") && !one.contains("parse_logs"), "{one}");
}
