//! Finds the article in a page, as Mozilla's Readability 0.6 does, so that what surrounds it need not be read.
//!
//! The order of the steps, the scores and the bounds are Readability's; a page gives the same article here and there.

mod clean;
mod finish;
mod grab;
mod measure;
mod prepare;
mod score;
mod title;
mod words;

use std::collections::BTreeMap;

use crate::html::{Id, Tree};

/// The text that an article should have; with less of it the rules are loosened, one after the other.
const ENOUGH: usize = 500;

/// The page while the article is looked for.
struct Page {
    tree: Tree,
    title: String,
    /// Whether an author is known; then no line of the text is taken for one.
    byline: bool,
    rules: Rules,
    scores: BTreeMap<Id, f64>,
    /// Tables that hold data, and are no layout.
    data: Vec<Id>,
}

/// Which rules are in force.
#[derive(Clone, Copy, Debug)]
struct Rules {
    strip_unlikely: bool,
    weigh_classes: bool,
    clean_conditionally: bool,
}

/// Takes the article out of a page: the tree, and the element whose children are the article. `None` where there is no text.
///
/// `again` gives the same tree once more. It is asked only where the first attempt finds too little, which a copy made
/// beforehand would be paid for by every page.
pub fn article(tree: Tree, again: impl Fn() -> Option<Tree>) -> Option<(Tree, Id)> {
    let mut page = Page {
        tree,
        title: String::new(),
        byline: false,
        rules: Rules {
            strip_unlikely: true,
            weigh_classes: true,
            clean_conditionally: true,
        },
        scores: BTreeMap::new(),
        data: Vec::new(),
    };
    let (html, body, linked) = prepared(&mut page.tree);
    let facts = title::facts(&page.tree, linked);
    page.title = facts.title;
    page.byline = facts.byline;
    let untouched = || {
        let mut tree = again()?;
        let (_, body, _) = prepared(&mut tree);
        Some((tree, body?))
    };
    let article = page.grab(html?, body?, untouched)?;
    finish::finish(&mut page.tree, article);
    Some((page.tree, article))
}

/// Prepares a page that was just parsed: its root element, its body, and what its linked data says.
fn prepared(tree: &mut Tree) -> (Option<Id>, Option<Id>, title::Facts) {
    prepare::unwrap_pictures(tree);
    let linked = title::linked(tree);
    let html = tree.elements(Tree::ROOT).next();
    let body = html.and_then(|html| {
        tree.elements(html)
            .find(|child| matches!(tree.tag(*child), "body" | "frameset"))
    });
    prepare::clean(tree, body);
    (html, body, linked)
}
