//! The taps of one axis: for each output pixel, where its input begins and how much each input pixel counts.

/// Bits after the point: 32, less 8 for the sample and 2 for overshoot (Pillow's `PRECISION_BITS`).
pub const PRECISION: u32 = 22;

/// Half the width of the Lanczos-3 window.
const SUPPORT: f64 = 3.0;

/// Fixed-point taps for every output pixel of one axis.
pub struct Weights {
    starts: Vec<u32>,
    counts: Vec<u32>,
    taps: Vec<i32>,
    /// Taps reserved for each output pixel.
    room: usize,
}

impl Weights {
    /// Taps that map the first `extent` of `from` input pixels onto `to` output pixels.
    #[must_use]
    pub fn lanczos(from: u32, extent: f32, to: u32) -> Self {
        let scale = f64::from(extent) / f64::from(to);
        // When enlarging, the window stays as wide as the filter itself.
        let stretch = scale.max(1.0);
        let support = SUPPORT * stretch;
        let room = support.ceil() as usize * 2 + 1;
        let mut taps = vec![0; room * to as usize];
        let (mut starts, mut counts) = (
            Vec::with_capacity(to as usize),
            Vec::with_capacity(to as usize),
        );
        let mut exact = vec![0.0; room];
        for (index, slot) in taps.chunks_exact_mut(room).enumerate() {
            let centre = (index as f64 + 0.5) * scale;
            // Casts truncate towards zero, as C's do; negative edges become 0.
            let first = (centre - support + 0.5) as u32;
            let end = ((centre + support + 0.5) as u32).min(from);
            let count = end.saturating_sub(first) as usize;
            let mut total = 0.0;
            for (tap, weight) in exact[..count].iter_mut().enumerate() {
                *weight = window((tap as f64 + f64::from(first) - centre + 0.5) * (1.0 / stretch));
                total += *weight;
            }
            for (fixed, weight) in slot.iter_mut().zip(&exact[..count]) {
                let weight = if total == 0.0 {
                    *weight
                } else {
                    weight / total
                };
                *fixed = fix(weight);
            }
            starts.push(first.min(from));
            counts.push(count as u32);
        }
        Self {
            starts,
            counts,
            taps,
            room,
        }
    }

    /// First input pixel and taps of each output pixel, in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[i32])> {
        self.starts
            .iter()
            .zip(&self.counts)
            .zip(self.taps.chunks_exact(self.room))
            .map(|((&start, &count), taps)| (start as usize, &taps[..count as usize]))
    }
}

/// Rounds half away from zero to fixed point.
fn fix(weight: f64) -> i32 {
    let scaled = weight * f64::from(1 << PRECISION);
    if weight < 0.0 {
        (scaled - 0.5) as i32
    } else {
        (scaled + 0.5) as i32
    }
}

/// Lanczos window: sinc(x) · sinc(x / 3) on [-3, 3). Of the two sines one is taken and the other follows, as sin 3a = sin a (3 - 4 sin² a).
fn window(x: f64) -> f64 {
    if !(-SUPPORT..SUPPORT).contains(&x) {
        return 0.0;
    }
    if x == 0.0 {
        return 1.0;
    }
    let third = x * std::f64::consts::PI / SUPPORT;
    let sine = third.sin();
    let triple = sine * (3.0 - 4.0 * sine * sine);
    triple / (SUPPORT * third) * (sine / third)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, with both of its sines.
    fn plain(x: f64) -> f64 {
        let sinc = |x: f64| (x * std::f64::consts::PI).sin() / (x * std::f64::consts::PI);
        sinc(x) * sinc(x / SUPPORT)
    }

    proptest! {
        #[test]
        fn the_window_is_the_definition_far_below_the_last_bit_of_a_tap(x in -3.0f64..3.0) {
            prop_assume!(x != 0.0);
            prop_assert!((window(x) - plain(x)).abs() < 1e-14, "{} {}", window(x), plain(x));
        }

        #[test]
        fn taps_stay_inside_and_sum_to_one(from in 1u32..3000, to in 1u32..400, cut in 0.0f32..1.0) {
            let weights = Weights::lanczos(from, (from as f32 - cut).max(0.5), to);
            let mut seen = 0;
            for (start, taps) in weights.iter() {
                seen += 1;
                prop_assert!(start + taps.len() <= from as usize);
                prop_assert!(!taps.is_empty());
                let sum: i64 = taps.iter().map(|&t| i64::from(t)).sum();
                prop_assert!((sum - (1 << PRECISION)).abs() <= taps.len() as i64);
            }
            prop_assert_eq!(seen, to);
        }
    }
}
