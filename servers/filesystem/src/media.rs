//! Files as media: the bytes and the type that the extension names.

use crate::allowed::Allowed;
use crate::disk::File;
use crate::failure::Failure;
use crate::lexical;
use crate::text;

/// The content block that a file becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// A picture.
    Image,
    /// A sound.
    Audio,
    /// Anything else: an embedded resource.
    Resource,
}

/// A file's bytes and what they are.
#[derive(Debug)]
pub struct Media {
    /// Which content block it belongs into.
    pub block: Block,
    /// Its MIME type.
    pub mime: &'static str,
    /// Its `file:` address.
    pub uri: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Reads the file that a client names.
pub fn read(allowed: &Allowed, requested: &str) -> Result<Media, Failure> {
    let path = allowed.resolve(requested)?;
    let (block, mime) = kind(&lexical::extension(&path));
    let file = File::open(&path).map_err(|fault| fault.at("open", &path))?;
    let bytes = text::whole(&file, &path, text::LARGEST)?;
    Ok(Media {
        block,
        mime,
        uri: lexical::file_url(&path),
        bytes,
    })
}

fn kind(extension: &str) -> (Block, &'static str) {
    match extension {
        ".png" => (Block::Image, "image/png"),
        ".jpg" | ".jpeg" => (Block::Image, "image/jpeg"),
        ".gif" => (Block::Image, "image/gif"),
        ".webp" => (Block::Image, "image/webp"),
        ".bmp" => (Block::Image, "image/bmp"),
        ".svg" => (Block::Image, "image/svg+xml"),
        ".mp3" => (Block::Audio, "audio/mpeg"),
        ".wav" => (Block::Audio, "audio/wav"),
        ".ogg" => (Block::Audio, "audio/ogg"),
        ".flac" => (Block::Audio, "audio/flac"),
        _ => (Block::Resource, "application/octet-stream"),
    }
}
