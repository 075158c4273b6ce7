//! Takes this machine's names and folders out of every text that is written.

use std::path::Path;

/// Shorter names are ordinary words (`root`, `pc`), and replacing them would garble sentences.
const SHORTEST_NAME: usize = 3;

/// What must not be written, and what stands in its place.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    /// Longest first, so that a data folder inside the home folder is named as what it is.
    folders: Vec<(String, &'static str)>,
    names: Vec<(String, &'static str)>,
}

impl Redactor {
    /// A redactor that replaces every absolute path by `<path>`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces this folder by a name in angle brackets, for example `<data>`, `<home>` or `<repository>`.
    #[must_use]
    pub fn folder(mut self, path: &Path, name: &'static str) -> Self {
        let text = path.to_string_lossy();
        let text = text.trim_end_matches('/');
        if !text.is_empty() {
            self.folders.push((text.to_owned(), name));
            self.folders
                .sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        }
        self
    }

    /// Replaces this host or user name by a name in angle brackets, where it stands as a word of its own.
    #[must_use]
    pub fn name(mut self, text: &str, name: &'static str) -> Self {
        if text.len() >= SHORTEST_NAME {
            self.names.push((text.to_owned(), name));
        }
        self
    }

    /// The text without them.
    pub fn redact(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut before = None;
        let mut rest = text;
        'text: while let Some(next) = rest.chars().next() {
            let found = self
                .folder_at(before, rest)
                .or_else(|| self.name_at(before, rest));
            if let Some((name, length)) = found {
                clean.push_str(name);
                before = Some('>');
                rest = &rest[length..];
                continue 'text;
            }
            clean.push(next);
            before = Some(next);
            rest = &rest[next.len_utf8()..];
        }
        clean
    }

    /// A folder of ours, or any other absolute path, that starts here.
    fn folder_at(&self, before: Option<char>, rest: &str) -> Option<(&'static str, usize)> {
        // Inside `a/b`, `http://x` and `<data>/x` a slash starts no absolute path.
        if before.is_some_and(|before| {
            before.is_alphanumeric() || "/.<>_-~:".contains(before) && before != ':'
        }) {
            return None;
        }
        for (folder, name) in &self.folders {
            if let Some(after) = rest.strip_prefix(folder.as_str())
                && after.chars().next().is_none_or(|after| !is_name(after))
            {
                return Some((name, folder.len()));
            }
        }
        if !rest.starts_with('/') || rest.starts_with("//") {
            return None;
        }
        let length = rest
            .find(|next: char| next.is_whitespace() || "\"'`,;:)]}>|=".contains(next))
            .unwrap_or(rest.len());
        (length > 1).then_some(("<path>", length))
    }

    fn name_at(&self, before: Option<char>, rest: &str) -> Option<(&'static str, usize)> {
        if before.is_some_and(is_name) {
            return None;
        }
        self.names.iter().find_map(|(text, name)| {
            let after = rest.strip_prefix(text.as_str())?;
            after
                .chars()
                .next()
                .is_none_or(|after| !is_name(after))
                .then_some((*name, text.len()))
        })
    }
}

/// Whether a file or host name could go on with this character.
fn is_name(next: char) -> bool {
    next.is_alphanumeric() || next == '_' || next == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_names_of_this_machine_are_left_out() {
        let redactor = Redactor::new()
            .folder(Path::new("/home/alice"), "<home>")
            .folder(Path::new("/home/alice/photos/"), "<data>")
            .name("alice", "<user>")
            .name("bench-host", "<host>")
            .name("x", "<host>");
        let cases = [
            ("--data=/home/alice/photos", "--data=<data>"),
            ("/home/alice/photos/set/1.jpg", "<data>/set/1.jpg"),
            ("/home/alice/photos-2", "<home>/photos-2"),
            ("/home/alicette/x", "<path>"),
            (
                "cannot open /etc/shadow: denied",
                "cannot open <path>: denied",
            ),
            ("(/usr/bin/node) exited", "(<path>) exited"),
            ("alice@bench-host, malice", "<user>@<host>, malice"),
            (
                "http://127.0.0.1:80/noop/mcp",
                "http://127.0.0.1:80/noop/mcp",
            ),
            ("and/or 3/4 a / b ./x ../y x", "and/or 3/4 a / b ./x ../y x"),
            ("at:/opt/thing", "at:<path>"),
            ("« /é/ü »", "« <path> »"),
            ("", ""),
        ];
        for (text, clean) in cases {
            assert_eq!(redactor.redact(text), clean);
            assert_eq!(
                redactor.redact(clean),
                clean,
                "a second pass changes nothing"
            );
        }
    }
}
