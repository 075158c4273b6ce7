//! Reads commits, trees and tags from their bytes, and writes the first two.

use crate::oid::Oid;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A snapshot with its history.
    Commit,
    /// A directory.
    Tree,
    /// A file's content, or a link's target.
    Blob,
    /// A named, signed pointer.
    Tag,
}

impl Kind {
    /// The word that stands in the object's header.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Commit => "commit",
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            Kind::Tag => "tag",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &[u8]) -> Option<Kind> {
        match word {
            b"commit" => Some(Kind::Commit),
            b"tree" => Some(Kind::Tree),
            b"blob" => Some(Kind::Blob),
            b"tag" => Some(Kind::Tag),
            _ => None,
        }
    }
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Actor {
    /// The name, without spaces at its ends.
    pub name: Vec<u8>,
    /// What stands between the angle brackets.
    pub email: Vec<u8>,
    /// Seconds since 1970.
    pub seconds: i64,
    /// The offset from UTC as it is written: hours times 100 plus minutes.
    pub zone: i32,
}

impl Actor {
    /// Reads `Name <email> seconds +zone`; what is missing is empty or zero.
    pub fn parse(line: &[u8]) -> Actor {
        let Some(open) = memchr::memchr(b'<', line) else {
            return Actor {
                name: line.trim_ascii().to_vec(),
                ..Actor::default()
            };
        };
        // The last bracket, as git does: an address may hold one by mistake.
        let close = memchr::memrchr(b'>', line)
            .filter(|close| *close > open)
            .unwrap_or(line.len());
        let rest = line.get(close + 1..).unwrap_or_default();
        let mut words = rest.split(|byte| *byte == b' ').filter(|w| !w.is_empty());
        let number = |word: Option<&[u8]>| {
            word.and_then(|word| std::str::from_utf8(word).ok())
                .and_then(|word| word.parse::<i64>().ok())
        };
        let seconds = number(words.next()).unwrap_or(0);
        let zone = number(words.next()).unwrap_or(0).clamp(-9999, 9999);
        Actor {
            name: line[..open].trim_ascii().to_vec(),
            email: line[open + 1..close].to_vec(),
            seconds,
            zone: i32::try_from(zone).unwrap_or(0),
        }
    }

    /// The offset from UTC in seconds.
    pub fn offset(&self) -> i64 {
        let minutes = i64::from(self.zone.abs() / 100 * 60 + self.zone.abs() % 100);
        if self.zone < 0 {
            -minutes * 60
        } else {
            minutes * 60
        }
    }

    /// The line as it stands in an object.
    pub fn line(&self) -> Vec<u8> {
        let mut line = self.name.clone();
        line.extend_from_slice(b" <");
        line.extend_from_slice(&self.email);
        let sign = if self.zone < 0 { '-' } else { '+' };
        line.extend_from_slice(
            format!("> {} {sign}{:04}", self.seconds, self.zone.abs()).as_bytes(),
        );
        line
    }
}

/// A commit.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The snapshot.
    pub tree: Oid,
    /// What it follows.
    pub parents: Vec<Oid>,
    /// Who wrote the change.
    pub author: Actor,
    /// Who recorded it.
    pub committer: Actor,
    /// The encoding of the message, where it is not UTF-8.
    pub encoding: Option<Vec<u8>>,
    /// The message as it is stored.
    pub message: Vec<u8>,
}

impl Commit {
    /// Reads a commit; `None` where tree or form is not right.
    pub fn parse(bytes: &[u8]) -> Option<Commit> {
        let mut rest = bytes;
        let mut commit = Commit {
            tree: Oid::from_hex(header(&mut rest, b"tree ")?)?,
            parents: Vec::new(),
            author: Actor::default(),
            committer: Actor::default(),
            encoding: None,
            message: Vec::new(),
        };
        while let Some(parent) = header(&mut rest, b"parent ") {
            commit.parents.push(Oid::from_hex(parent)?);
        }
        // Headers follow until the empty line; lines that begin with a space continue the one before.
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, after) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
            rest = after;
            if line.is_empty() {
                break;
            }
            if let Some(line) = line.strip_prefix(b"author ") {
                commit.author = Actor::parse(line);
            } else if let Some(line) = line.strip_prefix(b"committer ") {
                commit.committer = Actor::parse(line);
            } else if let Some(line) = line.strip_prefix(b"encoding ") {
                commit.encoding = Some(line.to_vec());
            }
        }
        commit.message = rest.to_vec();
        Some(commit)
    }

    /// The message as text.
    pub fn text(&self) -> String {
        self.decoded(&self.message)
    }

    /// Bytes of this commit as text, by its encoding.
    pub fn decoded(&self, bytes: &[u8]) -> String {
        let latin = self.encoding.as_ref().is_some_and(|encoding| {
            let name = encoding.to_ascii_lowercase();
            matches!(
                &name[..],
                b"iso-8859-1" | b"iso8859-1" | b"latin1" | b"latin-1"
            )
        });
        if latin {
            bytes.iter().map(|byte| char::from(*byte)).collect()
        } else {
            String::from_utf8_lossy(bytes).into_owned()
        }
    }

    /// The first paragraph on one line.
    pub fn subject(&self) -> String {
        let text = self.text();
        let lines = text
            .lines()
            .skip_while(|line| line.trim().is_empty())
            .take_while(|line| !line.trim().is_empty());
        lines.map(str::trim_end).collect::<Vec<_>>().join(" ")
    }

    /// The object's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("tree {}\n", self.tree).into_bytes();
        for parent in &self.parents {
            bytes.extend_from_slice(format!("parent {parent}\n").as_bytes());
        }
        bytes.extend_from_slice(b"author ");
        bytes.extend_from_slice(&self.author.line());
        bytes.extend_from_slice(b"\ncommitter ");
        bytes.extend_from_slice(&self.committer.line());
        bytes.extend_from_slice(b"\n\n");
        bytes.extend_from_slice(&self.message);
        bytes
    }
}

