//! A view on part of a file that moves where the header leads, so that metadata of any length is skipped, not read.

use std::io::{Read, Seek, SeekFrom};

use crate::fault::Fault;

/// Bytes read at a time: the header of a common photograph fits.
const CHUNK: usize = 4096;

/// What a header can be read from.
pub trait Seekable: Read + Seek {}
impl<T: Read + Seek> Seekable for T {}

/// The part of the file that is held.
pub struct Window<'a> {
    from: &'a mut dyn Seekable,
    start: u64,
    held: Vec<u8>,
}

impl<'a> Window<'a> {
    /// Nothing is read yet.
    pub fn new(from: &'a mut dyn Seekable) -> Self {
        Self {
            from,
            start: 0,
            held: Vec::new(),
        }
    }

    /// Up to `length` bytes at a place: fewer at the end of the file.
    ///
    /// # Errors
    /// When reading fails.
    pub fn up_to(&mut self, at: u64, length: usize) -> Result<&[u8], Fault> {
        let inside = at >= self.start && at + length as u64 <= self.start + self.held.len() as u64;
        if !inside {
            self.fetch(at, length.max(CHUNK))
                .map_err(|error| Fault::File(format!("cannot read the file: {error}")))?;
        }
        let begin = (at - self.start) as usize;
        let end = (begin + length).min(self.held.len());
        Ok(&self.held[begin..end])
    }

    /// Exactly `N` bytes at a place.
    ///
    /// # Errors
    /// When the file ends before, or reading fails.
    pub fn exactly<const N: usize>(&mut self, at: u64) -> Result<[u8; N], Fault> {
        self.up_to(at, N)?
            .try_into()
            .map_err(|_| Fault::Damaged("it ends within its header".into()))
    }

    fn fetch(&mut self, at: u64, length: usize) -> std::io::Result<()> {
        // The first chunk needs no seek, and most headers need no second chunk.
        if at != self.start + self.held.len() as u64 {
            self.from.seek(SeekFrom::Start(at))?;
        }
        self.start = at;
        self.held.resize(length, 0);
        let mut filled = 0;
        while filled < length {
            let count = self.from.read(&mut self.held[filled..])?;
            if count == 0 {
                break;
            }
            filled += count;
        }
        self.held.truncate(filled);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn it_moves_forth_and_back_and_stops_at_the_end() {
        let content: Vec<u8> = (0..20_000u32).map(|i| (i % 251) as u8).collect();
        let mut file = Cursor::new(content.clone());
        let mut window = Window::new(&mut file);
        for at in [0usize, 4090, 15_000, 3, 4095, 19_998] {
            let wanted = &content[at..(at + 10).min(content.len())];
            assert_eq!(window.up_to(at as u64, 10).expect("in memory"), wanted);
        }
        assert!(window.exactly::<4>(19_998).is_err());
        assert!(window.up_to(1 << 40, 4).expect("past the end").is_empty());
    }
}
