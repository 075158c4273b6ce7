//! Reads the file of claims, and whatever else is a file beside it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use super::Claims;

/// The servers of the paper's Table III are six; a file of megabytes is no list of claims.
const LONGEST: u64 = 1024 * 1024;

/// A file of claims or of accepted verdicts that cannot be used.
#[derive(Debug, thiserror::Error)]
pub struct BadClaims {
    file: PathBuf,
    what: String,
}

impl fmt::Display for BadClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.what)
    }
}

impl BadClaims {
    pub(super) fn new(file: &Path, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            what: what.into(),
        }
    }
}

/// Reads and checks a file of claims.
///
/// # Errors
/// When it is missing, is not of this shape, contradicts itself, or has a claim that cannot fail.
pub fn read(file: &Path) -> Result<Claims, BadClaims> {
    parse(file, &text(file)?)
}

/// The text of a file that may be anything.
pub(super) fn text(file: &Path) -> Result<String, BadClaims> {
    use std::io::Read;
    let refuse = |error: std::io::Error| {
        BadClaims::new(
            file,
            format!("cannot be read ({error}); restore it from the repository"),
        )
    };
    let mut text = String::new();
    let opened = std::fs::File::open(file).map_err(refuse)?;
    opened
        .take(LONGEST + 1)
        .read_to_string(&mut text)
        .map_err(refuse)?;
    if text.len() as u64 > LONGEST {
        return Err(BadClaims::new(
            file,
            "is longer than a list of claims can be; restore it from the repository",
        ));
    }
    Ok(text)
}

pub(super) fn parse(file: &Path, text: &str) -> Result<Claims, BadClaims> {
    let read: Claims = toml::from_str(text).map_err(|error| {
        BadClaims::new(
            file,
            format!("{error}correct the field that the mark points at"),
        )
    })?;
    if read.measured.is_empty() && read.replayed.is_empty() {
        return Err(BadClaims::new(file, "has no [[claim]]; write one"));
    }
    let measured = read.measured.iter();
    let measured = measured.map(|claim| (&claim.id, claim.check()));
    let replayed = read.replayed.iter();
    let replayed = replayed.map(|claim| (&claim.id, claim.check()));
    let mut ids = BTreeSet::new();
    for (id, checked) in measured.chain(replayed) {
        checked.map_err(|what| BadClaims::new(file, format!("claim {id:?}: {what}")))?;
        if !ids.insert(id) {
            return Err(BadClaims::new(
                file,
                format!("claim {id:?}: id stands twice; give each its own"),
            ));
        }
    }
    Ok(read)
}
