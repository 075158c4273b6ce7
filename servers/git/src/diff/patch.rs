//! Writes changes as git writes patches: headers, hunks, and what stands for binary content.

use super::change::{Change, Side, is_binary};
use super::lines;
use crate::failure::Failure;
use crate::object::Mode;
use crate::oid::Oid;
use crate::quote::{quote, two};
use crate::repository::Repository;

/// More would not fit into an answer.
const LONGEST: usize = 32 << 20;

/// How a patch is written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Lines around each change.
    pub context: usize,
    /// Only what stands below the `+++` line, behind a header of the official server's own (`git_show`).
    pub brief: bool,
}

/// The patch of all changes.
pub fn patch(
    repository: &Repository,
    changes: &[Change],
    style: Style,
) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    for change in changes {
        if change.conflict {
            if !style.brief {
                out.extend_from_slice(b"* Unmerged path ");
                out.extend_from_slice(change.path());
                out.push(b'\n');
            }
            continue;
        }
        match (&change.old, &change.new) {
            // A file that became a link, or the reverse, is taken away and made anew.
            (Some(old), Some(new)) if kind(old.mode) != kind(new.mode) => {
                file(repository, Some(old), None, None, style, &mut out)?;
                file(repository, None, Some(new), None, style, &mut out)?;
            }
            (old, new) => {
                file(
                    repository,
                    old.as_ref(),
                    new.as_ref(),
                    change.alike,
                    style,
                    &mut out,
                )?;
            }
        }
        if out.len() > LONGEST {
            return Err(Failure(format!(
                "the patch is longer than {} MiB; compare with a nearer revision",
                LONGEST >> 20
            )));
        }
    }
    Ok(out)
}

fn kind(mode: Mode) -> u32 {
    mode.0 & 0o170_000
}

fn file(
    repository: &Repository,
    old: Option<&Side>,
    new: Option<&Side>,
    alike: Option<u64>,
    style: Style,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    let Some(any) = new.or(old) else {
        return Ok(());
    };
    let escape = repository.quote_path();
    let path = |side: Option<&Side>| side.unwrap_or(any).path.clone();
    let (a, b) = (
        two(b"a/", &path(old), escape),
        two(b"b/", &path(new), escape),
    );
    let same = match (old, new) {
        (Some(old), Some(new)) => old.oid == new.oid,
        _ => false,
    };
    if style.brief {
        brief_header(old, new, out);
    } else {
        header(repository, old, new, alike, same, (&a, &b), out);
    }
    if same {
        return Ok(());
    }
    let content = |side: Option<&Side>| match side {
        Some(side) => side.content(repository),
        None => Ok(std::rc::Rc::default()),
    };
    let (before, after) = (content(old)?, content(new)?);
    let label = |side: Option<&Side>, name: &[u8]| match side {
        Some(_) => name.to_vec(),
        None => b"/dev/null".to_vec(),
    };
    let (a, b) = (label(old, &a), label(new, &b));
    if is_binary(&before) || is_binary(&after) {
        for part in [b"Binary files ", &a[..], b" and ", &b, b" differ\n"] {
            out.extend_from_slice(part);
        }
        return Ok(());
    }
    let mut hunks = Vec::new();
    lines::hunks(&before, &after, style.context, &mut hunks);
    if !hunks.is_empty() && !style.brief {
        for (sign, name) in [(&b"--- "[..], &a), (b"+++ ", &b)] {
            out.extend_from_slice(sign);
            out.extend_from_slice(name);
            // patch programs would take what follows a space for a date
            if name.contains(&b' ') {
                out.push(b'\t');
            }
            out.push(b'\n');
        }
    }
    out.extend_from_slice(&hunks);
    Ok(())
}

fn header(
    repository: &Repository,
    old: Option<&Side>,
    new: Option<&Side>,
    alike: Option<u64>,
    same: bool,
    (a, b): (&[u8], &[u8]),
    out: &mut Vec<u8>,
) {
    let escape = repository.quote_path();
    for part in [b"diff --git ", a, b" ", b, b"\n"] {
        out.extend_from_slice(part);
    }
    let mut line = |text: String| {
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    };
    match (old, new) {
        (None, Some(new)) => line(format!("new file mode {:06o}", new.mode.0)),
        (Some(old), None) => line(format!("deleted file mode {:06o}", old.mode.0)),
        (Some(old), Some(new)) if old.mode != new.mode => {
            line(format!("old mode {:06o}", old.mode.0));
            line(format!("new mode {:06o}", new.mode.0));
        }
        _ => {}
    }
    if let (Some(percent), Some(old), Some(new)) = (alike, old, new) {
        line(format!("similarity index {percent}%"));
        for (word, side) in [("from", old), ("to", new)] {
            out.extend_from_slice(format!("rename {word} ").as_bytes());
            out.extend_from_slice(&quote(&side.path, escape));
            out.push(b'\n');
        }
    }
    if same {
        return;
    }
    let short = |side: Option<&Side>| match side {
        Some(side) => repository.store.short(&side.oid),
        None => repository.store.short(&Oid::NULL),
    };
    let mode = match (old, new) {
        (Some(old), Some(new)) if old.mode == new.mode => format!(" {:06o}", new.mode.0),
        _ => String::new(),
    };
    let text = format!("index {}..{}{mode}\n", short(old), short(new));
    out.extend_from_slice(text.as_bytes());
}

/// The official server's own header: two lines behind an empty one, without escapes.
fn brief_header(old: Option<&Side>, new: Option<&Side>, out: &mut Vec<u8>) {
    for (sign, prefix, side) in [(&b"\n--- "[..], &b"a/"[..], old), (b"+++ ", b"b/", new)] {
        out.extend_from_slice(sign);
        match side {
            Some(side) => {
                out.extend_from_slice(prefix);
                out.extend_from_slice(&side.path);
            }
            None => out.extend_from_slice(b"/dev/null"),
        }
        out.push(b'\n');
    }
}
