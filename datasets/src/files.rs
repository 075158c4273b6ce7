//! `files/`: texts of known sizes and encodings, and a tree of 2,000 small files.
use std::io;

use crate::draw::Draw;
use crate::layout::Sink;
use crate::picture;
use crate::seed::Seed;
use crate::text::{numbered, prose};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// One line a script, so that counting characters and counting bytes differ everywhere.
const UNICODE: &str = "Latin: Žluťoučký kůň úpěl ďábelské ódy, naïve façade, Straße
Greek: Ξεσκεπάζω την ψυχοφθόρα βδελυγμία
Cyrillic: Съешь ещё этих мягких французских булок
Hebrew: דג סקרן שט בים מאוכזב
Arabic: نص حكيم له سر قاطع
Devanagari: ऋषियों को सताने वाले
Chinese: 天地玄黃，宇宙洪荒
Japanese: いろはにほへと ちりぬるを カタカナ
Korean: 키스의 고유조건은 입술끼리 만나야 하고
Emoji: 🦀 👩‍🔬 🏳️‍🌈 👍🏽 🇰🇷
Combining: e\u{301} (two characters) is not é (one)
Spaces: no\u{a0}break, thin\u{2009}space, zero\u{200b}width
Line separator: before\u{2028}after is one line
Mathematics: ∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, 𝔸𝔹ℂ
Tab:\tand a trailing space \n";

/// ISO 8859-1: each of these lines has a byte that is not UTF-8.
const LATIN1: &[u8] =
    b"caf\xe9 cr\xe8me\nStra\xdfe nach K\xf6ln\n\xbfqu\xe9 tal, se\xf1or?\n\xa312.50 \xb1 2 %\n";

pub(crate) fn write(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    for (path, bytes) in [
        ("files/text-1k.txt", KIB),
        ("files/text-1m.txt", MIB),
        ("files/text-8m.txt", 8 * MIB),
    ] {
        sink(path, &numbered(&mut Draw::of(seed, path), bytes))?;
    }
    let path = "files/crlf.txt";
    let lines = numbered(&mut Draw::of(seed, path), 100 * 81);
    sink(path, &crlf(&lines))?;
    sink("files/empty.txt", b"")?;
    sink("files/latin1.bin", LATIN1)?;
    sink("files/unicode.txt", UNICODE.as_bytes())?;
    sink(
        "files/image.png",
        &picture::small_png(seed, "files/image.png", 32, 24),
    )?;
    for dir in 0..20 {
        for file in 0..100 {
            let markdown = file % 10 == 0;
            let ending = if markdown { "md" } else { "txt" };
            let path = format!("files/tree/dir-{dir:02}/file-{file:02}.{ending}");
            let heading = if markdown {
                format!("# File {file:02} of folder {dir:02}\n\n")
            } else {
                String::new()
            };
            sink(&path, &prose(&mut Draw::of(seed, &path), &heading, KIB))?;
        }
    }
    Ok(())
}

/// The same lines ended as Windows ends them.
pub(crate) fn crlf(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 40);
    for byte in text {
        if *byte == b'\n' {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}
