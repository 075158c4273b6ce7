//! Names of objects: 20 bytes, written as 40 hexadecimal digits.

use std::fmt;

use sha1::{Digest, Sha1};

/// The name of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Oid(pub [u8; 20]);

impl Oid {
    /// What stands for "no object".
    pub const NULL: Oid = Oid([0; 20]);
    /// The tree without entries, which is known without being stored.
    pub const EMPTY_TREE: Oid = Oid([
        0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92,
        0x88, 0xfb, 0xee, 0x49, 0x04,
    ]);

    /// Reads 40 hexadecimal digits of either case.
    pub fn from_hex(hex: &[u8]) -> Option<Oid> {
        let mut bytes = [0; 20];
        if hex.len() != 40 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Oid(bytes))
    }

    /// Takes 20 bytes; `None` for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Oid> {
        Some(Oid(bytes.try_into().ok()?))
    }

    /// The name that an object of this kind and content has.
    pub fn of(kind: &str, content: &[u8]) -> Oid {
        let mut hasher = Sha1::new();
        hasher.update(format!("{kind} {}\0", content.len()).as_bytes());
        hasher.update(content);
        Oid(hasher.finalize().into())
    }

    /// Whether it stands for "no object".
    pub fn is_null(&self) -> bool {
        *self == Oid::NULL
    }

    /// The first `digits` hexadecimal digits.
    pub fn short(&self, digits: usize) -> String {
        let mut hex = self.to_string();
        hex.truncate(digits);
        hex
    }

    /// How many hexadecimal digits two names have in common at their beginning.
    pub fn common_digits(&self, other: &Oid) -> usize {
        for (i, (a, b)) in self.0.iter().zip(&other.0).enumerate() {
            if a != b {
                return 2 * i + usize::from(a >> 4 == b >> 4);
            }
        }
        40
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hex = [0; 40];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
            pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
        }
        f.write_str(&String::from_utf8_lossy(&hex))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The beginning of a name: 4 to 40 digits.
#[derive(Clone, Copy, Debug)]
pub struct Prefix {
    bytes: [u8; 20],
    digits: usize,
}

impl Prefix {
    /// Reads 4 to 40 hexadecimal digits.
    pub fn from_hex(hex: &str) -> Option<Prefix> {
        let digits = hex.len();
        if !(4..=40).contains(&digits) {
            return None;
        }
        let mut bytes = [0; 20];
        for (i, character) in hex.bytes().enumerate() {
            let value = digit(character)?;
            bytes[i / 2] |= if i % 2 == 0 { value << 4 } else { value };
        }
        Some(Prefix { bytes, digits })
    }

    /// The first byte, by which objects are filed.
    pub fn first(&self) -> u8 {
        self.bytes[0]
    }

    /// Whether a name begins so.
    pub fn matches(&self, oid: &Oid) -> bool {
        oid.common_digits(&Oid(self.bytes)) >= self.digits
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        b'A'..=b'F' => Some(character - b'A' + 10),
        _ => None,
    }
}
