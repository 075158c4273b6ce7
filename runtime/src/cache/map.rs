//! Whole files as memory, for hashing.

use std::fs::File;

/// Maps a file's content, pages present.
pub(crate) fn mapped(file: &File) -> std::io::Result<memmap2::Mmap> {
    let mut options = memmap2::MmapOptions::new();
    options.populate();
    #[expect(
        unsafe_code,
        reason = "a mapping is sound while nobody shortens the file; components are the user's and the cache folder is its owner's alone, \
                  and reading a megabyte by copying would cost a fifth of the whole start"
    )]
    unsafe {
        options.map(file)
    }
}
