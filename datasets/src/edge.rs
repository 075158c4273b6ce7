//! `edge/`: files that servers must answer well without being timed. Symbolic links are made by the tests that need them.
use std::io;

use crate::draw::Draw;
use crate::files::crlf;
use crate::layout::Sink;
use crate::picture::{self, Encoding};
use crate::seed::Seed;
use crate::{log, text};

/// Folders within one another.
const DEPTH: usize = 30;

/// Brackets within one another: more than a JSON parser's recursion limit.
const NESTING: usize = 20_000;

pub(crate) fn write(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    texts(seed, sink)?;
    logs(seed, sink)?;
    pictures(seed, sink)
}

fn texts(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    sink("edge/name with spaces.txt", b"the name has spaces\n")?;
    sink(
        "edge/\u{540d}\u{524d}.txt",
        b"the name is Japanese for name\n",
    )?;
    sink(
        "edge/[brackets]{braces}.txt",
        b"the name is full of pattern characters\n",
    )?;
    sink("edge/.hidden.txt", b"the name begins with a dot\n")?;
    sink(
        "edge/bom.txt",
        b"\xef\xbb\xbfthe file begins with a byte order mark\n",
    )?;
    sink("edge/no_final_newline.txt", b"first line\nlast line")?;
    sink("edge/nul.bin", b"before\0after\n")?;
    let prose = text::prose(&mut Draw::of(seed, "edge/one_long_line.txt"), "", 1 << 20);
    let line: Vec<u8> = prose
        .into_iter()
        .map(|byte| if byte == b'\n' { b' ' } else { byte })
        .collect();
    sink("edge/one_long_line.txt", &line)?;
    sink(
        &format!("edge/deep/{}leaf.txt", "a/".repeat(DEPTH)),
        b"thirty folders down\n",
    )
}

fn logs(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    sink("edge/access_hostile.log", &log::hostile_access())?;
    let (lines, _) = log::error_lines(seed, 200);
    sink(
        "edge/apache_error_200_crlf.log",
        &crlf(lines.join("\n").as_bytes()),
    )?;
    let nested = format!(
        "{}{}\n{{\"level\":\"info\",\"message\":\"after it\"}}\n",
        "[".repeat(NESTING),
        "]".repeat(NESTING)
    );
    sink("edge/json_nested.log", nested.as_bytes())?;
    sink(
        "edge/unknown.log",
        &text::prose(&mut Draw::of(seed, "edge/unknown.log"), "", 2_000),
    )
}

fn pictures(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    sink("edge/bomb.png", &picture::bomb())?;
    sink("edge/broken_checksum.png", &picture::broken_checksum())?;
    sink("edge/one_pixel.png", &picture::one_pixel())?;
    sink("edge/grey16.png", &picture::grey16(seed))?;
    sink("edge/palette.png", &picture::palette(seed))?;

    let plain = Encoding::quality(90);
    for (path, encoding) in [
        ("edge/grey.jpg", plain.grey()),
        ("edge/cmyk.jpg", plain.cmyk()),
        ("edge/progressive.jpg", plain.progressive()),
        ("edge/rotated_by_exif.jpg", plain.rotated(6)),
    ] {
        sink(path, &picture::small_photo(seed, path, encoding))?;
    }
    let photo = picture::small_photo(seed, "edge/wrong_ending.png", plain);
    sink("edge/wrong_ending.png", &photo)?;
    sink("edge/bomb.jpg", &claim_large(photo))?;
    sink("edge/empty.jpg", b"")?;
    sink("edge/text.jpg", b"this is no picture\n")
}

/// Rewrites the frame header (SOF0) to claim 65,500 × 65,500 pixels, which the scan does not have.
fn claim_large(mut jpeg: Vec<u8>) -> Vec<u8> {
    let header = jpeg
        .windows(2)
        .position(|bytes| bytes == [0xff, 0xc0])
        .expect("a baseline file has a frame header");
    jpeg[header + 5..header + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    jpeg
}
