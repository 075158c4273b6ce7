//! Files as text: whole, the first lines, or the last lines without reading the rest.

use crate::allowed::Allowed;
use crate::disk::File;
use crate::failure::Failure;
use crate::listing::size_in_words;

/// The most bytes that one answer is made of: text stands in it twice, escaped, and a guest has 256 MiB.
pub const LARGEST: u64 = 32 << 20;

// Reading begins with so much and grows: ten lines should not cost a megabyte, nor a million lines ten thousand calls.
const FIRST_PIECE: usize = 8 << 10;
const LARGEST_PIECE: usize = 1 << 20;

/// The part of a file that is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    /// All of it.
    Whole,
    /// So many first lines. The official server takes any number: a fraction rounds up, a negative one means none.
    Head(f64),
    /// So many last lines, counted as the pieces between line feeds: the piece after a final line feed counts.
    Tail(f64),
}

impl Part {
    /// What the two parameters ask for together; zero is as good as nothing.
    pub fn of(head: Option<f64>, tail: Option<f64>) -> Result<Part, Failure> {
        match (
            head.filter(|&lines| lines != 0.0),
            tail.filter(|&lines| lines != 0.0),
        ) {
            (Some(_), Some(_)) => Err(Failure::new(
                "Cannot specify both head and tail parameters simultaneously",
            )),
            (Some(lines), None) => Ok(Part::Head(lines)),
            (None, Some(lines)) => Ok(Part::Tail(lines)),
            (None, None) => Ok(Part::Whole),
        }
    }
}

/// A part of the file that a client names.
pub fn read(
    allowed: &Allowed,
    requested: &str,
    part: Result<Part, Failure>,
) -> Result<String, Failure> {
    allowed.on(requested, |path| {
        let part = part.clone()?;
        let file = File::open(path).map_err(|fault| fault.at("open", path))?;
        match part {
            Part::Whole => Ok(decode(whole(&file, path, LARGEST)?)),
            Part::Head(lines) => head(&file, path, lines),
            Part::Tail(lines) => tail(&file, path, lines),
        }
    })
}

/// Several files, each under its path; one that cannot be read does not stop the others.
pub fn read_several(allowed: &Allowed, requested: &[String]) -> Result<String, Failure> {
    let mut text = String::new();
    for (index, name) in requested.iter().enumerate() {
        if index > 0 {
            text.push_str("\n---\n");
        }
        let left = LARGEST.saturating_sub(text.len() as u64);
        let read = allowed.on(name, |path| {
            let file = File::open(path).map_err(|fault| fault.at("open", path))?;
            whole(&file, path, left)
        });
        text.push_str(name);
        match read {
            Ok(bytes) => {
                text.push_str(":\n");
                match std::str::from_utf8(&bytes) {
                    Ok(content) => text.push_str(content),
                    Err(_) => text.push_str(&String::from_utf8_lossy(&bytes)),
                }
                text.push('\n');
            }
            Err(failure) => {
                text.push_str(": Error - ");
                text.push_str(&failure.0);
            }
        }
        // Names and errors have a length too.
        if text.len() as u64 > LARGEST {
            return Err(Failure::new(format!(
                "the answer would be larger than {} MiB; ask for fewer files at once",
                LARGEST >> 20
            )));
        }
    }
    Ok(text)
}

/// All bytes of an open file, if they are no more than `most`.
pub fn whole(file: &File, path: &str, most: u64) -> Result<Vec<u8>, Failure> {
    let size = file.size();
    if size > most {
        return Err(too_large(path, size, most));
    }
    let mut bytes = piece(file, 0, size as usize)?;
    if size == 0 {
        // some files do not know their size
        bytes = piece(file, 0, LARGEST_PIECE)?;
    }
    Ok(bytes)
}

fn head(file: &File, path: &str, lines: f64) -> Result<String, Failure> {
    let wanted = lines.ceil() as u64;
    let mut bytes = Vec::new();
    let mut found = 0;
    let mut length = FIRST_PIECE;
    while found < wanted {
        let more = piece(file, bytes.len() as u64, length)?;
        if more.is_empty() {
            break;
        }
        for (at, _) in more.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            found += 1;
            if found == wanted {
                bytes.extend_from_slice(&more[..at]);
                return Ok(decode(bytes));
            }
        }
        bytes.extend_from_slice(&more);
        if bytes.len() as u64 > LARGEST {
            return Err(too_large(path, bytes.len() as u64, LARGEST));
        }
        length = (length * 4).min(LARGEST_PIECE);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    Ok(decode(bytes))
}

fn tail(file: &File, path: &str, lines: f64) -> Result<String, Failure> {
    let wanted = lines.ceil() as u64;
    let kept = lines.floor() as u64;
    // Fewer than one line keeps whatever was read, as the official server does, and that reads kilobytes.
    let fraction = lines > 0.0 && kept == 0;
    let mut start = file.size();
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let (mut found, mut total) = (0, 0u64);
    let mut length = if fraction { 1024 } else { FIRST_PIECE };
    while start > 0 && found < wanted {
        let size = start.min(length as u64);
        start -= size;
        let more = piece(file, start, size as usize)?;
        if more.is_empty() {
            break;
        }
        total += more.len() as u64;
        if total > LARGEST {
            return Err(too_large(path, total, LARGEST));
        }
        found += more.iter().filter(|byte| **byte == b'\n').count() as u64;
        pieces.push(more);
        if !fraction {
            length = (length * 4).min(LARGEST_PIECE);
        }
    }
    let bytes = pieces.into_iter().rev().reduce(|mut all, more| {
        all.extend_from_slice(&more);
        all
    });
    let bytes = bytes.unwrap_or_default();
    // the pieces between line feeds are one more than the line feeds
    let skipped = if fraction {
        0
    } else {
        (found + 1).saturating_sub(kept)
    };
    let mut feeds = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let from = match skipped {
        0 => 0,
        skipped => feeds
            .nth(skipped as usize - 1)
            .map_or(bytes.len(), |(at, _)| at + 1),
    };
    Ok(with_line_feeds(decode(bytes[from..].to_vec())))
}

fn piece(file: &File, offset: u64, length: usize) -> Result<Vec<u8>, Failure> {
    file.read(offset, length)
        .map_err(|fault| fault.during("read"))
}

/// Bytes as text; what is not UTF-8 becomes U+FFFD.
fn decode(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The text with CR LF made LF.
pub fn with_line_feeds(text: String) -> String {
    if memchr::memmem::find(text.as_bytes(), b"\r\n").is_some() {
        text.replace("\r\n", "\n")
    } else {
        text
    }
}

fn too_large(path: &str, size: u64, most: u64) -> Failure {
    Failure(format!(
        "{path} has {}, and {} are left for this answer; read a part of it with head or tail",
        size_in_words(size),
        size_in_words(most)
    ))
}
