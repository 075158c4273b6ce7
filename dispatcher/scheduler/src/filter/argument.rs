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
/// Longer than any scheme that is in use.
const LONGEST_SCHEME: usize = 32;
/// How traces write the folder that holds the data set, and the one that calls may write to; both are home's.
const PLACES: [&str; 2] = ["<data>", "<scratch>"];

/// The tiers that hold what the arguments' paths name: none where there is no path.
///
/// An argument is a path if it is a text, or in a list of texts, and its key ends like one (`path`, `file`, `directory`, …) or
/// it begins like one (`/`, `./`, `~`, `file:`, `edge://` for a tier's name, `<data>`, `<scratch>`). Within objects, which are rows of data
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
                search.argument(value, key, 0);
            }
        }
        other => search.argument(other, "", 0),
    }
    search.found
}

struct Search<'a> {
    profile: &'a Profile,
    found: TierSet,
}

/// What a text looks like by its beginning.
enum Look<'a> {
    /// On the tier of that name.
    OnTier(Tier),
    /// Of the world outside, which is nobody's data.
    Address,
    /// `file:` and a path.
    File(&'a str),
    /// A path.
    Path,
    /// Anything.
    Text,
}

impl Search<'_> {
    /// An argument, or an element of one that is a list.
    fn argument(&mut self, value: &Value, key: &str, depth: usize) {
        match value {
            Value::String(text) => self.text(text, key, true),
            Value::Array(values) if depth < DEEPEST => {
                for value in values {
                    self.argument(value, key, depth + 1);
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
            Value::String(text) => self.text(text, "", false),
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
    fn text(&mut self, text: &str, key: &str, argument: bool) {
        let home = self.profile.home;
        if text.is_empty() || text.len() > LONGEST && !names_path(key) {
            return;
        }
        let held = match self.look(text) {
            Look::OnTier(tier) => Some(tier),
            Look::Address => None,
            Look::File(path) => Some(self.by_prefix(&decoded(path)).unwrap_or(home)),
            Look::Path => {
                let is_path =
                    || is_in_place(text) || argument && (!text.contains('\n') || names_path(key));
                let held = self.by_prefix(text);
                held.or_else(|| is_path().then_some(home))
            }
            Look::Text => names_path(key).then_some(home),
        };
        if let Some(tier) = held {
            self.found = self.found.with(tier);
        }
    }

    fn look<'t>(&self, text: &'t str) -> Look<'t> {
        let bytes = text.as_bytes();
        match bytes[0] {
            b'/' | b'~' => Look::Path,
            b'.' => match &bytes[1..] {
                [] | [b'.'] | [b'/', ..] | [b'.', b'/', ..] => Look::Path,
                _ => Look::Text,
            },
            b'\\' if bytes.get(1) == Some(&b'\\') => Look::Path,
            b'<' if is_in_place(text) => Look::Path,
            first if first.is_ascii_alphabetic() => self.look_at_scheme(text),
            _ => Look::Text,
        }
    }

    /// `edge://…` for a tier of that name, `https://…`, `file:…`, `C:\…`.
    fn look_at_scheme<'t>(&self, text: &'t str) -> Look<'t> {
        let is_of_scheme = |letter: &u8| letter.is_ascii_alphanumeric() || b"+-.".contains(letter);
        let letters = text.bytes().take(LONGEST_SCHEME);
        let length = letters.take_while(is_of_scheme).count();
        let Some(rest) = text[length..].strip_prefix(':') else {
            return Look::Text;
        };
        let scheme = &text[..length];
        if scheme.eq_ignore_ascii_case("file") {
            return Look::File(rest.strip_prefix("//").unwrap_or(rest));
        }
        if length == 1 && rest.starts_with('\\') {
            return Look::Path;
        }
        if !rest.starts_with("//") {
            return Look::Text;
        }
        let mut tiers = self.profile.tiers.iter();
        let place = tiers.position(|tier| scheme.eq_ignore_ascii_case(tier.name.name()));
        match place.and_then(Tier::at) {
            Some(tier) => Look::OnTier(tier),
            None => Look::Address,
        }
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

/// Whether a text begins with the name of a place that every trace has.
fn is_in_place(text: &str) -> bool {
    PLACES.iter().any(|place| text.starts_with(place))
}

/// Whether an argument of this name is a path by its name alone.
fn names_path(key: &str) -> bool {
    let Some(last) = key.bytes().last() else {
        return false;
    };
    // By the last letter, because this is asked of every argument of every call.
    let (ends, whole): (&[&str], &[&str]) = match last.to_ascii_lowercase() {
        b'h' => (&["path"], &[]),
        b's' => (
            &[
                "paths",
                "files",
                "filenames",
                "dirs",
                "directories",
                "folders",
            ],
            &["sources"],
        ),
        b'e' => (&["file", "filename"], &["source"]),
        b'r' => (&["dir", "folder"], &[]),
        b'y' => (&["directory"], &["repository"]),
        b'd' => (&["cwd"], &[]),
        b't' => (&["root"], &["dst", "dest"]),
        b'n' => (&[], &["destination"]),
        b'c' => (&[], &["src"]),
        _ => return false,
    };
    let is_end = |end: &&str| {
        let start = key.len().checked_sub(end.len());
        start
            .and_then(|start| key.get(start..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    ends.iter().any(is_end) || whole.iter().any(|whole| key.eq_ignore_ascii_case(whole))
}

/// A `file:` address's path with `%2e` and its like taken back, so that `..` cannot hide.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = bytes
            .get(at + 1..at + 3)
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
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
