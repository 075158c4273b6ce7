//! What stands within lines: links, pictures, marks, code.

use crate::html::{Id, Tree, python_trim};

use super::Place;

/// The spaces around a text, and the text without them: marks stand close to what they mark.
fn chomp(text: &str) -> (&str, &str, &str) {
    let space = |is: bool| if is { " " } else { "" };
    (
        space(text.starts_with(' ')),
        space(text.ends_with(' ')),
        python_trim(text),
    )
}

fn marked(text: &str, mark: &str, place: Place) -> String {
    if place.bare {
        return text.to_owned();
    }
    let (before, behind, text) = chomp(text);
    if text.is_empty() {
        return String::new();
    }
    [before, mark, text, mark, behind].concat()
}

fn title(tree: &Tree, id: Id) -> String {
    match tree.attribute(id, "title") {
        None | Some("") => String::new(),
        Some(title) => [" \"", &title.replace('"', "\\\""), "\""].concat(),
    }
}

/// An element that stands within lines; `None` where it is another.
pub(super) fn element(tree: &Tree, id: Id, name: &str, text: &str, place: Place) -> Option<String> {
    Some(match name {
        "b" | "strong" => marked(text, "**", place),
        "em" | "i" => marked(text, "*", place),
        "del" | "s" => marked(text, "~~", place),
        "sub" | "sup" => marked(text, "", place),
        "q" => ["\"", text, "\""].concat(),
        "code" | "kbd" | "samp" => code(text, place),
        "a" => link(tree, id, text, place),
        "img" => image(tree, id, place),
        "video" => video(tree, id, text, place),
        "br" if place.inline => [text, " "].concat(),
        "br" => ["  \n", text].concat(),
        _ => return None,
    })
}

fn code(text: &str, place: Place) -> String {
    if place.bare {
        return text.to_owned();
    }
    let (before, behind, text) = chomp(text);
    if text.is_empty() {
        return String::new();
    }
    let mut longest = 0;
    let mut run = 0;
    for letter in text.bytes() {
        run = if letter == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let mark = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    [before, &mark, space, text, space, &mark, behind].concat()
}

fn link(tree: &Tree, id: Id, text: &str, place: Place) -> String {
    if place.bare {
        return text.to_owned();
    }
    let (before, behind, text) = chomp(text);
    if text.is_empty() {
        return String::new();
    }
    let title = title(tree, id);
    match tree.attribute(id, "href") {
        Some(href) if title.is_empty() && text.replace("\\_", "_") == href => {
            ["<", href, ">"].concat()
        }
        None | Some("") => text.to_owned(),
        Some(href) => [before, "[", text, "](", href, &title, ")", behind].concat(),
    }
}

fn image(tree: &Tree, id: Id, place: Place) -> String {
    let alt = tree.attribute(id, "alt").unwrap_or_default();
    if place.inline {
        return alt.to_owned();
    }
    let src = tree.attribute(id, "src").unwrap_or_default();
    ["![", alt, "](", src, &title(tree, id), ")"].concat()
}

fn video(tree: &Tree, id: Id, text: &str, place: Place) -> String {
    if place.inline {
        return text.to_owned();
    }
    let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let source = || {
        tree.named(id, "source")
            .find_map(|source| tree.attribute(source, "src"))
    };
    let src = given(tree.attribute(id, "src")).or_else(|| given(source()));
    let poster = given(tree.attribute(id, "poster"));
    match (src, poster) {
        (Some(src), Some(poster)) => ["[![", text, "](", &poster, ")](", &src, ")"].concat(),
        (Some(src), None) => ["[", text, "](", &src, ")"].concat(),
        (None, Some(poster)) => ["![", text, "](", &poster, ")"].concat(),
        (None, None) => text.to_owned(),
    }
}
