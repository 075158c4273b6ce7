//! Indexed colour: a table of up to 256 colours, one of which or all of which may be transparent.

use crate::decode::Purpose;
use crate::fault::Fault;
use crate::pixels::{Layout, Pixels};

/// Colours by index, as red, green, blue, alpha. Indices without an entry are black.
pub(super) struct Palette {
    colours: [[u8; 4]; 256],
    transparent: bool,
}

impl Palette {
    /// From triples of red, green, blue.
    pub(super) fn new(triples: &[u8]) -> Self {
        let mut colours = [[0, 0, 0, 255]; 256];
        for (colour, triple) in colours.iter_mut().zip(triples.chunks_exact(3)) {
            colour[..3].copy_from_slice(triple);
        }
        Self {
            colours,
            transparent: false,
        }
    }

    /// Gives the first indices their alpha.
    pub(super) fn with_alphas(mut self, alphas: &[u8]) -> Self {
        for (colour, &alpha) in self.colours.iter_mut().zip(alphas) {
            colour[3] = alpha;
            self.transparent |= alpha != 255;
        }
        self
    }

    /// Makes one index invisible.
    pub(super) fn without(mut self, index: u8) -> Self {
        self.colours[usize::from(index)][3] = 0;
        self.transparent = true;
        self
    }

    /// Looks every index up.
    pub(super) fn apply(
        &self,
        width: u32,
        height: u32,
        indices: &[u8],
        purpose: Purpose,
    ) -> Result<Pixels, Fault> {
        let colours = indices
            .iter()
            .map(|&index| self.colours[usize::from(index)]);
        if self.transparent && purpose == Purpose::Transparent {
            let mut data = Vec::with_capacity(indices.len() * 4);
            colours.for_each(|colour| data.extend(colour));
            return Pixels::new(width, height, Layout::Rgba, data);
        }
        let mut data = Vec::with_capacity(indices.len() * 3);
        colours.for_each(|[r, g, b, _]| data.extend([r, g, b]));
        Pixels::new(width, height, Layout::Rgb, data)
    }
}

/// Spreads packed samples of 1, 2 or 4 bits over bytes, the highest bits first; each row begins at a byte.
pub(super) fn unpack(
    packed: &[u8],
    width: usize,
    bits: usize,
    spread: impl Fn(u8) -> u8,
) -> Vec<u8> {
    if !matches!(bits, 1 | 2 | 4) {
        return packed.iter().map(|&v| spread(v)).collect();
    }
    let mask = (1u8 << bits) - 1;
    let each = 8 / bits;
    let mut out = Vec::with_capacity(packed.len() * each);
    for row in packed.chunks(width.div_ceil(each)) {
        let samples = row
            .iter()
            .flat_map(|&byte| (0..each).map(move |i| byte >> (8 - bits * (i + 1)) & mask));
        out.extend(samples.take(width).map(&spread));
    }
    out
}
