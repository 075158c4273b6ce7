//! Paths as text: what can be said of a POSIX path without asking the system.

/// The absolute path without `.`, `..`, doubled and trailing slashes.
pub fn normalise(absolute: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in absolute.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut path = String::with_capacity(absolute.len());
    for part in parts {
        path.push('/');
        path.push_str(part);
    }
    if path.is_empty() {
        path.push('/');
    }
    path
}

/// `child` below `parent`; an absolute `child` stands for itself.
pub fn resolve(parent: &str, child: &str) -> String {
    if child.starts_with('/') {
        normalise(child)
    } else {
        normalise(&format!("{parent}/{child}"))
    }
}

/// The entry `name` of the directory `parent`, which is normalised.
pub fn join(parent: &str, name: &str) -> String {
    let mut path = String::with_capacity(parent.len() + 1 + name.len());
    path.push_str(parent);
    if !parent.ends_with('/') {
        path.push('/');
    }
    path.push_str(name);
    path
}

/// The directory that holds a normalised path; the root holds itself.
pub fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(at) => &path[..at],
    }
}

/// The last component of a normalised path.
pub fn name(path: &str) -> &str {
    &path[path.rfind('/').map_or(0, |at| at + 1)..]
}

/// Whether `path` is `directory` or lies below it; both are normalised.
///
/// `/a/bc` is not below `/a/b`, and nothing with a NUL is below anything.
pub fn within(path: &str, directory: &str) -> bool {
    if path.contains('\0') || directory.contains('\0') {
        return false;
    }
    match path.strip_prefix(directory) {
        Some(rest) => rest.is_empty() || directory == "/" || rest.starts_with('/'),
        None => false,
    }
}

/// The file name's extension with its dot, in lower case; empty where it has none.
pub fn extension(path: &str) -> String {
    let name = name(path);
    match name.rfind('.') {
        // a name that begins with its only dot is all name; `..` likewise
        None | Some(0) => String::new(),
        Some(_) if name == ".." => String::new(),
        Some(at) => name[at..].to_ascii_lowercase(),
    }
}

/// Whether the path begins like `C:\x` or `C:/x`, or is a bare drive.
pub fn has_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    matches!(bytes, [letter, b':'] | [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

/// The `file:` address of an absolute path, escaped as Node.js escapes it.
pub fn file_url(path: &str) -> String {
    let mut url = String::with_capacity(path.len() + 16);
    url.push_str("file://");
    for &byte in path.as_bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"!$&'()*+,-./:;=@_".contains(&byte);
        if plain {
            url.push(char::from(byte));
        } else {
            url.push('%');
            for digit in [byte >> 4, byte & 15] {
                url.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_without_the_system() {
        assert_eq!(normalise("/a//b/./c/../d/"), "/a/b/d");
        assert_eq!(normalise("/../.."), "/");
        assert_eq!(resolve("/a", "../b"), "/b");
        assert_eq!(resolve("/a", "/b/"), "/b");
        assert_eq!(resolve("/a", ""), "/a");
        assert_eq!(join("/", "a"), "/a");
        assert_eq!(
            (parent("/a"), parent("/a/b"), name("/a/b")),
            ("/", "/a", "b")
        );
    }

    #[test]
    fn a_longer_name_is_not_a_subdirectory() {
        assert!(within("/a/b", "/a/b") && within("/a/b/c", "/a/b") && within("/x", "/"));
        assert!(!within("/a/bc", "/a/b") && !within("/a", "/a/b") && !within("/a/b\0", "/a/b"));
    }

    #[test]
    fn extensions_are_those_of_the_last_component() {
        for (path, expected) in [
            ("/a/x.PNG", ".png"),
            ("/a.b/x", ""),
            ("/.png", ""),
            ("/x.", "."),
            ("/a.b.c", ".c"),
        ] {
            assert_eq!(extension(path), expected, "{path}");
        }
    }
}
