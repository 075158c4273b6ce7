//! `Host` and `Origin`: a page that a browser was lured to must not reach a local server.

/// The name in a `Host` value (or an authority), without its port, in lower case; `None` where it is malformed.
pub fn host_name(host: &str) -> Option<String> {
    let host = host.trim();
    let (name, port) = if let Some(rest) = host.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        // Not parsed: the name is only ever compared with names that are accepted.
        address.contains(':').then_some(())?;
        (
            ["[", address, "]"].concat(),
            rest.strip_prefix(':')
                .map_or((!rest.is_empty()).then_some("x"), Some),
        )
    } else {
        match host.split_once(':') {
            Some((name, port)) => (name.to_owned(), Some(port)),
            None => (host.to_owned(), None),
        }
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return None;
    }
    let legal = |letter: char| letter.is_ascii_alphanumeric() || "-._[]:".contains(letter);
    (!name.is_empty() && name.chars().all(legal)).then(|| name.to_ascii_lowercase())
}

/// The host in an `Origin` value; `None` for `null` and for what is malformed.
pub(super) fn origin_host(origin: &str) -> Option<String> {
    host_name(
        origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"))?,
    )
}
