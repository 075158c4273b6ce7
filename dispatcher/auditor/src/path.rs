//! Which arguments of a call are paths, and which tier holds what they name. No file system is asked.

use std::collections::BTreeMap;

use scheduler::profile::{DataRoot, TierProfile};
use scheduler::tier::Tier;
use serde_json::Value;

/// Longer texts are no paths: what Linux takes for one at most (`PATH_MAX`).
const LONGEST: usize = 4096;
/// Values nested deeper than a reader of JSON accepts are not looked at.
const DEEPEST: usize = 128;

/// Last words of an argument's name that make its value a path, however the value looks.
const NAMING: [&str; 13] = [
    "cwd",
    "dir",
    "directories",
    "directory",
    "dirs",
    "file",
    "filename",
    "filenames",
    "files",
    "folder",
    "folders",
    "path",
    "paths",
];
/// Names that do so as a whole.
const WHOLE: [&str; 6] = ["dest", "destination", "dst", "repository", "source", "src"];
/// How a path begins: absolute, relative to a place, at a share.
const BEGINNINGS: [&str; 5] = ["/", "./", "../", "~", "\\\\"];
/// How what is certainly a path begins, even among data: at a placeholder of a trace, or as an address of a file.
const CERTAIN: [&str; 2] = ["<data>", "<scratch>"];
const FILE: &str = "file:";

/// Who holds what paths name.
pub(crate) struct Holders<'a> {
    /// The tiers by name.
    pub(crate) tiers: &'a [TierProfile],
    /// Folders that are said to be held by a tier.
    pub(crate) roots: &'a [DataRoot],
    /// Who holds everything else.
    pub(crate) home: Tier,
}

impl Holders<'_> {
    /// Every path in these arguments, with the tier that holds what it names.
    ///
    /// An argument, or an element of one that is a list, is a path when its name or its beginning says so. Within an object, which
    /// is a row of data, only what is certainly a path is one: a log's `/index.html` is none, what lies below a folder that a tier
    /// is said to hold is.
    pub(crate) fn of(&self, arguments: &Value) -> BTreeMap<String, Tier> {
        let mut found = BTreeMap::new();
        if let Value::Object(arguments) = arguments {
            for (name, value) in arguments {
                self.collect(value, Some(is_naming(name)), 0, &mut found);
            }
        }
        found
    }

    /// `named` is none among data, and otherwise whether the argument's name says that it is a path.
    fn collect(
        &self,
        value: &Value,
        named: Option<bool>,
        depth: usize,
        found: &mut BTreeMap<String, Tier>,
    ) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::String(text) => {
                if let Some(tier) = self.holder(text, named) {
                    found.insert(text.chars().take(LONGEST).collect(), tier);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.collect(item, named, depth + 1, found);
                }
            }
            Value::Object(fields) => {
                for field in fields.values() {
                    self.collect(field, None, depth + 1, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Who holds what a text names; none where it is no path.
    fn holder(&self, text: &str, named: Option<bool>) -> Option<Tier> {
        let is_named = named == Some(true);
        if text.is_empty() || text.len() > LONGEST && !is_named {
            return None;
        }
        if let Some((scheme, _)) = text.split_once("://")
            && !scheme.eq_ignore_ascii_case("file")
        {
            // `edge://…` is the edge's; any other address is the world's.
            let of_tier = |tier: &TierProfile| scheme.eq_ignore_ascii_case(tier.name.name());
            if let Some(place) = self.tiers.iter().position(of_tier) {
                return Tier::at(place);
            }
            let letters = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
            if scheme.len() <= 32 && !scheme.is_empty() && scheme.chars().all(letters) {
                return None;
            }
        }
        let begins = |heads: &[&str]| heads.iter().any(|head| text.starts_with(head));
        let certain = begins(&CERTAIN) || file(text).is_some();
        let looks = begins(&BEGINNINGS) || matches!(text, "." | "..") || is_drive(text);
        if let Some(tier) = self.below_root(text) {
            return Some(tier);
        }
        let is_path = match named {
            Some(true) => true,
            Some(false) => looks && !text.contains('\n') || certain,
            None => certain,
        };
        is_path.then_some(self.home)
    }

    /// The tier of the longest folder above a path.
    fn below_root(&self, text: &str) -> Option<Tier> {
        let decoded;
        let path = match file(text) {
            Some(rest) => {
                decoded = undone(rest.strip_prefix("//").unwrap_or(rest));
                decoded.as_str()
            }
            None => text,
        };
        let parts = path.starts_with('/').then(|| walked(path))?;
        let above = self.roots.iter().filter_map(|root| {
            let folder = walked(&root.prefix);
            parts
                .starts_with(&folder)
                .then_some((folder.len(), root.tier))
        });
        above.max_by_key(|(depth, _)| *depth).map(|(_, tier)| tier)
    }
}

/// What stands behind `file:`, however that is written: the names of schemes know no case (RFC 3986, section 3.1).
fn file(text: &str) -> Option<&str> {
    let (head, rest) = text.split_at_checked(FILE.len())?;
    head.eq_ignore_ascii_case(FILE).then_some(rest)
}

/// `C:\`.
fn is_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic())
}

