//! What a model is asked: in words, because that is what a model counts least badly.

use serde::{Deserialize, Serialize};
use wasmmcp::prelude::Schema;

/// How a summary is written.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, Schema)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// A few sentences.
    Concise,
    /// All main points with what they rest on.
    Detailed,
    /// A list of points.
    Bullet,
}

/// The names of the styles.
pub const STYLES: [&str; 3] = ["concise", "detailed", "bullet"];

/// Texts of fewer characters are their own summary.
pub const SHORT: usize = 100;

/// What the model is told before the text.
pub fn instructions(style: Style, words: u32) -> String {
    let how = match style {
        Style::Concise => "Write a few plain sentences with what matters most.",
        Style::Detailed => "Keep every main point, and say what each rests on.",
        Style::Bullet => "Write a bullet list, one point a line, each line beginning with \"- \".",
    };
    [
        "You summarise the text that the user sends. ",
        how,
        " Use at most ",
        &words.to_string(),
        " words, the language of the text, and nothing that the text does not say. Answer with the summary alone.",
    ]
    .concat()
}

/// How many tokens the answer may have: a word is one or two of them in most languages, and a list has signs besides.
pub fn tokens(words: u32) -> u32 {
    words.saturating_mul(2).saturating_add(32)
}
