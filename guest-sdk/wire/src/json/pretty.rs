//! Compact JSON into the body of a JSON string that holds the same JSON indented by two spaces.

use super::find::special;

/// Deeper levels are not indented further: the white space would grow with the square of the depth.
const INDENTED: usize = 64;

/// Appends `compact` (valid JSON; white space between tokens is left out), indented by two spaces and escaped as the body of a JSON string.
///
/// Byte for byte what a pretty printer followed by string escaping gives, in one pass: results reach megabytes.
pub fn pretty_escaped(compact: &[u8], out: &mut Vec<u8>) {
    // Log-like results grow by a third; doubling once is cheaper than growing five times.
    out.reserve(compact.len() + compact.len() / 2);
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(&byte) = compact.get(at) {
        match byte {
            b'"' => at = string(compact, at, out),
            b'{' | b'[' => {
                out.push(byte);
                at += 1;
                while matches!(compact.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
                    at += 1;
                }
                if matches!(compact.get(at), Some(b'}' | b']')) {
                    out.push(compact[at]);
                    at += 1;
                } else {
                    depth += 1;
                    line(depth, out);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                line(depth, out);
                out.push(byte);
                at += 1;
            }
            b',' => {
                out.push(byte);
                line(depth, out);
                at += 1;
            }
            b':' => {
                out.extend_from_slice(b": ");
                at += 1;
            }
            b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
}

/// Copies the string that opens at `at`, escaping quotes and backslashes once more; gives the index behind it.
#[inline]
fn string(compact: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(b"\\\"");
    let mut from = at + 1;
    loop {
        let to = special(compact, from);
        out.extend_from_slice(&compact[from..to]);
        match compact.get(to) {
            Some(b'"') => {
                out.extend_from_slice(b"\\\"");
                return to + 1;
            }
            Some(b'\\') => {
                out.extend_from_slice(b"\\\\");
                match compact.get(to + 1) {
                    Some(escaped @ (b'"' | b'\\')) => out.extend_from_slice(&[b'\\', *escaped]),
                    Some(escaped) => out.push(*escaped),
                    None => return compact.len(),
                }
                from = to + 2;
            }
            Some(_) => from = to + 1, // a bare control character is not valid JSON; leaving it out keeps the message whole
            None => return compact.len(),
        }
    }
}

#[inline]
fn line(depth: usize, out: &mut Vec<u8>) {
    const SPACES: &[u8; 2 + 2 * INDENTED] = &{
        let mut spaces = [b' '; 2 + 2 * INDENTED];
        (spaces[0], spaces[1]) = (b'\\', b'n');
        spaces
    };
    out.extend_from_slice(&SPACES[..2 + 2 * depth.min(INDENTED)]);
}
