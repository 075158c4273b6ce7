//! The seal at the end of a precompiled file: a mark and the XXH3 checksum, in 128 bits, of everything before it.
//!
//! It stands in the file itself, so that code and checksum are replaced by one rename. It finds damage, half-written files and
//! careless edits. It is no signature, and a cryptographic digest would be none either: who may write into the cache may also
//! seal what he wrote, which is why folder and file must be their owner's alone. What it has to be is fast, because each start
//! of a server reads its whole code for it: a digest took a tenth of the start of a large one.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use twox_hash::XxHash3_128;

/// Eight bytes before the checksum; the last is the format.
pub(super) const MARK: &[u8; 8] = b"wmcpcwa\x02";
/// Mark and checksum.
const LENGTH: u64 = 8 + 16;

/// Why a file is not taken for sealed code.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no seal at its end.
    #[error(
        "it has no seal at its end, so it is incomplete or was not made by `wasmmcp-runtime compile`"
    )]
    Missing,
    /// The checksum is another than the seal says.
    #[error("its checksum is not the one that its seal names: it was changed after it was made")]
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
    // An empty file cannot be mapped.
    let sum = match file.metadata()?.len() {
        0 => checksum(&[]),
        _ => checksum(&super::mapped(file)?),
    };
    file.seek(SeekFrom::End(0))?;
    file.write_all(MARK)?;
    file.write_all(&sum)
}

fn checksum(code: &[u8]) -> [u8; 16] {
    XxHash3_128::oneshot(code).to_le_bytes()
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
    let (mark, sum) = seal.split_at(MARK.len());
    if mark != MARK {
        return Err(SealError::Missing);
    }
    if checksum(code) != sum {
        return Err(SealError::Broken);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

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
