//! Applies deltas: copies from a base and insertions, with every length checked.

/// The sizes that a delta begins with (of its base, of its result), and the instructions behind them.
pub fn sizes(delta: &[u8]) -> Option<(u64, u64, &[u8])> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Some((base, result, rest))
}

/// Applies `delta` to `base`; `None` where it does not fit, or where the result would be larger than `limit`.
pub fn apply(base: &[u8], delta: &[u8], limit: u64) -> Option<Vec<u8>> {
    let (base_size, result_size, mut rest) = sizes(delta)?;
    if base_size != base.len() as u64 || result_size > limit {
        return None;
    }
    let result_size = usize::try_from(result_size).ok()?;
    // Not trusted as a whole: a crafted delta may declare much and give nothing.
    let mut result = Vec::with_capacity(result_size.min(base.len() + delta.len()));
    while let Some((&instruction, after)) = rest.split_first() {
        rest = after;
        if instruction & 0x80 == 0 {
            let length = usize::from(instruction);
            // zero is reserved
            if length == 0 || length > rest.len() {
                return None;
            }
            result.extend_from_slice(&rest[..length]);
            rest = &rest[length..];
        } else {
            let mut take = |bits: std::ops::Range<u8>| -> Option<usize> {
                let mut value = 0;
                for (shift, bit) in bits.enumerate() {
                    if instruction & (1 << bit) != 0 {
                        let (&byte, after) = rest.split_first()?;
                        rest = after;
                        value |= usize::from(byte) << (8 * shift);
                    }
                }
                Some(value)
            };
            let offset = take(0..4)?;
            let length = match take(4..7)? {
                0 => 0x10000,
                length => length,
            };
            result.extend_from_slice(base.get(offset..offset.checked_add(length)?)?);
        }
        if result.len() > result_size {
            return None;
        }
    }
    (result.len() == result_size).then_some(result)
}

fn size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (i, byte) in bytes.iter().enumerate() {
        if i >= 9 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[i + 1..]));
        }
    }
    None
}
