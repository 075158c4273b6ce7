//! How alike two pictures are.

use image_resize::pixels::Pixels;

/// Peak signal-to-noise ratio in decibels; infinite for equal pictures.
pub fn psnr(a: &Pixels, b: &Pixels) -> f64 {
    assert_eq!((a.size(), a.layout()), (b.size(), b.layout()));
    let squares: f64 = a
        .data()
        .iter()
        .zip(b.data())
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2))
        .sum();
    20.0 * 255f64.log10() - 10.0 * (squares / a.data().len() as f64).log10()
}
