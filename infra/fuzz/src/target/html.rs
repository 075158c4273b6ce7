//! Pages as they come: packed or not, in any character set, with any rules for robots, and as the Markdown of their article.

use fetch::robots::Robots;
use fetch::{charset, inflate, simplify};

use super::{Target, planted};

/// A body may become this long when it is unpacked.
const UNPACKED: usize = 1 << 20;

pub(super) const TARGET: Target = Target {
    name: "html",
    feed,
    longest: 768,
    compares: false,
    words: &[
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<table>",
        "<tr><td colspan=9>",
        "</table>",
        "<ul><li>",
        "<ol start=3>",
        "<pre><code>",
        "<script>",
        "</script>",
        "<style>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<a href=\"",
        "<img src=\"",
        "<h1>",
        "<h6>",
        "<article>",
        "<main>",
        "&amp;",
        "&#x1F600;",
        "&nbsp;",
        "<svg>",
        "<math>",
        "<template>",
        "<select>",
        "<b>",
        "</b>",
        "<b><i></b></i>",
        "<meta charset=",
        "<title>",
        "Disallow: /",
        "User-agent: *",
        "\u{1f}\u{8}",
    ],
};

/// The first byte says what the rest is.
fn feed(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    match kind % 8 {
        0 => {
            let packing = ["gzip", "deflate", "gzip, deflate"][rest.len() % 3];
            if let Ok(body) = inflate::unpack(rest.to_vec(), packing, UNPACKED) {
                assert!(body.len() <= UNPACKED, "unpacked beyond its bound");
            }
        }
        1 => {
            let split = rest.iter().position(|byte| *byte == b'\n').unwrap_or(0);
            let (label, body) = rest.split_at(split);
            let header = format!("text/html; charset={}", String::from_utf8_lossy(label));
            charset::decode(body.to_vec(), &header, true);
        }
        2 => {
            let text = String::from_utf8_lossy(rest);
            let robots = Robots::parse(&text);
            for path in ["/", "/a/b?c=d", "/%61$"] {
                robots.allow(path, "agent");
            }
        }
        _ => page(rest),
    }
}

fn page(bytes: &[u8]) {
    let page = String::from_utf8_lossy(bytes);
    let Ok(text) = simplify::simplify(&page) else {
        return;
    };
    // Behind the parser, the choice of an article and the writing of a table: no seed has bold words in a cell.
    planted(|| {
        let mut rows = text.lines().filter(|line| line.starts_with('|'));
        rows.any(|row| row.contains("**"))
    });
}
