//! One directory's entries, plain or with sizes.

use crate::allowed::Allowed;
use crate::disk::{self, Directory, Entry, Kind};
use crate::failure::Failure;
use crate::lexical;
use crate::order::Key;

/// The entries of a directory, one a line, by the bytes of their names.
pub fn plain(allowed: &Allowed, requested: &str) -> Result<String, Failure> {
    let (_, _, entries) = allowed.on(requested, open)?;
    let mut text = String::with_capacity(entries.len() * 24);
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(mark(entry.kind));
        text.push_str(&entry.name);
    }
    Ok(text)
}

fn open(path: &str) -> Result<(String, Directory, Vec<Entry>), Failure> {
    let directory = Directory::open(path).map_err(|fault| fault.at("scandir", path))?;
    let entries = directory
        .entries()
        .map_err(|fault| fault.at("scandir", path))?;
    Ok((path.to_owned(), directory, entries))
}

/// By what the listing with sizes is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// By name, as a reader sorts.
    Name,
    /// The largest first.
    Size,
}

struct Row {
    name: String,
    directory: bool,
    size: u64,
}

/// The entries of a directory with their sizes, and the totals.
pub fn with_sizes(allowed: &Allowed, requested: &str, by: SortBy) -> Result<String, Failure> {
    let (path, opened, entries) = allowed.on(requested, open)?;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let directory = entry.kind == Kind::Directory;
        let size = match entry.kind {
            // Not shown, but a directory is sorted by it.
            Kind::Directory if by == SortBy::Name => 0,
            // The size of what a link leads to; nothing is told of what lies outside.
            Kind::Link => target_size(allowed, &lexical::join(&path, &entry.name)),
            _ => opened.size(&entry.name).unwrap_or(0),
        };
        rows.push(Row {
            name: entry.name,
            directory,
            size,
        });
    }
    match by {
        SortBy::Size => rows.sort_by_key(|row| std::cmp::Reverse(row.size)),
        SortBy::Name => rows.sort_by_cached_key(|row| Key::of(&row.name)),
    }
    let mut text = String::with_capacity(rows.len() * 56 + 64);
    for row in &rows {
        text.push_str(if row.directory { "[DIR] " } else { "[FILE] " });
        text.push_str(&row.name);
        pad(&mut text, 30, row.name.encode_utf16().count());
        text.push(' ');
        if !row.directory {
            let size = size_in_words(row.size);
            pad(&mut text, 10, size.len());
            text.push_str(&size);
        }
        text.push('\n');
    }
    let directories = rows.iter().filter(|row| row.directory).count();
    let total = rows
        .iter()
        .filter(|row| !row.directory)
        .map(|row| row.size)
        .sum();
    text.push_str(&format!(
        "\nTotal: {} files, {directories} directories\nCombined size: {}",
        rows.len() - directories,
        size_in_words(total)
    ));
    Ok(text)
}

/// The allowed directories, one a line.
pub fn allowed(allowed: &Allowed) -> String {
    format!("Allowed directories:\n{}", allowed.directories().join("\n"))
}

fn target_size(allowed: &Allowed, link: &str) -> u64 {
    let target = allowed
        .resolve(link)
        .ok()
        .and_then(|target| disk::stat(&target).ok());
    target.map_or(0, |stat| stat.size)
}

fn mark(kind: Kind) -> &'static str {
    if kind == Kind::Directory {
        "[DIR] "
    } else {
        "[FILE] "
    }
}

fn pad(text: &mut String, width: usize, taken: usize) {
    text.extend(std::iter::repeat_n(' ', width.saturating_sub(taken)));
}

/// A size with its unit: whole bytes below 1 KB, else two decimals.
pub fn size_in_words(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let unit = (1..UNITS.len()).rev().find(|unit| bytes >> (10 * unit) > 0);
    let Some(unit) = unit else {
        return format!("{bytes} B");
    };
    // Integers, because the division is exact in binary and formatting floats costs a component 16 kB.
    let hundredths = (u128::from(bytes) * 200 + (1u128 << (10 * unit))) >> (10 * unit + 1);
    let hundredths = hundredths as u64;
    format!(
        "{}.{:02} {}",
        hundredths / 100,
        hundredths % 100,
        UNITS[unit]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_as_to_fixed_rounds() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KB"),
            (1_048_575, "1024.00 KB"),
            (1_048_576, "1.00 MB"),
            (4_141, "4.04 KB"),
            (u64::from(u32::MAX), "4.00 GB"),
            (5 << 50, "5120.00 TB"),
        ];
        for (bytes, words) in cases {
            assert_eq!(size_in_words(bytes), words);
        }
    }
}
