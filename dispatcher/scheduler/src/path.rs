//! Paths as text: normal form, and whether one lies below another. No file system is asked.

use std::borrow::Cow;

/// The shortest form of a path: without `.`, doubled `/`, or a `..` that has something before it to take back. A `..` at
/// the root of an absolute path is dropped, as the kernel does; at the head of a relative one it stays.
pub fn normalised(path: &str) -> Cow<'_, str> {
    if is_normal(path) {
        return Cow::Borrowed(path);
    }
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if absolute => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    Cow::Owned(match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    })
}

/// Whether an absolute path is plainly in its shortest form: most are, and need no copy.
fn is_normal(path: &str) -> bool {
    // Two neighbours are enough to see every `//`, `/.` and trailing `/`; a hidden file is normal and is copied all the same.
    let mut before = b' ';
    for byte in path.bytes() {
        if before == b'/' && (byte == b'/' || byte == b'.') {
            return false;
        }
        before = byte;
    }
    path.starts_with('/') && before != b'/'
}

/// Whether a normalised path is this normalised prefix or lies below it: by whole names, so that `/data2` is not below
/// `/data`.
pub fn is_below(path: &str, prefix: &str) -> bool {
    match path.strip_prefix(prefix.trim_end_matches('/')) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_brought_into_its_shortest_form() {
        for (path, short) in [
            ("/a//b/./c/", "/a/b/c"),
            ("/a/b.c/d..e", "/a/b.c/d..e"),
            ("/a/.hidden", "/a/.hidden"),
            ("/edge/../cloud/x", "/cloud/x"),
            ("/../../etc", "/etc"),
            ("../x/../y", "../y"),
            ("/a/", "/a"),
            ("/a/..", "/"),
            ("/", "/"),
            ("", "."),
            ("a/..", "."),
        ] {
            assert_eq!(normalised(path), short, "{path}");
        }
    }

    #[test]
    fn a_prefix_ends_where_a_name_ends() {
        assert!(is_below("/data/x", "/data"));
        assert!(is_below("/data", "/data"));
        assert!(is_below("/x", "/"));
        assert!(!is_below("/data2/x", "/data"));
        assert!(!is_below("/dat", "/data"));
    }
}
