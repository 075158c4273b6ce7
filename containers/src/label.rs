//! The labels by which we know our own: an image by what it was made of, a container by who may still need it.

use crate::hold::Hold;

/// Who made it: of a container the run, of an image that it is ours.
pub(crate) const OURS: &str = "dev.wasmmcp.bench";
/// What an image of ours has, as a filter says it.
pub(crate) const IMAGE: &str = "dev.wasmmcp.bench=image";
/// Of an image: the digest of everything that it was made of.
pub(crate) const CONTENT: &str = "dev.wasmmcp.bench.content";
/// Of a container: the file that its run has locked for as long as it goes on.
pub(crate) const LOCK: &str = "dev.wasmmcp.bench.lock";

/// An image outlives the run that made it.
pub(crate) fn of_image<Map: FromIterator<(String, String)>>(digest: &str) -> Map {
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    [(OURS, "image"), (CONTENT, digest)]
        .map(own)
        .into_iter()
        .collect()
}

/// A container goes with the run that made it.
pub(crate) fn of_container<Map: FromIterator<(String, String)>>(hold: &Hold) -> Map {
    let labels = [(OURS, hold.name()), (LOCK, hold.place())];
    labels
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}
