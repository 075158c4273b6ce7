//! Edits of a file: a passage that is there is replaced once, a dry run changes nothing, and a refusal leaves the file alone.

use filesystem::allowed::Allowed;
use filesystem::edit::{Replacement, edit};

use super::{Target, folder, planted};

pub(super) const TARGET: Target = Target {
    name: "edit_file",
    feed,
    longest: 2048,
    compares: true,
    words: &[
        "\0", "\r\n", "\n\n", "\t", "    ", "```", "-- ", "@@", "\u{a0}", "é",
    ],
};

/// The file, then passages and what replaces them, with a zero byte between any two.
fn feed(data: &[u8]) {
    let mut parts = data.split(|byte| *byte == 0);
    let content = parts.next().unwrap_or_default();
    let Ok(texts) = parts
        .map(std::str::from_utf8)
        .collect::<Result<Vec<_>, _>>()
    else {
        return;
    };
    let (pairs, _) = texts.as_chunks::<2>();
    let replacements: Vec<Replacement<'_>> = pairs
        .iter()
        .map(|[old, new]| Replacement { old, new })
        .collect();
    let place = folder().to_str().expect("our own name");
    let path = format!("{place}/file");
    std::fs::write(&path, content).expect("memory takes the file");
    let allowed = Allowed::new(&[place.to_owned()], "/", None);
    let tried = edit(&allowed, &path, &replacements, true);
    let unchanged = std::fs::read(&path).expect("it is there");
    assert_eq!(unchanged, content, "a dry run changed the file");
    let done = edit(&allowed, &path, &replacements, false);
    let after = std::fs::read(&path).expect("it is there");
    let (Ok(tried), Ok(done)) = (&tried, &done) else {
        assert_eq!(after, content, "a refused edit changed the file");
        assert!(
            tried.is_err() && done.is_err(),
            "only one of the two is refused"
        );
        return;
    };
    assert_eq!(tried, done, "a dry run tells another difference");
    let after = String::from_utf8(after).expect("text stays text");
    let mut expected = String::from_utf8(content.to_vec())
        .expect("only text is edited")
        .replace("\r\n", "\n");
    let mut exact = true;
    for replacement in &replacements {
        let old = replacement.old.replace("\r\n", "\n");
        exact &= expected.contains(&old);
        expected = expected.replacen(&old, &replacement.new.replace("\r\n", "\n"), 1);
    }
    if exact {
        assert_eq!(after, expected, "not the first occurrence alone");
    }
    // Behind the exact search, where lines are compared without the white space around them.
    planted(|| !exact && after.contains('\t'));
}
