//! Whom a request is sent to: a URL taken apart, and nothing decoded.

/// A place that is spoken to by HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Whether by TLS.
    pub secure: bool,
    /// A name in ASCII, or an address; an IPv6 address in brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path and query, from the slash on.
    pub path: String,
}

/// Why a text is no place to send a request to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTarget;

impl std::fmt::Display for NotTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an address of a web server; write http:// or https://, a host and a path")
    }
}

impl std::error::Error for NotTarget {}

impl Target {
    /// The host, and the port where it is not the scheme's own.
    pub fn authority(&self) -> String {
        if self.port == if self.secure { 443 } else { 80 } {
            return self.host.clone();
        }
        [&self.host, ":", &self.port.to_string()].concat()
    }

    /// Host and port, as a grant names them.
    pub fn grant(&self) -> String {
        [&self.host, ":", &self.port.to_string()].concat()
    }
}

impl std::str::FromStr for Target {
    type Err = NotTarget;

    /// Reads `http://host:port/path?query`. Whoever gets URLs from strangers normalises them before.
    fn from_str(url: &str) -> Result<Target, NotTarget> {
        let (scheme, rest) = url.split_once("://").ok_or(NotTarget)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(NotTarget),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let closed = authority.find(']').map_or(0, |at| at + 1);
        let (host, port) = match authority[closed..].split_once(':') {
            Some((_, port)) => (
                &authority[..authority.len() - port.len() - 1],
                port.parse().map_err(|_| NotTarget)?,
            ),
            None => (authority, if secure { 443 } else { 80 }),
        };
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let address = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let named = match address {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.bytes().all(legal),
        };
        if !named || port == 0 || !path.bytes().all(|byte| (0x21..0x7f).contains(&byte)) {
            return Err(NotTarget);
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok(Target {
            secure,
            host: host.to_ascii_lowercase(),
            port,
            path: [slash, path].concat(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let read = |url: &str| {
            url.parse::<Target>()
                .map(|to| (to.secure, to.grant(), to.authority(), to.path))
        };
        let some = |secure, grant: &str, authority: &str, path: &str| {
            Ok((
                secure,
                grant.to_owned(),
                authority.to_owned(),
                path.to_owned(),
            ))
        };
        assert_eq!(
            read("HTTPS://API.example.org/v1?a=b#c"),
            some(true, "api.example.org:443", "api.example.org", "/v1?a=b")
        );
        assert_eq!(
            read("http://[::1]:8080"),
            some(false, "[::1]:8080", "[::1]:8080", "/")
        );
        assert_eq!(
            read("http://a:80?q"),
            some(false, "a:80", "a", "/?q"),
            "a query without a path"
        );
        for wrong in [
            "",
            "example.org",
            "ftp://example.org/",
            "http://",
            "http:///path",
            "http://user@example.org/",
            "http://a:0/",
            "http://a:b/",
            "http://a:65536/",
            "http://::1/",
            "http://[::1/",
            "http://a b/",
            "http://a/ b",
            "http://a/\r\nx: y",
            "http://bücher.example/",
        ] {
            assert_eq!(read(wrong), Err(NotTarget), "{wrong}");
        }
    }
}
