//! JPEG files, by an encoder in integers.
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::canvas::Canvas;

/// How a JPEG file is written. Chroma is halved in both directions, as cameras do.
#[derive(Clone, Copy)]
pub(crate) struct Encoding {
    quality: u8,
    colour: Colour,
    progressive: bool,
    orientation: Option<u8>,
}

/// What the components mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Colour {
    Rgb,
    Grey,
    /// Inverted, with an Adobe marker, as print software writes it.
    Cmyk,
}

impl Encoding {
    pub(crate) fn quality(quality: u8) -> Self {
        Encoding {
            quality,
            colour: Colour::Rgb,
            progressive: false,
            orientation: None,
        }
    }

    pub(crate) fn grey(self) -> Self {
        Encoding {
            colour: Colour::Grey,
            ..self
        }
    }

    pub(crate) fn progressive(self) -> Self {
        Encoding {
            progressive: true,
            ..self
        }
    }

    /// With an EXIF orientation, 1 to 8.
    pub(crate) fn rotated(self, orientation: u8) -> Self {
        Encoding {
            orientation: Some(orientation),
            ..self
        }
    }

    pub(crate) fn cmyk(self) -> Self {
        Encoding {
            colour: Colour::Cmyk,
            ..self
        }
    }
}

pub(crate) fn encode(canvas: &Canvas, encoding: Encoding) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, encoding.quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(encoding.progressive);
    if let Some(orientation) = encoding.orientation {
        encoder
            .add_exif_metadata(&exif(orientation))
            .expect("26 bytes fit a segment");
    }
    let (width, height) = (canvas.width as u16, canvas.height as u16);
    let written = match encoding.colour {
        Colour::Rgb => encoder.encode(&canvas.rgb, width, height, ColorType::Rgb),
        Colour::Grey => encoder.encode(&canvas.luma(), width, height, ColorType::Luma),
        Colour::Cmyk => {
            let cmyk: Vec<u8> = canvas
                .rgb
                .chunks_exact(3)
                .flat_map(|pixel| [255 - pixel[0], 255 - pixel[1], 255 - pixel[2], 0])
                .collect();
            encoder.encode(&cmyk, width, height, ColorType::Cmyk)
        }
    };
    written.expect("a canvas has as many pixels as it says, and a Vec takes all of them");
    bytes
}

/// A TIFF directory with the one tag Orientation (0x0112).
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    exif.extend([0, orientation, 0, 0, 0, 0, 0, 0]);
    exif
}
