//! What a site asks of robots (RFC 9309), read as generously as the `protego` library reads it.

/// The rules for one robot.
#[derive(Debug, Default)]
struct Group {
    /// In lower case.
    agent: String,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    allow: bool,
    pattern: String,
}

/// A site's rules.
#[derive(Debug, Default)]
pub struct Robots {
    groups: Vec<Group>,
}

/// How many rules are kept; what a site writes beyond that nobody meant for a reader.
const MOST: usize = 10_000;

enum Field {
    Agent,
    Allow,
    Disallow,
    /// It belongs to the group, and is of no use here.
    Other,
    /// It belongs to the site.
    Site,
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "user-agent" | "useragent" | "user agent" => Field::Agent,
        "allow" => Field::Allow,
        "disallow" | "dissallow" | "dissalow" | "disalow" | "diasllow" | "disallaw" => {
            Field::Disallow
        }
        "crawl-delay" | "crawl delay" | "request-rate" | "request rate" | "visit-time"
        | "visit time" => Field::Other,
        "sitemap" | "sitemaps" | "site-map" | "host" => Field::Site,
        _ => return None,
    })
}

/// A line's field and value; a known field may stand without a colon.
fn directive(line: &str) -> Option<(Field, String)> {
    let colon = line.split_once(':');
    if let Some((name, value)) = colon {
        if let Some(field) = field(&name.trim().to_lowercase()) {
            return Some((field, value.trim().to_owned()));
        }
        if value.is_empty() || value.starts_with(char::is_whitespace) {
            return Some((Field::Other, value.trim().to_owned()));
        }
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    for count in 1..=2.min(words.len()) {
        if let Some(field) = field(&words[..count].join(" ").to_lowercase()) {
            return Some((field, words[count..].join(" ")));
        }
    }
    colon.map(|(_, value)| (Field::Other, value.trim().to_owned()))
}

impl Robots {
    /// Reads a robots.txt.
    pub fn parse(text: &str) -> Robots {
        let mut robots = Robots::default();
        let mut current: Vec<usize> = Vec::new();
        let mut after_rule = false;
        let mut kept = 0;
        for line in text.split([
            '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}',
            '\u{2029}',
        ]) {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() || kept > MOST {
                continue;
            }
            let Some((field, value)) = directive(line) else {
                continue;
            };
            match field {
                Field::Site => continue,
                Field::Agent => {
                    if std::mem::take(&mut after_rule) {
                        current.clear();
                    }
                }
                _ => after_rule = true,
            }
            if value.is_empty() {
                continue;
            }
            let allow = matches!(field, Field::Allow);
            match field {
                Field::Agent => {
                    let agent = value.to_lowercase();
                    if agent != "*" && agent.contains('*') {
                        robots.join(agent.replace('*', ""), &mut current);
                    }
                    robots.join(agent, &mut current);
                    kept += 1;
                }
                Field::Allow | Field::Disallow => {
                    for group in &current {
                        robots.groups[*group].add(allow, &value);
                        kept += 1;
                    }
                }
                Field::Other | Field::Site => {}
            }
        }
        for group in &mut robots.groups {
            // The longest pattern decides; of two as long the one that allows.
            group
                .rules
                .sort_by_key(|rule| std::cmp::Reverse((rule.pattern.chars().count(), rule.allow)));
        }
        robots
    }

    fn join(&mut self, agent: String, current: &mut Vec<usize>) {
        if agent.is_empty() {
            return;
        }
        let place = self
            .groups
            .iter()
            .position(|group| group.agent == agent)
            .unwrap_or_else(|| {
                self.groups.push(Group {
                    agent,
                    rules: Vec::new(),
                });
                self.groups.len() - 1
            });
        if !current.contains(&place) {
            current.push(place);
        }
    }

    /// Whether a robot may fetch a path with its query.
    pub fn allow(&self, path: &str, agent: &str) -> bool {
        if path.split('?').next() == Some("/robots.txt") {
            return true;
        }
        let agent = agent.trim().to_lowercase();
        let mut best: Option<(usize, &Group)> = None;
        for group in &self.groups {
            let score = group.concerns(&agent);
            if score > best.map_or(0, |(score, _)| score) {
                best = Some((score, group));
            }
        }
        let Some((_, group)) = best else { return true };
        let path = normal(path, false);
        let path = if path.starts_with('/') {
            path
        } else {
            ["/", &path].concat()
        };
        group
            .rules
            .iter()
            .find(|rule| fits(&rule.pattern, &path))
            .is_none_or(|rule| rule.allow)
    }
}

impl Group {
    /// How well the group's name fits a robot's: the length of what fits, at the start of a word.
    fn concerns(&self, agent: &str) -> usize {
        if self.agent == "*" {
            return 1;
        }
        let fits = agent.match_indices(&self.agent).any(|(at, _)| {
            agent[..at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphanumeric() && before != '-' && before != '_')
        });
        if fits { self.agent.chars().count() } else { 0 }
    }

    fn add(&mut self, allow: bool, written: &str) {
        if written.contains('$') {
            self.add(allow, &written.replace('$', "%24"));
        }
        let (body, anchor) = match written.strip_suffix('$') {
            Some(body) => (body, "$"),
            None => (written, ""),
        };
        let absolute = written.starts_with("https://") || written.starts_with("http://");
        let slash = if absolute { "/" } else { "" };
        let pattern = [&normal(&[slash, body].concat(), true), anchor].concat();
        if pattern.is_empty() {
            return;
        }
        let index = pattern
            .strip_suffix("index.html")
            .filter(|folder| allow && folder.ends_with('/'))
            .map(|folder| [folder, "$"].concat());
        self.rules.push(Rule { allow, pattern });
        self.rules
            .extend(index.map(|pattern| Rule { allow, pattern }));
    }
}

/// A path or a pattern with each letter written in one way: escaped where it must be, and only there.
fn normal(text: &str, pattern: bool) -> String {
    let kept = |byte: u8| byte == b'/' || byte == b'%' || (pattern && byte == b'*');
    let mut bytes = Vec::with_capacity(text.len());
    // Bytes that were escaped and have to stay so.
    let mut held = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, later)) = rest.split_first() {
        let digit = |at: usize| later.get(at).and_then(|byte| (*byte as char).to_digit(16));
        if *first == b'%'
            && let (Some(high), Some(low)) = (digit(0), digit(1))
        {
            let byte = (high * 16 + low) as u8;
            if kept(byte) {
                held.push(bytes.len());
            }
            bytes.push(byte);
            rest = &later[2..];
            continue;
        }
        bytes.push(*first);
        rest = later;
    }
    let mut out = String::with_capacity(bytes.len());
    let mut held = held.into_iter().peekable();
    // What is no UTF-8 becomes the sign for that, so both sides are spelled alike.
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for byte in chunk.valid().bytes() {
            let escaped = held.next_if_eq(&at).is_some();
            let plain = byte.is_ascii_alphanumeric()
                || b"-._~/=%".contains(&byte)
                || (pattern && byte == b'*');
            if plain && !escaped {
                out.push(byte as char);
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
            at += 1;
        }
        if !chunk.invalid().is_empty() {
            out.push_str("%EF%BF%BD");
            at += chunk.invalid().len();
        }
    }
    out
}

