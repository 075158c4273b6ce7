//! A page of HTML as the Markdown of its article.

use crate::{html, markdown, readable};

/// What is answered where a page holds no text.
pub const NOTHING: &str = "<error>Page failed to be simplified from HTML</error>";

/// The article of a page, as Markdown.
///
/// # Errors
///
/// Why the page is given up, with the remedy.
pub fn simplify(page: &str) -> Result<String, String> {
    let page = html::script_trim(page);
    let tree = html::parse(page).map_err(|error| error.to_string())?;
    let Some((mut tree, article)) = readable::article(tree, || html::parse(page).ok()) else {
        return Ok(NOTHING.to_owned());
    };
    let text = markdown::markdown(&mut tree, article).map_err(|error| error.to_string())?;
    if html::python_trim(&text).is_empty() {
        return Ok(NOTHING.to_owned());
    }
    Ok(text)
}
