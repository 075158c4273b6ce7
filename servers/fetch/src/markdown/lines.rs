//! Lines that are moved to the right.

/// Puts `mark` before each line; `bare` before those without text.
pub(super) fn indent(text: &str, mark: &str, bare: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if line.is_empty() {
            out.push_str(bare);
        } else {
            out.push_str(mark);
            out.push_str(line);
        }
    }
    out
}
