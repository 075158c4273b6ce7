//! Text: runs of white space become one, signs that would mean something are escaped.

use crate::html::{Id, Tree, python_trim_end};

use super::{Place, walk};

fn is_line_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}

/// A text as it stands in a line.
pub(super) fn text(tree: &Tree, id: Id, written: &str, place: Place) -> String {
    let mut out = String::with_capacity(written.len() + written.len() / 16);
    let ascii_blank = |text: &str| {
        text.bytes()
            .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0xc))
    };
    if place.pre {
        push(&mut out, written, place);
    } else if ascii_blank(written) {
        out.push(if written.contains('\n') { '\n' } else { ' ' });
    } else {
        let mut rest = written;
        while let Some(start) = rest.find(is_line_space) {
            push(&mut out, &rest[..start], place);
            rest = &rest[start..];
            let end = rest
                .find(|letter| !is_line_space(letter))
                .unwrap_or(rest.len());
            let broken = rest[..end].contains(['\r', '\n']);
            out.push(if broken { '\n' } else { ' ' });
            rest = &rest[end..];
        }
        push(&mut out, rest, place);
    }
    let inside = tree
        .parent(id)
        .is_some_and(|parent| walk::trims_inside(tree.name(parent)));
    let (before, behind) = (tree.previous(id), tree.next(id));
    if walk::trims_beside(tree, behind) || (inside && behind.is_none()) {
        out.truncate(python_trim_end(&out).len());
    }
    if walk::trims_beside(tree, before) || (inside && before.is_none()) {
        let start = out.len() - out.trim_start_matches(is_line_space).len();
        out.drain(..start);
    }
    out
}

fn push(out: &mut String, text: &str, place: Place) {
    if place.bare {
        out.push_str(text);
        return;
    }
    let mut rest = text;
    while let Some(at) = rest.find(['*', '_']) {
        out.push_str(&rest[..at]);
        out.push('\\');
        out.push_str(&rest[at..=at]);
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
