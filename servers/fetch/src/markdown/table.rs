//! Tables. Each row is a line; the first has a line of dashes below it, and an empty row above it where it is no heading.

use crate::html::{Id, Tree, python_trim};

/// A part of a table; `None` where it is something else.
pub(super) fn element(tree: &Tree, id: Id, name: &str, text: &str) -> Option<String> {
    let bare = python_trim(text);
    Some(match name {
        "table" | "figcaption" => ["\n\n", bare, "\n\n"].concat(),
        "caption" => [bare, "\n\n"].concat(),
        "td" | "th" => {
            let text = bare.replace('\n', " ");
            [" ", &text, &" |".repeat(columns(tree, id))].concat()
        }
        "tr" => row(tree, id, text),
        _ => return None,
    })
}

fn columns(tree: &Tree, cell: Id) -> usize {
    let Some(written) = tree.attribute(cell, "colspan") else {
        return 1;
    };
    if written.is_empty() || !written.bytes().all(|digit| digit.is_ascii_digit()) {
        return 1;
    }
    written.parse().unwrap_or(1000usize).clamp(1, 1000)
}

fn row(tree: &Tree, id: Id, text: &str) -> String {
    let plain = ["|", text, "\n"].concat();
    if tree.element_before(id).is_some() {
        return plain;
    }
    let cells = || {
        tree.descendants(id)
            .filter(|node| matches!(tree.name(*node), "td" | "th"))
    };
    let parent = tree.parent(id);
    let parent_name = parent.map_or("", |parent| tree.name(parent));
    let only_row = parent.is_some_and(|parent| tree.named(parent, "tr").nth(1).is_none());
    let is_heading =
        cells().all(|cell| tree.name(cell) == "th") || (parent_name == "thead" && only_row);
    let width: usize = cells().map(|cell| columns(tree, cell)).sum();
    let ruled = || {
        let dashes = vec!["---"; width].join(" | ");
        ["| ", &dashes, " |\n"].concat()
    };
    if is_heading {
        return [plain, ruled()].concat();
    }
    // The first row of a body counts as the table's first where no head stands in the same table.
    let headless = parent_name != "tbody"
        || parent
            .and_then(|parent| tree.parent(parent))
            .is_some_and(|table| tree.named(table, "thead").next().is_none());
    let leads = parent_name == "table"
        || (parent_name == "tbody"
            && parent.is_some_and(|parent| tree.element_before(parent).is_none()));
    if headless || leads {
        let empty = vec![""; width].join(" | ");
        return ["| ", &empty, " |\n", &ruled(), &plain].concat();
    }
    plain
}
