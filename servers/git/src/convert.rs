//! Line ends and the attributes that govern them: what `.gitattributes` and `core.autocrlf` say of a file.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use gix_glob::Pattern;
use gix_glob::pattern::Case;
use gix_glob::wildmatch::Mode as Matching;

use crate::disk;
use crate::failure::Failure;
use crate::repository::Repository;

/// A list of attributes is never larger.
const LARGEST: u64 = 1 << 20;

/// What attributes say of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rules {
    /// `text`: set, unset, or `auto`.
    text: Option<Text>,
    /// `eol=crlf` or `eol=lf`.
    crlf: Option<bool>,
    /// Whether a filter program changes the content.
    filter: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Yes,
    No,
    Auto,
}

/// One line: a pattern and what it says.
struct Line {
    pattern: Pattern,
    rules: Vec<(String, String)>,
}

/// The attributes of a working tree, each list read once.
pub struct Attributes<'a> {
    repository: &'a Repository,
    root: Vec<u8>,
    lists: RefCell<BTreeMap<Vec<u8>, Rc<Vec<Line>>>>,
}

impl Attributes<'_> {
    /// The attributes of the working tree at `root`.
    pub fn new(repository: &Repository, root: Vec<u8>) -> Attributes<'_> {
        Attributes {
            repository,
            root,
            lists: RefCell::default(),
        }
    }

    /// Bytes of the working tree as they are stored.
    pub fn clean(&self, path: &[u8], bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let rules = self.rules(path)?;
        let convert = match rules.text {
            Some(Text::No) => false,
            Some(Text::Yes) => true,
            Some(Text::Auto) => !is_binary_text(&bytes),
            None => match rules.crlf {
                Some(_) => true,
                None => self.auto().is_some() && !is_binary_text(&bytes),
            },
        };
        if !convert || memchr::memmem::find(&bytes, b"\r\n").is_none() {
            return Ok(bytes);
        }
        // A file that was stored with such line ends keeps them, unless it is told to be text.
        let told = rules.text == Some(Text::Yes) || (rules.text.is_none() && rules.crlf.is_some());
        if !told && self.stored_with_crlf(path) {
            return Ok(bytes);
        }
        let mut plain = Vec::with_capacity(bytes.len());
        let mut rest = bytes.iter().peekable();
        while let Some(byte) = rest.next() {
            if *byte != b'\r' || rest.peek() != Some(&&b'\n') {
                plain.push(*byte);
            }
        }
        Ok(plain)
    }

    /// Stored bytes as they have to stand in the working tree.
    pub fn smudge(&self, path: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let rules = self.rules(path)?;
        let wanted = match (rules.text, rules.crlf) {
            (Some(Text::No), _) => false,
            (_, Some(crlf)) => crlf,
            (Some(_), None) => self.native_crlf(),
            (None, None) => self.auto() == Some(true),
        };
        let told = rules.text == Some(Text::Yes) || (rules.text.is_none() && rules.crlf.is_some());
        let unfit =
            !told && (is_binary_text(bytes) || memchr::memmem::find(bytes, b"\r\n").is_some());
        if !wanted || unfit {
            return Ok(bytes.to_vec());
        }
        let mut converted = Vec::with_capacity(bytes.len() + bytes.len() / 32);
        let mut before = 0;
        for byte in bytes {
            if *byte == b'\n' && before != b'\r' {
                converted.push(b'\r');
            }
            converted.push(*byte);
            before = *byte;
        }
        Ok(converted)
    }

    /// `core.autocrlf`: `Some(true)` writes both signs, `Some(false)` (input) only takes them off.
    fn auto(&self) -> Option<bool> {
        if self.repository.config.get("core.autocrlf") == Some("input") {
            return Some(false);
        }
        self.repository
            .config
            .flag("core.autocrlf")
            .filter(|on| *on)
    }

    fn native_crlf(&self) -> bool {
        match self.auto() {
            Some(crlf) => crlf,
            None => self.repository.config.get("core.eol") == Some("crlf"),
        }
    }

    fn stored_with_crlf(&self, path: &[u8]) -> bool {
        let Ok(index) = crate::index::Index::read(self.repository) else {
            return false;
        };
        let Some(entry) = index.get(path, 0) else {
            return false;
        };
        let blob = self.repository.store.blob(&entry.oid);
        blob.is_ok_and(|blob| {
            !is_binary_text(&blob) && memchr::memmem::find(&blob, b"\r\n").is_some()
        })
    }

    fn rules(&self, path: &[u8]) -> Result<Rules, Failure> {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        let slashes = memchr::memchr_iter(b'/', path).map(|at| at + 1);
        // From the top down, so that what is nearer to the file is said last.
        for start in std::iter::once(0).chain(slashes) {
            let (folder, below) = path.split_at(start);
            let list = self.list(folder);
            let base = memchr::memrchr(b'/', below).map(|at| at + 1);
            for line in list.iter() {
                if line.pattern.matches_repo_relative_path(
                    below.into(),
                    base,
                    Some(false),
                    Case::Sensitive,
                    Matching::NO_MATCH_SLASH_LITERAL,
                ) {
                    values.extend(line.rules.iter().cloned());
                }
            }
        }
        let mut rules = Rules {
            text: match values
                .get("text")
                .or(values.get("crlf"))
                .map(String::as_str)
            {
                Some("true") => Some(Text::Yes),
                Some("false") => Some(Text::No),
                Some("auto") => Some(Text::Auto),
                Some("input") => Some(Text::Yes),
                _ => None,
            },
            crlf: match values.get("eol").map(String::as_str) {
                Some("crlf") => Some(true),
                Some("lf") => Some(false),
                _ => None,
            },
            filter: values.get("filter").is_some_and(|value| value != "false"),
        };
        if rules.text == Some(Text::No) {
            rules.crlf = None;
        }
        if rules.filter {
            let name = values.get("filter").map(String::as_str).unwrap_or_default();
            // without the filter program configured, git passes the content through as well
            let wanted = self
                .repository
                .config
                .get(&format!("filter.{name}.clean"))
                .is_some();
            if wanted {
                return Err(Failure(format!(
                    "the file '{}' goes through the filter program '{name}', which this server cannot run; use git itself for it",
                    String::from_utf8_lossy(path)
                )));
            }
        }
        Ok(rules)
    }

    fn list(&self, folder: &[u8]) -> Rc<Vec<Line>> {
        if let Some(known) = self.lists.borrow().get(folder) {
            return known.clone();
        }
        let mut lines = Vec::new();
        let file = disk::join(&disk::join(&self.root, folder), b".gitattributes");
        let file = disk::read_small(&file, LARGEST).ok().flatten();
        lines.extend(file.iter().flat_map(|file| parse(file)));
        if folder.is_empty() {
            let own = disk::join(&self.repository.common_dir, b"info/attributes");
            let own = disk::read_small(&own, LARGEST).ok().flatten();
            lines.extend(own.iter().flat_map(|file| parse(file)));
        }
        let lines = Rc::new(lines);
        self.lists
            .borrow_mut()
            .insert(folder.to_vec(), lines.clone());
        lines
    }
}

