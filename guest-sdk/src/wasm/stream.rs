//! Reading and writing WASI streams with as few host calls as they allow.

use wasip2::io::streams::{InputStream, OutputStream, StreamError};

/// What one host call may write with a flush (the interface's own bound).
const AT_ONCE: usize = 4096;

/// How much is asked for in one read.
const READ: u64 = 256 << 10;

/// Waits for bytes and appends them; `false` at the end.
pub(super) fn read(input: &InputStream, buffer: &mut Vec<u8>) -> bool {
    match input.blocking_read(READ) {
        Ok(bytes) if buffer.is_empty() => *buffer = bytes,
        Ok(bytes) => buffer.extend_from_slice(&bytes),
        Err(_) => return false,
    }
    true
}

/// Writes all bytes and flushes.
pub(super) fn write(output: &OutputStream, mut bytes: &[u8]) -> Result<(), StreamError> {
    if bytes.len() <= AT_ONCE {
        return output.blocking_write_and_flush(bytes);
    }
    // A large answer goes in pieces as large as the host permits, with one flush at the end.
    while !bytes.is_empty() {
        let permitted = usize::try_from(output.check_write()?).unwrap_or(usize::MAX);
        if permitted == 0 {
            output.subscribe().block();
            continue;
        }
        let (now, later) = bytes.split_at(permitted.min(bytes.len()));
        output.write(now)?;
        bytes = later;
    }
    output.blocking_flush()
}
