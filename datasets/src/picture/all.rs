//! Every picture, in the order of the manifest.
use std::io;

use super::{other, photo, png, set};
use crate::layout::Sink;
use crate::seed::Seed;

pub(crate) fn write(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    sink("images/photo_640x426.jpg", &photo::of_the_paper(seed))?;
    sink("images/photo_1920x1280.jpg", &photo::large(seed))?;
    sink(
        "images/small_100x75.png",
        &png::small(seed, "images/small_100x75.png", 100, 75),
    )?;
    set::write(seed, sink)?;
    sink("images/alpha.png", &png::alpha(seed))?;
    sink("images/grey.png", &png::grey(seed))?;
    sink("images/broken.jpg", &photo::broken(seed))?;
    sink("images/small.bmp", &other::bmp(seed))?;
    sink("images/small.gif", &other::gif(seed))?;
    sink("images/small.webp", &other::webp(seed))
}
