//! Hashes of photographs against ImageHash: of generated ones, and of real ones where they lie beside the repository.

mod psnr;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use image_resize::decode::{Purpose, decode, header};
use image_resize::encode::Output;
use image_resize::fit::Wish;
use image_resize::hash::{Hash, Kind, compute};
use image_resize::pixels::{Layout, Pixels};
use image_resize::resize::{Request, resize};
use psnr::psnr;
use serde::Deserialize;

const KINDS: [Kind; 4] = [Kind::Phash, Kind::Dhash, Kind::Ahash, Kind::Whash];

/// Pillow's and ImageHash's words on a generated image (`golden/photos.py`).
#[derive(Deserialize)]
struct Photo {
    file: String,
    format: String,
    mode: String,
    width: u32,
    height: u32,
    phash: String,
    dhash: String,
    ahash: String,
    whash: String,
    thumbnail_150: (u32, u32),
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name)
}

fn images() -> PathBuf {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    dataset::ensure(cache)
        .expect("the data set can be generated")
        .join("images")
}

fn photos() -> Vec<Photo> {
    let text = std::fs::read_to_string(golden("photos.json")).expect("committed");
    serde_json::from_str(&text).expect("made by the script")
}

fn pixels(path: &Path) -> Pixels {
    let content = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let header = header(&content).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    decode(&content, &header, 1, Purpose::Hash)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Distances to the right answers, kind by kind.
struct Tally(BTreeMap<&'static str, Vec<(String, u32)>>);

impl Tally {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn add(&mut self, name: &str, pixels: Pixels, wanted: [&str; 4]) {
        let grey = pixels.into_grey();
        for (kind, wanted) in KINDS.into_iter().zip(wanted) {
            let wanted = Hash(u64::from_str_radix(wanted, 16).expect("hexadecimal"));
            let apart = compute(kind, grey.clone()).distance(wanted);
            let label = match kind {
                Kind::Phash => "phash",
                Kind::Dhash => "dhash",
                Kind::Ahash => "ahash",
                Kind::Whash => "whash",
            };
            self.0
                .entry(label)
                .or_default()
                .push((name.to_owned(), apart));
        }
    }

    /// At most so many differ, none by more than two bits.
    fn check(&self, different: usize) {
        for (kind, distances) in &self.0 {
            let off: Vec<_> = distances.iter().filter(|(_, apart)| *apart > 0).collect();
            println!(
                "{kind}: {} of {} equal, off: {off:?}",
                distances.len() - off.len(),
                distances.len()
            );
        }
        for (kind, distances) in &self.0 {
            assert!(distances.iter().all(|(_, apart)| *apart <= 2), "{kind}");
        }
        let off = self.0.values().flatten().filter(|(_, apart)| *apart > 0);
        assert!(off.count() <= different);
    }
}

#[test]
fn headers_of_generated_images_say_what_pillow_says() {
    let images = images();
    for photo in photos() {
        let content = std::fs::read(images.join(&photo.file)).expect("generated");
        let header = header(&content).expect("a known format");
        let ours = (
            header.format.name(),
            header.mode,
            header.width,
            header.height,
        );
        assert_eq!(
            ours,
            (&*photo.format, &*photo.mode, photo.width, photo.height),
            "{}",
            photo.file
        );
        let wish = Wish {
            longest: 150,
            ..Wish::default()
        };
        assert_eq!(
            wish.of((photo.width, photo.height)).expect("a size"),
            photo.thumbnail_150
        );
    }
}

#[test]
fn hashes_of_the_generated_set_equal_those_of_imagehash() {
    let images = images();
    let mut tally = Tally::new();
    for photo in photos().iter().filter(|p| p.file.starts_with("set/")) {
        let wanted = [&*photo.phash, &*photo.dhash, &*photo.ahash, &*photo.whash];
        tally.add(&photo.file, pixels(&images.join(&photo.file)), wanted);
    }
    tally.check(1);
}

#[test]
fn thumbnails_of_photographs_look_like_those_of_pillow() {
    let images = images();
    let by = |longest, width| Wish {
        longest,
        width,
        height: 0,
    };
    let cases = [
        ("photo_640x426.jpg", "photo_640x426.jpg.png", by(150, 0)),
        ("photo_1920x1280.jpg", "photo_1920x1280.jpg.png", by(150, 0)),
        (
            "set/000000000008.jpg",
            "set-000000000008.jpg.png",
            by(150, 0),
        ),
        (
            "photo_1920x1280.jpg",
            "photo_1920x1280.jpg.300x200.png",
            by(0, 300),
        ),
    ];
    for (file, picture, wish) in cases {
        let content = std::fs::read(images.join(file)).expect("generated");
        let theirs = pixels(&golden("thumbnails").join(picture));
        for output in [Output::Png, Output::Webp, Output::Jpeg] {
            let made = resize(
                &content,
                &Request {
                    wish,
                    output,
                    quality: 95,
                },
            )
            .expect("a photograph");
            let header = header(&made.file).expect("our own file");
            let ours = decode(&made.file, &header, 1, Purpose::Opaque).expect("our own file");
            assert_eq!(ours.layout(), Layout::Rgb);
            // Colour is stored at half resolution in a JPEG, Pillow's as well; there, light is compared.
            let near = match output {
                Output::Jpeg => psnr(&ours.into_grey(), &theirs.clone().into_grey()),
                Output::Png | Output::Webp => psnr(&ours, &theirs),
            };
            println!("{picture} {output:?}: {near:.1} dB");
            assert!(near >= 35.0, "{picture} {output:?}: {near:.1} dB");
        }
    }
}

/// The real photographs with their manifest, if somebody has put them beside the repository.
fn shared() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/data/images"))
        .find(|folder| folder.join("manifest.csv").exists())
}

/// File, phash, dhash, ahash and whash of each real photograph.
fn manifest(folder: &Path) -> Vec<[String; 5]> {
    let whash = std::fs::read_to_string(golden("whash.csv")).expect("committed");
    let whash: BTreeMap<&str, &str> = whash
        .lines()
        .filter_map(|line| line.split_once(','))
        .collect();
    let manifest = std::fs::read_to_string(folder.join("manifest.csv")).expect("a manifest");
    manifest
        .lines()
        .skip(1)
        .map(|line| {
            let field: Vec<&str> = line.split(',').collect();
            [field[0], field[6], field[7], field[8], whash[field[0]]].map(str::to_owned)
        })
        .collect()
}

#[test]
fn hashes_of_real_photographs_equal_those_of_imagehash() {
    let Some(folder) = shared() else {
        println!("skipped: no shared data");
        return;
    };
    let mut tally = Tally::new();
    for [file, phash, dhash, ahash, whash] in &manifest(&folder) {
        tally.add(
            file,
            pixels(&folder.join(file)),
            [phash, dhash, ahash, whash],
        );
    }
    tally.check(3);
}

#[test]
fn hashes_on_the_pixels_of_pillow_are_exact() {
    let (Some(folder), Some(copies)) = (shared(), std::env::var_os("IMAGE_RESIZE_COPIES")) else {
        println!(
            "skipped: no shared data, or no lossless copies of it (golden/photographs.py makes them)"
        );
        return;
    };
    let mut tally = Tally::new();
    for [file, phash, dhash, ahash, whash] in &manifest(&folder) {
        let stem = Path::new(file).file_stem().expect("a name").to_owned();
        let copy = Path::new(&copies).join(stem).with_extension("png");
        tally.add(file, pixels(&copy), [phash, dhash, ahash, whash]);
    }
    tally.check(0);
}
