//! `images/set/`: thirty photographs in the sizes of COCO's, and ten near-duplicates of them.
use std::io;

use serde::Serialize;

use super::jpeg::{Encoding, encode};
use super::photo::Photo;
use super::resize::shrink;
use crate::draw::Draw;
use crate::layout::Sink;
use crate::seed::Seed;

/// How many of each size: thirty pictures in COCO's shares (longest side 640 in nearly all).
const SIZES: [(usize, usize, usize); 11] = [
    (8, 640, 480),
    (4, 640, 427),
    (3, 640, 426),
    (2, 640, 425),
    (2, 640, 428),
    (4, 480, 640),
    (2, 427, 640),
    (2, 640, 360),
    (1, 640, 640),
    (1, 640, 513),
    (1, 352, 230),
];
const DUPLICATES: usize = 10;

/// Bounds of the grain in sixteenths of a grey level: with qualities 95 to 97 they give COCO's mean of 163 kB.
const GRAIN: (u32, u32) = (44, 190);

/// Which pictures show the same.
#[derive(Serialize)]
struct Truth {
    unique: usize,
    groups: Vec<[String; 2]>,
}

/// Writes the forty pictures, and `images/set.truth.json` beside the folder.
pub(super) fn write(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    let mut draw = Draw::of(seed, "images/set");
    let mut sizes: Vec<_> = SIZES
        .iter()
        .flat_map(|(count, width, height)| std::iter::repeat_n((*width, *height), *count))
        .collect();
    draw.shuffle(&mut sizes);
    let mut chosen: Vec<usize> = (0..sizes.len()).collect();
    draw.shuffle(&mut chosen);
    chosen.truncate(DUPLICATES);
    chosen.sort_unstable();

    let mut duplicates = Vec::with_capacity(DUPLICATES);
    for (index, (width, height)) in sizes.iter().enumerate() {
        let path = path(index);
        let canvas =
            Photo::take(seed, &path, *width, *height).develop(draw.between(GRAIN.0, GRAIN.1));
        sink(
            &path,
            &encode(&canvas, Encoding::quality(draw.between(95, 97) as u8)),
        )?;
        if chosen.contains(&index) {
            let small = shrink(&canvas, width * 95 / 100, height * 95 / 100);
            duplicates.push(encode(&small, Encoding::quality(85)));
        }
    }
    for (index, bytes) in duplicates.iter().enumerate() {
        sink(&path(sizes.len() + index), bytes)?;
    }

    let groups = chosen
        .iter()
        .enumerate()
        .map(|(index, base)| [name(*base), name(sizes.len() + index)])
        .collect();
    let mut truth = serde_json::to_string_pretty(&Truth {
        unique: sizes.len(),
        groups,
    })
    .expect("a struct of strings and numbers");
    truth.push('\n');
    sink("images/set.truth.json", truth.as_bytes())
}

fn name(index: usize) -> String {
    format!("{:012}.jpg", index + 1)
}

fn path(index: usize) -> String {
    format!("images/set/{}", name(index))
}
