//! Compact JSON, written straight into the answer: building values first would cost more than parsing the log.

/// Appends a JSON string.
pub(crate) fn string(out: &mut String, text: &str) {
    out.push('"');
    if is_clean(text.as_bytes()) {
        out.push_str(text);
    } else {
        escaped(out, text);
    }
    out.push('"');
}

/// Appends a number.
pub(crate) fn number(out: &mut String, number: usize) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = write!(out, "{number}");
}

/// Appends a list, each item written by `write`.
pub(crate) fn list<T>(
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push('[');
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

/// Appends a JSON text without the white space between its tokens. The text is valid JSON.
pub(crate) fn compact(out: &mut String, json: &str) {
    let mut in_string = false;
    let mut escaped = false;
    // Runs are copied whole; a run ends where white space outside a string begins.
    let mut run = 0;
    for (at, byte) in json.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
        } else if byte == b'"' {
            in_string = true;
        } else if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            out.push_str(json.get(run..at).unwrap_or(""));
            run = at + 1;
        }
    }
    out.push_str(json.get(run..).unwrap_or(""));
}

/// Whether a text stands in JSON as it is.
fn is_clean(bytes: &[u8]) -> bool {
    // No early exit, so that both targets look at sixteen bytes at once, and at all sixteen answers as one number.
    fn dirty(byte: u8) -> u8 {
        u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\')
    }
    fn see(seen: [u8; 16], chunk: &[u8; 16]) -> [u8; 16] {
        std::array::from_fn(|place| seen[place] | dirty(chunk[place]))
    }
    let (chunks, mut tail) = bytes.as_chunks::<16>();
    let mut seen = chunks.iter().fold([0; 16], see);
    if let Some(last) = bytes.last_chunk::<16>() {
        // The last step overlaps the one before it.
        seen = see(seen, last);
        tail = &[];
    }
    u128::from_ne_bytes(seen) == 0 && tail.iter().fold(0, |all, b| all | dirty(*b)) == 0
}

#[cold]
fn escaped(out: &mut String, text: &str) {
    let mut run = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(text.get(run..at).unwrap_or(""));
        run = at + 1;
        if short.is_empty() {
            use std::fmt::Write;
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(short);
        }
    }
    out.push_str(text.get(run..).unwrap_or(""));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_string_is_written_as_serde_json_writes_it(text in "(?s).{0,60}|[ -~\"\\\\\u{0}-\u{1f}]{0,60}") {
            let mut out = String::new();
            string(&mut out, &text);
            prop_assert_eq!(out, serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn compact_keeps_the_value(text in "(?s).{0,20}", number: i64) {
            let value = serde_json::json!({ "a b": [text, number, {}], "\" ": null });
            let mut out = String::new();
            compact(&mut out, &serde_json::to_string_pretty(&value).unwrap());
            prop_assert_eq!(out, value.to_string());
        }
    }
}
