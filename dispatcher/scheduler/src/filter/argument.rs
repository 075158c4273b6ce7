//! Paths among a call's arguments, and which tiers hold what they name.
//!
//! A mistake to one side costs time, to the other it sends somebody's files to where they must not be; so doubt is local.

use serde_json::Value;

use crate::path::{is_below, normalised};
use crate::profile::Profile;
use crate::tier::{Tier, TierSet};

/// Deeper arguments are not searched; something that hides so deep counts as a path of home.
const DEEPEST: usize = 64;
/// Linux' PATH_MAX: a longer text is content, not a path.
const LONGEST: usize = 4096;
/// How traces write the folder that holds the data set; it is home's.
const DATA: &str = "<data>";

/// The tiers that hold what the arguments' paths name: none where there is no path.
///
/// An argument is a path if it is a text, or in a list of texts, and its key ends like one (`path`, `file`, `directory`, …) or
/// it begins like one (`/`, `./`, `~`, `file:`, `edge://` for a tier's name, `<data>`). Within objects, which are rows of data
/// rather than arguments, a text is one if it lies below a folder that the profile says a tier holds: a log's `/index.html`
/// is none. Relative paths and paths below no such folder are held by `home`.
pub fn holders(arguments: &Value, profile: &Profile) -> TierSet {
    let mut search = Search {
        profile,
        found: TierSet::NONE,
    };
    match arguments {
        Value::Object(arguments) => {
            for (key, value) in arguments {
                search.argument(value, names_path(key), 0);
            }
        }
        other => search.argument(other, false, 0),
    }
    search.found
}

struct Search<'a> {
    profile: &'a Profile,
    found: TierSet,
}

impl Search<'_> {
    /// An argument, or an element of one that is a list.
    fn argument(&mut self, value: &Value, named: bool, depth: usize) {
        match value {
            Value::String(text) => self.text(text, named, true),
            Value::Array(values) if depth < DEEPEST => {
                for value in values {
                    self.argument(value, named, depth + 1);
                }
            }
            Value::Object(_) => self.row(value, depth),
            Value::Array(_) => self.found = self.found.with(self.profile.home),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A row of data, and everything in it.
    fn row(&mut self, value: &Value, depth: usize) {
        match value {
            Value::String(text) => self.text(text, false, false),
            Value::Array(_) | Value::Object(_) if depth >= DEEPEST => {
                self.found = self.found.with(self.profile.home);
            }
            Value::Array(values) => {
                for value in values {
                    self.row(value, depth + 1);
                }
            }
            Value::Object(fields) => {
                for value in fields.values() {
                    self.row(value, depth + 1);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Notes who holds what a text names, if it is a path: by its key, by how it begins, or, in data, by where it lies.
    fn text(&mut self, text: &str, named: bool, argument: bool) {
        if text.is_empty() || text.len() > LONGEST && !named {
            return;
        }
        if let Some(tier) = self.by_scheme(text) {
            self.found = self.found.with(tier);
        } else if is_address(text) {
            // The world outside is nobody's data.
        } else if begins_like_path(text) {
            let file = text.strip_prefix("file://").or(text.strip_prefix("file:"));
            let path = file.map_or_else(|| text.to_owned(), decoded);
            let declared = path.starts_with(DATA) || file.is_some();
            if let Some(tier) = self.by_prefix(&path) {
                self.found = self.found.with(tier);
            } else if argument && (named || !text.contains('\n')) || declared {
                self.found = self.found.with(self.profile.home);
            }
        } else if named {
            self.found = self.found.with(self.profile.home);
        }
    }

    /// `edge://…` for a tier of that name.
    fn by_scheme(&self, text: &str) -> Option<Tier> {
        let (scheme, _) = text.split_once("://")?;
        let tiers = &self.profile.tiers;
        let place = tiers
            .iter()
            .position(|tier| scheme.eq_ignore_ascii_case(tier.name.name()))?;
        Tier::at(place)
    }

    /// The tier of the longest declared folder that an absolute path lies in.
    fn by_prefix(&self, path: &str) -> Option<Tier> {
        if self.profile.data.is_empty() || !path.starts_with('/') {
            return None;
        }
        let path = normalised(path);
        let roots = self.profile.data.iter();
        roots
            .filter(|root| is_below(&path, &root.prefix))
            .max_by_key(|root| root.prefix.len())
            .map(|root| root.tier)
    }
}

/// Whether an argument of this name is a path by its name alone.
fn names_path(key: &str) -> bool {
    const ENDS: [&str; 14] = [
        "path",
        "paths",
        "file",
        "files",
        "filename",
        "filenames",
        "dir",
        "dirs",
        "directory",
        "directories",
        "folder",
        "folders",
        "cwd",
        "root",
    ];
    const WHOLE: [&str; 6] = ["source", "destination", "src", "dst", "dest", "repository"];
    let ends = |end: &&str| {
        let start = key.len().checked_sub(end.len());
        start
            .and_then(|start| key.get(start..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    ENDS.iter().any(ends) || WHOLE.iter().any(|whole| key.eq_ignore_ascii_case(whole))
}

fn begins_like_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":\\";
    text.starts_with('/')
        || text.starts_with("./")
        || text.starts_with("../")
        || text.starts_with('~')
        || text.starts_with("\\\\")
        || text.starts_with("file:")
        || text.starts_with(DATA)
        || text == "."
        || text == ".."
        || drive
}

/// `https://…`, `git://…`: a scheme other than `file` or a tier's, which were asked before.
fn is_address(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once("://") else {
        return false;
    };
    let mut letters = scheme.bytes();
    scheme.len() < 32
        && !scheme.eq_ignore_ascii_case("file")
        && letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || b"+-.".contains(&letter))
}

/// A `file:` address's path with `%2e` and its like taken back, so that `..` cannot hide.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = bytes
            .get(at + 1..at + 3)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, code) {
            (b'%', Some(code)) => {
                plain.push(code);
                at += 3;
            }
            _ => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}
