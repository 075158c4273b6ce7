//! Packed bodies: gzip in several members, zlib, and bare deflate, in bounded size and with their sums checked.

use miniz_oxide::{
    DataFormat, MZFlush, MZStatus,
    inflate::stream::{InflateState, inflate},
};

/// Why a body cannot be unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is larger than the bound, unpacked.
    TooLarge(usize),
    /// It ends too early, or is not what it says.
    Broken,
    /// It is packed in a way that was not asked for.
    Unknown(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::TooLarge(limit) => write!(
                f,
                "the page unpacks to more than {limit} bytes; ask for a smaller one"
            ),
            Fault::Broken => f.write_str("the packed page is cut off or damaged; try again"),
            Fault::Unknown(name) => write!(
                f,
                "the page is packed as {name}, which was not asked for; try another address"
            ),
        }
    }
}

impl std::error::Error for Fault {}

/// Unpacks a body as its `Content-Encoding` says, the last packing first.
///
/// # Errors
///
/// [`Fault`]; nothing is returned of a body that is not whole.
pub fn unpack(body: Vec<u8>, encoding: &str, limit: usize) -> Result<Vec<u8>, Fault> {
    let mut body = body;
    // Two is what proxies do; more is nobody's intent.
    let packings: Vec<String> = encoding
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    if packings.len() > 2 {
        return Err(Fault::Unknown(encoding.to_owned()));
    }
    for name in packings.iter().rev() {
        body = match name.as_str() {
            _ if body.is_empty() => body,
            "gzip" | "x-gzip" => gzip(&body, limit)?,
            "deflate" => deflate(&body, limit)?,
            _ => return Err(Fault::Unknown(name.clone())),
        };
    }
    Ok(body)
}

/// `deflate` means zlib; some send it bare.
fn deflate(body: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    match run(body, DataFormat::Zlib, &mut out, limit) {
        Err(Fault::Broken) => {
            out.clear();
            run(body, DataFormat::Raw, &mut out, limit)?;
        }
        other => {
            other?;
        }
    }
    Ok(out)
}

fn gzip(body: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    let mut rest = body;
    loop {
        rest = &rest[head(rest).ok_or(Fault::Broken)?..];
        let start = out.len();
        let used = run(rest, DataFormat::Raw, &mut out, limit)?;
        let (sum, length) = rest[used..]
            .split_at_checked(8)
            .map(|(trailer, later)| {
                rest = later;
                trailer.split_at(4)
            })
            .ok_or(Fault::Broken)?;
        let member = &out[start..];
        let whole =
            length == (member.len() as u32).to_le_bytes() && sum == crc(member).to_le_bytes();
        if !whole {
            return Err(Fault::Broken);
        }
        // What is no further member is padding.
        if !rest.starts_with(&[0x1f, 0x8b]) {
            return Ok(out);
        }
    }
}

/// How long the head of a member is.
fn head(body: &[u8]) -> Option<usize> {
    let flags = *body.get(3)?;
    if !body.starts_with(&[0x1f, 0x8b, 8]) {
        return None;
    }
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16::from_le_bytes([*body.get(at)?, *body.get(at + 1)?]));
    }
    for text in [8, 16] {
        if flags & text != 0 {
            at += body.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (at <= body.len()).then_some(at)
}

/// Unpacks one stream; how many bytes of the input it had.
fn run(body: &[u8], format: DataFormat, out: &mut Vec<u8>, limit: usize) -> Result<usize, Fault> {
    let mut state = InflateState::new_boxed(format);
    let mut used = 0;
    loop {
        let start = out.len();
        if start > limit {
            return Err(Fault::TooLarge(limit));
        }
        // As much as there is, and at least a page.
        let room = (body.len() - used)
            .saturating_mul(4)
            .clamp(32 << 10, 1 << 20);
        out.resize(start + room, 0);
        let result = inflate(&mut state, &body[used..], &mut out[start..], MZFlush::None);
        used += result.bytes_consumed;
        out.truncate(start + result.bytes_written);
        match result.status {
            Ok(MZStatus::StreamEnd) => {
                return if out.len() > limit {
                    Err(Fault::TooLarge(limit))
                } else {
                    Ok(used)
                };
            }
            Ok(MZStatus::Ok) if result.bytes_written > 0 || result.bytes_consumed > 0 => {}
            _ => return Err(Fault::Broken),
        }
    }
}

/// The sum that gzip ends with.
fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut at = 0;
        while at < 256 {
            let mut sum = at as u32;
            let mut bit = 0;
            while bit < 8 {
                sum = if sum & 1 == 1 {
                    0xedb8_8320 ^ (sum >> 1)
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
    !bytes.iter().fold(!0, |sum, byte| {
        TABLE[((sum ^ u32::from(*byte)) & 0xff) as usize] ^ (sum >> 8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(text: &[u8]) -> Vec<u8> {
        let mut body = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 255];
        body.extend(b"name\0");
        body.extend(miniz_oxide::deflate::compress_to_vec(text, 6));
        body.extend(crc(text).to_le_bytes());
        body.extend((text.len() as u32).to_le_bytes());
        body
    }

    #[test]
    fn what_is_packed_comes_out_whole_or_not_at_all() {
        let text = b"all the words of a page ".repeat(100);
        let packed = member(&text);
        assert_eq!(unpack(packed.clone(), "gzip", 1 << 20), Ok(text.clone()));
        let two = [packed.clone(), packed.clone(), vec![0; 9]].concat();
        assert_eq!(unpack(two, "x-gzip", 1 << 20), Ok(text.repeat(2)));
        for end in 0..packed.len() {
            assert!(
                end == 0 || unpack(packed[..end].to_vec(), "gzip", 1 << 20).is_err(),
                "{end}"
            );
        }
        let mut damaged = packed.clone();
        let sum = packed.len() - 8;
        damaged[sum] ^= 1;
        assert_eq!(unpack(damaged, "gzip", 1 << 20), Err(Fault::Broken));
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(&text, 6);
        let bare = miniz_oxide::deflate::compress_to_vec(&text, 6);
        assert_eq!(unpack(zlib, "deflate", 1 << 20), Ok(text.clone()));
        assert_eq!(
            unpack(bare.clone(), "Deflate, identity", 1 << 20),
            Ok(text.clone())
        );
        assert_eq!(
            unpack(member(&bare), "deflate, gzip", 1 << 20),
            Ok(text.clone())
        );
        assert!(matches!(unpack(bare, "br", 9), Err(Fault::Unknown(_))));
    }

    #[test]
    fn a_bomb_is_given_up_at_the_bound() {
        let bomb = member(&vec![0; 8 << 20]);
        assert!(bomb.len() < 10_000);
        assert_eq!(unpack(bomb, "gzip", 1 << 20), Err(Fault::TooLarge(1 << 20)));
    }
}
