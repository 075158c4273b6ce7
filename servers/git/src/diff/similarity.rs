//! How alike two contents are, by git's measure: what part of the larger one was copied from the other, in lines or runs of 64 bytes.

use super::change::is_binary;

/// The scale of scores.
pub const MOST: u64 = 60_000;
/// A run without a line end is cut here.
const LONGEST_RUN: u32 = 64;
/// Hashes are taken modulo this prime.
const BASE: u32 = 107_927;

/// A content as sorted runs: each hash with how many bytes have it.
pub struct Runs {
    runs: Vec<(u32, u64)>,
    size: u64,
}

impl Runs {
    /// The runs of a content.
    pub fn of(content: &[u8]) -> Runs {
        let text = !is_binary(content);
        let mut runs: Vec<(u32, u64)> = Vec::new();
        let (mut low, mut high, mut length) = (0u32, 0u32, 0u32);
        let mut bytes = content.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            // the line ends of other systems do not count
            if text && byte == b'\r' && bytes.peek() == Some(&b'\n') {
                continue;
            }
            let before = low;
            low = (low << 7) ^ (high >> 25);
            high = (high << 7) ^ (before >> 25);
            low = low.wrapping_add(u32::from(byte));
            length += 1;
            if length < LONGEST_RUN && byte != b'\n' {
                continue;
            }
            runs.push((hash(low, high), u64::from(length)));
            (low, high, length) = (0, 0, 0);
        }
        if length > 0 {
            runs.push((hash(low, high), u64::from(length)));
        }
        runs.sort_unstable_by_key(|(hash, _)| *hash);
        runs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        Runs {
            runs,
            size: content.len() as u64,
        }
    }

    /// The score of turning this content into `other`; 0 where sizes alone make `least` impossible.
    pub fn score(&self, other: &Runs, least: u64) -> u64 {
        let (larger, smaller) = (self.size.max(other.size), self.size.min(other.size));
        if self.size == 0 || other.size == 0 || too_far(larger, smaller, least) {
            return 0;
        }
        let mut copied = 0;
        let mut theirs = other.runs.iter().peekable();
        for (hash, bytes) in &self.runs {
            while theirs.next_if(|(other, _)| other < hash).is_some() {}
            if let Some((_, same)) = theirs.next_if(|(other, _)| other == hash) {
                copied += bytes.min(same);
            }
        }
        copied * MOST / larger
    }
}

/// Whether two sizes differ by more than `least` allows.
pub fn too_far(larger: u64, smaller: u64, least: u64) -> bool {
    larger.saturating_mul(MOST - least) < (larger - smaller).saturating_mul(MOST)
}

fn hash(low: u32, high: u32) -> u32 {
    low.wrapping_add(high.wrapping_mul(0x61)) % BASE
}
