//! Bytes as text: by what the header says, else by what the page says of itself, else as UTF-8.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How far into a page its own word is looked for, as browsers do.
const HEAD: usize = 1024;

/// Reads a body. `html`: whether the page may say of itself how it is written.
pub fn decode(body: Vec<u8>, content_type: &str, html: bool) -> String {
    let encoding = by_header(content_type)
        .or_else(|| html.then(|| by_page(&body)).flatten())
        .unwrap_or(UTF_8);
    if encoding == UTF_8 {
        return String::from_utf8(body)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    }
    encoding.decode_with_bom_removal(&body).0.into_owned()
}

fn by_header(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let label = value.trim().trim_matches(['"', '\'']);
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| Encoding::for_label(label.as_bytes()))?
    })
}

fn by_page(body: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(body) {
        return Some(encoding);
    }
    let head = body[..body.len().min(HEAD)].to_ascii_lowercase();
    let mut rest = head.as_slice();
    while let Some(start) = find(rest, b"<meta") {
        rest = &rest[start + 5..];
        let tag = &rest[..find(rest, b">").unwrap_or(rest.len())];
        if let Some(encoding) = find(tag, b"charset").and_then(|at| label(&tag[at + 7..])) {
            // A page that can be read this far is not written in 16-bit units, whatever it says.
            let wide = encoding == UTF_16LE || encoding == UTF_16BE;
            return Some(if wide { UTF_8 } else { encoding });
        }
    }
    None
}

fn label(text: &[u8]) -> Option<&'static Encoding> {
    let text = text
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    let text = text.strip_prefix(b"'").unwrap_or(text);
    let end = text
        .iter()
        .position(|byte| {
            matches!(
                byte,
                b'"' | b'\'' | b';' | b' ' | b'/' | b'\t' | b'\n' | b'\r'
            )
        })
        .unwrap_or(text.len());
    Encoding::for_label(&text[..end])
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_wins_over_the_page() {
        let check = |body: &[u8], header: &str, expected: &str| {
            assert_eq!(decode(body.to_vec(), header, true), expected, "{header}");
        };
        check(b"caf\xe9", "text/html; charset=iso-8859-1", "café");
        check(b"caf\xe9", "text/html; Charset=\"windows-1252\"", "café");
        check(b"caf\xc3\xa9", "text/html", "café");
        check(b"caf\xe9", "text/html; charset=nothing", "caf\u{fffd}");
        check(
            b"<meta charset='latin1'>\xe9",
            "text/html",
            "<meta charset='latin1'>é",
        );
        check(
            b"<META http-equiv=x content=\"text/html; charset=shift_jis\">\x93\xfa",
            "text/html",
            "<META http-equiv=x content=\"text/html; charset=shift_jis\">日",
        );
        check(
            b"<meta charset=latin1>\xc3\xa9",
            "text/html;charset=utf-8",
            "<meta charset=latin1>é",
        );
        check(b"\xff\xfea\0", "text/html", "a");
        check(b"<meta charset=utf-16>a", "", "<meta charset=utf-16>a");
        assert_eq!(
            decode(b"<meta charset=latin1>\xe9".to_vec(), "text/plain", false),
            "<meta charset=latin1>\u{fffd}"
        );
    }
}
