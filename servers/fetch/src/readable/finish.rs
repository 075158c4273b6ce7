//! The last touches: addresses become whole where the page says what they are relative to, boxes in boxes become one.

use html5ever::tendril::StrTendril;
use url::Url;

use crate::html::{Id, Kind, Tree};

use super::measure;

/// Finishes the article.
pub(super) fn finish(tree: &mut Tree, article: Id) {
    complete_addresses(tree, article);
    flatten(tree, article);
}

fn complete_addresses(tree: &mut Tree, article: Id) {
    let base = tree
        .all(Tree::ROOT, &["base"])
        .into_iter()
        .find_map(|base| tree.attribute(base, "href"))
        .and_then(|base| Url::parse(base).ok());
    let whole = |written: &str| {
        if base.is_none() && written.starts_with('#') {
            return None;
        }
        let url = match &base {
            Some(base) => base.join(written),
            None => Url::parse(written),
        };
        url.ok().map(|url| StrTendril::from(url.as_str()))
    };
    for link in tree.all(article, &["a"]) {
        let Some(href) = tree.attribute(link, "href").filter(|href| !href.is_empty()) else {
            continue;
        };
        if href.starts_with("javascript:") {
            let only = tree
                .first(link)
                .filter(|first| tree.next(*first).is_none())
                .filter(|first| matches!(tree.kind(*first), Kind::Text(_)));
            match only {
                Some(text) => tree.replace(link, text),
                None => {
                    let span = tree.element("span");
                    tree.move_children(link, span);
                    tree.replace(link, span);
                }
            }
        } else if let Some(url) = whole(href) {
            tree.set(link, "href", url);
        }
    }
    for media in tree.all(
        article,
        &["img", "picture", "figure", "video", "audio", "source"],
    ) {
        for key in ["src", "poster"] {
            let written = tree.attribute(media, key).filter(|text| !text.is_empty());
            if let Some(url) = written.and_then(whole) {
                tree.set(media, key, url);
            }
        }
    }
}

/// Takes away empty boxes, and those that hold nothing but another.
fn flatten(tree: &mut Tree, article: Id) {
    let mut next = Some(article);
    while let Some(node) = next {
        let named = tree
            .attribute(node, "id")
            .is_some_and(|id| id.starts_with("readability"));
        if tree.parent(node).is_some() && matches!(tree.tag(node), "div" | "section") && !named {
            if measure::is_empty(tree, node) {
                next = tree.remove_and_next(node);
                continue;
            }
            let only = measure::holds_one(tree, node, "div")
                .or_else(|| measure::holds_one(tree, node, "section"));
            if let Some(child) = only {
                tree.replace(node, child);
                next = Some(child);
                continue;
            }
        }
        next = tree.next_element(node, false);
    }
}
