//! Loose objects: one compressed file each.

use super::inflate;
use crate::disk::{self, File, LIMIT};
use crate::failure::Fault;
use crate::object::Kind;
use crate::oid::Oid;

/// Where an object is in the store at `directory`.
pub fn path(directory: &[u8], oid: &Oid) -> Vec<u8> {
    let hex = oid.to_string();
    disk::join(directory, format!("{}/{}", &hex[..2], &hex[2..]).as_bytes())
}

/// The object; its size must be what its header says.
pub fn read(directory: &[u8], oid: &Oid) -> Result<(Kind, Vec<u8>), Fault> {
    let mut bytes = start(directory, oid, usize::MAX)?;
    let (kind, size, length) = header(&bytes)?;
    if size > LIMIT {
        return Err(Fault::TooLarge);
    }
    if (bytes.len() - length) as u64 != size {
        return Err(Fault::Io);
    }
    bytes.drain(..length);
    Ok((kind, bytes))
}

/// Kind and size.
pub fn look(directory: &[u8], oid: &Oid) -> Result<(Kind, u64), Fault> {
    let (kind, size, _) = header(&start(directory, oid, 32)?)?;
    Ok((kind, size))
}

/// The objects whose names begin with `first`.
pub fn list(directory: &[u8], first: u8) -> Vec<Oid> {
    let folder = disk::join(directory, format!("{first:02x}").as_bytes());
    let entries = disk::entries(&folder).unwrap_or_default();
    let name = |entry: &[u8]| {
        let rest = std::str::from_utf8(entry).ok()?;
        Oid::from_hex(format!("{first:02x}{rest}").as_bytes())
    };
    entries
        .iter()
        .filter_map(|(entry, _)| name(entry))
        .collect()
}

/// Stores an object in one step; another that was faster has stored the same.
pub fn write(directory: &[u8], oid: &Oid, kind: Kind, bytes: &[u8]) -> Result<(), Fault> {
    let path = path(directory, oid);
    let mut whole = format!("{} {}\0", kind.word(), bytes.len()).into_bytes();
    whole.extend_from_slice(bytes);
    let packed = inflate::deflate(&whole)?;
    disk::create_directories(disk::split(&path).0)?;
    let temporary = [disk::split(&path).0, b"/tmp_obj_", oid.short(12).as_bytes()].concat();
    match disk::create_new(&temporary, &packed, false) {
        Ok(()) => {}
        Err(Fault::Exists) => {
            // Left behind by a program that was killed, or being written now: either way its content is not known.
            disk::remove_file(&temporary)?;
            disk::create_new(&temporary, &packed, false)?;
        }
        Err(fault) => return Err(fault),
    }
    disk::rename(&temporary, &path)
}

fn start(directory: &[u8], oid: &Oid, enough: usize) -> Result<Vec<u8>, Fault> {
    let file = File::open(&path(directory, oid))?;
    let mut at = 0;
    let more = || {
        let bytes = file.read(at, if enough < 64 { 256 } else { 64 << 10 })?;
        at += bytes.len() as u64;
        Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
    };
    let limit = usize::try_from(LIMIT).unwrap_or(usize::MAX) + 64;
    let expected = usize::try_from(file.size())
        .unwrap_or(limit)
        .saturating_mul(4);
    inflate::inflate(more, expected, limit, enough)
}

/// Kind, size, and the length of the header itself.
fn header(bytes: &[u8]) -> Result<(Kind, u64, usize), Fault> {
    let head = &bytes[..bytes.len().min(32)];
    let end = memchr::memchr(0, head).ok_or(Fault::Io)?;
    let space = memchr::memchr(b' ', &head[..end]).ok_or(Fault::Io)?;
    let kind = Kind::from_word(&head[..space]).ok_or(Fault::Io)?;
    let digits = std::str::from_utf8(&head[space + 1..end]).map_err(|_| Fault::Io)?;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Fault::Io);
    }
    let size = digits.parse().map_err(|_| Fault::TooLarge)?;
    Ok((kind, size, end + 1))
}
