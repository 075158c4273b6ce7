//! Every format and mode against what Pillow and ImageHash say of the same small files (`golden/formats.py` makes them).

mod psnr;

use std::path::{Path, PathBuf};

use image_resize::decode::{Purpose, decode, header};
use image_resize::fit::{GAP, Wish, shrink};
use image_resize::hash::{Hash, Kind, compute};
use image_resize::pixels::{Layout, Pixels};
use image_resize::probe::probe;
use image_resize::resample::{Extent, lanczos, lanczos_with_gap};
use psnr::psnr;
use serde::Deserialize;

#[derive(Deserialize)]
struct Facts {
    file: String,
    format: String,
    mode: String,
    width: u32,
    height: u32,
    hashes: Hashes,
    thumbnail: Option<String>,
    resized: Option<String>,
}

#[derive(Deserialize)]
struct Hashes {
    phash: String,
    dhash: String,
    ahash: String,
    whash: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/formats")
}

fn facts() -> Vec<Facts> {
    let text = std::fs::read_to_string(folder().join("facts.json")).expect("committed");
    serde_json::from_str(&text).expect("made by the script")
}

fn pixels(file: &str, purpose: Purpose) -> Pixels {
    let content = std::fs::read(folder().join(file)).expect("committed");
    let header = header(&content).unwrap_or_else(|e| panic!("{file}: {e}"));
    decode(&content, &header, 1, purpose).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// Lossy formats leave the decoder some freedom; all others leave none.
fn is_lossy(file: &str) -> bool {
    file.ends_with(".jpg") || file.starts_with("lossy")
}

#[test]
fn headers_say_what_pillow_says() {
    for facts in facts() {
        let mut file = std::fs::File::open(folder().join(&facts.file)).expect("committed");
        let header = probe(&mut file).unwrap_or_else(|e| panic!("{}: {e}", facts.file));
        let ours = (
            header.format.name(),
            header.mode,
            header.width,
            header.height,
        );
        let theirs = (&*facts.format, &*facts.mode, facts.width, facts.height);
        assert_eq!(ours, theirs, "{}", facts.file);
    }
}

#[test]
fn hashes_equal_those_of_imagehash() {
    let mut wrong = Vec::new();
    for facts in facts() {
        let kinds = [
            (Kind::Phash, &facts.hashes.phash),
            (Kind::Dhash, &facts.hashes.dhash),
            (Kind::Ahash, &facts.hashes.ahash),
            (Kind::Whash, &facts.hashes.whash),
        ];
        for (kind, wanted) in kinds {
            let ours = compute(kind, pixels(&facts.file, Purpose::Hash));
            let theirs = Hash(u64::from_str_radix(wanted, 16).expect("hexadecimal"));
            let allowed = if is_lossy(&facts.file) { 2 } else { 0 };
            let apart = ours.distance(theirs);
            if apart > allowed {
                wrong.push(format!(
                    "{} {kind:?}: {ours}, not {theirs} ({apart} bits)",
                    facts.file
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Nothing, or how our picture differs. A palette of greys is colour here and grey there, with the same values.
fn difference(file: &str, golden: &str, ours: Pixels) -> Option<String> {
    let theirs = pixels(golden, Purpose::Transparent);
    let ours = if theirs.layout() == Layout::L {
        ours.into_grey()
    } else {
        ours
    };
    let near = psnr(&ours, &theirs);
    let enough = if is_lossy(file) { 35.0 } else { f64::INFINITY };
    (near < enough).then(|| format!("{golden}: {near:.1} dB"))
}

#[test]
fn thumbnails_equal_those_of_pillow() {
    let (mut compared, mut wrong) = (0, Vec::new());
    for facts in facts() {
        let Some(golden) = facts.thumbnail else {
            continue;
        };
        let size = Wish {
            longest: 20,
            ..Wish::default()
        }
        .of((facts.width, facts.height))
        .expect("a size");
        let whole = pixels(&facts.file, Purpose::Transparent);
        let extent = Extent::of(&whole);
        let ours = lanczos_with_gap(whole, size, extent, GAP);
        wrong.extend(difference(&facts.file, &golden, ours));
        compared += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(compared >= 20);
}

#[test]
fn exact_sizes_equal_those_of_pillow() {
    let mut wrong = Vec::new();
    for facts in facts() {
        let Some(golden) = facts.resized else {
            continue;
        };
        let ours = lanczos(pixels(&facts.file, Purpose::Transparent), (33, 50));
        wrong.extend(difference(&facts.file, &golden, ours));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_small_picture_is_not_shrunk_while_decoding() {
    assert_eq!(shrink((61, 43), (33, 50)), 1);
}
