//! Addresses by kind, and what a grant of a name does and does not open.

use std::net::IpAddr;

use mcp_wire::guard::{Class, Destination, classify, granted, may_reach};

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
        "*:80",
        "*:*",
    ] {
        assert!(good.parse::<Destination>().is_ok(), "{good}");
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
        "**:80",
        "*a:80",
        "http://a:80",
        "*.:80",
    ] {
        assert!(bad.parse::<Destination>().is_err(), "{bad}");
    }
}

fn grants<const N: usize>(written: [&str; N]) -> Vec<Destination> {
    written.map(|grant| grant.parse().unwrap()).into()
}

#[test]
fn a_grant_opens_its_host_and_port_alone() {
    let grants = grants([
        "api.example.org:443",
        "*.cdn.example:443",
        "127.0.0.1:9000",
        "[fd00::7]:80",
        "localhost:*",
    ]);
    for (host, port) in [
        ("api.example.org", 443),
        ("API.example.org.", 443),
        ("a.b.cdn.example", 443),
        ("127.0.0.1", 9000),
        ("[fd00::7]", 80),
        ("fd00::7", 80),
        ("localhost", 4711),
    ] {
        assert!(granted(&grants, host, port), "{host}:{port}");
    }
    for (host, port) in [
        ("api.example.org", 80),
        ("example.org", 443),
        ("cdn.example", 443),
        ("evilcdn.example", 443),
        ("127.0.0.1", 80),
    ] {
        assert!(!granted(&grants, host, port), "{host}:{port}");
    }
    assert!(!granted(&[], "api.example.org", 443), "nothing by default");
}

#[test]
fn a_star_grants_every_host_at_its_port() {
    let web = grants(["*:443", "*:80"]);
    assert!(granted(&web, "example.org", 443) && granted(&web, "[2606:4700::1]", 80));
    assert!(!granted(&web, "example.org", 8080) && !granted(&web, "", 80));
    assert!(granted(&grants(["*:*"]), "example.org", 8080));
    assert_eq!(
        grants(["*:443", "[::1]:80", "A.example:*"])
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["*:443", "[::1]:80", "a.example:*"]
    );
}

#[test]
fn a_granted_name_opens_no_inner_address() {
    let some = grants(["api.example.org:443", "*:80", "169.254.169.254:80"]);
    let may = |host: &str, port, private, address: &str| {
        may_reach(
            &some,
            private,
            host,
            port,
            address.parse::<IpAddr>().unwrap(),
        )
    };
    for private in [false, true] {
        assert!(may("api.example.org", 443, private, "93.184.216.34"));
        for inner in [
            "127.0.0.1",
            "10.0.0.1",
            "::1",
            "::ffff:10.0.0.1",
            "100.64.0.1",
        ] {
            assert_eq!(
                may("api.example.org", 443, private, inner),
                private,
                "{inner}"
            );
        }
        for never in [
            "0.0.0.0",
            "224.0.0.1",
            "240.0.0.1",
            "169.254.169.254",
            "fd00:ec2::254",
        ] {
            assert!(!may("api.example.org", 443, private, never), "{never}");
        }
    }
    assert!(may("169.254.169.254", 80, true, "169.254.169.254"));
    assert!(!may("169.254.169.254", 80, false, "169.254.169.254"));
    assert!(
        !may("100.100.100.200", 80, true, "100.100.100.200"),
        "a star is no grant of the very address"
    );
}
