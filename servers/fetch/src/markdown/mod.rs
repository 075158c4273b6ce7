//! HTML as Markdown, in the form that the `markdownify` 1.2 library gives it with headings by `#`.

mod block;
mod inline;
mod lines;
mod table;
mod text;
mod walk;

use crate::html::{Id, Kind, Tree};

/// How long the text may become, in bytes. A cell that spans a thousand columns needs a dozen letters of HTML.
const LONGEST: usize = 16 << 20;

/// A page whose text would be too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the page becomes more than 16 MiB of text; ask for it with raw")
    }
}

impl std::error::Error for TooLong {}

/// What an element stands in.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// A heading or a cell, which is one line.
    inline: bool,
    /// Code of some kind, in which nothing is marked.
    bare: bool,
    /// Preformatted text, which keeps its white space.
    pre: bool,
    /// An item of a list.
    item: bool,
    /// How many `ul` there are around.
    bullets: usize,
    /// Which item of its list it is, from 0.
    number: usize,
}

/// Writes what stands in an element as Markdown.
///
/// # Errors
///
/// [`TooLong`] where the text grows beyond all measure.
pub fn markdown(tree: &mut Tree, root: Id) -> Result<String, TooLong> {
    join(tree, root);
    let text = walk::children(tree, root, Place::default())?;
    Ok(text.trim_matches('\n').to_owned())
}

/// Makes one text of those that stand side by side, and takes empty ones away, as writing the tree out and reading it again would.
fn join(tree: &mut Tree, root: Id) {
    let mut roots = vec![root];
    while let Some(root) = roots.pop() {
        roots.extend(
            tree.descendants(root)
                .filter_map(|node| tree.template(node)),
        );
        for node in tree.descendants(root).collect::<Vec<_>>() {
            let Kind::Text(text) = tree.kind(node) else {
                continue;
            };
            let text = text.clone();
            match tree.previous(node).map(|before| (before, text.is_empty())) {
                Some((before, false)) => {
                    if let Kind::Text(longer) = tree.kind_mut(before) {
                        longer.push_tendril(&text);
                        tree.detach(node);
                    }
                }
                _ if text.is_empty() => tree.detach(node),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::html::{Tree, parse};

    fn check(html: &str, expected: &str) {
        let mut tree = parse(html).expect("a small page");
        let text = super::markdown(&mut tree, Tree::ROOT).expect("a short text");
        assert_eq!(text, expected, "{html}");
    }

    #[test]
    fn lines_and_marks() {
        check("<p>a <b> b </b>c</p>", "a  **b** c");
        check("<p>2*3 snake_case</p>", "2\\*3 snake\\_case");
        check("<p>a<br>b</p>", "a  \nb");
        check("<p><code>a`b</code> <kbd>*</kbd></p>", "`` a`b `` `*`");
        check(
            "<p><a href='http://x/'>http://x/</a> <a href=y title='a \"t\"'>z</a></p>",
            "<http://x/> [z](y \"a \\\"t\\\"\")",
        );
        check("<p><img src=a.png alt=b> <q>c</q></p>", "![b](a.png) \"c\"");
    }

    #[test]
    fn blocks_and_lists() {
        check("<h1>A\nb</h1><h3>c</h3>", "# A b\n\n### c");
        check(
            "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
            "* a\n  + b\n* c",
        );
        check("<ol start=3><li>a</li><li>b</li></ol>", "3. a\n4. b");
        check("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b");
        check("<pre>a\n  b*\n</pre>", "```\na\n  b*\n```");
        check("<dl><dt>a</dt><dd>b</dd></dl>", "a\n:   b");
    }

    #[test]
    fn tables() {
        check(
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
        );
        check(
            "<table><tr><td colspan=2>1</td></tr></table>",
            "|  |  |\n| --- | --- |\n| 1 | |",
        );
    }

    #[test]
    fn a_text_that_grows_beyond_measure_is_given_up() {
        let cells = "<td colspan=1000>".repeat(9000);
        let mut tree = parse(&["<table><tr>", &cells].concat()).expect("a small page");
        assert_eq!(super::markdown(&mut tree, Tree::ROOT), Err(super::TooLong));
    }
}
