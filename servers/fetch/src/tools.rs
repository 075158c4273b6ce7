//! The tool and the prompt: a page as text, in parts as long as the model wants.

use url::Url;
use wasmmcp::prelude::*;

use crate::{
    options::Options,
    page::{self, Page},
    simplify,
};

/// Fetches a web page and answers its article as Markdown, or any other text as it is. Long pages come in parts: call again with the start_index that the answer names.
#[tool(title = "Fetch a page", read_only, idempotent)]
pub(crate) fn fetch(
    /// Address of the page, with http or https.
    #[arg(format = "uri", min_length = 1)]
    url: String,
    /// How many characters to answer at most.
    #[arg(default = 5000, minimum = 1, maximum = 999999)]
    max_length: u64,
    /// The character to begin at, to go on with a page that was cut off.
    #[arg(default = 0, minimum = 0)]
    start_index: u64,
    /// Whether to answer the page as it came, and not its article.
    #[arg(default = false)]
    raw: bool,
) -> Result<String, ToolError> {
    let options = Options::of_process()?;
    let url = parse(&url)?;
    let failed = |why: String| ToolError::new(["Error executing tool fetch: ", &why].concat());
    let page = page::fetch(&url, options, true).map_err(failed)?;
    let (prefix, text) = present(page, raw).map_err(failed)?;
    let part = part(text, start_index, max_length);
    Ok([&prefix, "Contents of ", url.as_str(), ":\n", &part].concat())
}

/// A web page for the user's own question: its article as Markdown, fetched because a person asked.
#[prompt(name = "fetch", title = "Fetch a page")]
pub(crate) fn fetch_prompt(
    /// Address of the page, with http or https.
    url: String,
) -> Result<String, ToolError> {
    let options = Options::of_process()?;
    // The user reads the failure, so it is what the prompt says.
    let said = parse(&url)
        .map_err(|error| error.message().to_owned())
        .and_then(|url| page::fetch(&url, options, false))
        .and_then(|page| present(page, false))
        .map(|(prefix, text)| [prefix, text].concat())
        .unwrap_or_else(|why| why);
    Ok(said)
}

fn parse(url: &str) -> Result<Url, ToolError> {
    Url::parse(url.trim()).map_err(|error| {
        ToolError::new(
            [
                "tool fetch: argument url: ",
                &error.to_string(),
                "; pass a whole address, such as https://example.org/page",
            ]
            .concat(),
        )
    })
}

/// What is said before the page, and the page as it is read.
fn present(page: Page, raw: bool) -> Result<(String, String), String> {
    if !raw && page::is_html(&page.text, &page.content_type) {
        return Ok((String::new(), simplify::simplify(&page.text)?));
    }
    let prefix = [
        "Content type ",
        &page.content_type,
        " cannot be simplified to markdown, but here is the raw content:\n",
    ];
    Ok((prefix.concat(), page.text))
}

/// The characters from `start` on, and where to go on if there are more.
fn part(text: String, start: u64, most: u64) -> String {
    let place = |count: u64| {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if text.is_ascii() {
            return Some(count).filter(|count| *count < text.len());
        }
        text.char_indices().nth(count).map(|(at, _)| at)
    };
    let Some(begin) = place(start) else {
        return "<error>No more content available.</error>".to_owned();
    };
    let next = start.saturating_add(most);
    match place(next) {
        None if begin == 0 => text,
        None => text[begin..].to_owned(),
        Some(end) => [
            &text[begin..end],
            "\n\n<error>Content truncated. Call the fetch tool with a start_index of ",
            &next.to_string(),
            " to get more content.</error>",
        ]
        .concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_join_to_the_whole_text() {
        for text in ["abcdefg", "aéb日c😀d"] {
            let mut whole = String::new();
            let mut start = 0;
            loop {
                let piece = part(text.to_owned(), start, 3);
                let (piece, more) = match piece.split_once("\n\n<error>") {
                    Some((piece, _)) => (piece.to_owned(), true),
                    None => (piece, false),
                };
                start += 3;
                whole.push_str(&piece);
                if !more {
                    break;
                }
            }
            assert_eq!(whole, text);
            assert_eq!(
                part(text.to_owned(), 7, 3),
                "<error>No more content available.</error>"
            );
            assert!(
                part(text.to_owned(), 4, 3).ends_with(&text[text.len() - 1..]),
                "the last part names no next"
            );
            assert!(part(text.to_owned(), u64::MAX, u64::MAX).starts_with("<error>"));
        }
    }
}
