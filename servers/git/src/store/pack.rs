//! A pack, read by ranges: entries, and the chains of deltas that lead to whole objects.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::idx::Idx;
use super::{delta, inflate};
use crate::disk::{File, LIMIT};
use crate::failure::Fault;
use crate::object::Kind;
use crate::oid::Oid;

/// git never writes chains longer than 4095.
const LONGEST_CHAIN: usize = 4096;
/// What the deltas of one chain may hold together.
const CHAIN_BYTES: usize = 128 << 20;
/// What whole objects are kept for the sake of the deltas that rest on them.
const KEPT: usize = 6 << 20;

/// A pack with its index.
pub struct Pack {
    idx: Idx,
    file: File,
}

/// What an entry begins with.
struct Header {
    kind: Entry,
    size: u64,
    /// Where the compressed bytes begin.
    data: u64,
}

enum Entry {
    Whole(Kind),
    Offset(u64),
    Named(Oid),
}

/// Objects that were put together lately, by pack and offset.
#[derive(Default)]
pub struct Kept {
    objects: BTreeMap<(usize, u64), super::Object>,
    order: VecDeque<(usize, u64)>,
    bytes: usize,
}

impl Kept {
    fn get(&self, key: (usize, u64)) -> Option<(Kind, Rc<Vec<u8>>)> {
        self.objects.get(&key).cloned()
    }

    fn put(&mut self, key: (usize, u64), kind: Kind, bytes: &Rc<Vec<u8>>) {
        if bytes.len() > KEPT / 4 || self.objects.contains_key(&key) {
            return;
        }
        while self.bytes + bytes.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            if let Some((_, gone)) = self.objects.remove(&oldest) {
                self.bytes -= gone.len();
            }
        }
        self.bytes += bytes.len();
        self.order.push_back(key);
        self.objects.insert(key, (kind, bytes.clone()));
    }
}

impl Pack {
    /// Opens the pack whose index is at `idx`.
    pub fn open(idx: &[u8]) -> Result<Pack, Fault> {
        let stem = idx.strip_suffix(b".idx").ok_or(Fault::Io)?;
        let file = File::open(&[stem, b".pack"].concat())?;
        let head = file.read(0, 12)?;
        if head.len() < 12 || &head[..4] != b"PACK" || !matches!(head[7], 2 | 3) {
            return Err(Fault::Io);
        }
        let idx = Idx::open(idx)?;
        Ok(Pack { idx, file })
    }

    /// The index.
    pub fn idx(&self) -> &Idx {
        &self.idx
    }

    /// The object at `offset`: its kind and its bytes. `number` tells this pack from others among `kept`.
    pub fn read(
        &self,
        number: usize,
        offset: u64,
        kept: &mut Kept,
    ) -> Result<(Kind, Rc<Vec<u8>>), Fault> {
        let mut deltas: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut bytes_of_deltas = 0;
        let mut at = offset;
        let (kind, mut object) = loop {
            if let Some(found) = kept.get((number, at)) {
                break found;
            }
            let (header, head) = self.header(at)?;
            let bytes = self.inflate(&header, head)?;
            match header.kind {
                Entry::Whole(kind) => {
                    let bytes = Rc::new(bytes);
                    kept.put((number, at), kind, &bytes);
                    break (kind, bytes);
                }
                ref other => {
                    bytes_of_deltas += bytes.len();
                    if deltas.len() >= LONGEST_CHAIN || bytes_of_deltas > CHAIN_BYTES {
                        return Err(Fault::TooLarge);
                    }
                    deltas.push((at, bytes));
                    at = self.base(at, other)?;
                }
            }
        };
        for (at, delta) in deltas.iter().rev() {
            object = Rc::new(delta::apply(&object, delta, LIMIT).ok_or(Fault::Io)?);
            kept.put((number, *at), kind, &object);
        }
        Ok((kind, object))
    }

