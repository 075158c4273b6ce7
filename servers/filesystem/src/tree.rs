//! A directory with all that is below it, as the text of a JSON array.

use crate::allowed::Allowed;
use crate::disk::{Directory, Kind};
use crate::failure::{Failure, Fault};
use crate::glob::{Glob, PatternTooLong};
use crate::lexical;

// Far beyond what a model can read, and far below what a guest's memory holds.
const MOST_ENTRIES: usize = 200_000;
const DEEPEST: usize = 200;

/// The tree below a directory, without what a pattern excludes.
pub fn tree(allowed: &Allowed, requested: &str, exclude: &[String]) -> Result<String, Failure> {
    allowed.on(requested, |path| {
        let exclude = Exclusion::new(exclude).map_err(|error| Failure::new(error.to_string()))?;
        let root = Directory::open(path).map_err(|fault| fault.at("scandir", path))?;
        let mut writer = Writer {
            text: String::new(),
            entries: 0,
            exclude,
        };
        writer.directory(&root, path, &mut String::new(), 0)?;
        Ok(writer.text)
    })
}

/// What is left out of a tree: a plain name excludes itself at every depth.
struct Exclusion(Vec<Glob>);

impl Exclusion {
    fn new(patterns: &[String]) -> Result<Exclusion, PatternTooLong> {
        let mut globs = Vec::new();
        for pattern in patterns {
            globs.push(Glob::new(pattern)?);
            if !pattern.contains('*') {
                globs.push(Glob::new(&format!("**/{pattern}"))?);
                globs.push(Glob::new(&format!("**/{pattern}/**"))?);
            }
        }
        Ok(Exclusion(globs))
    }

    fn covers(&self, relative: &str) -> bool {
        self.0.iter().any(|glob| glob.matches(relative))
    }
}

struct Writer {
    text: String,
    entries: usize,
    exclude: Exclusion,
}

impl Writer {
    /// Writes the entries of a directory, which is `relative` to the root of the tree at `path`.
    fn directory(
        &mut self,
        directory: &Directory,
        path: &str,
        relative: &mut String,
        depth: usize,
    ) -> Result<(), Failure> {
        if depth > DEEPEST {
            return Err(Failure(format!(
                "{path}/{relative} is nested deeper than {DEEPEST} directories; ask for a tree that begins further down"
            )));
        }
        let refused =
            |fault: Fault, relative: &str| fault.at("scandir", &lexical::resolve(path, relative));
        let entries = directory
            .entries()
            .map_err(|fault| refused(fault, relative))?;
        self.entries += entries.len();
        if self.entries > MOST_ENTRIES {
            return Err(Failure(format!(
                "the tree has more than {MOST_ENTRIES} entries; ask for a part of it, or exclude some with excludePatterns"
            )));
        }
        let mut first = true;
        for entry in entries {
            let length = relative.len();
            if length > 0 {
                relative.push('/');
            }
            relative.push_str(&entry.name);
            if !self.exclude.covers(relative) {
                self.text.push_str(if first { "[" } else { "," });
                first = false;
                self.line(2 * depth + 1);
                self.text.push('{');
                self.line(2 * depth + 2);
                self.text.push_str("\"name\": ");
                quote(&mut self.text, &entry.name);
                self.text.push(',');
                self.line(2 * depth + 2);
                if entry.kind == Kind::Directory {
                    self.text.push_str("\"type\": \"directory\",");
                    self.line(2 * depth + 2);
                    self.text.push_str("\"children\": ");
                    let below = directory
                        .below(&entry.name)
                        .map_err(|fault| refused(fault, relative))?;
                    self.directory(&below, path, relative, depth + 1)?;
                } else {
                    self.text.push_str("\"type\": \"file\"");
                }
                self.line(2 * depth + 1);
                self.text.push('}');
            }
            relative.truncate(length);
        }
        if first {
            self.text.push_str("[]");
        } else {
            self.line(2 * depth);
            self.text.push(']');
        }
        Ok(())
    }

    fn line(&mut self, steps: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", steps));
    }
}

/// A JSON string, escaped as JavaScript escapes it.
fn quote(text: &mut String, name: &str) {
    text.push('"');
    for character in name.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            '\0'..='\u{1f}' => text.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => text.push(character),
        }
    }
    text.push('"');
}
