//! Reads a repository's configuration file. Includes are not followed: they would lead outside.

/// The settings, in the file's order: section, subsection and name as one key, and the value.
#[derive(Debug, Default)]
pub struct Config {
    settings: Vec<(String, String)>,
}

impl Config {
    /// Adds what a file says; a line that cannot be understood is left out.
    pub fn add(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut section = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut line = line.trim_start();
            if line.starts_with('[') {
                let Some((name, rest)) = heading(line) else {
                    continue;
                };
                section = name;
                line = rest.trim_start();
            }
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let end = line
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                .unwrap_or(line.len());
            let (name, rest) = line.split_at(end);
            let rest = rest.trim_start();
            let value = match rest.strip_prefix('=') {
                Some(rest) => value(rest.trim_start(), &mut lines),
                // a name alone means true
                None => String::from("true"),
            };
            if !name.is_empty() {
                let key = format!("{section}.{}", name.to_ascii_lowercase());
                self.settings.push((key, value));
            }
        }
    }

    /// The last value of `section.name` or `section.subsection.name`; section and name in lower case.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.settings.iter().rev().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// The last value as a truth; `None` where it is not set or is neither.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" | "" => Some(false),
            number => number.parse::<i64>().ok().map(|number| number != 0),
        }
    }

    /// All values of a key, the first one first.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let same = self.settings.iter().filter(move |(name, _)| name == key);
        same.map(|(_, value)| value.as_str())
    }
}

/// `[section]`, `[section "sub"]` or the old `[section.sub]`, and what follows it on the line.
fn heading(line: &str) -> Option<(String, &str)> {
    let line = line.strip_prefix('[')?;
    let end = line.find(['"', ']'])?;
    let name = line[..end].trim().to_ascii_lowercase();
    if line[end..].starts_with(']') {
        return Some((name, &line[end + 1..]));
    }
    let mut sub = String::new();
    let mut rest = line[end + 1..].char_indices();
    while let Some((at, character)) = rest.next() {
        match character {
            '\\' => sub.push(rest.next()?.1),
            '"' => {
                let after = line[end + 1 + at + 1..].trim_start().strip_prefix(']')?;
                return Some((format!("{name}.{sub}"), after));
            }
            other => sub.push(other),
        }
    }
    None
}

/// A value: quotes and escapes resolved, comments and white space at its end left out, continued on further lines.
fn value<'a>(first: &'a str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut value = String::new();
    let mut keep = 0;
    let mut quoted = false;
    let mut line = first;
    loop {
        let mut characters = line.chars();
        let mut continued = false;
        while let Some(character) = characters.next() {
            match character {
                '"' => {
                    quoted = !quoted;
                    keep = value.len();
                }
                '\\' => {
                    match characters.next() {
                        None => {
                            continued = true;
                            break;
                        }
                        Some('n') => value.push('\n'),
                        Some('t') => value.push('\t'),
                        Some('b') => value.push('\u{8}'),
                        Some(other) => value.push(other),
                    }
                    keep = value.len();
                }
                '#' | ';' if !quoted => break,
                other => {
                    value.push(other);
                    if quoted || !other.is_whitespace() {
                        keep = value.len();
                    }
                }
            }
        }
        if !continued {
            break;
        }
        let Some(next) = lines.next() else {
            break;
        };
        line = next;
    }
    value.truncate(keep);
    value
}
