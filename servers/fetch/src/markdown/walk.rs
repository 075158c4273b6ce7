//! The walk: children first, their texts joined with as many line ends as the larger of two neighbours wants, then the element itself.

use crate::html::{Id, Kind, Tree, blank, python_trim};

use super::{LONGEST, Place, TooLong, block, inline, table, text};

/// Whether white space just inside an element means nothing.
pub(super) fn trims_inside(name: &str) -> bool {
    heading(name).is_some()
        || matches!(
            name,
            "p" | "blockquote"
                | "article"
                | "div"
                | "section"
                | "ol"
                | "ul"
                | "li"
                | "dl"
                | "dt"
                | "dd"
                | "table"
                | "thead"
                | "tbody"
                | "tfoot"
                | "tr"
                | "td"
                | "th"
        )
}

/// Whether white space beside this neighbour means nothing.
pub(super) fn trims_beside(tree: &Tree, neighbour: Option<Id>) -> bool {
    neighbour.is_some_and(|id| trims_inside(tree.name(id)) || tree.name(id) == "pre")
}

/// A heading's level, which is what stands behind the `h`.
pub(super) fn heading(name: &str) -> Option<usize> {
    let digits = name.strip_prefix('h')?;
    let end = digits
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(digits.len());
    (end > 0).then(|| digits[..end].parse().unwrap_or(usize::MAX))
}

fn is_ignored(tree: &Tree, id: Id, trims: bool) -> bool {
    match tree.kind(id) {
        Kind::Text(text) => {
            if !python_trim(text).is_empty() {
                return false;
            }
            let (before, behind) = (tree.previous(id), tree.next(id));
            let at_edge = before.is_none() || behind.is_none();
            (trims && at_edge) || trims_beside(tree, before) || trims_beside(tree, behind)
        }
        Kind::Element { .. } => false,
        _ => true,
    }
}

/// What stands in an element.
pub(super) fn children(tree: &Tree, id: Id, place: Place) -> Result<String, TooLong> {
    let name = tree.name(id);
    let inner = Place {
        inline: place.inline || heading(name).is_some() || matches!(name, "td" | "th"),
        bare: place.bare || matches!(name, "pre" | "code" | "kbd" | "samp"),
        pre: place.pre || name == "pre",
        item: place.item || name == "li",
        bullets: place.bullets + usize::from(name == "ul"),
        number: 0,
    };
    let trims = trims_inside(name);
    let mut out = Joined::new(inner.pre);
    let mut number = 0;
    let content = tree.template(id);
    let own = tree.children(id);
    for child in own.chain(
        content
            .into_iter()
            .flat_map(|content| tree.children(content)),
    ) {
        if is_ignored(tree, child, trims) {
            continue;
        }
        match tree.kind(child) {
            Kind::Text(written) => {
                let text = text::text(tree, child, written, inner);
                out.push(&text);
            }
            _ => {
                let text = element(tree, child, Place { number, ..inner })?;
                number += usize::from(tree.name(child) == "li");
                out.push(&text);
            }
        }
        if out.text.len() > LONGEST {
            return Err(TooLong);
        }
    }
    Ok(out.text)
}

/// An element with what stands in it.
fn element(tree: &Tree, id: Id, place: Place) -> Result<String, TooLong> {
    let name = tree.name(id);
    let text = children(tree, id, place)?;
    if matches!(name, "script" | "style") {
        return Ok(String::new());
    }
    Ok(inline::element(tree, id, name, &text, place)
        .or_else(|| table::element(tree, id, name, &text))
        .or_else(|| block::element(tree, id, name, &text, place))
        .unwrap_or(text))
}

/// Texts, one behind the other.
struct Joined {
    text: String,
    /// Line ends are left as they are.
    pre: bool,
    /// How many line ends the last text ended with.
    ends: usize,
}

impl Joined {
    fn new(pre: bool) -> Joined {
        Joined {
            text: String::new(),
            pre,
            ends: 0,
        }
    }

    fn push(&mut self, next: &str) {
        if self.pre || next.is_empty() {
            self.text.push_str(next);
            return;
        }
        let content = next.trim_start_matches('\n');
        let mut begins = next.len() - content.len();
        let bare = content.trim_end_matches('\n');
        let ends = content.len() - bare.len();
        if self.ends > 0 && begins > 0 {
            self.text.truncate(self.text.len() - self.ends);
            begins = self.ends.max(begins).min(2);
        }
        self.text.extend(std::iter::repeat_n('\n', begins));
        self.text.push_str(content);
        self.ends = ends;
    }
}

/// Whether the next thing behind an element that says something is no list.
pub(super) fn prose_follows(tree: &Tree, id: Id) -> bool {
    std::iter::successors(tree.next(id), |node| tree.next(*node))
        .find(|node| match tree.kind(*node) {
            Kind::Text(text) => !blank(text),
            Kind::Element { .. } => true,
            _ => false,
        })
        .is_some_and(|node| !matches!(tree.name(node), "ul" | "ol"))
}
