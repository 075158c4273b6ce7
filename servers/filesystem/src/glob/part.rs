//! One component of a glob: stars, question marks, sets, and the extended groups `?(…) *(…) +(…) @(…) !(…)`.

use std::cell::Cell;

use super::class::{Class, Parsed};

// The library nests groups so deep and reads the rest as text; deeper ones of the same kind merge.
const DEEPEST: usize = 2;

// Merging groups deeper than this are read as text too, and longer chains of excluding ones are given up: a guest's stack is small.
const MOST_NESTED: usize = 50;

// Groups that exclude can make a match cost exponentially; beyond this it is given up as no match.
const MOST_STEPS: u32 = 20_000;

/// A compiled component.
#[derive(Debug)]
pub enum Part {
    /// This very name.
    Name(String),
    /// A name that ends like this: `*.txt`.
    Ends(String),
    /// A name of so many UTF-16 units that ends like this: `??.txt`.
    Long(usize, String),
    /// A name with a dot: `*.*`.
    Dotted,
    /// Anything else, and how names are cut into units for it.
    Pattern(Vec<Node>, Cut),
}

/// What one `?` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// A UTF-16 unit, as in the library.
    Units,
    /// A character: the library changes to these where a named class occurs.
    Characters,
}

impl Cut {
    fn cut(self, text: &str) -> Vec<u32> {
        match self {
            Cut::Units => text.encode_utf16().map(u32::from).collect(),
            Cut::Characters => text.chars().map(u32::from).collect(),
        }
    }
}

/// One element of a component.
#[derive(Clone, Debug)]
pub enum Node {
    Unit(u32),
    AnyUnit,
    AnyUnits,
    Set(Class),
    Never,
    Group(Kind, Vec<Vec<Node>>),
    /// At least one unit: `!()`.
    Some,
}

/// How often, or whether, a group's alternatives occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    AtMostOnce,
    Any,
    AtLeastOnce,
    Once,
    Not,
}

impl Part {
    /// Compiles a component, which has no slash in it.
    pub fn new(pattern: &str) -> Part {
        if let Some(fast) = Part::fast(pattern) {
            return fast;
        }
        let cut = if pattern.contains("[:") {
            Cut::Characters
        } else {
            Cut::Units
        };
        let units = cut.cut(pattern);
        let mut nodes = Vec::new();
        sequence(
            &units,
            &mut 0,
            None,
            Depth {
                counted: 0,
                nested: 0,
            },
            &mut nodes,
        );
        match literal(&nodes, cut) {
            Some(name) => Part::Name(name),
            None => Part::Pattern(nodes, cut),
        }
    }

    /// The commonest patterns, which the library tests without reading escapes in them.
    fn fast(pattern: &str) -> Option<Part> {
        let plain = |rest: &str| !rest.contains(['+', '@', '!', '?', '*', '[', '(']);
        let after_stars = pattern.trim_start_matches('*');
        let after_marks = pattern.trim_start_matches('?');
        if after_stars.len() < pattern.len() && plain(after_stars) {
            Some(Part::Ends(after_stars.to_owned()))
        } else if after_marks.len() < pattern.len() && plain(after_marks) {
            Some(Part::Long(
                pattern.encode_utf16().count(),
                after_marks.to_owned(),
            ))
        } else if after_stars.len() < pattern.len()
            && after_stars
                .strip_prefix('.')
                .is_some_and(|rest| rest.trim_start_matches('*').is_empty())
        {
            Some(Part::Dotted)
        } else {
            None
        }
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Part::Name(only) => name == only,
            Part::Ends(end) => name.ends_with(end.as_str()),
            Part::Long(units, end) => {
                name.ends_with(end.as_str()) && name.encode_utf16().count() == *units
            }
            Part::Dotted => name.contains('.'),
            Part::Pattern(nodes, cut) => {
                let name = cut.cut(name);
                let matcher = Matcher {
                    name: &name,
                    steps: Cell::new(MOST_STEPS),
                    depth: Cell::new(0),
                };
                let end = matcher.run(nodes, matcher.at(0), None);
                end[name.len()] && matcher.steps.get() > 0
            }
        }
    }
}

/// The text of a component without anything special in it.
fn literal(nodes: &[Node], cut: Cut) -> Option<String> {
    let units = nodes.iter().map(|node| match node {
        Node::Unit(unit) => Some(*unit),
        _ => None,
    });
    let units = units.collect::<Option<Vec<u32>>>()?;
    match cut {
        Cut::Characters => units.into_iter().map(char::from_u32).collect(),
        Cut::Units => {
            let units: Vec<u16> = units.into_iter().map(|unit| unit as u16).collect();
            String::from_utf16(&units).ok()
        }
    }
}

fn kind(unit: u32) -> Option<Kind> {
    match char::from_u32(unit)? {
        '?' => Some(Kind::AtMostOnce),
        '*' => Some(Kind::Any),
        '+' => Some(Kind::AtLeastOnce),
        '@' => Some(Kind::Once),
        '!' => Some(Kind::Not),
        _ => None,
    }
}

