//! Photographs: a scene under sensor grain, as JPEG.
use super::canvas::Canvas;
use super::jpeg::{Encoding, encode};
use super::scene;
use crate::draw::Draw;
use crate::seed::Seed;

/// Bytes of the photograph that the paper's image calls were sized by: 143 kB.
const PAPER_BYTES: usize = 143_000;

/// Bytes of the large one: what a phone's 2.5-megapixel picture weighs.
const LARGE_BYTES: usize = 1_000_000;

/// Strongest grain that the search tries, in sixteenths of a grey level.
const GRAIN_LIMIT: u32 = 1_024;

/// A scene and the grain that lies over it.
pub(crate) struct Photo {
    scene: Canvas,
    /// One a pixel, standard deviation 148.
    grain: Vec<i16>,
}

impl Photo {
    pub(crate) fn take(seed: Seed, label: &str, width: usize, height: usize) -> Self {
        let scene = scene::paint(&mut Draw::of(seed, label), width, height);
        let mut noise = vec![0; width * height * 4];
        Draw::of(seed, &format!("{label} grain")).fill(&mut noise);
        // the sum of four uniform bytes is close enough to the normal distribution of a sensor
        let grain = noise
            .chunks_exact(4)
            .map(|bytes| bytes.iter().map(|byte| i16::from(*byte)).sum::<i16>() - 510)
            .collect();
        Photo { scene, grain }
    }

    /// With grain of a standard deviation of `sixteenths`/16 grey levels.
    pub(crate) fn develop(&self, sixteenths: u32) -> Canvas {
        let strength = sixteenths as i32;
        let mut rgb = self.scene.rgb.clone();
        for (pixel, grain) in rgb.chunks_exact_mut(3).zip(&self.grain) {
            let change = i32::from(*grain) * strength / (148 * 16);
            for part in pixel {
                *part = (i32::from(*part) + change).clamp(0, 255) as u8;
            }
        }
        Canvas { rgb, ..self.scene }
    }

    /// The file nearest to `bytes` from above that a search over the strength of the grain finds, at `quality` or, if the bare scene
    /// is too large already, at the first lower one in steps of five that leaves room.
    fn of_size(&self, mut quality: u8, bytes: usize) -> Vec<u8> {
        while quality > 5 && encode(&self.develop(0), Encoding::quality(quality)).len() > bytes {
            quality -= 5;
        }
        let encoding = Encoding::quality(quality);
        let (mut low, mut high) = (0, GRAIN_LIMIT);
        while low < high {
            let middle = (low + high) / 2;
            if encode(&self.develop(middle), encoding).len() < bytes {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        encode(&self.develop(low), encoding)
    }
}

/// 640 × 426 at quality 95, 143 kB.
pub(super) fn of_the_paper(seed: Seed) -> Vec<u8> {
    Photo::take(seed, "images/photo_640x426.jpg", 640, 426).of_size(95, PAPER_BYTES)
}

/// 1920 × 1280 at quality 90, 1 MB.
pub(super) fn large(seed: Seed) -> Vec<u8> {
    Photo::take(seed, "images/photo_1920x1280.jpg", 1920, 1280).of_size(90, LARGE_BYTES)
}

/// The first three fifths of a photograph: header and tables are whole, the scan ends in the middle.
pub(super) fn broken(seed: Seed) -> Vec<u8> {
    let mut bytes = small(seed, "images/broken.jpg", Encoding::quality(90));
    bytes.truncate(bytes.len() * 3 / 5);
    bytes
}

/// 320 × 240 with a little grain, for files whose point is their encoding.
pub(crate) fn small(seed: Seed, label: &str, encoding: Encoding) -> Vec<u8> {
    encode(&Photo::take(seed, label, 320, 240).develop(32), encoding)
}

#[cfg(test)]
mod tests {
    use super::{PAPER_BYTES, of_the_paper};
    use crate::seed::Seed;

    #[test]
    fn the_paper_s_photograph_weighs_143_kb_for_any_seed() {
        for seed in [0, 1, 2, 3, 42, u64::MAX] {
            let bytes = of_the_paper(Seed(seed)).len();
            assert!(
                bytes.abs_diff(PAPER_BYTES) <= PAPER_BYTES / 50,
                "seed {seed}: {bytes} bytes"
            );
        }
    }
}
