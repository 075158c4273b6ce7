//! Finding the article: what cannot be it is taken away, paragraphs score for what they stand in, and the best place is taken with those beside it that belong to it.

use crate::html::{Id, Kind, Tree};

use super::{ENOUGH, Page, measure, prepare, score, title, words};

/// How many places are compared.
const CANDIDATES: usize = 5;

/// How many good places must share an ancestor for that to be taken instead.
const SHARED: usize = 3;

impl Page {
    /// The element that holds the article, cut out of the document. `untouched` gives the page as it is now, and its body.
    pub(super) fn grab(
        &mut self,
        html: Id,
        body: Id,
        untouched: impl Fn() -> Option<(Tree, Id)>,
    ) -> Option<Id> {
        // What the body holds before the first attempt; each further one works on a copy.
        let mut original: Option<Vec<Id>> = None;
        let mut attempts: Vec<(Id, usize)> = Vec::new();
        loop {
            let paragraphs = self.strip(html);
            let candidates = self.rate(paragraphs);
            let article = self.gather(body, candidates)?;
            let length = measure::measure(&self.tree, article).length;
            if length >= ENOUGH {
                return Some(article);
            }
            attempts.push((article, length));
            let rules = &mut self.rules;
            if rules.strip_unlikely {
                rules.strip_unlikely = false;
            } else if rules.weigh_classes {
                rules.weigh_classes = false;
            } else if rules.clean_conditionally {
                rules.clean_conditionally = false;
            } else {
                // Of equals the first.
                let mut best = attempts.first().copied()?;
                for attempt in attempts {
                    if attempt.1 > best.1 {
                        best = attempt;
                    }
                }
                return (best.1 > 0).then_some(best.0);
            }
            let original = match &original {
                Some(original) => original,
                None => {
                    let (tree, body) = untouched()?;
                    original.insert(self.tree.adopt_children(&tree, body))
                }
            };
            self.restore(body, original);
        }
    }

    fn restore(&mut self, body: Id, original: &[Id]) {
        while let Some(child) = self.tree.first(body) {
            self.tree.detach(child);
        }
        let holder = self.tree.add(Kind::Document { template: None });
        for child in original {
            self.tree.append(holder, *child);
        }
        let copies = self.tree.copy_children(holder);
        for child in original {
            self.tree.detach(*child);
        }
        for copy in copies {
            self.tree.append(body, copy);
        }
    }

    /// Walks through the document once: takes away what is hidden, repeated or unlikely, makes paragraphs of bare lines. What is to be scored.
    fn strip(&mut self, html: Id) -> Vec<Id> {
        let mut paragraphs = Vec::new();
        let mut title_stands = true;
        // An earlier attempt may have taken the whole document for unlikely; then nothing is stripped from what it held.
        let mut next = self.tree.parent(html).map(|_| html);
        while let Some(mut node) = next {
            let tree = &self.tree;
            let names = self.names(node);
            let dialog = tree.attribute(node, "aria-modal") == Some("true")
                && tree.attribute(node, "role") == Some("dialog");
            if !score::is_visible(tree, node) || dialog {
                next = self.tree.remove_and_next(node);
                continue;
            }
            if !self.byline && self.is_byline(node, &names) {
                self.byline = true;
                next = self.tree.remove_and_next(node);
                continue;
            }
            if title_stands && title::repeats_title(tree, node, &self.title) {
                title_stands = false;
                next = self.tree.remove_and_next(node);
                continue;
            }
            if self.rules.strip_unlikely && self.is_unlikely(node, &names) {
                next = self.tree.remove_and_next(node);
                continue;
            }
            if matches!(
                tree.tag(node),
                "div" | "section" | "header" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
            ) && measure::is_empty(tree, node)
            {
                next = self.tree.remove_and_next(node);
                continue;
            }
            if matches!(
                tree.tag(node),
                "section" | "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "td" | "pre"
            ) {
                paragraphs.push(node);
            }
            if tree.tag(node) == "div" {
                self.wrap_lines(node);
                if let Some(only) = measure::holds_one(&self.tree, node, "p")
                    && measure::link_density(&self.tree, node) < 0.25
                {
                    self.tree.replace(node, only);
                    node = only;
                    paragraphs.push(node);
                } else if !self.holds_blocks(node) {
                    self.tree.rename(node, "p");
                    paragraphs.push(node);
                }
            }
            next = self.tree.next_element(node, false);
        }
        paragraphs
    }

