//! What has to hold of traces that are made of other people's files: no target, but what two of them ask.

use record::Digest;
use scenario::import::{Format, Taken, import};
use scenario::{DATA, Places, Trace};

use super::{planted, refused, remedied, unusual};

/// How the file is taken by the bits of the first byte, then the file.
///
/// # Panics
/// When what is made is no trace, a blob is missing, or a refusal says too little.
pub(super) fn judge(data: &[u8], format: Format) {
    let Some((how, file)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(file) else {
        return;
    };
    let bit = |bit: u8| how & bit != 0;
    let taken = Taken {
        scenario: "given".to_owned(),
        server: bit(1).then(|| "words".to_owned()),
        places: match bit(2) {
            true => Places::none().with(DATA, "/tmp/example-data"),
            false => Places::none(),
        },
        without_arguments: bit(4),
    };
    let imported = match import("given.jsonl", text, format, &taken) {
        Ok(imported) => imported,
        Err(why) => {
            return refused(
                &why.to_string(),
                &[&why.file, &why.at, &why.why, &why.remedy],
            );
        }
    };
    let trace = &imported.trace;
    let again = Trace::parse("again.json", &trace.text()).expect("what was made is a trace");
    assert_eq!(&again, trace, "it is read as another");
    for note in &imported.notes {
        remedied(&format!("{note}; "));
    }
    let calls = || trace.calls.iter().enumerate();
    for (index, call) in calls() {
        assert!(
            call.depends_on.iter().all(|on| *on < index),
            "it depends on a later call"
        );
        let references = call.arguments.as_object().expect("arguments are an object");
        for blob in references.values().filter_map(|value| value.get("$blob")) {
            let digest = blob["digest"].as_str().expect("it was checked");
            let (name, ending) = match blob["kind"] == "text" {
                true => (digest, "txt"),
                false => (digest, "json"),
            };
            let name = name.trim_start_matches("blake3:");
            let bytes = imported.blobs.get(&format!("{name}.{ending}"));
            let bytes = bytes.expect("every blob that is named is there");
            assert_eq!(Digest::of(bytes).as_str(), digest);
        }
    }
    // Behind every check.
    planted(|| calls().any(|(_, call)| unusual(&call.tool)));
}
