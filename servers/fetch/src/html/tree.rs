//! The tree: nodes in one list, linked by their numbers, so that moving and dropping a branch costs nothing.

use std::{cell::Cell, num::NonZeroU32};

use html5ever::{LocalName, tendril::StrTendril};

/// A node's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(NonZeroU32);

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// The root of a document, or of what a template holds.
    Document {
        /// The template.
        template: Option<Id>,
    },
    /// An element.
    Element {
        /// Its name: in lower case, but in SVG.
        name: LocalName,
        /// Whether it is HTML; otherwise it is SVG or MathML.
        html: bool,
        /// Attributes by name.
        attributes: Vec<(LocalName, StrTendril)>,
        /// What a `template` holds.
        template: Option<Id>,
    },
    /// Text.
    Text(StrTendril),
    /// A comment, and all that is written like one.
    Comment(StrTendril),
}

/// What was counted of one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Its length without white space at its ends and with each run within as one space, in UTF-16 units.
    pub length: usize,
    /// Commas of any script.
    pub commas: usize,
    /// The plain ones among them.
    pub plain_commas: usize,
    /// Whether white space stands before the first letter; where there is none, whether there is white space.
    pub leads: bool,
    /// Whether white space stands behind the last letter.
    pub trails: bool,
}

#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    /// Counts of a text, once somebody asked: they are asked for again and again, and texts hardly ever change.
    counts: Cell<Option<Counts>>,
    parent: Option<Id>,
    previous: Option<Id>,
    next: Option<Id>,
    first: Option<Id>,
    last: Option<Id>,
}

