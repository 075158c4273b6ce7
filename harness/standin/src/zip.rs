//! gzip, both ways, and one that swells.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// What a bomb swells to, bytes.
const SWOLLEN: usize = 1 << 30;

/// Compressed, with no name and no time in it.
pub fn zipped(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content)?;
    encoder.finish()
}

/// What was compressed.
pub fn unzipped(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    MultiGzDecoder::new(content).read_to_end(&mut out)?;
    Ok(out)
}

/// A megabyte that claims to be text of a gibibyte: one part of 4 MiB, again and again.
pub fn bomb() -> io::Result<Vec<u8>> {
    let part = vec![b'a'; 4 << 20];
    let packed = zipped(&part)?;
    Ok(packed.repeat(SWOLLEN / part.len()))
}

#[cfg(test)]
mod tests {
    use super::{bomb, unzipped, zipped};

    #[test]
    fn what_goes_in_comes_out_and_the_bomb_is_small() {
        let text = b"in and out ".repeat(500);
        assert_eq!(
            unzipped(&zipped(&text).expect("memory")).expect("sound"),
            text
        );
        assert!(bomb().expect("memory").len() < 2 << 20);
    }
}
