//! Editing a text file by replacing passages, shown as a diff.

use memchr::memmem;

use crate::allowed::Allowed;
use crate::diff;
use crate::disk::{self, File};
use crate::failure::Failure;
use crate::text::{self, with_line_feeds};

/// One replacement.
#[derive(Clone, Copy, Debug)]
pub struct Replacement<'a> {
    /// The passage to look for.
    pub old: &'a str,
    /// What to put there.
    pub new: &'a str,
}

/// Applies the replacements one after another and answers with the diff; a dry run leaves the file alone.
///
/// CR LF becomes LF, as in the official server. A file that is not UTF-8 is refused, because writing it back would damage it.
pub fn edit(
    allowed: &Allowed,
    requested: &str,
    replacements: &[Replacement<'_>],
    dry_run: bool,
) -> Result<String, Failure> {
    let path = allowed.resolve(requested)?;
    let file = File::open(&path).map_err(|fault| fault.at("open", &path))?;
    let bytes = text::whole(&file, &path, text::LARGEST)?;
    drop(file);
    let before = String::from_utf8(bytes).map_err(|_| {
        Failure(format!(
            "{path} is not UTF-8 text, and editing would damage it; replace it as a whole with write_file"
        ))
    })?;
    let before = with_line_feeds(before);
    let mut after = before.clone();
    for replacement in replacements {
        after = replace(after, *replacement)?;
    }
    let diff = diff::unified(&path, &before, &after);
    if !dry_run {
        disk::replace(&path, after.as_bytes()).map_err(|fault| fault.at("open", &path))?;
    }
    let fence = "`".repeat(3.max(longest_run_of_backticks(&diff) + 1));
    Ok(format!("{fence}diff\n{diff}{fence}\n\n"))
}

/// The text with the first occurrence of the old passage replaced.
///
/// Where it does not occur, lines are compared without the white space around them, and the new lines are indented like the ones they replace.
fn replace(mut content: String, replacement: Replacement<'_>) -> Result<String, Failure> {
    let old = with_line_feeds(replacement.old.to_owned());
    let new = with_line_feeds(replacement.new.to_owned());
    if let Some(at) = memmem::find(content.as_bytes(), old.as_bytes()) {
        content.replace_range(at..at + old.len(), &new);
        return Ok(content);
    }
    let old_lines: Vec<&str> = old.split('\n').collect();
    let wanted: Vec<&str> = old_lines
        .iter()
        .map(|line| line.trim_matches(is_space))
        .collect();
    let lines: Vec<&str> = content.split('\n').collect();
    let trimmed: Vec<&str> = lines
        .iter()
        .map(|line| line.trim_matches(is_space))
        .collect();
    let Some(at) = trimmed
        .windows(wanted.len())
        .position(|window| window == wanted)
    else {
        return Err(Failure(format!(
            "Could not find exact match for edit:\n{}",
            replacement.old
        )));
    };
    let indent = indentation(lines[at]);
    let mut result: Vec<String> = lines[..at].iter().map(|line| (*line).to_owned()).collect();
    for (index, line) in new.split('\n').enumerate() {
        let own = indentation(line);
        let theirs = old_lines.get(index).map_or("", |line| indentation(line));
        let rest = &line[own.len()..];
        result.push(if index == 0 {
            format!("{indent}{rest}")
        } else if !theirs.is_empty() && !own.is_empty() {
            let deeper = own.chars().count().saturating_sub(theirs.chars().count());
            format!("{indent}{}{rest}", " ".repeat(deeper))
        } else {
            line.to_owned()
        });
    }
    result.extend(
        lines[at + wanted.len()..]
            .iter()
            .map(|line| (*line).to_owned()),
    );
    Ok(result.join("\n"))
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches(is_space).len()]
}

/// What JavaScript trims and matches as `\s`.
fn is_space(character: char) -> bool {
    matches!(character,
        '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}'
        | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}')
}

fn longest_run_of_backticks(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for byte in text.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_not_replaced_stays_as_it_was(
            before in "[a-c \n]{0,30}", old in "[d-f\n]{1,8}", after in "[a-c \n]{0,30}", new in "[ -~\n]{0,20}",
        ) {
            prop_assume!(!before.contains(&old) && old.contains(['d', 'e', 'f']));
            let content = format!("{before}{old}{after}");
            let at = content.find(&old).expect("it was put there");
            let expected = format!("{}{new}{}", &content[..at], &content[at + old.len()..]);
            prop_assert_eq!(replace(content, Replacement { old: &old, new: &new }), Ok(expected));
        }

        #[test]
        fn a_loose_match_changes_only_the_lines_that_match(
            before in "([a-c]{1,5}\n){0,6}", after in "(\n[a-c]{1,5}){0,6}", indent in "[ \t]{0,4}", other in "[ \t]{1,4}",
        ) {
            let content = format!("{before}{indent}old{after}");
            let replaced = replace(content, Replacement { old: &format!("{indent}{other}old"), new: "  new" });
            prop_assert_eq!(replaced, Ok(format!("{before}{indent}new{after}")));
        }
    }

    #[test]
    fn a_passage_that_is_not_there_is_an_error() {
        let refused = replace("a\nb".to_owned(), Replacement { old: "c", new: "" });
        assert_eq!(
            refused,
            Err(Failure(
                "Could not find exact match for edit:\nc".to_owned()
            ))
        );
    }
}