/// A document.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// The root.
    pub const ROOT: Id = Id(NonZeroU32::MIN);

    /// A document without content.
    pub fn new() -> Tree {
        let mut tree = Tree { nodes: Vec::new() };
        tree.add(Kind::Document { template: None });
        tree
    }

    /// How many nodes were ever made.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// Makes a node that hangs nowhere.
    pub fn add(&mut self, kind: Kind) -> Id {
        self.nodes.push(Node {
            kind,
            counts: Cell::new(None),
            parent: None,
            previous: None,
            next: None,
            first: None,
            last: None,
        });
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        Id(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN))
    }

    /// Makes an HTML element without attributes.
    pub fn element(&mut self, name: &str) -> Id {
        self.add(Kind::Element {
            name: LocalName::from(name),
            html: true,
            attributes: Vec::new(),
            template: None,
        })
    }

    fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0.get() as usize - 1]
    }

    fn node_mut(&mut self, id: Id) -> &mut Node {
        &mut self.nodes[id.0.get() as usize - 1]
    }

    /// What the node is.
    pub fn kind(&self, id: Id) -> &Kind {
        &self.node(id).kind
    }

    /// What the node is, to change it.
    pub fn kind_mut(&mut self, id: Id) -> &mut Kind {
        let node = self.node_mut(id);
        node.counts.set(None);
        &mut node.kind
    }

    /// What it hangs from.
    pub fn parent(&self, id: Id) -> Option<Id> {
        self.node(id).parent
    }

    /// What it hangs from; what a template holds hangs from the template.
    pub fn above(&self, id: Id) -> Option<Id> {
        match self.kind(id) {
            Kind::Document { template } => *template,
            _ => self.parent(id),
        }
    }

    /// The root of what a template holds.
    pub fn template(&self, id: Id) -> Option<Id> {
        match self.kind(id) {
            Kind::Element { template, .. } => *template,
            _ => None,
        }
    }

    /// The node before it.
    pub fn previous(&self, id: Id) -> Option<Id> {
        self.node(id).previous
    }

    /// The node behind it.
    pub fn next(&self, id: Id) -> Option<Id> {
        self.node(id).next
    }

    /// Its first child.
    pub fn first(&self, id: Id) -> Option<Id> {
        self.node(id).first
    }

    /// Its last child.
    pub fn last(&self, id: Id) -> Option<Id> {
        self.node(id).last
    }

    /// Its children.
    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.first(id), |child| self.next(*child))
    }

    /// Its children that are elements.
    pub fn elements(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        self.children(id).filter(|child| self.is_element(*child))
    }

    /// All below it, each before its own children.
    pub fn descendants(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.first(id), move |node| self.following(*node, id))
    }

    /// The node that comes after this one in the order of the text, below `root`.
    fn following(&self, node: Id, root: Id) -> Option<Id> {
        if let Some(first) = self.first(node) {
            return Some(first);
        }
        let mut node = node;
        loop {
            if node == root {
                return None;
            }
            if let Some(next) = self.next(node) {
                return Some(next);
            }
            node = self.parent(node)?;
        }
    }

    /// All elements of a name below it, of HTML or not.
    pub fn named<'a>(&'a self, id: Id, name: &'a str) -> impl Iterator<Item = Id> + 'a {
        self.descendants(id)
            .filter(move |node| self.name(*node) == name)
    }

    /// All elements of some names below it, as a list that later changes leave alone.
    pub fn all(&self, id: Id, names: &[&str]) -> Vec<Id> {
        self.descendants(id)
            .filter(|node| names.contains(&self.name(*node)) && self.is_element(*node))
            .collect()
    }

    /// Whether it is an element.
    pub fn is_element(&self, id: Id) -> bool {
        matches!(self.kind(id), Kind::Element { .. })
    }

    /// An element's name; of anything else nothing.
    pub fn name(&self, id: Id) -> &str {
        match self.kind(id) {
            Kind::Element { name, .. } => name,
            _ => "",
        }
    }

    /// The name of an element of HTML; of anything else nothing.
    pub fn tag(&self, id: Id) -> &str {
        match self.kind(id) {
            Kind::Element {
                name, html: true, ..
            } => name,
            _ => "",
        }
    }

    /// Gives an element another name.
    pub fn rename(&mut self, id: Id, to: &str) {
        if let Kind::Element { name, html, .. } = self.kind_mut(id) {
            *name = LocalName::from(to);
            *html = true;
        }
    }

    /// All attributes.
    pub fn attributes(&self, id: Id) -> &[(LocalName, StrTendril)] {
        match self.kind(id) {
            Kind::Element { attributes, .. } => attributes,
            _ => &[],
        }
    }

    /// An attribute's value.
    pub fn attribute(&self, id: Id, key: &str) -> Option<&str> {
        self.attributes(id)
            .iter()
            .find(|(name, _)| &**name == key)
            .map(|(_, value)| &**value)
    }

    /// Sets an attribute.
    pub fn set(&mut self, id: Id, key: &str, value: StrTendril) {
        let Kind::Element { attributes, .. } = self.kind_mut(id) else {
            return;
        };
        match attributes.iter_mut().find(|(name, _)| &**name == key) {
            Some((_, old)) => *old = value,
            None => attributes.push((LocalName::from(key), value)),
        }
    }

    /// Takes an attribute away.
    pub fn unset(&mut self, id: Id, key: &str) {
        if let Kind::Element { attributes, .. } = self.kind_mut(id) {
            attributes.retain(|(name, _)| &**name != key);
        }
    }

    /// Takes a node out of where it hangs; what hangs from it stays with it.
    pub fn detach(&mut self, id: Id) {
        let Node {
            parent,
            previous,
            next,
            ..
        } = *self.node(id);
        let Some(parent) = parent else { return };
        match previous {
            Some(previous) => self.node_mut(previous).next = next,
            None => self.node_mut(parent).first = next,
        }
        match next {
            Some(next) => self.node_mut(next).previous = previous,
            None => self.node_mut(parent).last = previous,
        }
        let node = self.node_mut(id);
        (node.parent, node.previous, node.next) = (None, None, None);
    }

    /// Hangs a node behind all other children.
    pub fn append(&mut self, parent: Id, child: Id) {
        self.detach(child);
        let last = self.node_mut(parent).last.replace(child);
        let node = self.node_mut(child);
        (node.parent, node.previous) = (Some(parent), last);
        match last {
            Some(last) => self.node_mut(last).next = Some(child),
            None => self.node_mut(parent).first = Some(child),
        }
    }

    /// Hangs a node before another, where that hangs somewhere.
    pub fn insert_before(&mut self, sibling: Id, new: Id) {
        self.detach(new);
        let Some(parent) = self.parent(sibling) else {
            return;
        };
        let previous = self.node_mut(sibling).previous.replace(new);
        let node = self.node_mut(new);
        (node.parent, node.previous, node.next) = (Some(parent), previous, Some(sibling));
        match previous {
            Some(previous) => self.node_mut(previous).next = Some(new),
            None => self.node_mut(parent).first = Some(new),
        }
    }

    /// Hangs a node where another hung.
    pub fn replace(&mut self, old: Id, new: Id) {
        self.insert_before(old, new);
        self.detach(old);
    }

    /// Hangs all children of one node from another.
    pub fn move_children(&mut self, from: Id, to: Id) {
        while let Some(child) = self.first(from) {
            self.append(to, child);
        }
    }

    /// Copies of a node's children, with all below them.
    pub fn copy_children(&mut self, id: Id) -> Vec<Id> {
        self.copies(id, |tree, node| {
            (
                tree.kind(node).clone(),
                tree.children(node).collect::<Vec<_>>(),
            )
        })
    }

    /// Copies of the children of another tree's node, with all below them. What a template holds stays this tree's: both have
    /// to be of the same page.
    pub fn adopt_children(&mut self, other: &Tree, id: Id) -> Vec<Id> {
        self.copies(id, |_, node| {
            (
                other.kind(node).clone(),
                other.children(node).collect::<Vec<_>>(),
            )
        })
    }

    fn copies(&mut self, id: Id, read: impl Fn(&Tree, Id) -> (Kind, Vec<Id>)) -> Vec<Id> {
        let mut copies = Vec::new();
        // The original, and the copy that its own copy hangs from.
        let mut open: Vec<(Id, Option<Id>)> = Vec::new();
        open.extend(
            read(self, id)
                .1
                .into_iter()
                .rev()
                .map(|child| (child, None)),
        );
        while let Some((original, parent)) = open.pop() {
            let (kind, children) = read(self, original);
            let copy = self.add(kind);
            match parent {
                Some(parent) => self.append(parent, copy),
                None => copies.push(copy),
            }
            let children = children.into_iter().rev();
            open.extend(children.map(|child| (child, Some(copy))));
        }
        copies
    }

    /// The texts below a node, in their order.
    pub fn texts(&self, id: Id) -> impl Iterator<Item = &str> + '_ {
        self.text_nodes(id).map(|(_, text)| text)
    }

    /// What is counted of each text below a node, in their order; `count` is asked for each once.
    pub fn counts(&self, id: Id, count: impl Fn(&str) -> Counts) -> impl Iterator<Item = Counts> {
        self.text_nodes(id).map(move |(node, text)| {
            node.counts.get().unwrap_or_else(|| {
                let counts = count(text);
                node.counts.set(Some(counts));
                counts
            })
        })
    }

    fn text_nodes(&self, id: Id) -> impl Iterator<Item = (&Node, &str)> + '_ {
        let own = std::iter::once(id).chain(self.descendants(id));
        own.filter_map(|id| {
            let node = self.node(id);
            match &node.kind {
                Kind::Text(text) => Some((node, &**text)),
                _ => None,
            }
        })
    }

    /// All text below a node.
    pub fn text(&self, id: Id) -> String {
        self.texts(id).collect()
    }

    /// The next element in the order of the document, or `None` at its end.
    pub fn next_element(&self, id: Id, skip_children: bool) -> Option<Id> {
        if !skip_children && let Some(child) = self.elements(id).next() {
            return Some(child);
        }
        let mut node = id;
        loop {
            if let Some(next) = self.element_behind(node) {
                return Some(next);
            }
            node = self.parent(node)?;
        }
    }

    /// The next sibling that is an element.
    pub fn element_behind(&self, id: Id) -> Option<Id> {
        std::iter::successors(self.next(id), |node| self.next(*node))
            .find(|node| self.is_element(*node))
    }

    /// The sibling before it that is an element.
    pub fn element_before(&self, id: Id) -> Option<Id> {
        std::iter::successors(self.previous(id), |node| self.previous(*node))
            .find(|node| self.is_element(*node))
    }

    /// Takes a node out; the next element behind it and all that hung from it.
    pub fn remove_and_next(&mut self, id: Id) -> Option<Id> {
        let next = self.next_element(id, true);
        self.detach(id);
        next
    }
}
