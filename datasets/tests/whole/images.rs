//! Pictures have the sizes that were promised, and ImageHash sees ten duplicates among them and no eleventh.
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{WHOLE, bytes, text};

#[derive(Deserialize)]
struct Hashed {
    path: String,
    digest: String,
    phash: String,
}

#[derive(Deserialize)]
struct Truth {
    unique: usize,
    groups: Vec<[String; 2]>,
}

/// Width and height out of a baseline JPEG file's frame header.
fn jpeg_size(path: &str) -> (u16, u16) {
    let bytes = bytes(path);
    let mut at = 2;
    loop {
        let length = usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if bytes[at + 1] == 0xc0 {
            return (
                u16::from_be_bytes([bytes[at + 7], bytes[at + 8]]),
                u16::from_be_bytes([bytes[at + 5], bytes[at + 6]]),
            );
        }
        at += 2 + length;
    }
}

fn set() -> impl Iterator<Item = &'static str> {
    WHOLE
        .manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| path.starts_with("images/set/"))
}

#[test]
fn the_paper_s_photograph_is_640_by_426_and_143_kb() {
    assert_eq!(jpeg_size("images/photo_640x426.jpg"), (640, 426));
    let length = bytes("images/photo_640x426.jpg").len();
    assert!((140_140..=145_860).contains(&length), "{length} bytes");
    assert_eq!(jpeg_size("images/photo_1920x1280.jpg"), (1920, 1280));
}

#[test]
fn the_set_has_coco_s_sizes() {
    let truth: Truth = serde_json::from_str(&text("images/set.truth.json")).expect("our own JSON");
    let duplicates: Vec<_> = truth
        .groups
        .iter()
        .map(|[_, duplicate]| format!("images/set/{duplicate}"))
        .collect();
    let originals: Vec<_> = set()
        .filter(|path| !duplicates.iter().any(|duplicate| duplicate == path))
        .collect();
    assert_eq!(
        (
            set().count(),
            originals.len(),
            truth.unique,
            duplicates.len()
        ),
        (40, 30, 30, 10)
    );

    let total: usize = originals.iter().map(|path| bytes(path).len()).sum();
    let mean = total / originals.len();
    // 163 kB, the mean of COCO val2017
    assert!((158_000..=168_000).contains(&mean), "{mean} bytes");
    let mut longest = BTreeMap::<u16, usize>::new();
    for path in &originals {
        let (width, height) = jpeg_size(path);
        *longest.entry(width.max(height)).or_default() += 1;
    }
    assert_eq!(longest, BTreeMap::from([(352, 1), (640, 29)]));

    for [original, duplicate] in &truth.groups {
        let (width, height) = jpeg_size(&format!("images/set/{original}"));
        assert_eq!(
            jpeg_size(&format!("images/set/{duplicate}")),
            (width * 95 / 100, height * 95 / 100)
        );
    }
}

#[test]
fn image_hash_tells_duplicates_from_others() {
    let hashed: Vec<Hashed> = serde_json::from_str(include_str!("../../golden/phash.json"))
        .expect("golden/phash.py writes JSON");
    for picture in &hashed {
        let entry = WHOLE
            .manifest
            .files
            .iter()
            .find(|file| file.path == picture.path)
            .expect("the set's names are fixed");
        assert_eq!(
            entry.digest, picture.digest,
            "{} changed; run golden/phash.py",
            picture.path
        );
    }
    let truth: Truth = serde_json::from_str(&text("images/set.truth.json")).expect("our own JSON");
    let related = |a: &str, b: &str| {
        truth.groups.iter().any(|[original, duplicate]| {
            a.ends_with(original.as_str()) && b.ends_with(duplicate.as_str())
        })
    };
    let bits =
        |picture: &Hashed| u64::from_str_radix(&picture.phash, 16).expect("ImageHash prints hex");
    let mut pairs = 0;
    for (index, a) in hashed.iter().enumerate() {
        for b in &hashed[index + 1..] {
            let distance = (bits(a) ^ bits(b)).count_ones();
            if related(&a.path, &b.path) {
                assert!(
                    distance <= 2,
                    "{} and {} are {distance} apart",
                    a.path,
                    b.path
                );
                pairs += 1;
            } else {
                assert!(
                    distance >= 12,
                    "{} and {} are {distance} apart",
                    a.path,
                    b.path
                );
            }
        }
    }
    assert_eq!(pairs, 10);
}

#[test]
fn formats_begin_as_they_must() {
    for (path, magic) in [
        ("images/small_100x75.png", b"\x89PNG\r\n\x1a\n".as_slice()),
        ("images/alpha.png", b"\x89PNG"),
        ("images/small.bmp", b"BM"),
        ("images/small.gif", b"GIF89a"),
        ("images/small.webp", b"RIFF"),
        ("edge/wrong_ending.png", b"\xff\xd8\xff"),
    ] {
        assert!(bytes(path).starts_with(magic), "{path}");
    }
    assert!(!bytes("images/broken.jpg").ends_with(b"\xff\xd9"));
    assert_eq!(jpeg_size("edge/bomb.jpg"), (65_500, 65_500));
    let bomb = bytes("edge/bomb.png");
    assert_eq!(bomb[16..24], [0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    assert!(bomb.len() < 100);
}
