//! The file formats, told apart by their first bytes and never by the name of the file.

/// A file format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JFIF or Exif JPEG.
    Jpeg,
    /// Portable Network Graphics, animated or not.
    Png,
    /// GIF 87a or 89a.
    Gif,
    /// WebP, lossy or lossless.
    Webp,
    /// Windows bitmap.
    Bmp,
    /// TIFF, either byte order.
    Tiff,
}

impl Format {
    /// Bytes that [`Self::sniff`] looks at.
    pub const PREFIX: usize = 12;

    /// Recognises a format by the beginning of its content.
    #[must_use]
    pub fn sniff(prefix: &[u8]) -> Option<Self> {
        if prefix.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if prefix.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if prefix.starts_with(b"GIF87a") || prefix.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else if prefix.starts_with(b"RIFF") && prefix.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else if prefix.starts_with(b"BM") {
            Some(Self::Bmp)
        } else if prefix.starts_with(b"II*\0") || prefix.starts_with(b"MM\0*") {
            Some(Self::Tiff)
        } else {
            None
        }
    }

    /// Pillow's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::Webp => "WEBP",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
        }
    }
}
