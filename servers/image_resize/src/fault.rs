//! What can be wrong with an image or a request, in words that say what to do next.

use std::fmt;

/// Why a picture could not be read or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The file cannot be opened or read.
    File(String),
    /// The content is none of the formats that are understood.
    Unknown,
    /// A known format in a variant that is not decoded.
    Unsupported(String),
    /// The content breaks its own format, or ends early.
    Damaged(String),
    /// More pixels than anybody wants to unpack: see [`crate::limit`].
    TooLarge(String),
    /// The request itself cannot be fulfilled.
    Request(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(what) => write!(f, "{what}; check the path and that its folder is granted"),
            Self::Unknown => f.write_str(
                "cannot identify the image: its first bytes are those of no known format; give a JPEG, PNG, GIF, WebP, BMP or TIFF file",
            ),
            Self::Unsupported(what) => write!(f, "{what} is not supported; convert the file to PNG or JPEG"),
            Self::Damaged(what) => write!(f, "the image is truncated or damaged ({what}); fetch the file again"),
            Self::TooLarge(what) => write!(f, "possible decompression bomb: {what}; give a smaller image"),
            Self::Request(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Fault {}
