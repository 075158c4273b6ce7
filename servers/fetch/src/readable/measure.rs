//! What is counted of an element: its text, the part of it that is links, whether there is any.

use crate::html::{Counts, Id, Kind, Tree, is_script_space};

use super::words;

/// An element's text, counted as JavaScript counts it, with runs of white space as one space.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measure {
    /// Length in UTF-16 units.
    pub(super) length: usize,
    /// Commas of any script.
    pub(super) commas: usize,
    /// The plain ones among them.
    pub(super) plain_commas: usize,
}

/// Counts an element's text.
pub(super) fn measure(tree: &Tree, id: Id) -> Measure {
    let mut found = Measure::default();
    let mut pending = false;
    for counts in tree.counts(id, count) {
        if counts.length == 0 {
            pending |= counts.leads;
            continue;
        }
        if (pending || counts.leads) && found.length > 0 {
            found.length += 1;
        }
        pending = counts.trails;
        found.length += counts.length;
        found.commas += counts.commas;
        found.plain_commas += counts.plain_commas;
    }
    found
}

/// Counts one text.
fn count(text: &str) -> Counts {
    let mut found = Counts::default();
    let mut pending = false;
    let mut rest = text.as_bytes();
    // Nearly all letters are ASCII, and are counted without being decoded.
    while let Some((byte, later)) = rest.split_first() {
        let letter = if byte.is_ascii() {
            rest = later;
            char::from(*byte)
        } else {
            let at = text.len() - rest.len();
            let Some(letter) = text[at..].chars().next() else {
                break;
            };
            rest = &rest[letter.len_utf8()..];
            letter
        };
        if is_script_space(letter) {
            pending = true;
            found.leads |= found.length == 0;
            continue;
        }
        if pending && found.length > 0 {
            found.length += 1;
        }
        pending = false;
        found.length += letter.len_utf16();
        if letter == ',' {
            found.commas += 1;
            found.plain_commas += 1;
        } else if !letter.is_ascii() && words::is_comma(letter) {
            found.commas += 1;
        }
    }
    found.trails = pending;
    found
}

/// An element's text without white space at its ends, each run within as one space.
pub(super) fn inner_text(tree: &Tree, id: Id) -> String {
    let mut found = String::new();
    let mut run: Option<(char, bool)> = None;
    for letter in tree.texts(id).flat_map(str::chars) {
        if is_script_space(letter) {
            run = Some(match run {
                None => (letter, false),
                Some((first, _)) => (first, true),
            });
            continue;
        }
        if let Some((first, several)) = run.take()
            && !found.is_empty()
        {
            // A single space keeps its kind.
            found.push(if several { ' ' } else { first });
        }
        found.push(letter);
    }
    found
}

/// Whether there is no text but white space.
pub(super) fn is_blank(tree: &Tree, id: Id) -> bool {
    tree.texts(id).all(crate::html::blank)
}

/// Whether the text, without white space at its ends, is shorter than this many UTF-16 units.
pub(super) fn shorter(tree: &Tree, id: Id, limit: usize, trim: bool) -> bool {
    let mut length = 0;
    let mut pending = 0;
    for letter in tree.texts(id).flat_map(str::chars) {
        if trim && is_script_space(letter) {
            pending += usize::from(length > 0) * letter.len_utf16();
            continue;
        }
        length += std::mem::take(&mut pending) + letter.len_utf16();
        if length >= limit {
            return false;
        }
    }
    true
}

/// Which part of the text is links; those within the page count for less.
pub(super) fn link_density(tree: &Tree, id: Id) -> f64 {
    let length = measure(tree, id).length;
    if length == 0 {
        return 0.0;
    }
    let mut linked = 0.0;
    for link in tree.named(id, "a") {
        let within = tree
            .attribute(link, "href")
            .is_some_and(|to| to.len() > 1 && to.starts_with('#'));
        linked += measure(tree, link).length as f64 * if within { 0.3 } else { 1.0 };
    }
    linked / length as f64
}

