//! `site/`: the pages that a loopback server offers to `fetch`: twenty papers, an index, a long survey, and what a fetcher must get right.

mod all;
mod page;

pub(crate) use all::write;