    /// The kind and size of the object at `offset`, without putting it together.
    pub fn look(&self, offset: u64) -> Result<(Kind, u64), Fault> {
        let mut at = offset;
        let mut size = None;
        for _ in 0..LONGEST_CHAIN {
            let (header, head) = self.header(at)?;
            match &header.kind {
                Entry::Whole(kind) => return Ok((*kind, size.unwrap_or(header.size))),
                other => {
                    if size.is_none() {
                        let start = self.inflate_some(&header, head, 20)?;
                        size = Some(delta::sizes(&start).ok_or(Fault::Io)?.1);
                    }
                    at = self.base(at, other)?;
                }
            }
        }
        Err(Fault::TooLarge)
    }

    fn base(&self, at: u64, entry: &Entry) -> Result<u64, Fault> {
        match entry {
            Entry::Whole(_) => Err(Fault::Io),
            // Always backwards, so that a chain ends.
            Entry::Offset(distance) => at
                .checked_sub(*distance)
                .filter(|base| *distance > 0 && *base >= 12)
                .ok_or(Fault::Io),
            Entry::Named(oid) => self.idx.find(oid)?.ok_or(Fault::Io),
        }
    }

    /// Reads the beginning of an entry: its header, and the bytes that were read with it.
    fn header(&self, offset: u64) -> Result<(Header, Vec<u8>), Fault> {
        if offset < 12 || offset >= self.file.size() {
            return Err(Fault::Io);
        }
        let mut head = self.file.read(offset, 1024)?;
        let mut bytes = head.iter().copied();
        let mut next = || bytes.next().ok_or(Fault::Io);
        let mut byte = next()?;
        let kind = byte >> 4 & 7;
        let mut size = u64::from(byte & 15);
        let mut shift = 4;
        let mut used = 1;
        while byte & 0x80 != 0 {
            byte = next()?;
            used += 1;
            if shift > 53 {
                return Err(Fault::Io);
            }
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
        }
        let kind = match kind {
            1 => Entry::Whole(Kind::Commit),
            2 => Entry::Whole(Kind::Tree),
            3 => Entry::Whole(Kind::Blob),
            4 => Entry::Whole(Kind::Tag),
            6 => {
                let mut byte = next()?;
                used += 1;
                let mut distance = u64::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = next()?;
                    used += 1;
                    if distance > u64::MAX >> 8 {
                        return Err(Fault::Io);
                    }
                    distance = (distance + 1) << 7 | u64::from(byte & 0x7f);
                }
                Entry::Offset(distance)
            }
            7 => {
                let name = head.get(used..used + 20).ok_or(Fault::Io)?;
                used += 20;
                Entry::Named(Oid::from_bytes(name).ok_or(Fault::Io)?)
            }
            _ => return Err(Fault::Io),
        };
        head.drain(..used);
        let data = offset + used as u64;
        Ok((Header { kind, size, data }, head))
    }

    /// The inflated content of an entry, whose size must be what its header says.
    fn inflate(&self, header: &Header, head: Vec<u8>) -> Result<Vec<u8>, Fault> {
        if header.size > LIMIT {
            return Err(Fault::TooLarge);
        }
        let bytes = self.inflate_some(header, head, usize::MAX)?;
        if bytes.len() as u64 == header.size {
            Ok(bytes)
        } else {
            Err(Fault::Io)
        }
    }

    fn inflate_some(
        &self,
        header: &Header,
        head: Vec<u8>,
        enough: usize,
    ) -> Result<Vec<u8>, Fault> {
        let size = usize::try_from(header.size.min(LIMIT)).map_err(|_| Fault::TooLarge)?;
        let mut at = header.data + head.len() as u64;
        let mut head = Some(head);
        let mut piece = size.clamp(4 << 10, 64 << 10);
        let more = || {
            if let Some(head) = head.take().filter(|head| !head.is_empty()) {
                return Ok(Some(head));
            }
            let bytes = self.file.read(at, piece)?;
            at += bytes.len() as u64;
            piece = 64 << 10;
            Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
        };
        inflate::inflate(more, size, size, enough)
    }
}
