//! The lines in which two texts differ, and the hunks of a patch, as git writes them.

use super::numbers::Numbers;
use super::{myers, slide};

/// A function's line in a hunk's header is cut here, as git does.
const LONGEST_FUNCTION: usize = 80;
/// Texts with more lines are not compared line by line; one hunk replaces the whole.
const MOST_LINES: usize = 2_000_000;

/// A run of lines that were replaced: places and numbers before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    before: usize,
    removed: usize,
    after: usize,
    added: usize,
}

/// Appends the hunks that turn `old` into `new`, with so many lines around each; nothing where both are equal.
pub fn hunks(old: &[u8], new: &[u8], context: usize, out: &mut Vec<u8>) {
    if old == new {
        return;
    }
    let before: Vec<&[u8]> = split(old);
    let after: Vec<&[u8]> = split(new);
    let runs = runs(&before, &after);
    let mut function: Vec<u8> = Vec::new();
    // Functions are looked for only down to where the last search began.
    let mut searched = 0;
    let mut rest = &runs[..];
    while let Some(first) = rest.first() {
        let mut count = 1;
        while let Some(next) = rest.get(count) {
            let last = &rest[count - 1];
            if next.before - (last.before + last.removed) > context.saturating_mul(2) {
                break;
            }
            count += 1;
        }
        let (group, others) = rest.split_at(count);
        rest = others;
        let last = group[count - 1];
        let lead = context.min(first.before).min(first.after);
        let start = (first.before - lead, first.after - lead);
        let trail = context.min(before.len() - last.before - last.removed);
        let end = (
            last.before + last.removed + trail,
            last.after + last.added + trail,
        );
        if let Some(line) = before[searched.min(start.0)..start.0]
            .iter()
            .rev()
            .find(|line| names_function(line))
        {
            function = line[..line.len().min(LONGEST_FUNCTION)]
                .trim_ascii_end()
                .to_vec();
        }
        searched = start.0;
        header(start, (end.0 - start.0, end.1 - start.1), &function, out);
        let mut at = start.0;
        for run in group {
            for line in &before[at..run.before] {
                push(b' ', line, out);
            }
            for line in &before[run.before..run.before + run.removed] {
                push(b'-', line, out);
            }
            for line in &after[run.after..run.after + run.added] {
                push(b'+', line, out);
            }
            at = run.before + run.removed;
        }
        for line in &before[at..end.0] {
            push(b' ', line, out);
        }
    }
}

fn runs(before: &[&[u8]], after: &[&[u8]]) -> Vec<Run> {
    if before.len() + after.len() > MOST_LINES {
        return vec![Run {
            before: 0,
            removed: before.len(),
            after: 0,
            added: after.len(),
        }];
    }
    // Equal lines get equal numbers.
    let mut numbers = Numbers::with_room(before.len() + after.len());
    let old: Vec<u32> = before.iter().map(|line| numbers.of(line)).collect();
    let new: Vec<u32> = after.iter().map(|line| numbers.of(line)).collect();
    let (mut removed, mut added) = myers::compare(&old, &new);
    slide::slide(&old, &mut removed, before, &new, &mut added);
    slide::slide(&new, &mut added, after, &old, &mut removed);
    let mut runs = Vec::new();
    let (mut a, mut b) = (0, 0);
    while a < removed.len() || b < added.len() {
        let count = |changed: &[bool], from: usize| {
            changed
                .get(from..)
                .unwrap_or_default()
                .iter()
                .take_while(|changed| **changed)
                .count()
        };
        let run = Run {
            before: a,
            removed: count(&removed, a),
            after: b,
            added: count(&added, b),
        };
        a += run.removed + 1;
        b += run.added + 1;
        if run.removed + run.added > 0 {
            runs.push(run);
        }
    }
    runs
}

/// The lines of a text, each with its end.
fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Whether git takes a line for the beginning of a function when nobody told it the language.
fn names_function(line: &[u8]) -> bool {
    line.first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'))
}

fn header(start: (usize, usize), count: (usize, usize), function: &[u8], out: &mut Vec<u8>) {
    let range = |start: usize, count: usize| match count {
        // an empty range is named by the line before it
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    };
    let text = format!(
        "@@ -{} +{} @@",
        range(start.0, count.0),
        range(start.1, count.1)
    );
    out.extend_from_slice(text.as_bytes());
    if !function.is_empty() {
        out.push(b' ');
        out.extend_from_slice(function);
    }
    out.push(b'\n');
}

fn push(sign: u8, line: &[u8], out: &mut Vec<u8>) {
    out.push(sign);
    out.extend_from_slice(line);
    if !line.ends_with(b"\n") {
        out.extend_from_slice(b"\n\\ No newline at end of file\n");
    }
}
