//! One file's change: what it was and what it is, and where its contents are.

use std::rc::Rc;

use crate::failure::Failure;
use crate::object::Mode;
use crate::oid::Oid;
use crate::repository::Repository;
use crate::work;

/// git looks for a zero byte this far.
const LOOKED_AT: usize = 8000;

/// One side of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The path from the top of the working tree.
    pub path: Vec<u8>,
    /// What it is.
    pub mode: Mode,
    /// Its content's name, whether it is stored or not.
    pub oid: Oid,
    /// Whether the content is in the working tree, and perhaps nowhere else.
    pub work: bool,
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Before; `None` for a new file.
    pub old: Option<Side>,
    /// After; `None` for a deleted one.
    pub new: Option<Side>,
    /// For a rename, how alike both are, in percent.
    pub alike: Option<u64>,
    /// Whether the path is in conflict, and no content can be shown.
    pub conflict: bool,
}

impl Change {
    /// A change between these sides.
    pub fn new(old: Option<Side>, new: Option<Side>) -> Change {
        Change {
            old,
            new,
            alike: None,
            conflict: false,
        }
    }

    /// The path by which changes are sorted: the new one, where there is one.
    pub fn path(&self) -> &[u8] {
        match (&self.new, &self.old) {
            (Some(side), _) | (None, Some(side)) => &side.path,
            (None, None) => b"",
        }
    }
}

impl Side {
    /// The content; a submodule's is a line that names its commit.
    pub fn content(&self, repository: &Repository) -> Result<Rc<Vec<u8>>, Failure> {
        if self.mode == Mode::SUBMODULE {
            return Ok(Rc::new(
                format!("Subproject commit {}\n", self.oid).into_bytes(),
            ));
        }
        if self.work {
            return work::content(repository, &self.path, self.mode).map(Rc::new);
        }
        repository.store.blob(&self.oid)
    }
}

/// Whether git takes a content for binary when nobody told it.
pub fn is_binary(content: &[u8]) -> bool {
    memchr::memchr(0, &content[..content.len().min(LOOKED_AT)]).is_some()
}
