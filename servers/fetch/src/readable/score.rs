//! What an element is worth by its name and its classes.

use crate::html::{Id, Tree};

use super::{Page, words};

impl Page {
    /// The class and the id, as one text in lower case.
    pub(super) fn names(&self, id: Id) -> String {
        let mut names = class(&self.tree, id).to_ascii_lowercase();
        names.push(' ');
        names.push_str(
            &self
                .tree
                .attribute(id, "id")
                .unwrap_or_default()
                .to_ascii_lowercase(),
        );
        names
    }

    /// What class and id speak for or against an element.
    pub(super) fn class_weight(&self, id: Id) -> f64 {
        if !self.rules.weigh_classes {
            return 0.0;
        }
        let id_text = self.tree.attribute(id, "id").unwrap_or_default();
        [class(&self.tree, id), id_text]
            .iter()
            .filter(|text| !text.is_empty())
            .map(|text| {
                let lower = text.to_ascii_lowercase();
                let against = if words::negative(&lower) { -25.0 } else { 0.0 };
                let for_it = if words::POSITIVE.within(&lower) {
                    25.0
                } else {
                    0.0
                };
                against + for_it
            })
            .sum()
    }

    /// What an element begins with.
    pub(super) fn initial_score(&self, id: Id) -> f64 {
        let by_name = match self.tree.tag(id) {
            "div" => 5.0,
            "pre" | "td" | "blockquote" => 3.0,
            "address" | "ol" | "ul" | "dl" | "dd" | "dt" | "li" | "form" => -3.0,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "th" => -5.0,
            _ => 0.0,
        };
        by_name + self.class_weight(id)
    }

    /// Gives an element its first score, where it has none.
    pub(super) fn initialise(&mut self, id: Id) {
        if !self.scores.contains_key(&id) {
            let score = self.initial_score(id);
            self.scores.insert(id, score);
        }
    }

    /// An element's score so far.
    pub(super) fn score(&self, id: Id) -> f64 {
        self.scores.get(&id).copied().unwrap_or_default()
    }
}

/// The class of an element of HTML; what drawings have is not a text to a script.
pub(super) fn class(tree: &Tree, id: Id) -> &str {
    if tree.tag(id).is_empty() {
        return "";
    }
    tree.attribute(id, "class").unwrap_or_default()
}

/// Whether an element is meant to be seen.
pub(super) fn is_visible(tree: &Tree, id: Id) -> bool {
    if tree.attribute(id, "hidden").is_some() {
        return false;
    }
    if tree.attribute(id, "aria-hidden") == Some("true")
        && !class(tree, id).contains("fallback-image")
    {
        return false;
    }
    let Some(style) = tree.attribute(id, "style") else {
        return true;
    };
    let (mut hidden, mut shown) = ((false, false), (false, false));
    for rule in style.split(';') {
        let Some((name, value)) = rule.split_once(':') else {
            continue;
        };
        let value = value.trim().to_ascii_lowercase();
        let (value, important) = match value.strip_suffix("!important") {
            Some(value) => (value.trim_end(), true),
            None => (value.as_str(), false),
        };
        let (last, no) = match name.trim().to_ascii_lowercase().as_str() {
            "display" => (&mut hidden, "none"),
            "visibility" => (&mut shown, "hidden"),
            _ => continue,
        };
        if important || !last.1 {
            *last = (value == no, important);
        }
    }
    !hidden.0 && !shown.0
}
