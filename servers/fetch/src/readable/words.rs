//! The words by which classes, names and texts are judged, as Mozilla's Readability 0.6 lists them.

/// Some words, found as parts of a text whatever their case.
pub(super) struct Words {
    list: &'static [&'static str],
    /// The letters that they begin with, a bit each: nearly no letter of a text begins one.
    first: u128,
}

impl Words {
    const fn new(list: &'static [&'static str]) -> Words {
        let mut first = 0;
        let mut at = 0;
        while at < list.len() {
            first |= 1 << list[at].as_bytes()[0];
            at += 1;
        }
        Words { list, first }
    }

    /// Whether the text, which is in lower case, holds one of them.
    pub(super) fn within(&self, lower: &str) -> bool {
        let bytes = lower.as_bytes();
        bytes.iter().enumerate().any(|(start, letter)| {
            letter.is_ascii()
                && self.first >> letter & 1 == 1
                && self
                    .list
                    .iter()
                    .any(|word| bytes[start..].starts_with(word.as_bytes()))
        })
    }
}

/// What is probably not the article.
pub(super) const UNLIKELY: Words = Words::new(&[
    "-ad-",
    "ai2html",
    "banner",
    "breadcrumbs",
    "combx",
    "comment",
    "community",
    "cover-wrap",
    "disqus",
    "extra",
    "footer",
    "gdpr",
    "header",
    "legends",
    "menu",
    "related",
    "remark",
    "replies",
    "rss",
    "shoutbox",
    "sidebar",
    "skyscraper",
    "social",
    "sponsor",
    "supplemental",
    "ad-break",
    "agegate",
    "pagination",
    "pager",
    "popup",
    "yom-remote",
]);

/// What may be it all the same.
pub(super) const MAYBE: Words = Words::new(&[
    "and", "article", "body", "column", "content", "main", "shadow",
]);

/// What speaks for it.
pub(super) const POSITIVE: Words = Words::new(&[
    "article",
    "body",
    "content",
    "entry",
    "hentry",
    "h-entry",
    "main",
    "page",
    "pagination",
    "post",
    "text",
    "blog",
    "story",
]);

/// What speaks against it, besides the word `hid`.
pub(super) const NEGATIVE: Words = Words::new(&[
    "-ad-",
    "hidden",
    "banner",
    "combx",
    "comment",
    "com-",
    "contact",
    "footer",
    "gdpr",
    "masthead",
    "media",
    "meta",
    "outbrain",
    "promo",
    "related",
    "scroll",
    "share",
    "shoutbox",
    "sidebar",
    "skyscraper",
    "sponsor",
    "shopping",
    "tags",
    "widget",
]);

/// Who wrote it.
pub(super) const BYLINE: Words =
    Words::new(&["byline", "author", "dateline", "writtenby", "p-author"]);

/// Whether a class or a name speaks against an element.
pub(super) fn negative(lower: &str) -> bool {
    NEGATIVE.within(lower) || lower.split(' ').any(|word| word == "hid")
}

/// Whether a class or a name says that things are shared here: `share` or `sharedaddy` as a word.
pub(super) fn shares(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_ascii_alphanumeric());
    ["share", "sharedaddy"].iter().any(|word| {
        lower.match_indices(word).any(|(start, _)| {
            edge(lower[..start].chars().next_back())
                && edge(lower[start + word.len()..].chars().next())
        })
    })
}

/// Whether a text is nothing but the word for advertisements, in some languages.
pub(super) fn advertises(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "ad",
        "advertising",
        "advertisement",
        "pub",
        "publicité",
        "werb",
        "werbung",
        "广告",
        "реклама",
        "anuncio",
    ];
    text.len() < 32 && WORDS.contains(&text.to_lowercase().as_str())
}

/// Whether a text only says that something is being loaded.
pub(super) fn loads(text: &str) -> bool {
    const WORDS: &[&str] = &["loading", "正在加载", "загрузка", "chargement", "cargando"];
    if text.len() > 48 {
        return false;
    }
    let lower = text.to_lowercase();
    let bare = lower
        .strip_suffix('…')
        .or_else(|| lower.strip_suffix("..."))
        .unwrap_or(&lower);
    WORDS.contains(&bare)
}

/// Whether an address is that of a place that is known for videos.
pub(super) fn shows_video(text: &str) -> bool {
    const PLACES: &[&str] = &[
        "dailymotion.com",
        "youtube.com",
        "youtube-nocookie.com",
        "player.vimeo.com",
        "v.qq.com",
        "archive.org",
        "upload.wikimedia.org",
        "player.twitch.tv",
    ];
    let lower = text.to_ascii_lowercase();
    lower.match_indices("//").any(|(start, _)| {
        let place = &lower[start + 2..];
        let place = place.strip_prefix("www.").unwrap_or(place);
        PLACES.iter().any(|known| place.starts_with(known))
    })
}

const PICTURES: &[&str] = &[".jpg", ".jpeg", ".png", ".webp"];

/// Whether a text names a file of a picture, anywhere and in any case.
pub(super) fn names_picture(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    PICTURES.iter().any(|ending| lower.contains(ending))
}

/// Whether a text is a choice of pictures by size: `a.jpg 2x`.
pub(super) fn chooses_picture(text: &str) -> bool {
    PICTURES.iter().any(|ending| {
        text.match_indices(ending).any(|(start, _)| {
            let rest = &text[start + ending.len()..];
            let trimmed = rest.trim_start_matches(crate::html::is_script_space);
            trimmed.len() < rest.len() && trimmed.starts_with(|first: char| first.is_ascii_digit())
        })
    })
}

/// Whether a text is the address of one picture and nothing else.
pub(super) fn is_picture(text: &str) -> bool {
    let address = crate::html::script_trim(text);
    !address.contains(crate::html::is_script_space)
        && PICTURES
            .iter()
            .any(|ending| address.rfind(ending).is_some_and(|start| start > 0))
}

/// Whether a letter is one of the commas that sentences of prose have.
pub(super) fn is_comma(letter: char) -> bool {
    matches!(
        letter,
        ',' | '\u{60c}'
            | '\u{fe50}'
            | '\u{fe10}'
            | '\u{fe11}'
            | '\u{2e41}'
            | '\u{2e34}'
            | '\u{2e32}'
            | '\u{ff0c}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_judged_by_the_words_in_them() {
        assert!(UNLIKELY.within("top-banner x") && !UNLIKELY.within("ad"));
        assert!(negative("a hid") && negative("hid") && !negative("hide"));
        assert!(shares("post_share x") && shares("Sharedaddy") && !shares("shareholder"));
        assert!(
            shows_video("https://www.youtube.com/embed/1")
                && !shows_video("https://x.org/youtube.com")
        );
        assert!(advertises("Werbung") && !advertises("a werbung") && loads("Loading..."));
        assert!(is_picture(" a/b.jpg?x ") && !is_picture(".jpg") && !is_picture("a.jpg b"));
        assert!(chooses_picture("a.jpg 2x, b.jpg 3x") && !chooses_picture("a.jpg"));
    }
}
