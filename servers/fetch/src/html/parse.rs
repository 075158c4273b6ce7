//! Parsing, by the rules that browsers follow, into a tree; a page that nests or grows without measure is given up.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    rc::Rc,
};

use html5ever::{
    Attribute, ExpandedName, ParseOpts, QualName,
    interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
    ns, parse_document,
    tendril::{StrTendril, TendrilSink as _},
    tree_builder::TreeBuilderOpts,
};

use super::tree::{Id, Kind, Tree};

/// How deep elements may nest; browsers draw the line at 512 too.
const DEPTH: usize = 512;

/// How many nodes a page may have: fifty times what a large page has.
const NODES: usize = 500_000;

/// How much is parsed before the bounds are looked at. A small piece can open all formatting elements again for each of its tags.
const PIECE: usize = 2048;

/// A page that is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oversized {
    /// It nests deeper than the bound.
    Deep,
    /// It has more nodes than the bound.
    Large,
}

impl std::fmt::Display for Oversized {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Oversized::Deep => {
                "the page nests more than 512 elements in one another; ask for it with raw"
            }
            Oversized::Large => {
                "the page has more than 500,000 elements and texts; ask for it with raw"
            }
        })
    }
}

impl std::error::Error for Oversized {}

/// What the parser calls a node: with its name, which it asks for all the time.
#[derive(Clone, Debug)]
struct Handle {
    id: Id,
    name: Option<Rc<QualName>>,
}

struct Sink {
    tree: RefCell<Tree>,
    /// Elements that are open below the document.
    depth: Cell<usize>,
    deepest: Cell<usize>,
}

/// Parses a page.
///
/// # Errors
///
/// [`Oversized`] where it nests or grows beyond the bounds.
pub fn parse(html: &str) -> Result<Tree, Oversized> {
    let sink = Sink {
        tree: RefCell::new(Tree::new()),
        depth: Cell::new(0),
        deepest: Cell::new(0),
    };
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            // What stands in `noscript` is content: nothing here runs scripts.
            scripting_enabled: false,
            ..TreeBuilderOpts::default()
        },
        ..ParseOpts::default()
    };
    let mut parser = parse_document(sink, options);
    let mut rest = html;
    while !rest.is_empty() {
        let mut end = PIECE.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, later) = rest.split_at(end);
        parser.process(StrTendril::from_slice(piece));
        let sink = &parser.tokenizer.sink.sink;
        if sink.deepest.get() > DEPTH {
            return Err(Oversized::Deep);
        }
        if sink.tree.borrow().size() > NODES {
            return Err(Oversized::Large);
        }
        rest = later;
    }
    let tree = parser.finish();
    // The parser moves branches about, so the count on the way is not the last word.
    let mut open = vec![(Tree::ROOT, 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > DEPTH {
            return Err(Oversized::Deep);
        }
        open.extend(tree.children(node).map(|child| (child, depth + 1)));
        open.extend(tree.template(node).map(|content| (content, depth + 1)));
    }
    Ok(tree)
}

impl Sink {
    fn depth_of(&self, id: Id) -> usize {
        let tree = self.tree.borrow();
        std::iter::successors(tree.above(id), |node| tree.above(*node))
            .take(DEPTH + 2)
            .count()
    }

    fn join(&self, last: Option<Id>, text: &StrTendril) -> bool {
        let mut tree = self.tree.borrow_mut();
        let Some(last) = last else { return false };
        match tree.kind_mut(last) {
            Kind::Text(old) => {
                old.push_tendril(text);
                true
            }
            _ => false,
        }
    }

    fn make(&self, child: NodeOrText<Handle>) -> Id {
        match child {
            NodeOrText::AppendNode(handle) => handle.id,
            NodeOrText::AppendText(text) => self.tree.borrow_mut().add(Kind::Text(text)),
        }
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Tree;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Tree {
        self.tree.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle {
            id: Tree::ROOT,
            name: None,
        }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        const NONE: &QualName = &QualName {
            prefix: None,
            ns: ns!(),
            local: html5ever::local_name!(""),
        };
        target.name.as_deref().unwrap_or(NONE).expanded()
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        let mut tree = self.tree.borrow_mut();
        let template = flags
            .template
            .then(|| tree.add(Kind::Document { template: None }));
        let id = tree.add(Kind::Element {
            name: name.local.clone(),
            html: name.ns == ns!(html),
            attributes: attrs
                .into_iter()
                .map(|attribute| (attribute.name.local, attribute.value))
                .collect(),
            template,
        });
        if let Some(content) = template {
            *tree.kind_mut(content) = Kind::Document { template: Some(id) };
        }
        Handle {
            id,
            name: Some(Rc::new(name)),
        }
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        Handle {
            id: self.tree.borrow_mut().add(Kind::Comment(text)),
            name: None,
        }
    }

    fn create_pi(&self, _: StrTendril, data: StrTendril) -> Handle {
        self.create_comment(data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        if let NodeOrText::AppendText(text) = &child {
            let last = self.tree.borrow().last(parent.id);
            if self.join(last, text) {
                return;
            }
        }
        let deeper = matches!(&child, NodeOrText::AppendNode(child) if child.name.is_some());
        let child = self.make(child);
        self.tree.borrow_mut().append(parent.id, child);
        if deeper {
            // Counted only now and then: going up from each element would cost as much as the parsing.
            self.depth.set(self.depth.get() + 1);
            if self.depth.get().is_multiple_of(16) {
                let depth = self.depth_of(child);
                self.deepest.set(self.deepest.get().max(depth));
            }
        }
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        prev_element: &Handle,
        child: NodeOrText<Handle>,
    ) {
        let hangs = self.tree.borrow().parent(element.id).is_some();
        if hangs {
            self.append_before_sibling(element, child);
        } else {
            self.append(prev_element, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        let id = self.tree.borrow().template(target.id);
        Handle {
            id: id.unwrap_or(target.id),
            name: None,
        }
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.id == y.id
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, new: NodeOrText<Handle>) {
        if let NodeOrText::AppendText(text) = &new {
            let before = self.tree.borrow().previous(sibling.id);
            if self.join(before, text) {
                return;
            }
        }
        let new = self.make(new);
        self.tree.borrow_mut().insert_before(sibling.id, new);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        let mut tree = self.tree.borrow_mut();
        for attribute in attrs {
            if tree.attribute(target.id, &attribute.name.local).is_none() {
                tree.set(target.id, &attribute.name.local, attribute.value);
            }
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.tree.borrow_mut().detach(target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.tree.borrow_mut().move_children(node.id, new_parent.id);
    }
}
