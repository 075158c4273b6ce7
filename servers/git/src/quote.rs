//! Names as git shows them: plain, or in quotes with escapes where a character could be misunderstood.

/// A name for a list or a header.
pub fn quote(name: &[u8], escape: bool) -> Vec<u8> {
    two(b"", name, escape)
}

/// A name behind a prefix, both inside the quotes where quotes are needed. `escape` means that bytes beyond ASCII are escaped too.
pub fn two(prefix: &[u8], name: &[u8], escape: bool) -> Vec<u8> {
    let needs = |byte: &u8| {
        *byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f) || (escape && *byte >= 0x80)
    };
    if !name.iter().any(needs) {
        return [prefix, name].concat();
    }
    let mut quoted = b"\"".to_vec();
    quoted.extend_from_slice(prefix);
    for byte in name {
        let letter = match byte {
            7 => b'a',
            8 => b'b',
            9 => b't',
            10 => b'n',
            11 => b'v',
            12 => b'f',
            13 => b'r',
            b'"' | b'\\' => *byte,
            byte if needs(byte) => {
                quoted.extend_from_slice(format!("\\{byte:03o}").as_bytes());
                continue;
            }
            byte => {
                quoted.push(*byte);
                continue;
            }
        };
        quoted.extend_from_slice(&[b'\\', letter]);
    }
    quoted.push(b'"');
    quoted
}
