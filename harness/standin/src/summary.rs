//! A summary by rule: the sentences that share most words with the rest of the text, in their order, within a number of tokens.

use std::collections::BTreeMap;

/// What a model would say, and how it is counted.
#[derive(Debug, PartialEq, Eq)]
pub struct Summary {
    pub text: String,
    pub tokens: usize,
    /// Whether it had to be cut.
    pub cut: bool,
}

/// Tokens as models count them, roughly: four letters or digits each, and one for each other sign that is seen.
pub fn tokens(text: &str) -> usize {
    let (mut count, mut run) = (0, 0_usize);
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            run += 1;
            continue;
        }
        count += run.div_ceil(4);
        run = 0;
        count += usize::from(!letter.is_whitespace());
    }
    count + run.div_ceil(4)
}

/// Summarises within `most` tokens; as a list with dashes, if that was asked for.
pub fn summary(text: &str, most: usize, list: bool) -> Summary {
    let sentences = sentences(text);
    let mut words: BTreeMap<String, u32> = BTreeMap::new();
    for word in sentences.iter().flat_map(|sentence| words_of(sentence)) {
        *words.entry(word).or_default() += 1;
    }
    // the mean, so that a long sentence is no better for being long
    let score = |sentence: &str| {
        let known: Vec<u32> = words_of(sentence).map(|word| words[&word]).collect();
        known.iter().sum::<u32>() as f64 / known.len().max(4) as f64
    };
    let mut best: Vec<(usize, f64)> = sentences
        .iter()
        .enumerate()
        .map(|(at, sentence)| (at, score(sentence)))
        .collect();
    best.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let shown = |sentence: &str| {
        if list {
            format!("- {sentence}")
        } else {
            sentence.to_owned()
        }
    };
    let mut chosen: Vec<usize> = Vec::new();
    let mut used = 0;
    for (at, _) in best {
        let needed = tokens(&shown(sentences[at]));
        // a fifth of the text is a summary, however much may be said
        let enough = chosen.len() * 5 > sentences.len();
        if used + needed <= most && !enough {
            used += needed;
            chosen.push(at);
        }
    }
    if chosen.is_empty() {
        let first = sentences.first().copied().unwrap_or("");
        return cut(first, most);
    }
    chosen.sort_unstable();
    let lines: Vec<String> = chosen.iter().map(|at| shown(sentences[*at])).collect();
    let text = lines.join(if list { "\n" } else { " " });
    Summary {
        tokens: tokens(&text),
        text,
        cut: false,
    }
}

/// As many words of a sentence as fit.
fn cut(sentence: &str, most: usize) -> Summary {
    let mut text = String::new();
    let mut used = 0;
    let mut cut = false;
    for word in sentence.split_whitespace() {
        used += tokens(word);
        if used > most {
            cut = true;
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    Summary {
        tokens: tokens(&text),
        text,
        cut,
    }
}

/// Sentences end at a full stop, question or exclamation mark before white space, or at an empty line.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in text.split("\n\n") {
        let mut begin = 0;
        for (at, _) in part.match_indices(['.', '!', '?']) {
            if part[at + 1..].starts_with(char::is_whitespace) {
                found.push(part[begin..=at].trim());
                begin = at + 1;
            }
        }
        found.push(part[begin..].trim());
    }
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// The words that say something: four letters and more.
fn words_of(sentence: &str) -> impl Iterator<Item = String> {
    sentence
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.chars().count() > 3)
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::{Summary, summary, tokens};

    const TEXT: &str = "Cold starts cost time. The weather was fine. A cold start is paid once, and caches make cold starts cheap. Nobody came.\n\nStarts that are cold are slow! Is that so? It is.";

    #[test]
    fn the_sentences_that_the_text_is_about_are_chosen() {
        let Summary { text, tokens, cut } = summary(TEXT, 100, false);
        assert_eq!(
            text,
            "Cold starts cost time. Starts that are cold are slow!"
        );
        assert_eq!((tokens, cut), (super::tokens(&text), false));
        let listed = summary(TEXT, 100, true).text;
        assert_eq!(
            listed,
            "- Cold starts cost time.\n- Starts that are cold are slow!"
        );
    }

    #[test]
    fn no_summary_is_longer_than_it_may_be() {
        for most in 0..60 {
            let made = summary(TEXT, most, false);
            assert!(made.tokens <= most, "{most}: {made:?}");
            assert_eq!(made.tokens, tokens(&made.text));
        }
        assert!(summary(TEXT, 2, false).cut);
        assert_eq!(summary("", 10, false).text, "");
        assert_eq!(
            summary("žluťoučký kůň 設計", 100, false).text,
            "žluťoučký kůň 設計"
        );
    }

    #[test]
    fn tokens_are_four_letters_and_each_sign() {
        for (text, count) in [
            ("", 0),
            ("a", 1),
            ("four", 1),
            ("fives", 2),
            ("a, b.", 4),
            (" \n", 0),
        ] {
            assert_eq!(tokens(text), count, "{text:?}");
        }
    }
}