/// Whether an argument's name says that its value is a path: `imagePath` and `image_path` have the same last word.
fn is_naming(name: &str) -> bool {
    let mut word = String::new();
    let mut small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() && small {
            word.clear();
        }
        small = letter.is_lowercase();
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    NAMING.contains(&word.as_str()) || WHOLE.contains(&name.to_lowercase().as_str())
}

/// The names that lead to an absolute path's end, when every `.` and `..` is walked.
fn walked(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
    {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts
}

/// An address's path with `%2e` and its like as the letters that they stand for.
fn undone(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match (first, tail) {
            (b'%', [one, two, ..]) => hexadecimal(*one).zip(hexadecimal(*two)),
            _ => None,
        };
        match code {
            Some((one, two)) => {
                bytes.push(one * 16 + two);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(arguments: &Value) -> Vec<(String, usize)> {
        let root = |prefix: &str, tier| DataRoot {
            prefix: prefix.to_owned(),
            tier,
        };
        let text = include_str!("../../profiles/published.toml");
        let profile = scheduler::profile::Profile::read("published.toml", text);
        let profile = profile.expect("a profile");
        let holders = Holders {
            tiers: &profile.tiers,
            roots: &[root("/mnt", Tier::EDGE), root("/mnt/c", Tier::CLOUD)],
            home: Tier::DEVICE,
        };
        let found = holders.of(arguments).into_iter();
        found.map(|(path, tier)| (path, tier.place())).collect()
    }

    #[test]
    fn every_argument_that_is_a_path_is_held_by_somebody() {
        for (arguments, path, tier) in [
            (json!({"path": "notes.txt"}), "notes.txt", 0),
            (json!({"imagePaths": ["a.jpg"]}), "a.jpg", 0),
            (json!({"source": "b"}), "b", 0),
            (json!({"repo_path": "<data>/git"}), "<data>/git", 0),
            (json!({"items": [{"at": {"x": "<data>/y"}}]}), "<data>/y", 0),
            (json!({"items": [{"at": {"x": "/mnt/y"}}]}), "/mnt/y", 1),
            (json!({"x": "C:\\a"}), "C:\\a", 0),
            (json!({"x": "/mnt/a"}), "/mnt/a", 1),
            (json!({"x": "File:///mnt/a"}), "File:///mnt/a", 1),
            (json!({"x": "/mnt/c/x"}), "/mnt/c/x", 2),
            (json!({"x": "/mnt/cloud/x"}), "/mnt/cloud/x", 1),
            (json!({"x": "/mnt/c/../a"}), "/mnt/c/../a", 1),
            (
                json!({"x": "/mnt/../home/src/cloud/m.rs"}),
                "/mnt/../home/src/cloud/m.rs",
                0,
            ),
            (json!({"x": "/../mnt"}), "/../mnt", 1),
            (json!({"path": "mnt/c"}), "mnt/c", 0),
            (json!({"path": "cloud://x"}), "cloud://x", 2),
            (json!({"x": "file:///mnt/c/x"}), "file:///mnt/c/x", 2),
            (
                json!({"x": "file:///mnt/%2e./etc"}),
                "file:///mnt/%2e./etc",
                0,
            ),
        ] {
            assert_eq!(found(&arguments), [(path.to_owned(), tier)], "{arguments}");
        }
    }

    #[test]
    fn what_is_no_path_is_nobodys() {
        for none in [
            json!({"url": "https://a.b/c", "repository": "https://a.b/c.git", "file": ""}),
            json!({"text": "one line", "content": "/ is the root\nof all"}),
            json!({"items": [{"path": "a.jpg", "source": "arxiv", "url": "/index.html"}]}),
            json!({"profile": "x", "threshold": 5, "target": "HEAD~1", "source_type": "web"}),
            json!(["/a"]),
        ] {
            assert_eq!(found(&none), [], "{none}");
        }
    }
}
