//! `git/`: repositories that were never touched by git, with every byte from here: loose and packed, clean and in the middle of work, small and large.

mod code;
mod delta;
mod dirty;
mod history;
mod index;
mod large;
mod object;
mod pack;
mod small;
mod written;

mod all;

pub(crate) use all::write;
pub(crate) use pack::crc32;
