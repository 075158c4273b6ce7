//! Git objects before compression: what they are called, and the store that a history fills.
use std::collections::BTreeMap;
use std::fmt;

use sha1::{Digest, Sha1};

/// The SHA-1 that names an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(pub(super) [u8; 20]);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Commit => "commit",
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            Kind::Tag => "tag",
        }
    }

    /// The number that a pack gives to it.
    pub(super) fn number(self) -> u8 {
        match self {
            Kind::Commit => 1,
            Kind::Tree => 2,
            Kind::Blob => 3,
            Kind::Tag => 4,
        }
    }
}

/// One object, and another that it may be written as a difference to.
pub(super) struct Object {
    pub(super) id: Id,
    pub(super) kind: Kind,
    pub(super) content: Vec<u8>,
    /// A later version of the same file or folder.
    pub(super) newer: Option<Id>,
}

/// Every object of a history, in the order in which they came into being.
#[derive(Default)]
pub(super) struct Store {
    objects: Vec<Object>,
    at: BTreeMap<Id, usize>,
    latest: BTreeMap<String, Id>,
}

impl Store {
    pub(super) fn put(&mut self, kind: Kind, content: Vec<u8>) -> Id {
        let id = name(kind, &content);
        if !self.at.contains_key(&id) {
            self.at.insert(id, self.objects.len());
            self.objects.push(Object {
                id,
                kind,
                content,
                newer: None,
            });
        }
        id
    }

    /// Like [`Store::put`], for what replaces an earlier content of the same path. A folder's path ends in `/`.
    pub(super) fn put_at(&mut self, path: &str, kind: Kind, content: Vec<u8>) -> Id {
        let id = self.put(kind, content);
        if let Some(before) = self.latest.insert(path.to_owned(), id)
            && before != id
        {
            self.objects[self.at[&before]].newer = Some(id);
        }
        id
    }

    pub(super) fn get(&self, id: Id) -> &Object {
        &self.objects[self.at[&id]]
    }

    pub(super) fn objects(&self) -> &[Object] {
        &self.objects
    }
}

/// The SHA-1 over `<kind> <length>\0` and the content.
pub(super) fn name(kind: Kind, content: &[u8]) -> Id {
    let mut hasher = Sha1::new();
    hasher.update(header(kind, content));
    hasher.update(content);
    Id(hasher.finalize().into())
}

/// What stands before a loose object's content, and in its name.
pub(super) fn header(kind: Kind, content: &[u8]) -> Vec<u8> {
    format!("{} {}\0", kind.word(), content.len()).into_bytes()
}

/// The SHA-1 that ends a pack, an index of a pack, and the index.
pub(super) fn checksum(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::{Kind, name};

    #[test]
    fn names_are_those_that_git_gives() {
        // git hash-object -t blob /dev/null; git hash-object -t tree /dev/null; printf 'test content\n' | git hash-object --stdin
        assert_eq!(
            name(Kind::Blob, b"").to_string(),
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        );
        assert_eq!(
            name(Kind::Tree, b"").to_string(),
            "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
        );
        assert_eq!(
            name(Kind::Blob, b"test content\n").to_string(),
            "d670460b4b4aece5915caf5c68d12f560a9fe3e4"
        );
    }
}
