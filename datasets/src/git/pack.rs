//! Packs (version 2) and their indexes (version 2), written as `git repack` would: newest first, older versions as differences.
use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::delta::delta;
use super::object::{Id, Kind, Object, Store, checksum, header};

/// How differences name their base.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// By distance alone, as git does by default.
    Offset,
    /// Every third by its name, as git did before `repack.useDeltaBaseOffset`.
    Mixed,
}

/// A pack with its index.
pub(super) struct Pack {
    /// `pack-<checksum>`, the files' name without the ending.
    pub(super) name: String,
    pub(super) pack: Vec<u8>,
    pub(super) index: Vec<u8>,
}

/// Longest chain of differences: git's own default.
const DEPTH: u32 = 50;

/// Compression of what was already compressed costs time and gains nothing; zlib's level 1 finds that out soonest.
const DENSE: u8 = 1;
const PLAIN: u8 = 6;

const OFFSET_DELTA: u8 = 6;
const NAMED_DELTA: u8 = 7;

/// What is in the pack already.
struct Placed {
    offset: usize,
    depth: u32,
    sum: u32,
}

/// Packs every object of the store.
pub(super) fn pack(store: &Store, naming: Naming) -> Pack {
    let mut order: Vec<&Object> = store.objects().iter().collect();
    // commits, tags, trees, blobs; of each the newest first, so that a base stands before what differs from it
    order.reverse();
    order.sort_by_key(|object| match object.kind {
        Kind::Commit => 0,
        Kind::Tag => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
    });
    let mut out = b"PACK\0\0\0\x02".to_vec();
    out.extend_from_slice(&(order.len() as u32).to_be_bytes());
    let mut placed: BTreeMap<Id, Placed> = BTreeMap::new();
    let mut differences = 0;
    for object in order {
        let offset = out.len();
        let base = object.newer.and_then(|newer| {
            let there = placed.get(&newer)?;
            let made = delta(&store.get(newer).content, &object.content);
            let gain = there.depth < DEPTH && made.len() * 2 < object.content.len();
            gain.then_some((newer, there, made))
        });
        let depth = match base {
            Some((newer, there, made)) => {
                differences += 1;
                if naming == Naming::Mixed && differences % 3 == 0 {
                    entry(&mut out, NAMED_DELTA, made.len());
                    out.extend_from_slice(&newer.0);
                } else {
                    entry(&mut out, OFFSET_DELTA, made.len());
                    distance(&mut out, offset - there.offset);
                }
                out.extend_from_slice(&compress_to_vec_zlib(&made, PLAIN));
                there.depth + 1
            }
            None => {
                entry(&mut out, object.kind.number(), object.content.len());
                out.extend_from_slice(&compressed(&object.content));
                0
            }
        };
        let sum = crc32(&out[offset..]);
        placed.insert(object.id, Placed { offset, depth, sum });
    }
    let sum = checksum(&out);
    out.extend_from_slice(&sum);
    Pack {
        name: format!("pack-{}", Id(sum)),
        index: index(&placed, &sum),
        pack: out,
    }
}

/// A loose object's path below `objects/`, and its file.
pub(super) fn loose(object: &Object) -> (String, Vec<u8>) {
    let name = object.id.to_string();
    let mut whole = header(object.kind, &object.content);
    whole.extend_from_slice(&object.content);
    (
        format!("{}/{}", &name[..2], &name[2..]),
        compress_to_vec_zlib(&whole, PLAIN),
    )
}

fn compressed(content: &[u8]) -> Vec<u8> {
    // text has no NUL in its first bytes; git tells binary files in the same way
    let dense = content.len() > 8_000 && content[..8_000].contains(&0);
    compress_to_vec_zlib(content, if dense { DENSE } else { PLAIN })
}

/// An entry's head: kind in three bits, then the length, four bits and seven a byte.
fn entry(out: &mut Vec<u8>, kind: u8, mut length: usize) {
    let mut byte = kind << 4 | (length & 0xf) as u8;
    length >>= 4;
    while length > 0 {
        out.push(byte | 0x80);
        byte = (length & 0x7f) as u8;
        length >>= 7;
    }
    out.push(byte);
}

/// The distance back to a base: seven bits a byte, the highest first, one added for each byte that follows.
fn distance(out: &mut Vec<u8>, mut distance: usize) {
    let mut bytes = vec![(distance & 0x7f) as u8];
    while distance > 0x7f {
        distance = (distance >> 7) - 1;
        bytes.push(0x80 | (distance & 0x7f) as u8);
    }
    bytes.reverse();
    out.extend_from_slice(&bytes);
}

/// Fan-out, names, checksums and offsets, all in the order of the names, which is the map's.
fn index(placed: &BTreeMap<Id, Placed>, pack: &[u8; 20]) -> Vec<u8> {
    let mut out = b"\xfftOc\0\0\0\x02".to_vec();
    let mut below = 0_u32;
    let mut names = placed.keys().peekable();
    for first in 0..=u8::MAX {
        while names.next_if(|id| id.0[0] <= first).is_some() {
            below += 1;
        }
        out.extend_from_slice(&below.to_be_bytes());
    }
    for id in placed.keys() {
        out.extend_from_slice(&id.0);
    }
    for one in placed.values() {
        out.extend_from_slice(&one.sum.to_be_bytes());
    }
    for one in placed.values() {
        out.extend_from_slice(&(one.offset as u32).to_be_bytes());
    }
    out.extend_from_slice(pack);
    let sum = checksum(&out);
    out.extend_from_slice(&sum);
    out
}

/// ISO 3309, a byte a step.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let (mut sum, mut bit) = (at as u32, 0);
        while bit < 8 {
            sum = if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            };
            bit += 1;
        }
        table[at] = sum;
        at += 1;
    }
    table
};

/// The checksum that PNG, gzip and the index of a pack have in common.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        sum >> 8 ^ TABLE[usize::from(sum as u8 ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::{crc32, distance, entry};

    #[test]
    fn numbers_are_written_as_the_format_asks() {
        // the check value of every CRC-32 catalogue
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let written = |write: &dyn Fn(&mut Vec<u8>)| {
            let mut out = Vec::new();
            write(&mut out);
            out
        };
        assert_eq!(written(&|out| entry(out, 3, 15)), [0x3f]);
        assert_eq!(written(&|out| entry(out, 1, 16)), [0x90, 0x01]);
        assert_eq!(written(&|out| distance(out, 127)), [0x7f]);
        assert_eq!(written(&|out| distance(out, 128)), [0x80, 0x00]);
        assert_eq!(written(&|out| distance(out, 16_512)), [0x80, 0x80, 0x00]);
    }
}
