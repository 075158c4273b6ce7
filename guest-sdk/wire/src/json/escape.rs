//! Text into a JSON string.

use super::find::special;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends `text` as a JSON string with its quotes.
pub fn string(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    string_body(text.as_bytes(), out);
    out.push(b'"');
}

/// Appends the bytes of a UTF-8 text, escaped, without quotes. Runs without special bytes are copied whole.
pub fn string_body(bytes: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    loop {
        let to = special(bytes, from);
        out.extend_from_slice(&bytes[from..to]);
        let Some(&byte) = bytes.get(to) else { return };
        escape(byte, out);
        from = to + 1;
    }
}

/// Appends the escape of one special byte.
#[inline]
pub(super) fn escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            out.extend_from_slice(&[
                b'\\',
                b'u',
                b'0',
                b'0',
                HEX[usize::from(byte >> 4)],
                HEX[usize::from(byte & 15)],
            ]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}
