//! The seal at the end of a precompiled file: a mark and the BLAKE3 digest of everything before it.
//!
//! It stands in the file itself, so that code and digest are replaced by one rename. It finds damage and careless edits. It
//! is no signature: who may write into the cache may also seal what he wrote, which is why the folder is its owner's alone.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

/// Eight bytes before the digest; the last is the format.
const MARK: &[u8; 8] = b"wmcpcwa\x01";
/// Mark and digest.
const LENGTH: u64 = 8 + 32;

/// Why a file is not taken for sealed code.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no seal at its end.
    #[error(
        "it has no seal at its end, so it is incomplete or was not made by `wasmmcp-runtime compile`"
    )]
    Missing,
    /// The digest is another than the seal says.
    #[error("its digest is not the one that its seal names: it was changed after it was made")]
    Broken,
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// Appends a seal to what `file` holds.
///
/// # Errors
///
/// Those of reading and writing the file.
pub fn seal(file: &mut File) -> std::io::Result<()> {
    let mut hasher = blake3::Hasher::new();
    file.seek(SeekFrom::Start(0))?;
    let mut chunk = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        hasher.update(&chunk[..read]);
    }
    file.write_all(MARK)?;
    file.write_all(hasher.finalize().as_bytes())
}

/// Checks the whole of `file` against its seal.
///
/// # Errors
///
/// A [`SealError`] for anything but a whole, unchanged file.
pub fn check(file: &File) -> Result<(), SealError> {
    let length = file.metadata()?.len();
    if length <= LENGTH {
        return Err(SealError::Missing);
    }
    let map = super::mapped(file)?;
    let (code, seal) = map.split_at(map.len() - LENGTH as usize);
    let (mark, digest) = seal.split_at(MARK.len());
    if mark != MARK {
        return Err(SealError::Missing);
    }
    if blake3::hash(code).as_bytes() != digest {
        return Err(SealError::Broken);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(code: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(code).expect("written");
        seal(&mut file).expect("sealed");
        file
    }

    #[test]
    fn a_whole_file_passes() {
        assert!(check(&sealed(b"code")).is_ok());
    }

    #[test]
    fn one_changed_bit_anywhere_is_found() {
        let whole = 4 + LENGTH;
        for at in 0..whole {
            let mut file = sealed(b"code");
            let mut byte = [0];
            file.seek(SeekFrom::Start(at)).expect("within");
            file.read_exact(&mut byte).expect("within");
            file.seek(SeekFrom::Start(at)).expect("within");
            file.write_all(&[byte[0] ^ 1]).expect("written");
            assert!(check(&file).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_cut_or_lengthened_file_is_found() {
        for length in [0, 3, LENGTH, LENGTH + 3, LENGTH + 5] {
            let file = sealed(b"code");
            file.set_len(length).expect("resized");
            assert!(check(&file).is_err(), "length {length}");
        }
    }
}
