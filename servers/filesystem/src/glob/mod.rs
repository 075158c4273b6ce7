//! Glob patterns with the meaning that the official server's library gives them, dots included.
//!
//! Braces are expanded first; each result is split at slashes; `**` stands for any number of components, and every other component is a pattern of its own.
//! The paths that are matched come from a walk: no component of them is empty, `.` or `..`.

mod brace;
mod class;
mod part;

use std::fmt;

use part::Part;

// As in the library.
const LONGEST: usize = 65_536;

/// A pattern is longer than the library takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternTooLong;

impl fmt::Display for PatternTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pattern is too long")
    }
}

impl std::error::Error for PatternTooLong {}

/// A compiled pattern.
#[derive(Debug)]
pub struct Glob {
    negated: bool,
    /// The alternatives that the braces give, each by components; none for a comment.
    alternatives: Vec<Vec<Component>>,
}

#[derive(Debug)]
enum Component {
    /// `**`: any number of components.
    Any,
    One(Part),
}

impl Glob {
    /// Compiles a pattern.
    pub fn new(pattern: &str) -> Result<Glob, PatternTooLong> {
        if pattern.encode_utf16().count() > LONGEST {
            return Err(PatternTooLong);
        }
        if pattern.is_empty() || pattern.starts_with('#') {
            return Ok(Glob {
                negated: false,
                alternatives: Vec::new(),
            });
        }
        let rest = pattern.trim_start_matches('!');
        let negated = (pattern.len() - rest.len()) % 2 == 1;
        let alternatives = brace::expand(rest)
            .iter()
            .map(|pattern| components(pattern))
            .collect();
        Ok(Glob {
            negated,
            alternatives,
        })
    }

    /// Whether a relative path matches.
    pub fn matches(&self, path: &str) -> bool {
        if self.alternatives.is_empty() {
            return false;
        }
        let names: Vec<&str> = path.split('/').collect();
        self.negated
            != self
                .alternatives
                .iter()
                .any(|components| matches(components, &names))
    }
}

fn components(pattern: &str) -> Vec<Component> {
    let mut kept: Vec<&str> = Vec::new();
    let mut parts = pattern.split('/').peekable();
    let mut first = true;
    while let Some(part) = parts.next() {
        // any number of slashes is one, but one at either end leaves an empty component, which matches nothing
        if part.is_empty() && !first && parts.peek().is_some() {
            continue;
        }
        first = false;
        match (part, kept.last().copied()) {
            ("**", Some("**")) => {}
            ("..", Some(before)) if !matches!(before, "" | "." | ".." | "**") => {
                kept.pop();
            }
            _ => kept.push(part),
        }
    }
    if kept.is_empty() {
        kept.push("");
    }
    kept.into_iter()
        .map(|part| {
            if part == "**" {
                Component::Any
            } else {
                Component::One(Part::new(part))
            }
        })
        .collect()
}

/// Whether the components match all of the names.
///
/// What stands before the first `**` must match the first names and what stands after the last one the last names;
/// each section between is looked for in order, and the earliest place is as good as any later one.
fn matches(components: &[Component], names: &[&str]) -> bool {
    let mut sections = components.split(|component| matches!(component, Component::Any));
    let head = sections.next().unwrap_or_default();
    if !fits(head, names) {
        return false;
    }
    let mut names = &names[head.len()..];
    let Some(tail) = sections.next_back() else {
        return names.is_empty();
    };
    if tail.len() > names.len() || !fits(tail, &names[names.len() - tail.len()..]) {
        return false;
    }
    // a `**` at the end stands for one component at least
    let ends_open = tail.is_empty();
    let before = names.len();
    names = &names[..names.len() - tail.len()];
    for section in sections {
        let Some(at) = (0..=names.len()).find(|&at| fits(section, &names[at..])) else {
            return false;
        };
        names = &names[at + section.len()..];
    }
    !ends_open || before > 0 && !names.is_empty()
}

/// Whether the first names match the components one by one.
fn fits(components: &[Component], names: &[&str]) -> bool {
    components.len() <= names.len()
        && components
            .iter()
            .zip(names)
            .all(|(component, name)| match component {
                Component::Any => false,
                Component::One(part) => part.matches(name),
            })
}
