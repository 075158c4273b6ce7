//! Hostile files: cut short, altered, made up, or claiming to be enormous. Each is answered with an error or a picture, never a panic.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image_resize::decode::{Purpose, decode, header};
use image_resize::encode::Output;
use image_resize::fault::Fault;
use image_resize::fit::Wish;
use image_resize::hash::{Kind, compute};
use image_resize::probe::probe;
use image_resize::resize::{Request, resize};
use proptest::prelude::*;

fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/formats");
    let mut samples: Vec<_> = std::fs::read_dir(folder)
        .expect("committed")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension().is_some_and(|e| e != "json")
                && !path.to_string_lossy().contains(".png.")
        })
        .filter(|path| {
            !path.to_string_lossy().contains("thumb") && !path.to_string_lossy().contains("33x50")
        })
        .map(|path| (path.clone(), std::fs::read(path).expect("readable")))
        .collect();
    samples.sort();
    samples
}

/// Everything that the tools do with a file's content.
fn use_all(content: &[u8]) -> Result<(), Fault> {
    probe(&mut Cursor::new(content))?;
    let header = header(content)?;
    for purpose in [Purpose::Hash, Purpose::Transparent] {
        let pixels = decode(content, &header, 1, purpose)?;
        if u64::from(pixels.width()) * u64::from(pixels.height()) < 100_000 {
            let _ = compute(Kind::Dhash, pixels);
        }
    }
    let request = Request {
        wish: Wish {
            longest: 9,
            ..Wish::default()
        },
        output: Output::Jpeg,
        quality: 50,
    };
    resize(content, &request).map(|made| assert!(made.size.0 > 0 && made.size.1 > 0))
}

#[test]
fn files_cut_short_are_refused() {
    for (path, content) in samples() {
        use_all(&content)
            .or_else(|e| {
                if matches!(e, Fault::Unsupported(_)) {
                    Ok(())
                } else {
                    Err(e)
                }
            })
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for part in 0..24 {
            let _ = use_all(&content[..content.len() * part / 24]);
        }
        // Half a file is never a whole picture. (An animation's first frame and a bottom-up bitmap's missing runs may be.)
        let half = &content[..content.len() / 2];
        if !path.to_string_lossy().contains("animated") && !path.to_string_lossy().contains("bits")
        {
            assert!(use_all(half).is_err(), "{}", path.display());
        }
    }
}

#[test]
fn altered_files_do_no_harm() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for (_, content) in samples() {
        for round in 0..60 {
            let mut altered = content.clone();
            // Headers are hit as often as everything behind them.
            let reach = if round % 2 == 0 {
                altered.len().min(64)
            } else {
                altered.len()
            };
            for _ in 0..=random() % 4 {
                let at = random() as usize % reach;
                altered[at] = match random() % 4 {
                    0 => 0xff,
                    1 => 0,
                    2 => altered[at] ^ 1 << (random() % 8),
                    _ => random() as u8,
                };
            }
            let _ = use_all(&altered);
        }
    }
}

proptest! {
    #[test]
    fn made_up_files_do_no_harm(kind in 0usize..7, body in prop::collection::vec(any::<u8>(), 0..400)) {
        let magic: [&[u8]; 7] = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 ", b"BM", b"II*\0\x08\0\0\0", b""];
        let _ = use_all(&[magic[kind], &body].concat());
    }
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    // A PNG that claims 60,000 × 60,000 pixels; sums are not checked before the size is.
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([
        0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0, 0, 0, 0, 0,
    ]);
    // A JPEG frame of 65,500 × 65,500.
    let jpeg =
        b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xdc\xff\xdc\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
            .to_vec();
    for bomb in [png, jpeg] {
        let error = header(&bomb).expect_err("too many pixels");
        assert!(matches!(error, Fault::TooLarge(_)), "{error}");
        assert!(error.to_string().contains("bomb"), "{error}");
    }
}

#[test]
fn what_is_no_image_says_so() {
    for content in [&b""[..], b"hello, world", b"\0\0\0\0\0\0\0\0\0\0\0\0"] {
        assert_eq!(header(content), Err(Fault::Unknown));
    }
}