/// Whether a group may take over the alternatives of a group that stands alone in one of its own.
fn adopts(outer: Option<Kind>, inner: Kind) -> bool {
    match outer {
        Some(Kind::Not | Kind::AtMostOnce | Kind::Once) => {
            matches!(inner, Kind::AtMostOnce | Kind::Once)
        }
        Some(Kind::Any | Kind::AtLeastOnce) => inner != Kind::Not,
        None => false,
    }
}

/// How deep a group stands, with and without the groups that merge.
#[derive(Clone, Copy)]
struct Depth {
    counted: usize,
    nested: usize,
}

impl Depth {
    fn allows(self, outer: Option<Kind>, inner: Kind) -> bool {
        self.nested < MOST_NESTED && (self.counted <= DEEPEST || adopts(outer, inner))
    }
}

/// Why a sequence ended.
#[derive(PartialEq, Eq)]
enum End {
    Bar,
    Close { empty: bool },
    Pattern,
}

/// Reads elements until the sequence ends; inside a group of kind `inside` a bar or a parenthesis ends it.
fn sequence(
    units: &[u32],
    at: &mut usize,
    inside: Option<Kind>,
    depth: Depth,
    nodes: &mut Vec<Node>,
) -> End {
    let mut start = *at;
    let mut escaped = false;
    // where an open bracket stands, so that what it encloses is not read as a group
    let mut bracket: Option<(usize, bool)> = None;
    while let Some(&unit) = units.get(*at) {
        let here = *at;
        *at += 1;
        if escaped || unit == u32::from(b'\\') {
            escaped = !escaped;
            continue;
        }
        if let Some((opened, negated)) = bracket {
            let first = here == opened + 1;
            if first && (unit == u32::from(b'^') || unit == u32::from(b'!')) {
                bracket = Some((opened, true));
            } else if !first && unit == u32::from(b']') && !(here == opened + 2 && negated) {
                bracket = None;
            }
            continue;
        }
        if unit == u32::from(b'[') {
            bracket = Some((here, false));
            continue;
        }
        let opens = units.get(*at) == Some(&u32::from(b'('));
        if let Some(kind) = kind(unit).filter(|kind| opens && depth.allows(inside, *kind)) {
            plain(&units[start..here], nodes);
            let deeper = Depth {
                counted: depth.counted + usize::from(!adopts(inside, kind)),
                nested: depth.nested + 1,
            };
            group(units, at, kind, deeper, nodes);
            start = *at;
            continue;
        }
        if inside.is_some() && (unit == u32::from(b'|') || unit == u32::from(b')')) {
            plain(&units[start..here], nodes);
            let empty = start == here;
            return if unit == u32::from(b'|') {
                End::Bar
            } else {
                End::Close { empty }
            };
        }
    }
    plain(&units[start..], nodes);
    End::Pattern
}

/// Reads a group whose parenthesis stands at `at`; one that is not closed is text to the end of the component.
fn group(units: &[u32], at: &mut usize, kind: Kind, depth: Depth, nodes: &mut Vec<Node>) {
    let start = *at - 1;
    *at += 1;
    let mut alternatives = Vec::new();
    loop {
        let mut alternative = Vec::new();
        let end = sequence(units, at, Some(kind), depth, &mut alternative);
        alternatives.push(alternative);
        match end {
            End::Bar => {}
            End::Close { empty } => return nodes.push(merged(kind, alternatives, empty)),
            End::Pattern => return plain(&units[start..], nodes),
        }
    }
}

/// A group, where it excludes with the only group inside it taken apart; `empty`: no text stands before its end.
fn merged(kind: Kind, mut alternatives: Vec<Vec<Node>>, empty: bool) -> Node {
    if kind == Kind::Not
        && let [alternative] = &mut alternatives[..]
        && let [Node::Group(Kind::Not, _)] = &alternative[..]
        && let Some(Node::Group(_, inner)) = alternative.pop()
    {
        return Node::Group(Kind::Once, inner);
    }
    // The library takes a group whose last alternative has no text for an empty one.
    if kind == Kind::Not && empty {
        Node::Some
    } else {
        Node::Group(kind, alternatives)
    }
}

/// Elements without groups.
fn plain(units: &[u32], nodes: &mut Vec<Node>) {
    let mut at = 0;
    let mut star = false;
    // Each bracket that is never closed is looked for to the end; after some of them none is closed.
    let mut unclosed = 0;
    while let Some(&unit) = units.get(at) {
        at += 1;
        if unit == u32::from(b'*') {
            if !star {
                nodes.push(Node::AnyUnits);
            }
            star = true;
            continue;
        }
        star = false;
        if unit == u32::from(b'\\') {
            // a backslash at the end stands for itself
            nodes.push(Node::Unit(units.get(at).copied().unwrap_or(unit)));
            at += 1;
        } else if unit == u32::from(b'?') {
            nodes.push(Node::AnyUnit);
        } else if unit == u32::from(b'[') && unclosed < MOST_NESTED {
            match Class::parse(&units[at - 1..]) {
                Parsed::Set(class, length) => {
                    nodes.push(Node::Set(class));
                    at += length - 1;
                }
                Parsed::Never => return nodes.push(Node::Never),
                Parsed::Literal => {
                    unclosed += 1;
                    nodes.push(Node::Unit(unit));
                }
            }
        } else {
            nodes.push(Node::Unit(unit));
        }
    }
}

