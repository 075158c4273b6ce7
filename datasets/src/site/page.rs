//! One page of HTML as publishers write them: navigation, scripts and styles around an article with headings, lists, code, tables and citations.
use std::fmt::Write as _;

use crate::draw::Draw;
use crate::prose::{SUBJECTS, Subject, capital, paragraph, person, sentence, title};
use crate::text::phrase;

/// What a page is about.
pub(super) struct Paper {
    pub(super) path: String,
    pub(super) title: String,
    pub(super) authors: Vec<String>,
    pub(super) year: u32,
    pub(super) summary: String,
    about: &'static Subject,
}

impl Paper {
    pub(super) fn drawn(draw: &mut Draw, path: String) -> Self {
        let about = &SUBJECTS[draw.below(7) as usize];
        let sentences = draw.between(5, 9);
        Paper {
            path,
            title: title(draw, about),
            authors: (0..draw.between(1, 4)).map(|_| person(draw)).collect(),
            year: draw.between(2_018, 2_025),
            summary: paragraph(draw, about, sentences),
            about,
        }
    }
}

const STYLE: &str = "body { font: 1rem/1.5 serif; max-width: 46rem; margin: auto }
nav > ul { display: flex; gap: 1rem; list-style: none }
figure img[src$=\".png\"] { width: 100% }
.cite::before { content: \"[\" } .cite::after { content: \"]\" }
@media (max-width: 40rem) { aside { display: none } }";

const SCRIPT: &str = "(function () {
  var seen = 0, links = document.querySelectorAll('a');
  for (var i = 0; i < links.length; i++) { if (links[i].href > '') { seen++; } }
  window.readers = seen > 3 && seen < 100 ? '<b>many</b>' : \"few\";
}());";

/// The whole page, about `bytes` long: three sections at least, and half a section too much or too little.
pub(super) fn page(draw: &mut Draw, paper: &Paper, bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + 4_000);
    head(&mut out, paper, "utf-8");
    let _ = write!(
        out,
        "<main>\n<article>\n<header>\n<h1>{}</h1>\n<p class=\"authors\">{}</p>\n<p><time datetime=\"{}\">{}</time> &middot; <a href=\"#references\">References</a></p>\n</header>\n",
        escaped(&paper.title),
        escaped(&paper.authors.join(", ")),
        paper.year,
        paper.year,
    );
    let _ = write!(
        out,
        "<section id=\"abstract\">\n<h2>Abstract</h2>\n<p>{}</p>\n</section>\n",
        escaped(&paper.summary)
    );
    let mut number = 0;
    // the list of references and the end of the page take some 3,200 bytes, and half a section goes beyond
    while out.len() + 4_700 < bytes || number < 3 {
        number += 1;
        section(draw, &mut out, paper.about, number);
    }
    references(draw, &mut out);
    foot(draw, &mut out);
    out
}

/// Everything before the article.
pub(super) fn head(out: &mut String, paper: &Paper, charset: &str) {
    let about = serde_json::json!({
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": paper.title,
        "author": paper.authors,
        "datePublished": paper.year.to_string(),
        "abstract": paper.summary,
    });
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"{charset}\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{} | Papers</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n<style>\n{STYLE}\n</style>\n<script type=\"application/ld+json\">{about}</script>\n<script>\n{SCRIPT}\n</script>\n</head>\n<body>\n<!-- the menu: a > b, and not an end -->\n<nav>\n<ul>\n<li><a href=\"/\">Papers</a></li>\n<li><a href=\"/papers.json\">Data</a></li>\n<li><a href=\"/notes.txt\">Notes</a></li>\n<li><a href=\"#abstract\">Abstract</a></li>\n</ul>\n</nav>\n",
        escaped(&paper.title)
    );
}

/// Everything behind it.
pub(super) fn foot(draw: &mut Draw, out: &mut String) {
    out.push_str("</article>\n</main>\n<aside>\n<h2>Related</h2>\n<ul>\n");
    for _ in 0..4 {
        let number = draw.between(1, 20);
        let about = &SUBJECTS[draw.below(7) as usize];
        let _ = writeln!(
            out,
            "<li><a href=\"/papers/{number:02}.html\">{}</a></li>",
            escaped(&title(draw, about))
        );
    }
    out.push_str("</ul>\n</aside>\n<footer>\n<p>&copy; The generator of WasmMCP Bench. <a href=\"/\">All papers</a></p>\n<noscript>Scripts are off.</noscript>\n</footer>\n<script>window.readers && console.log(\"</\" + \"p>\");</script>\n</body>\n</html>\n");
}