/// Which part of the text stands in elements of some names.
pub(super) fn density(tree: &Tree, id: Id, names: &[&str]) -> f64 {
    let length = measure(tree, id).length;
    if length == 0 {
        return 0.0;
    }
    let inner: usize = tree
        .all(id, names)
        .into_iter()
        .map(|child| measure(tree, child).length)
        .sum();
    inner as f64 / length as f64
}

/// Whether an element holds neither text nor anything but line breaks and rules.
pub(super) fn is_empty(tree: &Tree, id: Id) -> bool {
    if !is_blank(tree, id) {
        return false;
    }
    let children = tree.elements(id).count();
    children == 0
        || children
            == tree
                .descendants(id)
                .filter(|node| matches!(tree.name(*node), "br" | "hr"))
                .count()
}

/// Whether the only thing in an element is one element of this name.
pub(super) fn holds_one(tree: &Tree, id: Id, name: &str) -> Option<Id> {
    let mut children = tree.elements(id);
    let only = children.next().filter(|child| tree.tag(*child) == name)?;
    if children.next().is_some() {
        return None;
    }
    let bare = tree.children(id).all(|child| match tree.kind(child) {
        Kind::Text(text) => text.chars().next_back().is_none_or(is_script_space),
        _ => true,
    });
    bare.then_some(only)
}

/// Whether a node is text, or an element that stands within lines of text.
pub(super) fn is_phrasing(tree: &Tree, id: Id) -> bool {
    // Asked of links in links: whatever is no link ends the search.
    let mut open = vec![id];
    while let Some(node) = open.pop() {
        match tree.kind(node) {
            Kind::Text(_) => {}
            Kind::Element { .. } => match tree.tag(node) {
                "abbr" | "audio" | "b" | "bdo" | "br" | "button" | "cite" | "code" | "data"
                | "datalist" | "dfn" | "em" | "embed" | "i" | "img" | "input" | "kbd" | "label"
                | "mark" | "math" | "meter" | "noscript" | "object" | "output" | "progress"
                | "q" | "ruby" | "samp" | "script" | "select" | "small" | "span" | "strong"
                | "sub" | "sup" | "textarea" | "time" | "var" | "wbr" => {}
                "a" | "del" | "ins" => open.extend(tree.children(node)),
                _ => return false,
            },
            _ => return false,
        }
    }
    true
}

/// Whether a node is white space, or a line break.
pub(super) fn is_white(tree: &Tree, id: Id) -> bool {
    match tree.kind(id) {
        Kind::Text(text) => crate::html::blank(text),
        _ => tree.tag(id) == "br",
    }
}

/// Whether an element has another of this name above it, within four steps, or `anywhere`.
pub(super) fn within(tree: &Tree, id: Id, name: &str) -> bool {
    std::iter::successors(tree.parent(id), |node| tree.parent(*node))
        .take(4)
        .any(|node| tree.tag(node) == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_counted_as_if_they_were_one(
            texts in prop::collection::vec("[ \n\u{feff}]{0,2}[a,é，\u{1f600} ]{0,4}[ \t]{0,2}", 0..6),
            added in "[ a,]{0,3}",
        ) {
            let mut tree = Tree::new();
            let paragraph = tree.element("p");
            let mut last = None;
            for text in &texts {
                let node = tree.add(Kind::Text(text.as_str().into()));
                tree.append(paragraph, node);
                last = Some(node);
            }
            let check = |tree: &Tree| {
                let whole = inner_text(tree, paragraph);
                let found = measure(tree, paragraph);
                assert_eq!(found.length, whole.encode_utf16().count(), "{whole:?}");
                assert_eq!(found.plain_commas, whole.matches(',').count(), "{whole:?}");
                assert_eq!(found.commas, whole.matches([',', '，']).count(), "{whole:?}");
            };
            check(&tree);
            // A text that changes is counted anew.
            if let Some(Kind::Text(text)) = last.map(|last| tree.kind_mut(last)) {
                text.push_slice(&added);
            }
            check(&tree);
        }
    }
}
