//! A pack's index, version 2, read by ranges: the fan-out at once, then only the buckets that are asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::disk::File;
use crate::failure::Fault;
use crate::oid::Oid;

/// Buckets kept in memory; beyond it they are read anew.
const KEPT: usize = 4 << 20;

/// The objects whose names begin with one byte: names and 32-bit offsets.
struct Bucket {
    names: Vec<u8>,
    offsets: Vec<u8>,
}

impl Bucket {
    fn count(&self) -> usize {
        self.names.len() / 20
    }

    fn name(&self, at: usize) -> Option<Oid> {
        Oid::from_bytes(self.names.get(at * 20..at * 20 + 20)?)
    }

    /// Where a name is, or where it would be.
    fn search(&self, oid: &Oid) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.names[middle * 20..middle * 20 + 20].cmp(&oid.0[..]) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(middle),
            }
        }
        Err(low)
    }
}

/// An index that is open.
pub struct Idx {
    file: File,
    fan: Vec<u32>,
    buckets: RefCell<(BTreeMap<u8, Rc<Bucket>>, usize)>,
}

impl Idx {
    /// Opens an index; any other version than 2, or sizes that contradict each other, are an error.
    pub fn open(path: &[u8]) -> Result<Idx, Fault> {
        let file = File::open(path)?;
        let head = file.read(0, 8 + 1024)?;
        if head.len() < 8 + 1024 || head[..8] != [0xff, b't', b'O', b'c', 0, 0, 0, 2] {
            return Err(Fault::Io);
        }
        let fan: Vec<u32> = head[8..].chunks_exact(4).map(number).collect();
        let count = u64::from(fan[255]);
        let least = 8 + 1024 + count * 28 + 40;
        if fan.is_sorted() && file.size() >= least {
            let buckets = RefCell::default();
            Ok(Idx { file, fan, buckets })
        } else {
            Err(Fault::Io)
        }
    }

    /// How many objects it names.
    pub fn count(&self) -> u32 {
        self.fan[255]
    }

    /// Where in the pack an object is.
    pub fn find(&self, oid: &Oid) -> Result<Option<u64>, Fault> {
        if self.range(oid.0[0]).is_empty() {
            return Ok(None);
        }
        let bucket = self.bucket(oid.0[0])?;
        let Ok(at) = bucket.search(oid) else {
            return Ok(None);
        };
        let offset = number(&bucket.offsets[at * 4..at * 4 + 4]);
        if offset & 0x8000_0000 == 0 {
            return Ok(Some(u64::from(offset)));
        }
        // Beyond 2 GiB the value is a place in a table of 64-bit offsets.
        let place = 8 + 1024 + u64::from(self.count()) * 28 + u64::from(offset & 0x7fff_ffff) * 8;
        let bytes = self.file.read(place, 8)?;
        let bytes: [u8; 8] = bytes.try_into().map_err(|_| Fault::Io)?;
        Ok(Some(u64::from_be_bytes(bytes)))
    }

    /// The names that begin with this byte and that `wanted` accepts, at most `most`.
    pub fn matching(
        &self,
        first: u8,
        most: usize,
        wanted: impl Fn(&Oid) -> bool,
    ) -> Result<Vec<Oid>, Fault> {
        if self.range(first).is_empty() {
            return Ok(Vec::new());
        }
        let bucket = self.bucket(first)?;
        let names = (0..bucket.count()).filter_map(|at| bucket.name(at));
        Ok(names.filter(wanted).take(most).collect())
    }

    /// How many digits an object's name has in common with its nearest neighbour here.
    pub fn nearest(&self, oid: &Oid) -> Result<usize, Fault> {
        if self.range(oid.0[0]).is_empty() {
            return Ok(0);
        }
        let bucket = self.bucket(oid.0[0])?;
        let (before, after) = match bucket.search(oid) {
            Ok(at) => (at.checked_sub(1), at + 1),
            Err(at) => (at.checked_sub(1), at),
        };
        let common = |at: Option<usize>| {
            at.and_then(|at| bucket.name(at))
                .map_or(0, |near| near.common_digits(oid))
        };
        Ok(common(before).max(common(Some(after))))
    }

    fn range(&self, first: u8) -> std::ops::Range<u32> {
        let start = match first {
            0 => 0,
            first => self.fan[usize::from(first) - 1],
        };
        start..self.fan[usize::from(first)]
    }

    fn bucket(&self, first: u8) -> Result<Rc<Bucket>, Fault> {
        if let Some(bucket) = self.buckets.borrow().0.get(&first) {
            return Ok(bucket.clone());
        }
        let range = self.range(first);
        let (start, count) = (u64::from(range.start), range.len());
        let names = self.file.read(8 + 1024 + start * 20, count * 20)?;
        let offsets = 8 + 1024 + u64::from(self.count()) * 24 + start * 4;
        let offsets = self.file.read(offsets, count * 4)?;
        if names.len() != count * 20 || offsets.len() != count * 4 {
            return Err(Fault::Io);
        }
        let bucket = Rc::new(Bucket { names, offsets });
        let mut kept = self.buckets.borrow_mut();
        if kept.1 + count * 24 > KEPT {
            *kept = Default::default();
        }
        kept.1 += count * 24;
        kept.0.insert(first, bucket.clone());
        Ok(bucket)
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u32::from(*byte))
}
