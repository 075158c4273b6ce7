//! The scenarios and traces of the repository: whole, in step with each other, and of no machine.

use std::collections::BTreeSet;
use std::path::Path;

use scenario::{Scenario, Trace, blob, wire};

/// Calls that the paper's scripts make, by scenario: dispatcher runs S1 to S4 of section VIII-C, 45 of them in Figure 9.
const CALLS: [(&str, usize); 4] = [("s1", 5), ("s2", 4), ("s3", 9), ("s4", 45)];

fn room() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn trace(name: &str) -> (Scenario, Trace, Trace) {
    let scenario = Scenario::open(&room().join(format!("{name}.toml"))).expect("a scenario");
    let file = room().join("traces").join(format!("{name}.json"));
    let text = scenario::read_text(&file).expect("there");
    let parsed = Trace::parse(name, &text).expect("a trace");
    assert_eq!(parsed.text(), text, "{name} is as it is written");
    let whole = Trace::open(&file).expect("with its blobs");
    (scenario, parsed, whole)
}

#[test]
fn each_scenario_has_a_trace_of_the_paper_s_calls() {
    for (name, calls) in CALLS {
        let (scenario, _, whole) = trace(name);
        assert_eq!(
            (scenario.calls, whole.calls.len()),
            (calls, calls),
            "{name}"
        );
        assert_eq!(
            (&scenario.name, &scenario.title),
            (&whole.scenario, &whole.title)
        );
        let asked: BTreeSet<&str> = whole
            .calls
            .iter()
            .map(|call| call.server.as_str())
            .collect();
        let named: BTreeSet<&str> = scenario.servers.iter().map(String::as_str).collect();
        assert_eq!(asked, named, "{name}");
        whole.sizes(name).expect("all sizes are known");
        for (index, call) in whole.calls.iter().enumerate() {
            assert_eq!(
                call.input,
                Some(wire::request(index, &call.tool, &call.arguments)),
                "{name} {index}"
            );
            let returned = call.returned.as_ref().expect("it was recorded");
            if let Some(literal) = &returned.literal {
                assert_eq!(
                    call.output,
                    Some(wire::response(index, literal)),
                    "{name} {index}"
                );
            }
            let ran = call.ran.as_ref().expect("it was recorded");
            assert!(
                !returned.error && ran.took.is_some_and(|took| took.0 > 0),
                "{name} {index}"
            );
        }
        // Every call but those that begin with data alone is made from earlier answers.
        let free = whole
            .calls
            .iter()
            .filter(|call| call.depends_on.is_empty())
            .count();
        assert_eq!(
            free,
            match name {
                "s1" => 2,
                "s3" => 3,
                _ => 1,
            },
            "{name}"
        );
    }
}

#[test]
fn s4_hashes_what_was_found_and_compares_what_was_hashed() {
    let (_, _, whole) = trace("s4");
    let tools: Vec<&str> = whole.calls.iter().map(|call| call.tool.as_str()).collect();
    let mut expected = vec!["scan_directory"];
    expected.extend(["compute_image_hash"; 40]);
    expected.extend([
        "compare_hashes",
        "batch_resize",
        "aggregate_list",
        "write_file",
    ]);
    assert_eq!(tools, expected);
    for call in &whole.calls[1..41] {
        assert_eq!(call.depends_on, [0]);
    }
    assert_eq!(whole.calls[41].depends_on, (1..41).collect::<Vec<_>>());
    let hashes = whole.calls[41].arguments["hashes"]
        .as_array()
        .expect("a list");
    let paths = |value: &serde_json::Value| value["path"].as_str().map(str::to_owned);
    let hashed: Vec<_> = whole.calls[1..41]
        .iter()
        .map(|call| call.arguments["image_path"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(hashes.iter().map(paths).collect::<Vec<_>>(), hashed);
    // As in the reference, no member of a group of look-alikes is there once: ten pairs of forty leave twenty.
    assert_eq!(
        whole.calls[42].arguments["image_paths"]
            .as_array()
            .map(Vec::len),
        Some(20)
    );
}

#[test]
fn nothing_of_a_machine_is_in_a_trace_and_no_blob_is_left_over() {
    let blobs = room().join("traces/blobs");
    let mut named = BTreeSet::new();
    let names = scenario::names(&room().join("traces"), "json");
    assert_eq!(names, CALLS.map(|(name, _)| name));
    for name in names {
        let (_, parsed, whole) = trace(&name);
        let mut again = blob::Written::new();
        for call in whole.calls {
            blob::take_out(call.arguments, &mut again).expect("it was taken out before");
        }
        named.extend(again.into_keys());
        check_text(&name, &parsed.text());
    }
    let kept = std::fs::read_dir(blobs).expect("there").flatten();
    let kept: BTreeSet<String> = kept
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    for name in &kept {
        check_text(
            name,
            &scenario::read_text(&room().join("traces/blobs").join(name)).expect("there"),
        );
    }
    assert_eq!(kept, named, "remove what no trace names");
}

/// Whether a text names a place of the machine that wrote it.
fn check_text(name: &str, text: &str) {
    for place in [
        "/home/",
        "/root/",
        "/tmp/",
        "/dev/shm",
        "127.0.0.1",
        "localhost",
    ] {
        assert!(!text.contains(place), "{name} names {place}");
    }
}
