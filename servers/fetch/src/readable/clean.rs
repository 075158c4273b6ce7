//! Cleaning what was found: forms, buttons and embedded things go, and so do lists, tables and boxes that look like navigation.

use html5ever::tendril::StrTendril;

use crate::html::{Id, Tree};

use super::{ENOUGH, Page, measure, prepare, score, words};

const HEADINGS: &[&str] = &["h1", "h2", "h3", "h4", "h5", "h6"];

/// What may hold the text of a box.
const TEXTUAL: &[&str] = &[
    "span",
    "li",
    "td",
    "blockquote",
    "dl",
    "div",
    "img",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
];

impl Page {
    /// Cleans the article.
    pub(super) fn prepare_article(&mut self, article: Id) {
        self.mark_tables(article);
        self.load_pictures(article);
        self.clean_conditionally(article, "form");
        self.clean_conditionally(article, "fieldset");
        for name in ["object", "embed", "footer", "link", "aside"] {
            self.clean(article, name);
        }
        for child in self.tree.elements(article).collect::<Vec<_>>() {
            self.clean_shares(child);
        }
        for name in ["iframe", "input", "textarea", "select", "button"] {
            self.clean(article, name);
        }
        for heading in self.tree.all(article, &["h1", "h2"]).into_iter().rev() {
            if self.class_weight(heading) < 0.0 {
                self.tree.detach(heading);
            }
        }
        self.clean_conditionally(article, "table");
        self.clean_conditionally(article, "ul");
        self.clean_conditionally(article, "div");
        for heading in self.tree.all(article, &["h1"]) {
            self.tree.rename(heading, "h2");
        }
        for paragraph in self.tree.all(article, &["p"]).into_iter().rev() {
            let tree = &self.tree;
            let shows = tree
                .descendants(paragraph)
                .any(|node| matches!(tree.name(node), "img" | "embed" | "object" | "iframe"));
            if !shows && measure::is_blank(tree, paragraph) {
                self.tree.detach(paragraph);
            }
        }
        for line in self.tree.all(article, &["br"]) {
            let next = prepare::skip_white(&self.tree, self.tree.next(line));
            if next.is_some_and(|next| self.tree.tag(next) == "p") {
                self.tree.detach(line);
            }
        }
        for table in self.tree.all(article, &["table"]) {
            self.unwrap_cell(table);
        }
    }

    /// A table of one cell is none.
    fn unwrap_cell(&mut self, table: Id) {
        let tree = &self.tree;
        let rows = measure::holds_one(tree, table, "tbody").unwrap_or(table);
        let cell = measure::holds_one(tree, rows, "tr")
            .and_then(|row| measure::holds_one(tree, row, "td"));
        let Some(cell) = cell else { return };
        let lines = tree
            .children(cell)
            .all(|child| measure::is_phrasing(tree, child));
        self.tree.rename(cell, if lines { "p" } else { "div" });
        self.tree.replace(table, cell);
    }

    /// Takes away all elements of a name, but videos.
    fn clean(&mut self, article: Id, name: &str) {
        let embedded = matches!(name, "object" | "embed" | "iframe");
        for node in self.tree.all(article, &[name]).into_iter().rev() {
            let video = embedded
                && self
                    .tree
                    .attributes(node)
                    .iter()
                    .any(|(_, value)| words::shows_video(value));
            if !video {
                self.tree.detach(node);
            }
        }
    }

    /// Takes away small boxes for sharing.
    fn clean_shares(&mut self, child: Id) {
        let end = self.tree.next_element(child, true);
        let mut next = self.tree.next_element(child, false);
        while let Some(node) = next.filter(|node| Some(*node) != end) {
            let names = self.names(node);
            let shares = names.len() > 1 && words::shares(&names);
            next = if shares && measure::shorter(&self.tree, node, ENOUGH, false) {
                self.tree.remove_and_next(node)
            } else {
                self.tree.next_element(node, false)
            };
        }
    }

    /// Tells tables of data from those that only place things.
    fn mark_tables(&mut self, article: Id) {
        let tree = &self.tree;
        self.data = tree
            .named(article, "table")
            .filter(|table| is_data(tree, *table))
            .collect();
        self.data.sort_unstable();
    }

    fn is_data(&self, id: Id) -> bool {
        self.data.binary_search(&id).is_ok()
    }

