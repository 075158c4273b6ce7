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

/// A host and a port that a guest may connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    host: String,
    port: Option<u16>,
}

/// Why a text is not a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotHostPort;

impl std::fmt::Display for NotHostPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "not a host and a port; write host:port, [address]:port, or host:* for every port",
        )
    }
}

impl std::error::Error for NotHostPort {}

impl std::str::FromStr for HostPort {
    type Err = NotHostPort;

    /// Reads `host:port`, `[v6]:port`, `host:*`; `*.example.org:443` grants what is below a name.
    fn from_str(text: &str) -> Result<Self, NotHostPort> {
        let (host, port) = text.rsplit_once(':').ok_or(NotHostPort)?;
        let port = match port {
            "*" => None,
            number => Some(
                number
                    .parse()
                    .ok()
                    .filter(|port| *port != 0)
                    .ok_or(NotHostPort)?,
            ),
        };
        let name = host.strip_prefix("*.").unwrap_or(host);
        if name.contains(':') && !name.starts_with('[') {
            return Err(NotHostPort);
        }
        crate::http::host_name(name)
            .filter(|clean| clean.len() == name.len())
            .ok_or(NotHostPort)?;
        Ok(HostPort {
            host: host.to_ascii_lowercase(),
            port,
        })
    }
}

impl HostPort {
    /// Whether a connection to this host (a name, or an address, v6 in brackets) and port is granted.
    pub fn permits(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let named = match self.host.strip_prefix('*') {
            Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
            None => host == self.host,
        };
        named && self.port.is_none_or(|granted| granted == port)
    }

    /// Whether the grant itself names an address of this kind, so that the address is meant: a name never grants an inner address.
    pub fn names_address(&self, address: IpAddr) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<IpAddr>().is_ok_and(|own| own == address)
            || (self.host == "localhost" && classify(address) == Class::Loopback)
    }
}

/// Whether a connection may be made: to a granted host and port, at an address that is public or that the grant itself names.
/// Metadata services are reached only by a grant of their very address.
pub fn permits(grants: &[HostPort], host: &str, port: u16, address: IpAddr) -> bool {
    grants
        .iter()
        .filter(|grant| grant.permits(host, port))
        .any(|grant| classify(address) == Class::Public || grant.names_address(address))
}
