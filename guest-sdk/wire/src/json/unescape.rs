//! A JSON string's body into text.

use super::find::special;

/// The text that a string's body (without quotes) stands for, or `None` where an escape is malformed or a surrogate stands alone.
pub fn unescape(body: &str) -> Option<String> {
    let bytes = body.as_bytes();
    let mut out = String::with_capacity(bytes.len());
    let mut from = 0;
    loop {
        let to = special(bytes, from);
        // Special bytes are ASCII, so the cut is between characters.
        out.push_str(body.get(from..to)?);
        if to == bytes.len() {
            return Some(out);
        }
        if bytes[to] != b'\\' {
            return None;
        }
        from = to + 2;
        match bytes.get(to + 1)? {
            b'n' => out.push('\n'),
            b'"' => out.push('"'),
            b'\\' => out.push('\\'),
            b'/' => out.push('/'),
            b't' => out.push('\t'),
            b'r' => out.push('\r'),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'u' => {
                let first = hex(bytes, from)?;
                from += 4;
                let code = match first {
                    0xd800..0xdc00 => {
                        if bytes.get(from..from + 2)? != b"\\u" {
                            return None;
                        }
                        let second = hex(bytes, from + 2)?;
                        if !(0xdc00..0xe000).contains(&second) {
                            return None;
                        }
                        from += 6;
                        0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                    }
                    other => other,
                };
                out.push(char::from_u32(code)?);
            }
            _ => return None,
        }
    }
}

fn hex(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |sum, digit| {
        Some(sum * 16 + char::from(*digit).to_digit(16)?)
    })
}
