//! Inflates zlib streams whose compressed length nobody knows beforehand, within a bound.

use flate2::{Decompress, FlushDecompress, Status};

use crate::failure::Fault;

/// Inflates what `more` hands over piece by piece, up to `limit` bytes; stops early once `enough` bytes are there.
///
/// The output grows with what really arrives, so a declared size alone takes no memory.
pub fn inflate(
    mut more: impl FnMut() -> Result<Option<Vec<u8>>, Fault>,
    expected: usize,
    limit: usize,
    enough: usize,
) -> Result<Vec<u8>, Fault> {
    let mut decompress = Decompress::new(true);
    let mut out: Vec<u8> = Vec::with_capacity(expected.clamp(64, 1 << 16));
    loop {
        let Some(input) = more()? else {
            return Err(Fault::Io);
        };
        let mut consumed = 0;
        loop {
            if out.len() == out.capacity() {
                if out.len() >= limit {
                    // One byte more is asked for, so that a stream that ends exactly here is told from one that goes on.
                    return finish(&mut decompress, &input[consumed..], out);
                }
                let grown = (out.len() * 2).clamp(64, limit.max(64));
                out.reserve_exact(grown.min(limit) - out.len());
            }
            let (before_in, before_out) = (decompress.total_in(), decompress.total_out());
            let status = decompress
                .decompress_vec(&input[consumed..], &mut out, FlushDecompress::None)
                .map_err(|_| Fault::Io)?;
            let read = decompress.total_in() - before_in;
            let written = decompress.total_out() - before_out;
            consumed += usize::try_from(read).map_err(|_| Fault::Io)?;
            if status == Status::StreamEnd || out.len() >= enough {
                return if out.len() > limit {
                    Err(Fault::TooLarge)
                } else {
                    Ok(out)
                };
            }
            if consumed >= input.len() && out.len() < out.capacity() {
                break;
            }
            if read == 0 && written == 0 && out.len() < out.capacity() {
                return Err(Fault::Io);
            }
        }
    }
}

/// The output is full to its bound: the stream must end without another byte.
fn finish(decompress: &mut Decompress, input: &[u8], out: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let mut extra = [0; 1];
    let before = decompress.total_out();
    match decompress.decompress(input, &mut extra, FlushDecompress::None) {
        Ok(Status::StreamEnd) if decompress.total_out() == before => Ok(out),
        // The checksum may stand in bytes that have not been read; all content is there.
        Ok(_) if decompress.total_out() == before => Ok(out),
        Ok(_) => Err(Fault::TooLarge),
        Err(_) => Err(Fault::Io),
    }
}

/// Deflates a loose object at git's default level.
pub fn deflate(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).map_err(|_| Fault::Io)?;
    encoder.finish().map_err(|_| Fault::Io)
}
