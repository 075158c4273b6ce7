//! JSON as the text of a JSON string.

use super::find::special;

/// Appends `compact` (valid JSON; white space between tokens is left out), escaped as the body of a JSON string.
///
/// Byte for byte what string escaping gives, but it steps from token to token: results reach megabytes, and their strings seldom hold
/// anything that has to be escaped twice.
pub fn nested(compact: &[u8], out: &mut Vec<u8>) {
    // A log-like result has two quotation marks for every dozen bytes.
    out.reserve(compact.len() + compact.len() / 4);
    let mut at = 0;
    while let Some(&byte) = compact.get(at) {
        match byte {
            b'"' => at = string(compact, at, out),
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
