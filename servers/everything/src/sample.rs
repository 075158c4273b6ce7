//! The smallest image and the smallest sound; `golden/make.py` writes both.

/// A red pixel, as PNG.
pub(crate) const PIXEL: &[u8] = include_bytes!("pixel.png");

/// One sample of silence, as WAV.
pub(crate) const SILENCE: &[u8] = include_bytes!("silence.wav");
