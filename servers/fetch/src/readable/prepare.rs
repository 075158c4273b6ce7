//! What is done to the whole document before the article is looked for: scripts go, breaks become paragraphs.

use html5ever::tendril::StrTendril;

use crate::html::{Id, Kind, Tree};

use super::{measure, words};

/// Takes away pictures without an address, and puts those that stand in `noscript` where their stand-in is.
pub(super) fn unwrap_pictures(tree: &mut Tree) {
    for image in tree.all(Tree::ROOT, &["img"]) {
        let addressed = tree.attributes(image).iter().any(|(name, value)| {
            matches!(&**name, "src" | "srcset" | "data-src" | "data-srcset")
                || words::names_picture(value)
        });
        if !addressed {
            tree.detach(image);
        }
    }
    for noscript in tree.all(Tree::ROOT, &["noscript"]) {
        let Some(image) = single_picture(tree, noscript) else {
            continue;
        };
        let Some(before) = tree.element_before(noscript) else {
            continue;
        };
        let Some(old) = single_picture(tree, before) else {
            continue;
        };
        let kept: Vec<(String, StrTendril)> = tree
            .attributes(old)
            .iter()
            .filter(|(name, value)| {
                !value.is_empty()
                    && (matches!(&**name, "src" | "srcset") || words::names_picture(value))
            })
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect();
        for (name, value) in kept {
            match tree.attribute(image, &name) {
                Some(own) if *own == *value => {}
                Some(_) => tree.set(image, &["data-old-", &name].concat(), value),
                None => tree.set(image, &name, value),
            }
        }
        let first = tree.elements(noscript).next();
        if let Some(first) = first {
            tree.replace(before, first);
        }
    }
}

/// The picture that is all there is in an element, however it is wrapped.
fn single_picture(tree: &Tree, id: Id) -> Option<Id> {
    let mut node = id;
    loop {
        if tree.tag(node) == "img" {
            return Some(node);
        }
        let mut children = tree.elements(node);
        let only = children.next()?;
        if children.next().is_some() || !measure::is_blank(tree, node) {
            return None;
        }
        drop(children);
        node = only;
    }
}

/// Takes away what is never read, and makes paragraphs of lines that breaks divide.
pub(super) fn clean(tree: &mut Tree, body: Option<Id>) {
    for node in tree.all(Tree::ROOT, &["script", "noscript"]) {
        tree.detach(node);
    }
    for node in tree.all(Tree::ROOT, &["style"]) {
        tree.detach(node);
    }
    if let Some(body) = body {
        for line in tree.all(body, &["br"]) {
            replace_breaks(tree, line);
        }
    }
    for font in tree.all(Tree::ROOT, &["font"]) {
        tree.rename(font, "span");
    }
}

/// The first of a node and those behind it that is an element or says something.
pub(super) fn skip_white(tree: &Tree, from: Option<Id>) -> Option<Id> {
    std::iter::successors(from, |node| tree.next(*node)).find(|node| match tree.kind(*node) {
        Kind::Text(text) | Kind::Comment(text) => !crate::html::blank(text),
        _ => true,
    })
}

fn is_break(tree: &Tree, id: Option<Id>) -> bool {
    id.is_some_and(|id| tree.tag(id) == "br")
}

/// Where a break is followed by others, all of them become one paragraph with what stands behind.
fn replace_breaks(tree: &mut Tree, line: Id) {
    let mut next = tree.next(line);
    let mut replaced = false;
    loop {
        next = skip_white(tree, next);
        let Some(found) = next.filter(|_| is_break(tree, next)) else {
            break;
        };
        replaced = true;
        next = tree.next(found);
        tree.detach(found);
    }
    if !replaced {
        return;
    }
    let paragraph = tree.element("p");
    tree.replace(line, paragraph);
    let mut next = tree.next(paragraph);
    while let Some(node) = next {
        if tree.tag(node) == "br" {
            let after = skip_white(tree, tree.next(node));
            if is_break(tree, after) {
                break;
            }
        }
        if !measure::is_phrasing(tree, node) {
            break;
        }
        next = tree.next(node);
        tree.append(paragraph, node);
    }
    trim_end(tree, paragraph);
    if let Some(parent) = tree.parent(paragraph)
        && tree.tag(parent) == "p"
    {
        tree.rename(parent, "div");
    }
}

/// Takes white space and breaks away from an element's end.
pub(super) fn trim_end(tree: &mut Tree, id: Id) {
    while let Some(last) = tree.last(id)
        && measure::is_white(tree, last)
    {
        tree.detach(last);
    }
}
