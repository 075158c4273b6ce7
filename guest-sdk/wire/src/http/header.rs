//! Header lines: looked up without case, values trimmed, the Base64 sentinel decoded.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A header line: its name and its value as bytes.
pub type Header<'a> = (&'a str, &'a [u8]);

/// A header that may occur once occurs twice, or is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotOne;

/// The value of a header that may occur once; `Ok(None)` where it is missing.
pub fn one<'a>(headers: &[Header<'a>], name: &str) -> Result<Option<&'a str>, NotOne> {
    let mut found = headers
        .iter()
        .filter(|(own, _)| own.eq_ignore_ascii_case(name));
    let Some((_, value)) = found.next() else {
        return Ok(None);
    };
    if found.next().is_some() {
        return Err(NotOne);
    }
    std::str::from_utf8(value)
        .map(|value| Some(value.trim_matches([' ', '\t'])))
        .map_err(|_| NotOne)
}

/// A mirrored value: `=?base64?…?=` decoded, anything else as it is. `None` where the Base64 is malformed.
pub fn decoded(value: &str) -> Option<Cow<'_, str>> {
    match value
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="))
    {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?)
            .ok()
            .map(Cow::Owned),
        None => Some(Cow::Borrowed(value)),
    }
}

/// The media type without parameters, in lower case.
pub(super) fn media_type(value: &str) -> String {
    value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Whether an `Accept` header (or its absence) lets a media type through.
pub(super) fn accepts(headers: &[Header<'_>], wanted: &str) -> bool {
    let family = wanted.split('/').next().unwrap_or_default();
    let mut any_line = false;
    for (_, value) in headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("accept"))
    {
        any_line = true;
        let Ok(value) = std::str::from_utf8(value) else {
            continue;
        };
        for range in value.split(',') {
            let kind = media_type(range);
            let fits = kind == wanted || kind == "*/*" || kind.strip_suffix("/*") == Some(family);
            let refused = range.split(';').skip(1).any(refuses);
            if fits && !refused {
                return true;
            }
        }
    }
    !any_line
}

/// Whether a parameter of a media range is a quality of zero. Read as text: parsing floats costs a component 20 kB.
fn refuses(parameter: &str) -> bool {
    let Some((key, value)) = parameter.split_once('=') else {
        return false;
    };
    let value = value.trim();
    key.trim().eq_ignore_ascii_case("q")
        && value.starts_with('0')
        && value.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}
