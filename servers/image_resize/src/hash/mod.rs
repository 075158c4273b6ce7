//! Perceptual hashes of 64 bits, equal to those of Python's ImageHash on Pillow's pixels.

mod ahash;
mod dhash;
mod phash;
mod whash;

use wasmmcp::prelude::*;

use crate::pixels::Pixels;

/// Bits along each side of a hash.
const SIDE: usize = 8;

/// Which of the four hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Low frequencies of a cosine transform against their median.
    Phash,
    /// Each pixel against its left neighbour.
    Dhash,
    /// Each pixel against the mean.
    Ahash,
    /// Low frequencies of a Haar wavelet transform against their median.
    Whash,
}

/// A hash: row by row, the first bit is the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(pub u64);

impl Hash {
    /// Bits in which two hashes differ.
    #[must_use]
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    fn of_bits(bits: impl IntoIterator<Item = bool>) -> Self {
        Self(
            bits.into_iter()
                .fold(0, |hash, bit| hash << 1 | u64::from(bit)),
        )
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Hashes an image. Colour is turned to grey first and alpha is ignored.
#[must_use]
pub fn compute(kind: Kind, pixels: Pixels) -> Hash {
    let grey = pixels.into_grey();
    match kind {
        Kind::Phash => phash::compute(grey),
        Kind::Dhash => dhash::compute(grey),
        Kind::Ahash => ahash::compute(grey),
        Kind::Whash => whash::compute(grey),
    }
}

/// One bit for each value: is it above the median? With an even count the median is the mean of the two in the middle.
fn above_median(values: &[f64; SIDE * SIDE]) -> Hash {
    let sorted = sorted(*values);
    let median = (sorted[SIDE * SIDE / 2 - 1] + sorted[SIDE * SIDE / 2]) / 2.0;
    Hash::of_bits(values.iter().map(|&v| v > median))
}

/// By insertion: for 64 values, the library's sort would be ten kilobytes of component.
fn sorted(mut values: [f64; SIDE * SIDE]) -> [f64; SIDE * SIDE] {
    for end in 1..values.len() {
        let mut at = end;
        while at > 0 && values[at] < values[at - 1] {
            values.swap(at, at - 1);
            at -= 1;
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    #[test]
    fn the_first_bit_is_the_highest_and_sixteen_digits_are_written() {
        let mut bits = [false; 64];
        bits[0] = true;
        assert_eq!(Hash::of_bits(bits).to_string(), "8000000000000000");
        bits[0] = false;
        bits[63] = true;
        assert_eq!(Hash::of_bits(bits).to_string(), "0000000000000001");
        assert_eq!(Hash(0b1011).distance(Hash(0b0001)), 2);
    }

    #[test]
    fn one_pixel_and_one_line_have_hashes() {
        for (width, height) in [(1, 1), (1, 300), (300, 1), (8, 8)] {
            let flat = Pixels::new(
                width,
                height,
                Layout::L,
                vec![77; (width * height) as usize],
            )
            .expect("flat");
            for kind in [Kind::Dhash, Kind::Ahash] {
                assert_eq!(
                    compute(kind, flat.clone()),
                    Hash(0),
                    "{kind:?} of {width}×{height}"
                );
            }
            let _ = compute(Kind::Phash, flat.clone());
            let _ = compute(Kind::Whash, flat);
        }
    }
}
