//! White space, which JavaScript (where the article is found) and Python (where Markdown is written) count differently.

/// What `\s` and `trim` mean in JavaScript.
#[inline]
pub fn is_script_space(letter: char) -> bool {
    match letter {
        '!'..='~' => false,
        '\t'..='\r' | ' ' => true,
        '\0'..='\u{9f}' => false,
        '\u{feff}' => true,
        _ => letter.is_whitespace(),
    }
}

/// What `str.strip` means in Python.
pub fn is_python_space(letter: char) -> bool {
    matches!(letter, '\u{1c}'..='\u{1f}') || letter.is_whitespace()
}

/// Whether there is nothing but white space, as JavaScript sees it.
pub fn blank(text: &str) -> bool {
    text.chars().all(is_script_space)
}

/// JavaScript's `trim`.
pub fn script_trim(text: &str) -> &str {
    text.trim_matches(is_script_space)
}

/// Python's `strip`.
pub fn python_trim(text: &str) -> &str {
    text.trim_matches(is_python_space)
}

/// Python's `rstrip`.
pub fn python_trim_end(text: &str) -> &str {
    text.trim_end_matches(is_python_space)
}