/// What follows a group, up to the end of the component.
#[derive(Clone, Copy)]
struct Rest<'a> {
    nodes: &'a [Node],
    outer: Option<&'a Rest<'a>>,
}

/// Goes through a name with all positions at once, so that no pattern can make it go back.
struct Matcher<'a> {
    name: &'a [u32],
    steps: Cell<u32>,
    depth: Cell<usize>,
}

impl Matcher<'_> {
    fn at(&self, position: usize) -> Vec<bool> {
        let mut positions = vec![false; self.name.len() + 1];
        positions[position] = true;
        positions
    }

    /// The positions that the nodes lead to from the given ones.
    fn run(&self, nodes: &[Node], mut positions: Vec<bool>, outer: Option<&Rest<'_>>) -> Vec<bool> {
        for (index, node) in nodes.iter().enumerate() {
            let left = self.steps.get();
            if left == 0 || !positions.contains(&true) {
                return vec![false; positions.len()];
            }
            self.steps.set(left - 1);
            positions = match node {
                Node::Unit(unit) => self.advance(&positions, |other| other == *unit),
                Node::AnyUnit => self.advance(&positions, |_| true),
                Node::Set(class) => self.advance(&positions, |unit| class.contains(unit)),
                Node::Never => vec![false; positions.len()],
                Node::AnyUnits => onwards(positions),
                Node::Some => onwards(self.advance(&positions, |_| true)),
                Node::Group(kind, alternatives) => {
                    let rest = Rest {
                        nodes: &nodes[index + 1..],
                        outer,
                    };
                    let depth = self.depth.get();
                    if depth > MOST_NESTED {
                        self.steps.set(0);
                        return vec![false; positions.len()];
                    }
                    self.depth.set(depth + 1);
                    let reached = self.group(*kind, alternatives, positions, &rest);
                    self.depth.set(depth);
                    reached
                }
            };
        }
        positions
    }

    fn advance(&self, positions: &[bool], accepts: impl Fn(u32) -> bool) -> Vec<bool> {
        let mut next = vec![false; positions.len()];
        for (at, unit) in self.name.iter().enumerate() {
            next[at + 1] = positions[at] && accepts(*unit);
        }
        next
    }

    fn once(&self, alternatives: &[Vec<Node>], positions: &[bool], rest: &Rest<'_>) -> Vec<bool> {
        let mut reached = vec![false; positions.len()];
        for alternative in alternatives {
            join(
                &mut reached,
                &self.run(alternative, positions.to_vec(), Some(rest)),
            );
        }
        reached
    }

    fn group(
        &self,
        kind: Kind,
        alternatives: &[Vec<Node>],
        positions: Vec<bool>,
        rest: &Rest<'_>,
    ) -> Vec<bool> {
        match kind {
            Kind::Once => self.once(alternatives, &positions, rest),
            Kind::AtMostOnce => {
                let mut reached = self.once(alternatives, &positions, rest);
                join(&mut reached, &positions);
                reached
            }
            Kind::Any | Kind::AtLeastOnce => {
                let mut reached = self.once(alternatives, &positions, rest);
                loop {
                    let again = self.once(alternatives, &reached, rest);
                    if !join(&mut reached, &again) {
                        break;
                    }
                }
                if kind == Kind::Any {
                    join(&mut reached, &positions);
                }
                reached
            }
            Kind::Not => {
                let mut reached = vec![false; positions.len()];
                for at in (0..positions.len()).filter(|at| positions[*at]) {
                    if !self.excluded(alternatives, at, rest) {
                        reached[at] = true;
                    }
                }
                onwards(reached)
            }
        }
    }

    /// Whether one of the alternatives with all that follows the group matches from `at` to the end.
    fn excluded(&self, alternatives: &[Vec<Node>], at: usize, rest: &Rest<'_>) -> bool {
        let mut positions = self.once(alternatives, &self.at(at), rest);
        let mut following = Some(rest);
        while let Some(rest) = following {
            positions = self.run(rest.nodes, positions, rest.outer);
            following = rest.outer;
        }
        positions[self.name.len()]
    }
}

/// Every position from the first one on.
fn onwards(mut positions: Vec<bool>) -> Vec<bool> {
    let first = positions
        .iter()
        .position(|reached| *reached)
        .unwrap_or(positions.len());
    positions[first..].fill(true);
    positions
}

/// Adds positions; whether there were new ones.
fn join(positions: &mut [bool], more: &[bool]) -> bool {
    let mut grown = false;
    for (position, more) in positions.iter_mut().zip(more) {
        grown |= *more && !*position;
        *position |= *more;
    }
    grown
}
