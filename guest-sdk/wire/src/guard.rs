//! Which addresses a guest may reach: a name that was granted must not lead to an address that nobody meant.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An address of the open Internet.
    Public,
    /// This machine.
    Loopback,
    /// A network behind a router: RFC 1918, unique local.
    Private,
    /// Reachable on one link only.
    LinkLocal,
    /// Behind a carrier's address translation (RFC 6598).
    Shared,
    /// Where clouds answer with credentials.
    Metadata,
    /// Many receivers at once.
    Multicast,
    /// No address at all.
    Unspecified,
    /// Set aside for documentation, benchmarks, broadcast or the future.
    Reserved,
}

/// Says what kind of place an address is. IPv4 inside IPv6 (mapped, compatible, translated, 6to4, Teredo) counts as what it leads to.
pub fn classify(address: IpAddr) -> Class {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

fn classify_v4(address: Ipv4Addr) -> Class {
    let [a, b, c, _] = address.octets();
    match address.octets() {
        // AWS, GCP, Azure, OpenStack; Alibaba; Oracle's and AWS's time and DNS services share the first's network.
        [169, 254, 169, 254]
        | [169, 254, 170, 2]
        | [100, 100, 100, 200]
        | [192, 0, 0, 192]
        | [168, 63, 129, 16] => Class::Metadata,
        [0, 0, 0, 0] => Class::Unspecified,
        [0, ..] => Class::Reserved,
        [127, ..] => Class::Loopback,
        [169, 254, ..] => Class::LinkLocal,
        [100, 64..=127, ..] => Class::Shared,
        _ if address.is_private() => Class::Private,
        _ if address.is_multicast() => Class::Multicast,
        [240..=255, ..] => Class::Reserved,
        _ if (a, b, c) == (192, 0, 0)
            || (a, b, c) == (192, 88, 99)
            || (a, b) == (198, 18)
            || (a, b) == (198, 19) =>
        {
            Class::Reserved
        }
        _ if address.is_documentation() => Class::Reserved,
        _ => Class::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> Class {
    let parts = address.segments();
    let embedded =
        |high: u16, low: u16| classify_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 0] => Class::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Class::Loopback,
        // Mapped, and the older "compatible" form.
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => {
            embedded(high, low)
        }
        // NAT64 well-known prefix and its local-use sibling, 6to4.
        [0x64, 0xff9b, 0 | 1, _, _, _, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo hides the client's address, inverted, at the end.
        [0x2001, 0, .., high, low] => embedded(!high, !low),
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Class::Metadata,
        [0xfc00..=0xfdff, ..] => Class::Private,
        [0xfe80..=0xfebf, ..] => Class::LinkLocal,
        // Site-local, given up but still routed by some.
        [0xfec0..=0xfeff, ..] => Class::Private,
        [0xff00..=0xffff, ..] => Class::Multicast,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x100, 0, 0, 0, ..] => Class::Reserved,
        [0x2000..=0x3fff, ..] => Class::Public,
        _ => Class::Reserved,
    }
}

/// A host and a port that a server may send requests to; either may stand for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// In lower case, without brackets; `*` for every host, `*.example.org` for what is below a name.
    host: String,
    /// `None`: every port.
    port: Option<u16>,
}

/// Why a text is not a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotDestination;

impl std::fmt::Display for NotDestination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "not a host and a port; write host:port, [address]:port, host:* for every port, or *:443 for every host",
        )
    }
}

impl std::error::Error for NotDestination {}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let brackets = self.host.contains(':');
        f.write_str(if brackets { "[" } else { "" })?;
        f.write_str(&self.host)?;
        f.write_str(if brackets { "]:" } else { ":" })?;
        match self.port {
            Some(port) => write!(f, "{port}"),
            None => f.write_str("*"),
        }
    }
}

impl std::str::FromStr for Destination {
    type Err = NotDestination;

    /// Reads `host:port`, `[v6]:port`, `host:*`; `*.example.org:443` grants what is below a name, `*:443` every host.
    fn from_str(text: &str) -> Result<Self, NotDestination> {
        let (host, port) = text.rsplit_once(':').ok_or(NotDestination)?;
        let port = match port {
            "*" => None,
            number => Some(
                number
                    .parse()
                    .ok()
                    .filter(|port| *port != 0)
                    .ok_or(NotDestination)?,
            ),
        };
        if host != "*" {
            let name = host.strip_prefix("*.").unwrap_or(host);
            if name.contains(':') && !name.starts_with('[') {
                return Err(NotDestination);
            }
            crate::http::host_name(name)
                .filter(|clean| clean.len() == name.len())
                .ok_or(NotDestination)?;
        }
        Ok(Destination {
            host: bare(host).to_ascii_lowercase(),
            port,
        })
    }
}

/// A host without the brackets of an IPv6 address and without the dot that ends a full name.
fn bare(host: &str) -> &str {
    host.trim_matches(['[', ']']).trim_end_matches('.')
}

impl Destination {
    /// Whether a connection to this host (a name, or an address) and port is granted.
    pub fn permits(&self, host: &str, port: u16) -> bool {
        let host = bare(host).to_ascii_lowercase();
        let named = match self.host.strip_prefix('*') {
            Some("") => !host.is_empty(),
            Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
            None => host == self.host,
        };
        named && self.port.is_none_or(|granted| granted == port)
    }
}

/// Whether any of these grants opens this host and port, whatever addresses the host has.
pub fn granted(grants: &[Destination], host: &str, port: u16) -> bool {
    grants.iter().any(|grant| grant.permits(host, port))
}

/// Whether a request to a granted host and port may go to this address of it. `private`: inner addresses are allowed.
///
/// To be asked after the name was resolved, of each address, and again at each redirect; the connection goes to an address that passed.
pub fn may_reach(
    grants: &[Destination],
    private: bool,
    host: &str,
    port: u16,
    address: IpAddr,
) -> bool {
    match classify(address) {
        Class::Public => true,
        Class::Loopback | Class::Private | Class::LinkLocal | Class::Shared => private,
        // Credentials are handed out there: no name leads to it and no wildcard, only the address itself, granted as such.
        Class::Metadata => {
            private
                && bare(host).parse() == Ok(address)
                && grants
                    .iter()
                    .any(|grant| !grant.host.starts_with('*') && grant.permits(host, port))
        }
        Class::Multicast | Class::Unspecified | Class::Reserved => false,
    }
}
