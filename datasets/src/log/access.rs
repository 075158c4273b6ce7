//! Access logs: Apache's combined format, nginx's default format, and lines that try to break a scanner.
use super::truth::Access;
use super::visitor::{AGENT_WEIGHTS, AGENTS, path, visitor};
use crate::calendar::Date;
use crate::draw::Draw;
use crate::seed::Seed;

/// 2025-10-10 13:55:36 UTC: the date is the one of Apache's own documentation, 25 years on.
const START: i64 = 1_760_104_536;

const METHODS: [(&str, u32); 6] = [
    ("GET", 820),
    ("POST", 110),
    ("HEAD", 40),
    ("PUT", 15),
    ("DELETE", 10),
    ("OPTIONS", 5),
];
const STATUS: [(u32, u32); 12] = [
    (200, 740),
    (201, 20),
    (204, 20),
    (206, 10),
    (301, 30),
    (302, 20),
    (304, 60),
    (400, 10),
    (403, 15),
    (404, 55),
    (500, 15),
    (503, 5),
];
const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// Apache's `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`.
pub(super) fn combined(seed: Seed, count: usize) -> (Vec<String>, Vec<Access>) {
    let mut entries = entries(&mut Draw::of(seed, "logs/apache_combined"), count);
    for entry in &mut entries {
        // %b writes `-` for a body of no bytes
        if entry.size == "0" {
            entry.size = "-".to_owned();
        }
    }
    (entries.iter().map(line).collect(), entries)
}

/// nginx's `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`.
pub(super) fn nginx(seed: Seed, count: usize) -> (Vec<String>, Vec<Access>) {
    let entries = entries(&mut Draw::of(seed, "logs/nginx"), count);
    (entries.iter().map(line).collect(), entries)
}

fn line(entry: &Access) -> String {
    let Access {
        ip,
        ident,
        user,
        time,
        method,
        path,
        protocol,
        status,
        size,
        referrer,
        agent,
    } = entry;
    format!(
        "{ip} {ident} {user} [{time}] \"{method} {path} {protocol}\" {status} {size} \"{referrer}\" \"{agent}\""
    )
}

fn entries(draw: &mut Draw, count: usize) -> Vec<Access> {
    let mut now = START;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let (method, _) = METHODS[draw.weighted(&METHODS.map(|(_, weight)| weight))];
        let (status, _) = STATUS[draw.weighted(&STATUS.map(|(_, weight)| weight))];
        let empty = matches!(status, 204 | 304) || method == "HEAD";
        // a product of draws: many small bodies, few large ones
        let size = if empty {
            0
        } else {
            120 + draw.between(1, 400) * draw.between(1, 400)
        };
        let path = path(draw);
        let referrer = match draw.weighted(&[45, 40, 15]) {
            0 => "-".to_owned(),
            1 => format!("https://www.example.com{}", super::visitor::path(draw)),
            _ => format!("https://search.example/?q={}", crate::text::phrase(draw, 1)),
        };
        entries.push(Access {
            ip: visitor(draw),
            ident: "-".to_owned(),
            user: if draw.chance(50) {
                draw.pick(&USERS).to_owned()
            } else {
                "-".to_owned()
            },
            time: Date::of(now).access(),
            method: method.to_owned(),
            path,
            protocol: ["HTTP/1.1", "HTTP/2.0", "HTTP/1.0"][draw.weighted(&[70, 25, 5])].to_owned(),
            status: status.to_string(),
            size: size.to_string(),
            referrer,
            agent: AGENTS[draw.weighted(&AGENT_WEIGHTS)].to_owned(),
        });
        now += if draw.chance(550) {
            i64::from(draw.below(2))
        } else {
            i64::from(draw.between(1, 30))
        };
    }
    entries
}

/// Lines that a scanner meets in the wild and must neither trust nor die of.
pub(crate) fn hostile() -> Vec<u8> {
    let mut text = Vec::new();
    for line in [
        r#"192.0.2.7 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "an agent with \"quotes\" in it""#,
        r#"192.0.2.8 - - [10/Oct/2025:13:55:37 +0000] "\x16\x03\x01\x02" 400 226 "-" "-""#,
        r#"2001:db8::1 - - [10/Oct/2025:13:55:37 +0000] "GET / HTTP/1.1" 200 5 "-" "by IPv6""#,
        r#"192.0.2.9 - - [10/Oct/2025:13:55:38 +0000] "-" 408 - "-" "-""#,
        r#"192.0.2.10 - - [10/Oct/2025:13:55:39 +0000] "GET /no-protocol" 200 17 "-" "-""#,
        r#"192.0.2.11 - - [10/Oct/2025:13:55:40 +0000] "GET / HTTP/1.1" 99999999999999999999 5 "-" "-""#,
        r#"192.0.2.12 - - [10/Oct/2025:13:55:41 +0000 "GET / HTTP/1.1" 200 5 "-" "-""#,
        r#"192.0.2.13 - frank "GET / HTTP/1.1" 200"#,
        "[[[[[[[[[[[[[[[[[[[[",
        r#"""""""""""#,
        "",
        "   \t ",
        r#"{"level":"error","message":"a JSON line in an access log"}"#,
        "2025-10-10 13:55:42,001 - app - ERROR - a Python line in an access log",
        r#"192.0.2.14 - - [10/Oct/2025:13:55:43 +0000] "GET /ü HTTP/1.1" 200 5 "-" "agent ü""#,
    ] {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    // a line that never ends its request, a byte that is no UTF-8, a NUL
    text.extend_from_slice(b"192.0.2.15 - - [10/Oct/2025:13:55:44 +0000] \"GET /");
    text.extend(std::iter::repeat_n(b'a', 65_536));
    text.extend_from_slice(b"\n192.0.2.16 - - [10/Oct/2025:13:55:45 +0000] \"GET /\xff HTTP/1.1\" 200 5 \"-\" \"-\"\n\0\n");
    text
}