    fn is_byline(&self, node: Id, names: &str) -> bool {
        let tree = &self.tree;
        let says = tree.attribute(node, "rel") == Some("author")
            || tree
                .attribute(node, "itemprop")
                .is_some_and(|property| property.contains("author"))
            || words::BYLINE.within(names);
        says && measure::shorter(tree, node, 100, true) && !measure::is_blank(tree, node)
    }

    fn is_unlikely(&self, node: Id, names: &str) -> bool {
        let tree = &self.tree;
        let unlikely = names.len() > 1
            && words::UNLIKELY.within(names)
            && !words::MAYBE.within(names)
            && !measure::within(tree, node, "table")
            && !measure::within(tree, node, "code")
            && !matches!(tree.tag(node), "body" | "a");
        unlikely
            || tree.attribute(node, "role").is_some_and(|role| {
                matches!(
                    role,
                    "menu"
                        | "menubar"
                        | "complementary"
                        | "navigation"
                        | "alert"
                        | "alertdialog"
                        | "dialog"
                )
            })
    }

    /// Puts the lines that stand bare in a `div` into paragraphs.
    fn wrap_lines(&mut self, node: Id) {
        let mut paragraph: Option<Id> = None;
        let mut next = self.tree.first(node);
        while let Some(child) = next {
            next = self.tree.next(child);
            if measure::is_phrasing(&self.tree, child) {
                if let Some(paragraph) = paragraph {
                    self.tree.append(paragraph, child);
                } else if !measure::is_white(&self.tree, child) {
                    let new = self.tree.element("p");
                    self.tree.replace(child, new);
                    self.tree.append(new, child);
                    paragraph = Some(new);
                }
            } else if let Some(done) = paragraph.take() {
                prepare::trim_end(&mut self.tree, done);
            }
        }
    }

    fn holds_blocks(&self, node: Id) -> bool {
        self.tree.descendants(node).any(|node| {
            matches!(
                self.tree.tag(node),
                "blockquote" | "dl" | "div" | "img" | "ol" | "p" | "pre" | "table" | "ul"
            )
        })
    }

    /// Lets paragraphs score for what they stand in. The best places, best first.
    fn rate(&mut self, paragraphs: Vec<Id>) -> Vec<Id> {
        let mut candidates = Vec::new();
        for paragraph in paragraphs {
            let tree = &self.tree;
            if !tree
                .parent(paragraph)
                .is_some_and(|parent| tree.is_element(parent))
            {
                continue;
            }
            let text = measure::measure(tree, paragraph);
            if text.length < 25 {
                continue;
            }
            let points = 1.0 + (text.commas + 1) as f64 + (text.length / 100).min(3) as f64;
            let mut above = tree.parent(paragraph);
            for level in 0..5 {
                let Some(ancestor) = above else { break };
                above = self.tree.parent(ancestor);
                let counts = self.tree.is_element(ancestor)
                    && above.is_some_and(|above| self.tree.is_element(above));
                if !counts {
                    continue;
                }
                if !self.scores.contains_key(&ancestor) {
                    self.initialise(ancestor);
                    candidates.push(ancestor);
                }
                let divider = match level {
                    0 => 1.0,
                    1 => 2.0,
                    level => f64::from(level) * 3.0,
                };
                if let Some(score) = self.scores.get_mut(&ancestor) {
                    *score += points / divider;
                }
            }
        }
        let mut best: Vec<Id> = Vec::new();
        for candidate in candidates {
            let score =
                self.score(candidate) * (1.0 - measure::link_density(&self.tree, candidate));
            self.scores.insert(candidate, score);
            for place in 0..CANDIDATES {
                if best
                    .get(place)
                    .is_none_or(|other| score > self.score(*other))
                {
                    best.insert(place, candidate);
                    best.truncate(CANDIDATES);
                    break;
                }
            }
        }
        best
    }

