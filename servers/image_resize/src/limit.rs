//! How much a request may cost: every bound is checked before anything of that size is allocated.

use crate::fault::Fault;

/// Most pixels of a file that is looked at: from here on Pillow calls it a decompression bomb (twice a quarter gigabyte at 3 bytes a pixel).
pub const PIXELS: u64 = 178_956_970;

/// Most bytes that decoding one file may hold at a time, by estimate; the server's memory limit in `server.toml` leaves room above it.
pub const DECODING: u64 = 352 << 20;

/// Largest file that is read into memory.
pub const FILE: u64 = 96 << 20;

/// Most entries that a scan looks at.
pub const ENTRIES: usize = 200_000;

/// Deepest folder, counted from the one that is scanned.
pub const DEPTH: usize = 64;

/// Refuses sizes that only a decompression bomb has.
///
/// # Errors
/// When there are more than [`PIXELS`].
pub fn pixels(width: u64, height: u64) -> Result<(), Fault> {
    let count = width.saturating_mul(height);
    if count > PIXELS {
        return Err(Fault::TooLarge(format!(
            "{width}×{height} are {count} pixels, more than {PIXELS}"
        )));
    }
    Ok(())
}

/// Refuses what would need too much memory: `each` bytes for every pixel.
///
/// # Errors
/// When the estimate is above [`DECODING`].
pub fn memory(width: u64, height: u64, each: u64) -> Result<(), Fault> {
    pixels(width, height)?;
    let bytes = width * height * each;
    if bytes > DECODING {
        return Err(Fault::TooLarge(format!(
            "decoding {width}×{height} needs about {} MiB, more than {}",
            bytes >> 20,
            DECODING >> 20
        )));
    }
    Ok(())
}
