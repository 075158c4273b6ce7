//! The title and the author that a page names for itself: they say which heading is a repetition, and whether an author's line is looked for.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::html::{Id, Tree, blank, is_script_space, script_trim};

use super::measure::inner_text;

/// What a page says of itself.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) title: String,
    /// Whether an author is named.
    pub(super) byline: bool,
}

/// What scripts of linked data say, before scripts are taken away.
pub(super) fn linked(tree: &Tree) -> Facts {
    for script in tree.named(Tree::ROOT, "script") {
        if tree.attribute(script, "type") != Some("application/ld+json") {
            continue;
        }
        let text = tree.text(script);
        let text = script_trim(&text);
        let text = text.strip_prefix("<![CDATA[").unwrap_or(text);
        let text = text.strip_suffix("]]>").unwrap_or(text);
        if let Ok(value) = serde_json::from_str(script_trim(text))
            && let Some(facts) = article(tree, value)
        {
            return facts;
        }
    }
    Facts::default()
}

/// The types of things that are articles. The pattern that Readability tests them by is anchored at its first and last alternative only.
fn is_article(kind: &Value) -> bool {
    const WITHIN: &[&str] = &[
        "AdvertiserContentArticle",
        "NewsArticle",
        "Report",
        "SatiricalArticle",
        "ScholarlyArticle",
        "SocialMediaPosting",
        "BlogPosting",
        "DiscussionForumPosting",
        "TechArticle",
    ];
    kind.as_str().is_some_and(|kind| {
        kind.starts_with("Article")
            || kind.ends_with("APIReference")
            || WITHIN.iter().any(|word| kind.contains(word))
    })
}

fn article(tree: &Tree, value: Value) -> Option<Facts> {
    let mut value = value;
    if let Value::Array(list) = value {
        value = list.into_iter().find(|item| is_article(&item["@type"]))?;
    }
    let named = |context: &Value| {
        context.as_str().is_some_and(|context| {
            let bare = context.strip_suffix('/').unwrap_or(context);
            bare == "http://schema.org" || bare == "https://schema.org"
        })
    };
    if !named(&value["@context"]) && !named(&value["@context"]["@vocab"]) {
        return None;
    }
    if value["@type"].is_null() && value["@graph"].is_array() {
        let Value::Array(list) = value["@graph"].take() else {
            return None;
        };
        value = list.into_iter().find(|item| is_article(&item["@type"]))?;
    }
    if !is_article(&value["@type"]) {
        return None;
    }
    let title = match (value["name"].as_str(), value["headline"].as_str()) {
        (Some(name), Some(headline)) if name != headline => {
            let own = document_title(tree);
            let (by_name, by_headline) = (similarity(name, &own), similarity(headline, &own));
            let better = by_headline > 0.75 && by_name <= 0.75;
            if better { headline } else { name }
        }
        (Some(name), _) => script_trim(name),
        (None, Some(headline)) => script_trim(headline),
        (None, None) => "",
    };
    let author = &value["author"];
    let author = author["name"]
        .as_str()
        .or_else(|| author.get(0)?["name"].as_str());
    Some(Facts {
        title: title.to_owned(),
        byline: author.is_some_and(|name| !blank(name)),
    })
}

/// Adds what the page's meta elements say to what linked data said.
pub(super) fn facts(tree: &Tree, linked: Facts) -> Facts {
    let mut values = BTreeMap::new();
    for meta in tree.named(Tree::ROOT, "meta") {
        let Some(content) = tree
            .attribute(meta, "content")
            .filter(|text| !text.is_empty())
        else {
            continue;
        };
        let property = tree.attribute(meta, "property").and_then(property_name);
        let name = property.or_else(|| tree.attribute(meta, "name").and_then(meta_name));
        if let Some(name) = name {
            values.insert(name, script_trim(content));
        }
    }
    let said = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| values.get(*key).filter(|value| !value.is_empty()))
            .map(|value| (*value).to_owned())
    };
    let title = Some(linked.title)
        .filter(|title| !title.is_empty())
        .or_else(|| {
            said(&[
                "dc:title",
                "dcterm:title",
                "og:title",
                "weibo:article:title",
                "weibo:webpage:title",
                "title",
                "twitter:title",
                "parsely-title",
            ])
        })
        .unwrap_or_else(|| document_title(tree));
    let byline = linked.byline
        || said(&["dc:creator", "dcterm:creator", "author", "parsely-author"]).is_some()
        || said(&["article:author"]).is_some_and(|author| url::Url::parse(&author).is_err());
    Facts {
        title: unescape(&title),
        byline,
    }
}

