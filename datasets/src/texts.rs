//! `texts/`: documents to be summarised, alone and in lists.
use std::io;

use crate::draw::Draw;
use crate::layout::Sink;
use crate::prose::{SUBJECTS, document};
use crate::seed::Seed;

pub(crate) fn write(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    for (path, bytes) in [
        ("texts/document_2k.txt", 2_000),
        ("texts/document_20k.txt", 20_000),
    ] {
        let mut draw = Draw::of(seed, path);
        let about = &SUBJECTS[draw.below(7) as usize];
        sink(path, document(&mut draw, about, bytes).as_bytes())?;
    }
    for (path, count) in [
        ("texts/documents_5.json", 5),
        ("texts/documents_20.json", 20),
    ] {
        let mut draw = Draw::of(seed, path);
        let documents: Vec<String> = (0..count)
            .map(|at| document(&mut draw, &SUBJECTS[at % 7], 2_000))
            .collect();
        let mut json = serde_json::to_vec_pretty(&documents).expect("a list of strings");
        json.push(b'\n');
        sink(path, &json)?;
    }
    Ok(())
}