fn parse(file: &[u8]) -> Vec<Line> {
    let text = String::from_utf8_lossy(file);
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let pattern = words
            .next()
            .filter(|word| !word.starts_with(['#', '!']) && !word.starts_with("[attr]"))?;
        let pattern = Pattern::from_bytes(pattern.as_bytes())?;
        let mut rules = Vec::new();
        for word in words {
            let (name, value) = match (word.split_once('='), word.chars().next()) {
                (Some((name, value)), _) => (name, value),
                (None, Some('-')) => (&word[1..], "false"),
                (None, Some('!')) => (&word[1..], ""),
                _ => (word, "true"),
            };
            if name == "binary" && value == "true" {
                rules.push((String::from("text"), String::from("false")));
                rules.push((String::from("diff"), String::from("false")));
            }
            rules.push((name.to_owned(), value.to_owned()));
        }
        Some(Line { pattern, rules })
    };
    text.lines().filter_map(line).collect()
}

/// git's finer measure for line ends: zero bytes, lone returns, or too many control characters.
fn is_binary_text(bytes: &[u8]) -> bool {
    let (mut printable, mut other) = (0usize, 0usize);
    let mut rest = bytes.iter().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            0 => return true,
            b'\r' if rest.peek() != Some(&&b'\n') => return true,
            b'\r' | b'\n' => {}
            0x08 | b'\t' | 0x1b | 0x0c => printable += 1,
            0x7f => other += 1,
            byte if *byte < 0x20 => other += 1,
            _ => printable += 1,
        }
    }
    // the end-of-file sign of other systems does not count at the end
    if bytes.last() == Some(&0x1a) {
        other = other.saturating_sub(1);
    }
    printable / 128 < other
}