fn section(draw: &mut Draw, out: &mut String, about: &'static Subject, number: u32) {
    let words = draw.between(2, 4);
    let heading = capital(&phrase(draw, words));
    let _ = write!(
        out,
        "<section id=\"s{number}\">\n<h2>{number} {heading}</h2>\n"
    );
    for _ in 0..draw.between(2, 4) {
        prose(draw, out, about);
    }
    match draw.below(6) {
        0 => list(draw, out, about, "ul"),
        1 => list(draw, out, about, "ol"),
        2 => table(draw, out),
        3 => code(draw, out),
        4 => {
            let _ = write!(
                out,
                "<figure>\n<img src=\"/figures/{number}.png\" alt=\"{}\">\n<figcaption>Figure {number}: {}</figcaption>\n</figure>\n",
                phrase(draw, 4),
                escaped(&sentence(draw, about))
            );
        }
        _ => {
            let _ = write!(
                out,
                "<blockquote>\n<p>{}</p>\n</blockquote>\n",
                escaped(&sentence(draw, about))
            );
        }
    }
    let _ = writeln!(out, "<h3>{number}.1 {}</h3>", capital(&phrase(draw, 2)));
    prose(draw, out, about);
    out.push_str("</section>\n");
}

/// A paragraph with what runs through a text: emphasis, code, links, citations, mathematics, scripts of other languages.
fn prose(draw: &mut Draw, out: &mut String, about: &Subject) {
    out.push_str("<p>");
    for at in 0..draw.between(3, 7) {
        if at > 0 {
            out.push(' ');
        }
        let said = escaped(&sentence(draw, about));
        match draw.below(9) {
            0 => {
                let _ = write!(out, "<em>{said}</em>");
            }
            1 => {
                let _ = write!(
                    out,
                    "{said} See <a href=\"/papers/{:02}.html#s2\">{}</a>.",
                    draw.between(1, 20),
                    phrase(draw, 3)
                );
            }
            2 => {
                let _ = write!(
                    out,
                    "<strong>{}.</strong> {said}",
                    capital(&phrase(draw, 2))
                );
            }
            3 => {
                let _ = write!(
                    out,
                    "{said}<span class=\"cite\"><a href=\"#r{0}\">{0}</a></span>",
                    draw.between(1, 12)
                );
            }
            4 => {
                let _ = write!(
                    out,
                    "The option <code>{}={}</code> is set; {} &lt; {} &amp; n&nbsp;&ge;&nbsp;{}.",
                    phrase(draw, 1),
                    draw.below(100),
                    draw.below(10),
                    draw.between(10, 99),
                    draw.between(2, 40)
                );
            }
            5 if draw.chance(300) => {
                let aside = draw.pick(&[
                    "設計は単純である。",
                    "Σ(xᵢ − μ)² ≤ ε·n",
                    "Größe und Güte – beides zählt.",
                    "Результат не зависит от порядка.",
                    "🦀 → 🕸️",
                ]);
                let _ = write!(out, "{said} {aside}");
            }
            _ => out.push_str(&said),
        }
    }
    out.push_str("</p>\n");
}

fn list(draw: &mut Draw, out: &mut String, about: &Subject, kind: &str) {
    let _ = writeln!(out, "<{kind}>");
    for _ in 0..draw.between(3, 6) {
        let _ = write!(out, "<li>{}", escaped(&sentence(draw, about)));
        if draw.chance(200) {
            let _ = write!(
                out,
                "\n<ul>\n<li>{}</li>\n<li>{}</li>\n</ul>\n",
                phrase(draw, 4),
                phrase(draw, 5)
            );
        }
        out.push_str("</li>\n");
    }
    let _ = writeln!(out, "</{kind}>");
}

fn table(draw: &mut Draw, out: &mut String) {
    out.push_str("<table>\n<caption>Medians of ten trials</caption>\n<thead><tr><th>Variant</th><th>Time (ms)</th><th>Memory (MB)</th></tr></thead>\n<tbody>\n");
    for _ in 0..draw.between(3, 7) {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}.{}</td><td>{}</td></tr>",
            phrase(draw, 2),
            draw.below(900),
            draw.below(10),
            draw.between(2, 400)
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn code(draw: &mut Draw, out: &mut String) {
    out.push_str("<pre><code class=\"language-rust\">");
    for _ in 0..draw.between(3, 7) {
        let (name, other) = (phrase(draw, 1), phrase(draw, 1));
        let _ = writeln!(
            out,
            "    if {name} &lt; {} {{ {other}.push(&amp;{name}[{}..]); }}",
            draw.below(100),
            draw.below(9)
        );
    }
    out.push_str("</code></pre>\n");
}

fn references(draw: &mut Draw, out: &mut String) {
    out.push_str("<section id=\"references\">\n<h2>References</h2>\n<ol>\n");
    for number in 1..=12 {
        let about = &SUBJECTS[draw.below(7) as usize];
        let _ = writeln!(
            out,
            "<li id=\"r{number}\">{} and {}. {}. <cite>Proceedings on {}</cite>, {}. <a href=\"https://doi.example.org/10.0000/{}\">doi</a></li>",
            person(draw),
            person(draw),
            escaped(&title(draw, about)),
            about.name,
            draw.between(2_012, 2_025),
            draw.between(100_000, 999_999)
        );
    }
    out.push_str("</ol>\n</section>\n");
}

/// Text as it stands in HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
