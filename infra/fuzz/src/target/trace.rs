//! Traces: what is accepted is written as what is read again, and is replayed or refused with a remedy.

use scenario::Trace;

use super::{Target, placed, planted, refused, unusual};

pub(super) const TARGET: Target = Target {
    name: "trace",
    feed,
    longest: 3072,
    compares: false,
    words: &[
        "\"format\":1",
        "\"depends_on\":[0]",
        "\"depends_on\":[]",
        "\"arguments\":{}",
        "\"input_bytes\":9007199254740991",
        "\"output_bytes\":0",
        "\"returned\":{",
        "\"literal\":{}",
        "\"tier\":\"edge\",",
        "\"began_ns\":9007199254740991,",
        "{\"$blob\":{\"bytes\":1,\"digest\":\"blake3:",
        "\"kind\":\"text\"}}",
        "<data>/",
        "<scratch>/",
        "edge://",
        "file:///%2e%2e/",
        "/edgeagent/",
        "\"path\":\"",
        "\\u001b",
        "-0.0",
        "1e-7",
    ],
};

/// A file of a person's.
fn feed(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let trace = match Trace::parse("given.json", text) {
        Ok(trace) => trace,
        Err(why) => {
            return refused(
                &why.to_string(),
                &[&why.file, &why.at, &why.why, &why.remedy],
            );
        }
    };
    let written = trace.text();
    let again = Trace::parse("again.json", &written).expect("what was written is read");
    assert_eq!(again, trace, "it is read as another");
    assert_eq!(again.text(), written, "it is written in two ways");
    assert_eq!(again.digest(), trace.digest());
    for (index, call) in trace.calls.iter().enumerate() {
        let on = &call.depends_on;
        assert!(on.is_sorted_by(|one, other| one < other), "not ascending");
        assert!(
            on.iter().all(|on| *on < index),
            "it depends on a later call"
        );
    }
    placed::judge(&trace, placed::published());
    // Behind every check.
    planted(|| trace.calls.iter().any(|call| unusual(&call.tool)));
}