fn without_space(text: &str) -> String {
    text.chars()
        .filter(|letter| !is_script_space(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The first name of the kind `og:title` in a property.
fn property_name(text: &str) -> Option<String> {
    const SPACES: &[&str] = &["article", "dc", "dcterm", "og", "twitter"];
    const WORDS: &[&str] = &[
        "author",
        "creator",
        "description",
        "published_time",
        "title",
        "site_name",
    ];
    let lower = text.to_ascii_lowercase();
    lower.match_indices(':').find_map(|(colon, _)| {
        let before = lower[..colon].trim_end_matches(is_script_space);
        let after = lower[colon + 1..].trim_start_matches(is_script_space);
        let word = WORDS.iter().find(|word| after.starts_with(**word))?;
        // Leftmost first: where `dcterm` fits, `dc` does not end at the colon.
        let space = SPACES
            .iter()
            .filter(|space| before.ends_with(**space))
            .max_by_key(|space| space.len())?;
        Some([space, ":", word].concat())
    })
}

/// The name of a meta element, where it is one of those that matter.
fn meta_name(text: &str) -> Option<String> {
    const WORDS: &[&str] = &[
        "author",
        "creator",
        "pub-date",
        "description",
        "title",
        "site_name",
    ];
    const SPACES: &[&str] = &[
        "dc",
        "dcterm",
        "og",
        "twitter",
        "parsely",
        "weibo:article",
        "weibo:webpage",
    ];
    let name = script_trim(text).to_ascii_lowercase();
    let word = WORDS.iter().find(|word| name.ends_with(**word))?;
    let before = name[..name.len() - word.len()].trim_end_matches(is_script_space);
    let fits = before.is_empty()
        || before
            .strip_suffix(['-', '.', ':'])
            .is_some_and(|space| SPACES.contains(&space.trim_end_matches(is_script_space)));
    fits.then(|| without_space(&name).replace('.', ":"))
}

/// Reads the five named entities and the numbers that stand for letters, as meta elements hold them escaped twice.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = rest[1..].find(';').filter(|end| *end < 12).and_then(|end| {
            let body = &rest[1..=end];
            let letter = match body {
                "quot" => '"',
                "amp" => '&',
                "apos" => '\'',
                "lt" => '<',
                "gt" => '>',
                _ => {
                    let number = body.strip_prefix('#')?;
                    let number = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(number)
                        .filter(|letter| *letter != '\0')
                        .unwrap_or('\u{fffd}')
                }
            };
            Some((letter, end + 2))
        });
        match entity {
            Some((letter, length)) => {
                out.push(letter);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn word_count(text: &str) -> usize {
    // `split` in JavaScript counts the nothing before and behind white space at the ends.
    let words = text
        .split(is_script_space)
        .filter(|word| !word.is_empty())
        .count();
    let ends = [
        text.starts_with(is_script_space),
        text.ends_with(is_script_space),
    ];
    let ends = ends.iter().filter(|end| **end).count();
    if words == 0 {
        1 + ends.min(1)
    } else {
        words + ends
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

const SEPARATORS: [char; 6] = ['|', '-', '\\', '/', '>', '»'];

/// The title that the document has, without the site's name where that can be told.
fn document_title(tree: &Tree) -> String {
    let original = tree
        .named(Tree::ROOT, "title")
        .find(|id| tree.tag(*id) == "title")
        .map(|id| {
            let text = tree.text(id);
            text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
        })
        .unwrap_or_default();
    let original = script_trim(&original);
    let mut title = original.to_owned();
    let mut found = Vec::new();
    let mut rest = original;
    while let Some(at) = rest.find(' ') {
        rest = &rest[at + 1..];
        let mut letters = rest.chars();
        if let (Some(sign), Some(' ')) = (letters.next(), letters.next())
            && SEPARATORS.contains(&sign)
        {
            found.push((original.len() - rest.len() - 1, sign));
            // Matches do not overlap.
            rest = letters.as_str();
        }
    }
    let mut hierarchical = false;
    if let Some((last, _)) = found.last() {
        hierarchical = found.iter().any(|(_, sign)| !matches!(sign, '|' | '-'));
        title = original[..*last].to_owned();
        if word_count(&title) < 3 {
            let first = original.find(SEPARATORS);
            title = first.map_or_else(
                || original.to_owned(),
                |at| {
                    let width = original[at..].chars().next().map_or(1, char::len_utf8);
                    original[at + width..].to_owned()
                },
            );
        }
    } else if title.contains(": ") {
        let trimmed = script_trim(&title);
        let repeated = tree
            .all(Tree::ROOT, &["h1", "h2"])
            .into_iter()
            .any(|heading| script_trim(&tree.text(heading)) == trimmed);
        if !repeated && let (Some(first), Some(last)) = (original.find(':'), original.rfind(':')) {
            title = original[last + 1..].to_owned();
            if word_count(&title) < 3 {
                title = original[first + 1..].to_owned();
            } else if word_count(&original[..first]) > 5 {
                title = original.to_owned();
            }
        }
    } else if units(&title) > 150 || units(&title) < 15 {
        let mut headings = tree.named(Tree::ROOT, "h1");
        if let (Some(only), None) = (headings.next(), headings.next()) {
            title = inner_text(tree, only);
        }
    }
    let title = collapse(script_trim(&title));
    let words = word_count(&title);
    if words <= 4 {
        let bare: String = original.split(SEPARATORS).collect();
        if !hierarchical || words + 1 != word_count(&bare) {
            return original.to_owned();
        }
    }
    title
}

/// Runs of two or more white spaces become one space.
fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run: Option<(char, bool)> = None;
    for letter in text.chars() {
        if is_script_space(letter) {
            run = Some((run.map_or(letter, |(first, _)| first), run.is_some()));
            continue;
        }
        if let Some((first, several)) = run.take() {
            out.push(if several { ' ' } else { first });
        }
        out.push(letter);
    }
    if let Some((first, several)) = run {
        out.push(if several { ' ' } else { first });
    }
    out
}

fn tokens(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|token| !token.is_empty())
        .map(str::to_owned)
        .collect()
}

/// How much of the second text's words the first has, from 0 to 1.
pub(super) fn similarity(first: &str, second: &str) -> f64 {
    let (first, second) = (tokens(first), tokens(second));
    if first.is_empty() || second.is_empty() {
        return 0.0;
    }
    let joined = |words: &[&String]| {
        words
            .iter()
            .map(|word| word.len() + 1)
            .sum::<usize>()
            .saturating_sub(1)
    };
    let known: std::collections::BTreeSet<&String> = first.iter().collect();
    let all: Vec<&String> = second.iter().collect();
    let new: Vec<&String> = all
        .iter()
        .copied()
        .filter(|word| !known.contains(word))
        .collect();
    1.0 - joined(&new) as f64 / joined(&all) as f64
}

/// Whether a heading says what the title says.
pub(super) fn repeats_title(tree: &Tree, id: Id, title: &str) -> bool {
    matches!(tree.tag(id), "h1" | "h2") && {
        let text = tree.text(id);
        similarity(title, script_trim(&text)) > 0.75
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_loses_the_name_of_its_site() {
        let title = |html: &str| document_title(&crate::html::parse(html).expect("small"));
        assert_eq!(
            title("<title>How the tides turn the moon | The Daily</title>"),
            "How the tides turn the moon"
        );
        assert_eq!(title("<title>A - B</title>"), "A - B");
        assert_eq!(
            title("<title>News: The long way from here to there</title>"),
            "The long way from here to there"
        );
        assert_eq!(
            title("<title>Short</title><h1>A heading that says more</h1>"),
            "A heading that says more"
        );
    }

    #[test]
    fn names_of_meta_elements_are_read() {
        assert_eq!(property_name("og:title").as_deref(), Some("og:title"));
        assert_eq!(
            property_name("DCTERM : creator").as_deref(),
            Some("dcterm:creator")
        );
        assert_eq!(property_name("fb:title"), None);
        assert_eq!(meta_name(" DC.Title ").as_deref(), Some("dc:title"));
        assert_eq!(meta_name("author").as_deref(), Some("author"));
        assert_eq!(meta_name("viewport"), None);
        assert_eq!(
            unescape("a &amp;lt; &#65;&#x42; &nope; &"),
            "a &lt; AB &nope; &"
        );
    }
}