    /// The best place, or one above it that is better still.
    fn choose(&mut self, best: &[Id]) -> Option<Id> {
        let mut top = *best.first().filter(|top| self.tree.tag(**top) != "body")?;
        let outside = |tree: &Tree, node: Option<Id>| node.filter(|node| tree.tag(*node) != "body");
        let others: Vec<Id> = best[1..]
            .iter()
            .copied()
            .filter(|other| self.score(*other) / self.score(top) >= 0.75)
            .collect();
        if others.len() >= SHARED {
            let mut above = outside(&self.tree, self.tree.parent(top));
            while let Some(ancestor) = above {
                let sharing = others
                    .iter()
                    .filter(|other| self.is_above(ancestor, **other))
                    .count();
                if sharing >= SHARED {
                    top = ancestor;
                    break;
                }
                above = outside(&self.tree, self.tree.parent(ancestor));
            }
        }
        self.initialise(top);

        let mut last = self.score(top);
        let threshold = last / 3.0;
        let mut above = outside(&self.tree, self.tree.parent(top));
        while let Some(ancestor) = above {
            if let Some(score) = self.scores.get(&ancestor).copied() {
                if score < threshold {
                    break;
                }
                if score > last {
                    top = ancestor;
                    break;
                }
                last = score;
            }
            above = outside(&self.tree, self.tree.parent(ancestor));
        }
        // An only child says no more than what it stands in.
        while let Some(above) = outside(&self.tree, self.tree.parent(top))
            && self.tree.elements(above).nth(1).is_none()
        {
            top = above;
        }
        self.initialise(top);
        Some(top)
    }

    fn is_above(&self, ancestor: Id, node: Id) -> bool {
        std::iter::successors(self.tree.parent(node), |node| self.tree.parent(*node))
            .any(|node| node == ancestor)
    }

    /// Puts the best place, and what beside it belongs to it, into an element of its own.
    fn gather(&mut self, body: Id, best: Vec<Id>) -> Option<Id> {
        let (top, made) = match self.choose(&best) {
            Some(top) => (top, false),
            None => {
                let top = self.tree.element("div");
                self.tree.move_children(body, top);
                self.tree.append(body, top);
                self.initialise(top);
                (top, true)
            }
        };
        let article = self.tree.element("div");
        let parent = self.tree.parent(top)?;
        let threshold = (self.score(top) * 0.2).max(10.0);
        let class = score::class(&self.tree, top).to_owned();
        for sibling in self.tree.elements(parent).collect::<Vec<_>>() {
            if sibling != top && !self.belongs(sibling, top, &class, threshold) {
                continue;
            }
            if !matches!(
                self.tree.tag(sibling),
                "div" | "article" | "section" | "p" | "ol" | "ul"
            ) {
                self.tree.rename(sibling, "div");
            }
            self.tree.append(article, sibling);
        }
        self.prepare_article(article);
        let page = if made {
            top
        } else {
            let page = self.tree.element("div");
            self.tree.move_children(article, page);
            self.tree.append(article, page);
            page
        };
        self.tree.set(page, "id", "readability-page-1".into());
        Some(article)
    }

    fn belongs(&self, sibling: Id, top: Id, class: &str, threshold: f64) -> bool {
        let tree = &self.tree;
        let alike = !class.is_empty() && score::class(tree, sibling) == class;
        let bonus = if alike { self.score(top) * 0.2 } else { 0.0 };
        if self
            .scores
            .get(&sibling)
            .is_some_and(|score| score + bonus >= threshold)
        {
            return true;
        }
        if tree.tag(sibling) != "p" {
            return false;
        }
        let links = measure::link_density(tree, sibling);
        let length = measure::measure(tree, sibling).length;
        if length > 80 {
            return links < 0.25;
        }
        length > 0 && length < 80 && links == 0.0 && {
            let text = measure::inner_text(tree, sibling);
            text.ends_with('.') || text.contains(". ")
        }
    }
}