/// Whether a pattern with `*` and a last `$` fits a path. Linear: each part is looked for once.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, anchored) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.filter(|part| !part.is_empty()).peekable();
    let starred = pattern.contains('*');
    if !starred {
        return !anchored || rest.is_empty();
    }
    let open = pattern.ends_with('*');
    while let Some(part) = parts.next() {
        if parts.peek().is_none() && anchored && !open {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, path: &str, agent: &str, expected: bool) {
        assert_eq!(
            Robots::parse(text).allow(path, agent),
            expected,
            "{text:?} {path} {agent}"
        );
    }

    #[test]
    fn the_longest_rule_of_the_best_group_decides() {
        let text = "User-agent: *\nDisallow: /\nAllow: /public\n\nUser-agent: ann\nUser-agent: bob\nDisallow: /private\n# c\nAllow: /private/x$\n";
        check(text, "/public/a", "x", true);
        check(text, "/other", "x", false);
        check(text, "/robots.txt?x", "x", true);
        check(text, "/other", "Ann/1.0 (a robot)", true);
        check(text, "/private", "Mozilla (compatible; bob)", false);
        check(text, "/private/x", "bob", true);
        check(text, "/private/xy", "bob", false);
        check(text, "/other", "joann", false);
        check("", "/", "x", true);
        check("Disallow: /", "/", "x", true);
        check("User-agent: *\nDisallow:", "/", "x", true);
    }

    #[test]
    fn odd_spellings_are_understood() {
        check("useragent *\ndisalow /a", "/a", "x", false);
        check("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", "x", false);
        check("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", "x", true);
        check("User-agent: *\nDisallow: /a*b*c", "/a-b-c-d", "x", false);
        check("User-agent: *\nDisallow: /%C3%A9", "/é", "x", false);
        check("User-agent: *\nDisallow: /a%2Fb", "/a/b", "x", true);
        check("User-agent: *\nDisallow: /a%2fb", "/a%2Fb", "x", false);
        check(
            "User-agent: *\nDisallow: /\nAllow: /d/index.html",
            "/d/",
            "x",
            true,
        );
        check(
            "User-agent: *\nCrawl-delay: 3\nUser-agent: x\nDisallow: /",
            "/",
            "y",
            true,
        );
        check("User-agent: *\nSitemap: a\nDisallow: /", "/", "y", false);
        check("User-agent: *\nDisallow: /a?b=c", "/a?b=c&d", "y", false);
    }

    #[test]
    fn a_file_without_end_is_read_in_bounded_time() {
        let stars = ["User-agent: *\nDisallow: /", &"*a".repeat(5000), "$\n"].concat();
        check(&stars, &["/", &"a".repeat(4000)].concat(), "x", true);
        let many: String = (0..100_000)
            .map(|n| format!("User-agent: {n}\nDisallow: /{n}\n"))
            .collect();
        assert!(Robots::parse(&many).groups.len() <= MOST + 1);
    }
}
