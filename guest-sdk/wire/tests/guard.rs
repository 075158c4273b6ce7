//! Addresses by kind, and what a grant of a name does and does not open.

use std::net::IpAddr;

use mcp_wire::guard::{Class, HostPort, classify, permits};

#[test]
fn addresses_are_told_apart() {
    let table = [
        (
            Class::Public,
            &[
                "8.8.8.8",
                "1.1.1.1",
                "172.32.0.1",
                "2606:4700::1",
                "2a00::1",
                "64:ff9b::8.8.8.8",
                "::ffff:8.8.8.8",
            ][..],
        ),
        (
            Class::Loopback,
            &[
                "127.0.0.1",
                "127.255.255.255",
                "::1",
                "::ffff:127.0.0.1",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "::ffff:0:7f00:1",
            ],
        ),
        (
            Class::Private,
            &[
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "fd12::1",
                "fc00::1",
                "::ffff:10.0.0.1",
                "fec0::1",
                "2002:a00:1::",
            ],
        ),
        (Class::LinkLocal, &["169.254.1.1", "fe80::1", "febf::1"]),
        (Class::Shared, &["100.64.0.1", "100.127.255.255"]),
        (
            Class::Metadata,
            &[
                "169.254.169.254",
                "::ffff:169.254.169.254",
                "100.100.100.200",
                "fd00:ec2::254",
                "168.63.129.16",
                "64:ff9b::a9fe:a9fe",
            ],
        ),
        (
            Class::Multicast,
            &["224.0.0.1", "239.255.255.255", "ff02::1"],
        ),
        (Class::Unspecified, &["0.0.0.0", "::", "::ffff:0.0.0.0"]),
        (
            Class::Reserved,
            &[
                "0.1.2.3",
                "192.0.2.1",
                "198.51.100.1",
                "203.0.113.1",
                "198.18.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "2001:db8::1",
                "100::1",
                "4000::1",
            ],
        ),
    ];
    for (class, addresses) in table {
        for address in addresses {
            assert_eq!(classify(address.parse().unwrap()), class, "{address}");
        }
    }
}

#[test]
fn grants_are_read() {
    for good in [
        "example.org:443",
        "*.example.org:443",
        "example.org:*",
        "127.0.0.1:80",
        "[::1]:8080",
        "localhost:1",
    ] {
        assert!(good.parse::<HostPort>().is_ok(), "{good}");
    }
    for bad in [
        "",
        "example.org",
        ":80",
        "example.org:",
        "example.org:0",
        "example.org:65536",
        "::1:80",
        "a b:80",
        "a:b:80",
        "*:80",
        "http://a:80",
        "*.:80",
    ] {
        assert!(bad.parse::<HostPort>().is_err(), "{bad}");
    }
}

#[test]
fn a_granted_name_opens_no_inner_address() {
    let grants: Vec<HostPort> = [
        "api.example.org:443",
        "*.cdn.example:443",
        "127.0.0.1:9000",
        "[fd00::7]:80",
        "localhost:*",
    ]
    .map(|grant| grant.parse().unwrap())
    .into();
    let may = |host: &str, port, address: &str| {
        permits(&grants, host, port, address.parse::<IpAddr>().unwrap())
    };
    assert!(may("api.example.org", 443, "93.184.216.34"));
    assert!(may("API.example.org.", 443, "93.184.216.34"));
    assert!(may("a.b.cdn.example", 443, "93.184.216.34"));
    assert!(may("127.0.0.1", 9000, "127.0.0.1"));
    assert!(may("[fd00::7]", 80, "fd00::7"));
    assert!(may("localhost", 4711, "::1"));
    assert!(!may("api.example.org", 80, "93.184.216.34"), "another port");
    assert!(!may("example.org", 443, "93.184.216.34"), "another name");
    assert!(
        !may("cdn.example", 443, "93.184.216.34"),
        "the name itself is not below it"
    );
    assert!(!may("evilcdn.example", 443, "93.184.216.34"));
    for inner in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
    ] {
        assert!(!may("api.example.org", 443, inner), "rebinding to {inner}");
    }
    assert!(!may("127.0.0.1", 9000, "169.254.169.254"));
    assert!(!may("localhost", 80, "10.0.0.1"));
    assert!(
        !permits(
            &[],
            "api.example.org",
            443,
            "93.184.216.34".parse().unwrap()
        ),
        "nothing is granted by default"
    );
}
