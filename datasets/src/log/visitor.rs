//! Who is seen in the logs: addresses that are reserved for documentation (RFC 5737), agents, paths.
use crate::draw::Draw;

const NETWORKS: [&str; 3] = ["192.0.2", "198.51.100", "203.0.113"];

pub(super) const AGENTS: [&str; 9] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    "curl/8.5.0",
    "python-requests/2.32.3",
    "ExampleBot/2.1 (+http://bot.example/about.html)",
    "-",
];
pub(super) const AGENT_WEIGHTS: [u32; 9] = [160, 300, 140, 130, 110, 50, 40, 50, 20];

const STATIC: [&str; 12] = [
    "/",
    "/index.html",
    "/about.html",
    "/css/site.css",
    "/js/app.js",
    "/img/logo.png",
    "/favicon.ico",
    "/robots.txt",
    "/news/",
    "/contact.html",
    "/apache_pb.gif",
    "/downloads/handbook.pdf",
];

/// An IPv4 address of the documentation networks.
pub(super) fn address(draw: &mut Draw) -> String {
    format!("{}.{}", draw.pick(&NETWORKS), draw.between(1, 254))
}

/// One of a hundred regulars, or (one in ten) anybody.
pub(super) fn visitor(draw: &mut Draw) -> String {
    if draw.chance(100) {
        return address(draw);
    }
    // the product of two draws makes low numbers frequent, as a few visitors make most of a log
    let regular = draw.below(10) * draw.below(11);
    format!("{}.{}", NETWORKS[regular as usize % 3], regular + 10)
}

/// A path as a small web site has it, now and then with a query.
pub(super) fn path(draw: &mut Draw) -> String {
    match draw.weighted(&[55, 15, 12, 10, 8]) {
        0 => draw.pick(&STATIC).to_owned(),
        1 => format!("/api/v1/items/{}", draw.between(1, 500)),
        2 => format!(
            "/news/2025/{:02}/{}.html",
            draw.between(1, 12),
            draw.between(1, 60)
        ),
        3 => format!(
            "/search?q={}&page={}",
            crate::text::phrase(draw, 2).replace(' ', "+"),
            draw.between(1, 9)
        ),
        _ => format!("/img/photo-{:04}.jpg", draw.between(1, 400)),
    }
}
