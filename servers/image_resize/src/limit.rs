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

/// Refuses a resampling that would need too much memory beside the picture itself: for the taps of both axes, for what lies between
/// the passes and for the result.
///
/// # Errors
/// When the estimate is above [`DECODING`].
pub fn resampling(from: (u32, u32), to: (u32, u32)) -> Result<(), Fault> {
    pixels(to.0.into(), to.1.into())?;
    // A window reaches over three pixels of the coarser side, both ways; a tap is kept as it is and spread over a vector.
    let taps = |from: u32, to: u32| (6 * u64::from(from) + 7 * u64::from(to)) * 20;
    let between = if from.0 == to.0 {
        0
    } else {
        u64::from(to.0) * u64::from(from.1) * 4
    };
    let made = u64::from(to.0) * u64::from(to.1) * 8;
    let bytes = taps(from.0, to.0) + taps(from.1, to.1) + between + made;
    if bytes > DECODING {
        return Err(Fault::TooLarge(format!(
            "making {}×{} of {}×{} needs about {} MiB, more than {}",
            to.0,
            to.1,
            from.0,
            from.1,
            bytes >> 20,
            DECODING >> 20
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
