//! A working tree in the middle of work: what is staged, what is not, and what git does not know.
use std::rc::Rc;

use super::code::{edited, measured};
use super::history::{Files, History, Mode};
use super::object::Kind;
use super::written::Checkout;
use crate::draw::Draw;
use crate::layout::Kept;

/// Paths that are changed in the ways that their names say.
pub(super) struct Plan<'a> {
    /// Changed and staged.
    pub(super) staged: &'a [&'a str],
    /// Moved and staged.
    pub(super) renamed: Option<(&'a str, &'a str)>,
    /// Removed and staged.
    pub(super) dropped: Option<&'a str>,
    /// New and staged.
    pub(super) added: &'a str,
    /// Changed since; a path of `staged` may be here again.
    pub(super) changed: &'a [&'a str],
    /// Removed since.
    pub(super) lost: Option<&'a str>,
    /// Given the executable bit since.
    pub(super) permitted: Option<&'a str>,
    /// New, and unknown to git.
    pub(super) unknown: &'a [&'a str],
    /// New, and ignored.
    pub(super) ignored: &'a [&'a str],
}

/// The last commit of `main` with these changes. Staged contents become objects of the store, as `git add` makes them.
pub(super) fn checkout(history: &mut History, draw: &mut Draw, plan: &Plan<'_>) -> Checkout {
    let committed = history.branches["main"].files.clone();
    let mut index: Files = committed.clone();
    let mut staged = std::collections::BTreeSet::new();
    let mut stage = |index: &mut Files, path: &str, mode: Mode, content: Vec<u8>| {
        let content: Rc<[u8]> = content.into();
        let id = history.store.put(Kind::Blob, content.to_vec());
        index.insert(path.to_owned(), super::history::File { mode, id, content });
        staged.insert(path.to_owned());
    };
    for path in plan.staged {
        let content = changed(draw, path, &committed[*path].content);
        stage(&mut index, path, committed[*path].mode, content);
    }
    stage(
        &mut index,
        plan.added,
        Mode::Plain,
        b"a new file that the next commit will have\n".to_vec(),
    );
    if let Some((from, to)) = plan.renamed {
        let moved = index.remove(from).expect("the plan names a file");
        stage(&mut index, to, moved.mode, moved.content.to_vec());
        staged.insert(from.to_owned());
    }
    if let Some(path) = plan.dropped {
        index.remove(path).expect("the plan names a file");
        staged.insert(path.to_owned());
    }

    let mut checkout = Checkout::clean(&index);
    checkout.staged = staged;
    for path in plan.changed {
        let content = changed(draw, path, &index[*path].content);
        let kept = match index[*path].mode {
            Mode::Executable => Kept::EditedExecutable,
            _ => Kept::Edited,
        };
        checkout.tree.insert((*path).to_owned(), (content, kept));
    }
    if let Some(path) = plan.lost {
        checkout.tree.remove(path).expect("the plan names a file");
    }
    if let Some(path) = plan.permitted {
        let file = checkout.tree.get_mut(path).expect("the plan names a file");
        file.1 = Kept::EditedExecutable;
    }
    for path in plan.unknown.iter().chain(plan.ignored) {
        let content = format!("git was never told of {path}\n").into_bytes();
        checkout
            .tree
            .insert((*path).to_owned(), (content, Kept::Edited));
    }
    checkout
}

/// The content with a few lines changed, by what the file is.
fn changed(draw: &mut Draw, path: &str, content: &[u8]) -> Vec<u8> {
    if path.ends_with(".bin") {
        let mut other = content.to_vec();
        let middle = other.len() / 2;
        other[middle] ^= 0xff;
        return other;
    }
    if path.ends_with(".csv") && content.contains(&b'\r') {
        // one row of many, with its own kind of line end
        let text = String::from_utf8_lossy(content);
        return text.replacen(",ok\r\n", ",LATE\r\n", 1).into_bytes();
    }
    if path.ends_with(".csv") {
        return measured(draw, content, 5);
    }
    let count = draw.between(4, 16);
    edited(draw, content, count)
}
