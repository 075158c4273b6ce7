//! Where the next byte stands that a JSON string cannot hold as it is.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// A mask whose lowest set bit marks the first special byte of the eight (later marks may be false, the first never is).
#[inline]
fn marks(word: u64) -> u64 {
    let quote = word ^ (LOW * b'"' as u64);
    let slash = word ^ (LOW * b'\\' as u64);
    let control = word.wrapping_sub(LOW * 0x20) & !word;
    ((quote.wrapping_sub(LOW) & !quote) | (slash.wrapping_sub(LOW) & !slash) | control) & HIGH
}

#[inline]
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..at + 8)?;
    Some(u64::from_le_bytes(
        eight.try_into().expect("a slice of eight bytes"),
    ))
}

/// The index of the first special byte at or after `at`, or the length of `bytes`.
#[inline]
pub fn special(bytes: &[u8], mut at: usize) -> usize {
    // Keys and short values end within the first words; only longer runs are worth wide steps.
    for _ in 0..2 {
        match word(bytes, at) {
            Some(word) => match marks(word) {
                0 => at += 8,
                found => return at + (found.trailing_zeros() / 8) as usize,
            },
            None => return tail(bytes, at),
        }
    }
    wide(bytes, at)
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn wide(bytes: &[u8], mut at: usize) -> usize {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};
    while let (Some(low), Some(high)) = (word(bytes, at), word(bytes, at + 8)) {
        let chunk = u64x2(low, high);
        let hit = v128_or(
            v128_or(
                u8x16_eq(chunk, u8x16_splat(b'"')),
                u8x16_eq(chunk, u8x16_splat(b'\\')),
            ),
            u8x16_lt(chunk, u8x16_splat(0x20)),
        );
        match u8x16_bitmask(hit) {
            0 => at += 16,
            mask => return at + mask.trailing_zeros() as usize,
        }
    }
    narrow(bytes, at)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn wide(bytes: &[u8], mut at: usize) -> usize {
    // The compiler turns the fold over 32 bytes into vector compares; the exact place is found once per run.
    while let Some(chunk) = bytes.get(at..at + 32) {
        let chunk: &[u8; 32] = chunk.try_into().expect("a slice of 32 bytes");
        let mut hit = 0u8;
        for &byte in chunk {
            hit |= u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < 0x20);
        }
        if hit != 0 {
            break;
        }
        at += 32;
    }
    narrow(bytes, at)
}

fn narrow(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = word(bytes, at) {
        match marks(word) {
            0 => at += 8,
            found => return at + (found.trailing_zeros() / 8) as usize,
        }
    }
    tail(bytes, at)
}

fn tail(bytes: &[u8], at: usize) -> usize {
    let is_special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    match bytes[at..].iter().position(is_special) {
        Some(found) => at + found,
        None => bytes.len(),
    }
}

/// The index of the first line feed at or after `at`, or `None`. Lines reach megabytes, so they are not looked at byte by byte.
pub fn line_feed(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(word) = word(bytes, at) {
        let difference = word ^ (LOW * u64::from(b'\n'));
        let found = difference.wrapping_sub(LOW) & !difference & HIGH;
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    bytes[at..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map(|offset| at + offset)
}

/// Turns line ends into spaces. In valid JSON they stand between tokens only, and a message is one line.
pub fn one_line(json: &mut [u8]) {
    for byte in json {
        // Both are looked for in one comparison that the compiler widens.
        *byte = if *byte == b'\n' || *byte == b'\r' {
            b' '
        } else {
            *byte
        };
    }
}
