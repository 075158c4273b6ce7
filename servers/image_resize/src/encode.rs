//! From pixels to a file in memory.

use std::io::Cursor;

use jpeg_encoder::JpegColorType;
use wasmmcp::prelude::*;

use crate::fault::Fault;
use crate::pixels::{Layout, Pixels};

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Output {
    /// Baseline JPEG, colour at half resolution as Pillow's default.
    Jpeg,
    /// PNG.
    Png,
    /// Lossless WebP: the quality is not used.
    Webp,
}

impl Output {
    /// Pillow's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WEBP",
        }
    }

    /// Whether the format keeps alpha.
    #[must_use]
    pub fn is_transparent(self) -> bool {
        self != Self::Jpeg
    }
}

/// Encodes. The quality, 1 to 100 (beyond: the nearest), counts for JPEG only.
///
/// # Errors
/// When a side is longer than the format allows.
pub fn encode(pixels: Pixels, output: Output, quality: i64) -> Result<Vec<u8>, Fault> {
    match output {
        Output::Jpeg => jpeg(&pixels.without_alpha(), quality.clamp(1, 100) as u8),
        Output::Png => png(&drawable(pixels)),
        Output::Webp => webp(&drawable(pixels)),
    }
}

/// Only JPEG knows ink.
fn drawable(pixels: Pixels) -> Pixels {
    match pixels.layout() {
        Layout::Cmyk => pixels.into_rgb(),
        _ => pixels,
    }
}

fn jpeg(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, Fault> {
    let (Ok(width), Ok(height)) = (
        u16::try_from(pixels.width()),
        u16::try_from(pixels.height()),
    ) else {
        return Err(too_long("JPEG", 65_535));
    };
    let mut file = Vec::with_capacity(pixels.data().len() / 4 + 1024);
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, quality);
    if pixels.layout() != Layout::Cmyk {
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
        encoder.set_chroma_subsampling_method(jpeg_encoder::ChromaSubsamplingMethod::Average);
    }
    encoder
        .encode_image(Rows {
            pixels,
            width,
            height,
        })
        .map_err(refused)?;
    Ok(file)
}

/// Our pixels as the encoder asks for them. One type for all layouts: with the encoder's own, it is compiled eight times.
struct Rows<'a> {
    pixels: &'a Pixels,
    width: u16,
    height: u16,
}

impl jpeg_encoder::ImageBuffer for Rows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        match self.pixels.layout() {
            Layout::L | Layout::La => JpegColorType::Luma,
            Layout::Rgb | Layout::Rgba => JpegColorType::Ycbcr,
            Layout::Cmyk => JpegColorType::Cmyk,
        }
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let stride = self.pixels.stride();
        let row = &self.pixels.data()[usize::from(y) * stride..][..stride];
        match self.pixels.layout() {
            Layout::L | Layout::La => buffers[0].extend_from_slice(row),
            // Ink is stored inverted, as Adobe does and every decoder expects.
            Layout::Cmyk => {
                for (channel, buffer) in buffers.iter_mut().enumerate() {
                    buffer.extend(row.chunks_exact(4).map(|p| 255 - p[channel]));
                }
            }
            Layout::Rgb | Layout::Rgba => {
                for p in row.chunks_exact(3) {
                    let (luma, blue, red) = jpeg_encoder::rgb_to_ycbcr(p[0], p[1], p[2]);
                    buffers[0].push(luma);
                    buffers[1].push(blue);
                    buffers[2].push(red);
                }
            }
        }
    }
}

fn png(pixels: &Pixels) -> Result<Vec<u8>, Fault> {
    let mut file = Vec::with_capacity(pixels.data().len() / 2 + 1024);
    let mut encoder = png::Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(match pixels.layout() {
        Layout::L => png::ColorType::Grayscale,
        Layout::La => png::ColorType::GrayscaleAlpha,
        Layout::Rgba => png::ColorType::Rgba,
        Layout::Rgb | Layout::Cmyk => png::ColorType::Rgb,
    });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header().map_err(refused)?;
    writer.write_image_data(pixels.data()).map_err(refused)?;
    writer.finish().map_err(refused)?;
    Ok(file)
}

fn webp(pixels: &Pixels) -> Result<Vec<u8>, Fault> {
    if pixels.width() > 16_384 || pixels.height() > 16_384 {
        return Err(too_long("WEBP", 16_384));
    }
    let colour = match pixels.layout() {
        Layout::L => image_webp::ColorType::L8,
        Layout::La => image_webp::ColorType::La8,
        Layout::Rgba => image_webp::ColorType::Rgba8,
        Layout::Rgb | Layout::Cmyk => image_webp::ColorType::Rgb8,
    };
    let mut file = Cursor::new(Vec::with_capacity(pixels.data().len() + 1024));
    image_webp::WebPEncoder::new(&mut file)
        .encode(pixels.data(), pixels.width(), pixels.height(), colour)
        .map_err(refused)?;
    Ok(file.into_inner())
}

fn too_long(format: &str, most: u32) -> Fault {
    Fault::Request(format!(
        "a side is longer than {format} allows ({most}); ask for a smaller size"
    ))
}

fn refused(error: impl std::fmt::Display) -> Fault {
    Fault::Request(format!(
        "cannot encode the picture: {error}; ask for another format"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Purpose, decode, header};

    fn round_trip(layout: Layout, output: Output) -> Pixels {
        let (width, height) = (21, 13);
        let samples = (0..width * height * layout.channels() as u32).map(|i| (i / 3 % 256) as u8);
        let pixels = Pixels::new(width, height, layout, samples.collect()).expect("made to fit");
        let file = encode(pixels.clone(), output, 90).expect("small");
        let header = header(&file).expect("our own file");
        assert_eq!(header.format.name(), output.name());
        assert_eq!((header.width, header.height), (width, height));
        let back = decode(&file, &header, 1, Purpose::Transparent).expect("our own file");
        if output != Output::Jpeg && layout != Layout::Cmyk {
            assert_eq!(
                back.clone().into_grey(),
                pixels.into_grey(),
                "{layout:?} {output:?}"
            );
        }
        back
    }

    #[test]
    fn every_layout_survives_every_format() {
        use Layout::{Cmyk, L, La, Rgb, Rgba};
        for (layout, kept) in [(L, L), (La, L), (Rgb, Rgb), (Rgba, Rgb), (Cmyk, Cmyk)] {
            assert_eq!(round_trip(layout, Output::Jpeg).layout(), kept);
        }
        for (layout, kept) in [(L, L), (La, La), (Rgb, Rgb), (Rgba, Rgba), (Cmyk, Rgb)] {
            assert_eq!(round_trip(layout, Output::Png).layout(), kept);
        }
        for (layout, kept) in [(L, Rgb), (La, Rgba), (Rgb, Rgb), (Rgba, Rgba), (Cmyk, Rgb)] {
            assert_eq!(round_trip(layout, Output::Webp).layout(), kept);
        }
    }

    #[test]
    fn quality_decides_the_size_and_is_clamped() {
        let noise: Vec<u8> = (0..64u32 * 64 * 3)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let picture = Pixels::new(64, 64, Layout::Rgb, noise).expect("64 × 64");
        let size = |quality| {
            encode(picture.clone(), Output::Jpeg, quality)
                .expect("small")
                .len()
        };
        assert!(size(90) > size(30));
        assert_eq!(size(1000), size(100));
        assert_eq!(size(-5), size(1));
    }
}