    /// Gives pictures that a script would have loaded their address.
    fn load_pictures(&mut self, article: Id) {
        for node in self.tree.all(article, &["img", "picture", "figure"]) {
            let tree = &self.tree;
            let image = tree.tag(node) == "img";
            let source = tree
                .attribute(node, "src")
                .filter(|_| image)
                .unwrap_or_default();
            let mut source_stands = !source.is_empty();
            if let Some((kind, length)) = inline_picture(source) {
                if kind == "image/svg+xml" {
                    continue;
                }
                let other = tree
                    .attributes(node)
                    .iter()
                    .any(|(name, value)| &**name != "src" && words::names_picture(value));
                if other && length < 133 {
                    self.tree.unset(node, "src");
                    source_stands = false;
                }
            }
            let tree = &self.tree;
            let choice = tree.attribute(node, "srcset").filter(|_| image);
            let chosen = choice.is_some_and(|choice| !choice.is_empty() && choice != "null");
            let lazy = score::class(tree, node).to_lowercase().contains("lazy");
            if (source_stands || chosen) && !lazy {
                continue;
            }
            let found: Vec<(&'static str, StrTendril)> = tree
                .attributes(node)
                .iter()
                .filter(|(name, _)| !matches!(&**name, "src" | "srcset" | "alt"))
                .filter_map(|(_, value)| {
                    if words::chooses_picture(value) {
                        Some(("srcset", value.clone()))
                    } else {
                        words::is_picture(value).then(|| ("src", value.clone()))
                    }
                })
                .collect();
            for (name, value) in found {
                match self.tree.tag(node) {
                    "img" | "picture" => self.tree.set(node, name, value),
                    "figure" if self.tree.all(node, &["img", "picture"]).is_empty() => {
                        let image = self.tree.element("img");
                        self.tree.set(image, name, value);
                        self.tree.append(node, image);
                    }
                    _ => {}
                }
            }
        }
    }

    fn clean_conditionally(&mut self, article: Id, name: &str) {
        if !self.rules.clean_conditionally {
            return;
        }
        for node in self.tree.all(article, &[name]).into_iter().rev() {
            if self.tree.parent(node).is_some() && self.looks_out_of_place(node, name) {
                self.tree.detach(node);
            }
        }
    }

    /// Whether a list, a table, a form or a box is more likely furniture than text.
    fn looks_out_of_place(&self, node: Id, name: &str) -> bool {
        let tree = &self.tree;
        let text = measure::measure(tree, node);
        let is_list = name == "ul" || {
            let listed: usize = tree
                .all(node, &["ul", "ol"])
                .into_iter()
                .map(|list| measure::measure(tree, list).length)
                .sum();
            listed as f64 / text.length as f64 > 0.9
        };
        let kept = (name == "table" && self.is_data(node))
            || std::iter::successors(tree.parent(node), |node| tree.parent(*node))
                .any(|node| tree.tag(node) == "table" && self.is_data(node))
            || measure::within(tree, node, "code")
            || tree.named(node, "table").any(|table| self.is_data(table));
        if kept {
            return false;
        }
        let weight = self.class_weight(node);
        if weight < 0.0 {
            return true;
        }
        if text.plain_commas >= 10 {
            return false;
        }
        let (mut p, mut img, mut items, mut input, mut embedded) =
            (0usize, 0usize, 0usize, 0usize, 0usize);
        for inner in tree.descendants(node) {
            match tree.name(inner) {
                "p" => p += 1,
                "img" => img += 1,
                "li" => items += 1,
                "input" => input += 1,
                "object" | "embed" | "iframe" => {
                    let video = tree
                        .attributes(inner)
                        .iter()
                        .any(|(_, value)| words::shows_video(value));
                    if video {
                        return false;
                    }
                    embedded += 1;
                }
                _ => {}
            }
        }
        if text.length < 48 {
            let inner = measure::inner_text(tree, node);
            if words::advertises(&inner) || words::loads(&inner) {
                return true;
            }
        }
        let headings = measure::density(tree, node, HEADINGS);
        let links = measure::link_density(tree, node);
        let in_figure = measure::within(tree, node, "figure");
        let furniture = (!in_figure && img > 1 && (p as f64 / img as f64) < 0.5)
            || (!is_list && items > p + 100)
            || input > p / 3
            || (!is_list
                && !in_figure
                && headings < 0.9
                && text.length < 25
                && (img == 0 || img > 2)
                && links > 0.0)
            || (!is_list && weight < 25.0 && links > 0.2)
            || (weight >= 25.0 && links > 0.5)
            || (embedded == 1 && text.length < 75)
            || embedded > 1
            || (img == 0 && measure::density(tree, node, TEXTUAL) == 0.0);
        if is_list && furniture {
            // A list of pictures, one an item, is a gallery.
            let plain = tree
                .elements(node)
                .all(|child| tree.elements(child).nth(1).is_none());
            return !(plain && img == items);
        }
        furniture
    }
}

/// The kind of picture that a `data:` address holds in base64, and how long its text is.
fn inline_picture(source: &str) -> Option<(String, usize)> {
    let lower = source.get(..5)?.to_ascii_lowercase();
    if lower != "data:" {
        return None;
    }
    let (head, data) = source[5..].split_once(',')?;
    let (kind, encoding) = head.split_once(';')?;
    let kind = kind.trim();
    let fits = encoding.trim().eq_ignore_ascii_case("base64")
        && !kind.is_empty()
        && !kind.contains(char::is_whitespace);
    fits.then(|| (kind.to_owned(), data.trim_start().len()))
}

fn is_data(tree: &Tree, table: Id) -> bool {
    if tree.attribute(table, "role") == Some("presentation")
        || tree.attribute(table, "datatable") == Some("0")
    {
        return false;
    }
    if tree
        .attribute(table, "summary")
        .is_some_and(|text| !text.is_empty())
    {
        return true;
    }
    let caption = tree.named(table, "caption").next();
    if caption.is_some_and(|caption| tree.first(caption).is_some()) {
        return true;
    }
    let telling = |node: Id| {
        matches!(
            tree.name(node),
            "col" | "colgroup" | "tfoot" | "thead" | "th"
        )
    };
    if tree.descendants(table).any(telling) {
        return true;
    }
    if tree.named(table, "table").next().is_some() {
        return false;
    }
    let span = |node: Id, key: &str| {
        let digits: String = tree
            .attribute(node, key)
            .unwrap_or_default()
            .trim_start()
            .chars()
            .take_while(char::is_ascii_digit)
            .take(9)
            .collect();
        digits
            .parse::<u64>()
            .ok()
            .filter(|span| *span > 0)
            .unwrap_or(1)
    };
    let (mut rows, mut columns) = (0, 0);
    for row in tree.named(table, "tr") {
        rows += span(row, "rowspan");
        columns = columns.max(
            tree.named(row, "td")
                .map(|cell| span(cell, "colspan"))
                .sum(),
        );
    }
    if columns == 1 || rows == 1 {
        return false;
    }
    rows >= 10 || columns > 4 || rows * columns > 10
}
