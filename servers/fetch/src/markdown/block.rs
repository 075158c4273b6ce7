//! What stands for itself: paragraphs, headings, quotations, lists, code.

use crate::html::{Id, Tree, python_trim};

use super::{Place, lines, walk};

fn trim_line(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

fn apart(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    ["\n\n", text, "\n\n"].concat()
}

/// An element that stands for itself; `None` where nothing is known of it.
pub(super) fn element(tree: &Tree, id: Id, name: &str, text: &str, place: Place) -> Option<String> {
    let within = |text: &str| [" ", text, " "].concat();
    Some(match name {
        "p" if place.inline => within(trim_line(text)),
        "p" => apart(trim_line(text)),
        "div" | "article" | "section" | "dl" if place.inline => within(python_trim(text)),
        "div" | "article" | "section" | "dl" => apart(python_trim(text)),
        "blockquote" => {
            let text = trim_line(text);
            if place.inline {
                within(text)
            } else if text.is_empty() {
                "\n".to_owned()
            } else {
                ["\n", &lines::indent(text, "> ", ">"), "\n\n"].concat()
            }
        }
        "hr" => "\n\n---\n\n".to_owned(),
        "ul" | "ol" if place.item => ["\n", crate::html::python_trim_end(text)].concat(),
        "ul" | "ol" => {
            let end = if walk::prose_follows(tree, id) {
                "\n"
            } else {
                ""
            };
            ["\n\n", text, end].concat()
        }
        "li" => item(tree, id, text, place),
        "dd" => {
            let text = python_trim(text);
            if place.inline {
                within(text)
            } else if text.is_empty() {
                "\n".to_owned()
            } else {
                let text = lines::indent(text, "    ", "");
                [":", &text[1..], "\n"].concat()
            }
        }
        "dt" => {
            let text = one_line(python_trim(text));
            if place.inline {
                within(&text)
            } else if text.is_empty() {
                "\n".to_owned()
            } else {
                ["\n\n", &text, "\n"].concat()
            }
        }
        "pre" if text.is_empty() => String::new(),
        "pre" => ["\n\n```\n", code(text), "\n```\n\n"].concat(),
        _ => {
            let level = walk::heading(name)?;
            if place.inline {
                return Some(text.to_owned());
            }
            let marks = "#".repeat(level.clamp(1, 6));
            ["\n\n", &marks, " ", &one_line(python_trim(text)), "\n\n"].concat()
        }
    })
}

/// Runs of white space become one space.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_run = false;
    for letter in text.chars() {
        let space = matches!(letter, ' ' | '\t' | '\r' | '\n');
        if !space {
            out.push(letter);
        } else if !in_run {
            out.push(' ');
        }
        in_run = space;
    }
    out
}

/// Code without the empty lines around it.
fn code(text: &str) -> &str {
    let edge = [' ', '\n'];
    let begin = text.len() - text.trim_start_matches(edge).len();
    let text = text[..begin]
        .rfind('\n')
        .map_or(text, |end| &text[end + 1..]);
    text.trim_end_matches(edge)
}

fn item(tree: &Tree, id: Id, text: &str, place: Place) -> String {
    let text = python_trim(text);
    if text.is_empty() {
        return "\n".to_owned();
    }
    let list = tree.parent(id).filter(|list| tree.name(*list) == "ol");
    let bullet = match list {
        Some(list) => {
            let start = tree
                .attribute(list, "start")
                .filter(|start| start.bytes().all(|digit| digit.is_ascii_digit()))
                .and_then(|start| start.parse::<u64>().ok())
                .unwrap_or(1);
            [
                &(u128::from(start) + place.number as u128).to_string(),
                ". ",
            ]
            .concat()
        }
        None => {
            // Without a list around it, the sign before the first, which is the last.
            let sign = ["-", "*", "+"][(place.bullets + 3) % 3];
            [sign, " "].concat()
        }
    };
    let text = lines::indent(text, &" ".repeat(bullet.len()), "");
    [&bullet, &text[bullet.len()..], "\n"].concat()
}