/// An annotated tag.
#[derive(Clone, Debug)]
pub struct Tag {
    /// What it points at.
    pub target: Oid,
    /// The kind of that.
    pub kind: Kind,
    /// Its name.
    pub name: Vec<u8>,
    /// Who made it; very old tags do not say.
    pub tagger: Option<Actor>,
    /// The message, with a signature at its end where there is one.
    pub message: Vec<u8>,
}

impl Tag {
    /// Reads a tag; `None` where its form is not right.
    pub fn parse(bytes: &[u8]) -> Option<Tag> {
        let mut rest = bytes;
        let target = Oid::from_hex(header(&mut rest, b"object ")?)?;
        let kind = Kind::from_word(header(&mut rest, b"type ")?)?;
        let name = header(&mut rest, b"tag ")?.to_vec();
        let tagger = header(&mut rest, b"tagger ").map(Actor::parse);
        let message = match memchr::memmem::find(rest, b"\n\n") {
            _ if rest.first() == Some(&b'\n') => &rest[1..],
            Some(end) => &rest[end + 2..],
            None => &[],
        };
        Some(Tag {
            target,
            kind,
            name,
            tagger,
            message: message.to_vec(),
        })
    }
}

/// Takes the line that begins with `key` off the front.
fn header<'a>(rest: &mut &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let line = rest.strip_prefix(key)?;
    let end = memchr::memchr(b'\n', line)?;
    *rest = &line[end + 1..];
    Some(&line[..end])
}

/// What an entry of a tree or of the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(pub u32);

impl Mode {
    /// A directory.
    pub const TREE: Mode = Mode(0o040_000);
    /// A file.
    pub const FILE: Mode = Mode(0o100_644);
    /// A program.
    pub const EXECUTABLE: Mode = Mode(0o100_755);
    /// A symbolic link.
    pub const LINK: Mode = Mode(0o120_000);
    /// Another repository's commit.
    pub const SUBMODULE: Mode = Mode(0o160_000);

    /// Whether this is a directory.
    pub fn is_tree(self) -> bool {
        self.0 & 0o170_000 == 0o040_000
    }

    /// Whether this is a file.
    pub fn is_file(self) -> bool {
        self.0 & 0o170_000 == 0o100_000
    }

    /// What git makes of any mode: one of the five.
    pub fn canonical(self) -> Mode {
        match self.0 & 0o170_000 {
            0o100_000 if self.0 & 0o100 != 0 => Mode::EXECUTABLE,
            0o100_000 => Mode::FILE,
            0o120_000 => Mode::LINK,
            0o040_000 => Mode::TREE,
            _ => Mode::SUBMODULE,
        }
    }
}

/// One entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it is.
    pub mode: Mode,
    /// Its name, without the directory.
    pub name: &'a [u8],
    /// Its object.
    pub oid: Oid,
}

/// Reads a tree; `None` where its form is not right, or a name could lead elsewhere.
pub fn tree(bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let space = memchr::memchr(b' ', rest)?;
        let mut mode = 0u32;
        if space == 0 || space > 7 {
            return None;
        }
        for digit in &rest[..space] {
            mode = mode << 3 | u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 8)?);
        }
        rest = &rest[space + 1..];
        let end = memchr::memchr(0, rest)?;
        let name = &rest[..end];
        let oid = Oid::from_bytes(rest.get(end + 1..end + 21)?)?;
        rest = &rest[end + 21..];
        if !is_name(name) {
            return None;
        }
        entries.push(Entry {
            mode: Mode(mode).canonical(),
            name,
            oid,
        });
    }
    Some(entries)
}

/// Whether a name can be one in a directory of the working tree: nothing that leads upwards or into the repository's own folder.
pub fn is_name(name: &[u8]) -> bool {
    !name.is_empty()
        && name != b"."
        && name != b".."
        && !name.eq_ignore_ascii_case(b".git")
        && !name.contains(&b'/')
        && !name.contains(&0)
}

/// Appends an entry to a tree's bytes.
pub fn push_entry(bytes: &mut Vec<u8>, mode: Mode, name: &[u8], oid: &Oid) {
    bytes.extend_from_slice(format!("{:o} ", mode.0).as_bytes());
    bytes.extend_from_slice(name);
    bytes.push(0);
    bytes.extend_from_slice(&oid.0);
}
