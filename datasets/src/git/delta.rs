//! A content as a difference to another, in the form that packs have: copies of the base, and bytes that are new.

/// Bytes that must agree before a copy is thought of.
const BLOCK: usize = 16;

/// Most bytes that one instruction copies, and most that one brings along.
const COPY: usize = 0xff_ffff;
const INSERT: usize = 127;

/// The instructions that make `target` out of `base`.
pub(super) fn delta(base: &[u8], target: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    size(&mut out, base.len());
    size(&mut out, target.len());
    let blocks = Blocks::of(base);
    let mut at = 0;
    let mut fresh = 0; // where bytes begin that no copy covers
    while at < target.len() {
        match blocks.find(base, target, at) {
            Some((mut from, mut length)) => {
                // what agrees before the block belongs to the copy too
                while at > fresh && from > 0 && base[from - 1] == target[at - 1] {
                    (from, at, length) = (from - 1, at - 1, length + 1);
                }
                insert(&mut out, &target[fresh..at]);
                copy(&mut out, from, length);
                at += length;
                fresh = at;
            }
            None => at += 1,
        }
    }
    insert(&mut out, &target[fresh..]);
    out
}

/// Where each block of the base stands: one slot a hash, the first block wins.
struct Blocks {
    slots: Vec<u32>,
    mask: usize,
}

impl Blocks {
    fn of(base: &[u8]) -> Self {
        let count = (base.len() / BLOCK * 4).max(16).next_power_of_two();
        let mut blocks = Blocks {
            slots: vec![u32::MAX; count],
            mask: count - 1,
        };
        for (index, block) in base.chunks_exact(BLOCK).enumerate() {
            let slot = &mut blocks.slots[hash(block) as usize & blocks.mask];
            if *slot == u32::MAX {
                *slot = (index * BLOCK) as u32;
            }
        }
        blocks
    }

    /// The longest agreement that begins with the block at `at`: where in the base, and how long.
    fn find(&self, base: &[u8], target: &[u8], at: usize) -> Option<(usize, usize)> {
        let block = target.get(at..at + BLOCK)?;
        let from = self.slots[hash(block) as usize & self.mask] as usize;
        let there = base.get(from..)?.get(..BLOCK)?;
        if there != block {
            return None;
        }
        let longer = base[from + BLOCK..]
            .iter()
            .zip(&target[at + BLOCK..])
            .take_while(|(ours, theirs)| ours == theirs)
            .count();
        Some((from, (BLOCK + longer).min(COPY)))
    }
}

/// FNV-1a, folded so that the low bits know all of it.
fn hash(block: &[u8]) -> u32 {
    let hash = block.iter().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    hash ^ hash >> 15
}

/// Seven bits a byte, the lowest first; the high bit says that more follow.
fn size(out: &mut Vec<u8>, mut size: usize) {
    while size > 0x7f {
        out.push(size as u8 & 0x7f | 0x80);
        size >>= 7;
    }
    out.push(size as u8);
}

/// One copy instruction: its low bits say which bytes of offset and length follow.
fn copy(out: &mut Vec<u8>, from: usize, length: usize) {
    let at = out.len();
    out.push(0x80);
    let offset = (from as u32).to_le_bytes();
    let length = (length as u32).to_le_bytes();
    for (bit, byte) in offset.iter().chain(&length[..3]).enumerate() {
        if *byte != 0 {
            out[at] |= 1 << bit;
            out.push(*byte);
        }
    }
}

fn insert(out: &mut Vec<u8>, bytes: &[u8]) {
    for part in bytes.chunks(INSERT) {
        out.push(part.len() as u8);
        out.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::delta;
    use crate::draw::Draw;
    use crate::seed::Seed;

    fn apply(base: &[u8], delta: &[u8]) -> Vec<u8> {
        let mut rest = delta.iter().copied();
        let mut size = || {
            let (mut value, mut shift) = (0, 0);
            loop {
                let byte = rest.next().expect("a size");
                value |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    return value;
                }
            }
        };
        assert_eq!(size(), base.len());
        let length = size();
        let mut out = Vec::new();
        while let Some(order) = rest.next() {
            if order & 0x80 == 0 {
                out.extend(rest.by_ref().take(usize::from(order)));
                continue;
            }
            let mut number = |bits: std::ops::Range<u32>| {
                let low = bits.start;
                bits.filter(|bit| order & (1 << bit) != 0)
                    .fold(0, |value, bit| {
                        let byte = usize::from(rest.next().expect("a byte"));
                        value | (byte << (8 * (bit - low)))
                    })
            };
            let from = number(0..4);
            let length = number(4..7);
            out.extend_from_slice(&base[from..from + length]);
        }
        assert_eq!(out.len(), length);
        out
    }

    #[test]
    fn a_difference_makes_its_target_again_and_is_small_where_little_changed() {
        let mut draw = Draw::of(Seed(7), "delta");
        for (length, change) in [
            (0, 0),
            (1, 1),
            (15, 3),
            (200, 40),
            (70_000, 9),
            (5_000, 5_000),
        ] {
            let mut base = vec![0; length];
            draw.fill(&mut base);
            let mut target = base.clone();
            let at = draw.below(length as u32 / 2 + 1) as usize;
            let mut fresh = vec![0; change];
            draw.fill(&mut fresh);
            target.splice(at..(at + change / 2).min(length), fresh);
            let made = delta(&base, &target);
            assert_eq!(apply(&base, &made), target);
            assert_eq!(apply(&target, &delta(&target, &base)), base);
            assert!(
                length < 1_000 || change > 100 || made.len() < 80,
                "{}",
                made.len()
            );
        }
    }
}
