//! `images/`: photograph-like JPEG files, a set with near-duplicates, and small files of the other formats.
mod all;
mod canvas;
mod jpeg;
mod noise;
mod other;
mod photo;
mod png;
mod resize;
mod scene;
mod set;

pub(crate) use all::write;
pub(crate) use jpeg::Encoding;
pub(crate) use photo::small as small_photo;
pub(crate) use png::{bomb, broken_checksum, grey16, one_pixel, palette, small as small_png};
