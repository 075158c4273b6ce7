//! Every page of the site, in the order of the manifest.
use std::fmt::Write as _;
use std::io;

use miniz_oxide::deflate::compress_to_vec;
use serde_json::json;

use super::page::{Paper, escaped, foot, head, page};
use crate::draw::Draw;
use crate::git::crc32;
use crate::layout::Sink;
use crate::prose::{SUBJECTS, document};
use crate::seed::Seed;

/// Papers of the index.
const PAPERS: u32 = 20;

const ROBOTS: &str = "# what visitors may read
User-agent: *
Disallow: /private/
Allow: /private/open.html

User-agent: GreedyBot
Disallow: /
";

pub(crate) fn write(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    sink("site/robots.txt", ROBOTS.as_bytes())?;
    let mut papers = Vec::new();
    for number in 1..=PAPERS {
        let path = format!("papers/{number:02}.html");
        let mut draw = Draw::of(seed, &format!("site/{path}"));
        let paper = Paper::drawn(&mut draw, path);
        // the last is 20 kB whatever is drawn
        let bytes = if number == PAPERS {
            20_000
        } else {
            draw.between(8_000, 40_000)
        };
        let whole = page(&mut draw, &paper, bytes as usize);
        sink(&format!("site/{}", paper.path), whole.as_bytes())?;
        papers.push(paper);
    }
    sink("site/index.html", index(seed, &papers).as_bytes())?;
    let listed: Vec<_> = papers
        .iter()
        .map(|paper| {
            json!({"path": format!("/{}", paper.path), "title": paper.title, "authors": paper.authors, "year": paper.year, "abstract": paper.summary})
        })
        .collect();
    let mut json = serde_json::to_vec_pretty(&listed).expect("a list of strings and numbers");
    json.push(b'\n');
    sink("site/papers.json", &json)?;

    let mut single = |path: &str, bytes| {
        let mut draw = Draw::of(seed, &format!("site/{path}"));
        let paper = Paper::drawn(&mut draw, path.to_owned());
        let whole = page(&mut draw, &paper, bytes);
        sink(&format!("site/{path}"), whole.as_bytes())
    };
    single("survey.html", 200_000)?;
    single("private/draft.html", 6_000)?;
    single("private/open.html", 6_000)?;

    let mut draw = Draw::of(seed, "site/compressed.html");
    let paper = Paper::drawn(&mut draw, "compressed.html".to_owned());
    let whole = page(&mut draw, &paper, 30_000);
    sink("site/compressed.html.gz", &gzip(whole.as_bytes()))?;
    sink("site/latin1.html", &latin(seed))?;
    let mut draw = Draw::of(seed, "site/notes.txt");
    let notes = document(&mut draw, &SUBJECTS[2], 4_000);
    sink("site/notes.txt", notes.as_bytes())?;
    sink("site/style.css", b"body { color: black }\n")
}

fn index(seed: Seed, papers: &[Paper]) -> String {
    let mut draw = Draw::of(seed, "site/index.html");
    let mut about = Paper::drawn(&mut draw, String::new());
    about.title = "Twenty papers".to_owned();
    let mut out = String::new();
    head(&mut out, &about, "utf-8");
    out.push_str("<main>\n<article>\n<h1>Twenty papers</h1>\n<ol>\n");
    for paper in papers {
        let _ = writeln!(
            out,
            "<li><a href=\"/{}\">{}</a> ({}, {})</li>",
            paper.path,
            escaped(&paper.title),
            escaped(&paper.authors.join(", ")),
            paper.year
        );
    }
    out.push_str("</ol>\n<p>And <a href=\"survey.html\">a survey</a> of them all.</p>\n");
    foot(&mut draw, &mut out);
    out
}

/// A page in ISO 8859-1: what that lacks becomes a character reference.
fn latin(seed: Seed) -> Vec<u8> {
    let mut draw = Draw::of(seed, "site/latin1.html");
    let paper = Paper::drawn(&mut draw, "latin1.html".to_owned());
    let text = page(&mut draw, &paper, 6_000)
        .replace("charset=\"utf-8\"", "charset=\"iso-8859-1\"")
        .replacen(
            "<h2>Abstract</h2>",
            "<h2>Abstract</h2>\n<p>Größe, naïveté, señor, ½ × 3 µm: § 7 «in Latin» costs £12.</p>",
            1,
        );
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match u8::try_from(u32::from(letter)) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(format!("&#{};", u32::from(letter)).as_bytes()),
        }
    }
    bytes
}

/// RFC 1952 without name and time.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    out.extend_from_slice(&compress_to_vec(content, 6));
    out.extend_from_slice(&crc32(content).to_le_bytes());
    out.extend_from_slice(&(content.len() as u32).to_le_bytes());
    out
}
