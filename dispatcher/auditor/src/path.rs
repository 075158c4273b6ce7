//! Which arguments of a call are paths, and which tier holds what they name. No file system is asked.

use std::collections::BTreeSet;

use scheduler::profile::DataRoot;
use scheduler::tier::Tier;
use serde_json::Value;

/// Longer texts are no paths: what Linux takes for one at most (`PATH_MAX`).
const LONGEST: usize = 4096;
/// Values nested deeper than a reader of JSON accepts are not looked at.
const DEEPEST: usize = 128;

/// Words of an argument's name that make its value a path, however the value looks.
const NAMING: [&str; 17] = [
    "cwd",
    "destination",
    "dir",
    "directories",
    "directory",
    "file",
    "filename",
    "filenames",
    "files",
    "folder",
    "folders",
    "path",
    "paths",
    "repo",
    "repository",
    "root",
    "source",
];
/// How a path begins: absolute, relative to a place, or at a placeholder of a trace.
const BEGINNINGS: [&str; 7] = ["/", "./", "../", "~", "<data>", "<scratch>", "file:"];

/// Every path in these arguments: what looks like one at any depth, and what an argument's own name calls one.
pub(crate) fn paths(arguments: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Value::Object(arguments) = arguments else {
        return found;
    };
    for (name, value) in arguments {
        let named = words(name).any(|word| NAMING.contains(&word.as_str()));
        collect(value, named, 0, &mut found);
    }
    found
}

fn collect(value: &Value, named: bool, depth: usize, found: &mut BTreeSet<String>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) if is_path(text, named) => {
            found.insert(text.clone());
        }
        Value::Array(items) => {
            for item in items {
                collect(item, named, depth + 1, found);
            }
        }
        // Within an object the names are the data's own; only what looks like a path is one.
        Value::Object(fields) => {
            for field in fields.values() {
                collect(field, false, depth + 1, found);
            }
        }
        _ => {}
    }
}

fn is_path(text: &str, named: bool) -> bool {
    if text.is_empty() || text.len() > LONGEST || text.contains(['\n', '\0']) {
        return false;
    }
    let looks = BEGINNINGS.iter().any(|head| text.starts_with(head)) || is_drive(text);
    let elsewhere =
        text.contains("://") || text.starts_with("<site>") || text.starts_with("<model>");
    looks || text == "." || text == ".." || named && !elsewhere
}

/// `C:\` or `C:/`.
fn is_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

/// The words of a name: `imagePath` and `image_path` have the same.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for letter in name.chars() {
        let cut = !letter.is_alphanumeric() || letter.is_uppercase() && small;
        if cut {
            words.push(String::new());
        }
        small = letter.is_lowercase();
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.into_iter()
}

/// The tier that holds what a path names: that of the longest root above it, and home where there is none.
pub(crate) fn holder(path: &str, roots: &[DataRoot], home: Tier) -> Tier {
    let path = names(path);
    let above = roots.iter().filter_map(|root| {
        let root_names = names(&root.prefix);
        let within =
            path.absolute == root_names.absolute && path.parts.starts_with(&root_names.parts);
        within.then_some((root_names.parts.len(), root.tier))
    });
    above
        .max_by_key(|(depth, _)| *depth)
        .map_or(home, |(_, tier)| tier)
}

/// A path as the names that lead to it.
struct Names<'a> {
    absolute: bool,
    parts: Vec<&'a str>,
}

/// What is left of a path when every `.` and every `..` is walked.
fn names(path: &str) -> Names<'_> {
    let path = path.strip_prefix("file://").unwrap_or(path);
    let mut parts = Vec::new();
    for part in path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
    {
        if part == ".." && parts.last().is_some_and(|last| *last != "..") {
            parts.pop();
        } else if part != ".." || !path.starts_with('/') {
            parts.push(part);
        }
    }
    Names {
        absolute: path.starts_with('/'),
        parts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(arguments: Value) -> Vec<String> {
        paths(&arguments).into_iter().collect()
    }

    #[test]
    fn every_argument_that_is_a_path_is_found() {
        assert_eq!(found(json!({"path": "notes.txt"})), ["notes.txt"]);
        assert_eq!(
            found(json!({"imagePaths": ["a.jpg", "<data>/b.jpg"]})),
            ["<data>/b.jpg", "a.jpg"]
        );
        assert_eq!(
            found(json!({"source": "/a", "destination": "b"})),
            ["/a", "b"]
        );
        assert_eq!(found(json!({"items": [{"at": {"x": "../y"}}]})), ["../y"]);
        assert_eq!(
            found(json!({"x": "C:\\a", "y": "~/b", "z": "file:///c"})),
            ["C:\\a", "file:///c", "~/b"]
        );
    }

    #[test]
    fn what_is_no_path_is_not() {
        for none in [
            json!({"url": "https://a.b/c", "repo": "https://a.b/c.git", "file": "<site>/x"}),
            json!({"text": "one line", "content": "# Heading\n/etc/passwd"}),
            json!({"items": [{"path": "a.jpg", "source": "arxiv"}], "file": ""}),
            json!({"profile": "x", "threshold": 5, "target": "HEAD~1"}),
            json!(["/a"]),
        ] {
            assert_eq!(found(none.clone()), Vec::<String>::new(), "{none}");
        }
    }

    #[test]
    fn a_path_is_held_by_the_longest_root_above_it() {
        let root = |prefix: &str, tier| DataRoot {
            prefix: prefix.to_owned(),
            tier,
        };
        let roots = [root("/mnt", Tier::EDGE), root("/mnt/c", Tier::CLOUD)];
        for (path, tier) in [
            ("/mnt/a", Tier::EDGE),
            ("/mnt/c/x", Tier::CLOUD),
            ("/mnt/cloud/x", Tier::EDGE),
            ("/mnt/c/../a", Tier::EDGE),
            ("/mnt/../home/u/src/cloud/main.rs", Tier::DEVICE),
            ("/../mnt", Tier::EDGE),
            ("mnt/c", Tier::DEVICE),
            ("cloud://x", Tier::DEVICE),
            ("file:///mnt/c/x", Tier::CLOUD),
        ] {
            assert_eq!(holder(path, &roots, Tier::DEVICE), tier, "{path}");
        }
    }
}
