//! Pages that mean harm: nothing panics, everything ends, and memory stays bounded.

mod site;

use std::io::Write as _;
use std::sync::Arc;

use fetch::simplify::simplify;
use proptest::prelude::*;
use serde_json::json;
use site::{Server, serve, whole};

#[test]
fn nesting_is_bounded() {
    for tag in [
        "div",
        "b",
        "a",
        "p",
        "ul><li",
        "table><tr><td",
        "template",
        "svg",
        "font",
        "blockquote",
        "form",
        "button",
        "object",
    ] {
        let page = format!("<{tag}>").repeat(100_000);
        assert!(
            simplify(&page).is_ok_and(|text| text.len() < 1000)
                || simplify(&page).is_err_and(|why| why.contains("; ask for it with raw")),
            "{tag}"
        );
    }
    let below = [
        "<p>",
        &"word, ".repeat(100),
        &"<div>".repeat(480),
        "deep down",
    ]
    .concat();
    assert!(simplify(&below).is_ok_and(|text| text.contains("deep down")));
}

#[test]
fn formatting_that_is_opened_again_and_again_is_bounded() {
    let open: String = (0..400).map(|n| format!("<b id={n}>")).collect();
    // The tags stay in force when their paragraph ends, and each paragraph opens them all again.
    let page = ["<p>", &open, &"<p>x".repeat(20_000)].concat();
    assert!(simplify(&page).is_err_and(|why| why.contains("500,000")));
}

#[test]
fn huge_names_values_and_texts_are_carried() {
    let big = "a".repeat(1 << 20);
    for page in [
        format!("<p {big}={big}>{big}</p>"),
        format!("<{big}>text of an element</{big}>"),
        format!("<p class='{big}' id='{big}' style='display:{big}'>text</p>"),
        format!("<a href='{big}'>text</a>"),
        format!("<!--{big}--><p>text &{big}; &#{};</p>", "9".repeat(100_000)),
        format!("<ol start={}><li>text</li></ol>", "9".repeat(100_000)),
        format!("<table><tr><td colspan={}>text", "9".repeat(1000)),
        format!("<h{}>text", "9".repeat(1000)),
        format!(
            "<title>{}</title><h1>text - text</h1>",
            " - ".repeat(100_000)
        ),
        format!(
            "<script type=application/ld+json>{}</script><p>text",
            "[".repeat(100_000)
        ),
    ] {
        assert!(simplify(&page).is_ok(), "{}", &page[..40]);
    }
}

#[test]
fn networks_that_mean_harm_are_survived() {
    let bomb = packed(&vec![b' '; 64 << 20]);
    let page = packed(b"<p>a page, packed</p>");
    let address = serve(Arc::new(move |path, stream| {
        let text = |kind: &str| vec![("content-type".to_owned(), kind.to_owned())];
        let gzip = || {
            vec![
                ("content-type".to_owned(), "text/html".to_owned()),
                ("content-encoding".to_owned(), "gzip".to_owned()),
            ]
        };
        let to = |place: &str| vec![("location".to_owned(), place.to_owned())];
        match path {
            "/loop" => whole(stream, 302, &to("/loop"), b""),
            "/to-file" => whole(stream, 302, &to("file:///etc/passwd"), b""),
            "/to-inner" => whole(stream, 302, &to("http://10.0.0.1/"), b""),
            "/to-metadata" => whole(stream, 302, &to("http://169.254.169.254/latest"), b""),
            "/bomb" => whole(stream, 200, &gzip(), &bomb),
            "/cut" => whole(stream, 200, &gzip(), &page[..page.len() - 9]),
            "/large" => whole(stream, 200, &text("text/plain"), &vec![b'x'; 9 << 20]),
            "/endless" => {
                let _ = stream.write_all(b"HTTP/1.1 200 x\r\ncontent-type: text/plain\r\n\r\n");
                while stream.write_all(&[b'x'; 65536]).is_ok() {}
            }
            "/cut-off" => {
                let _ = stream.write_all(b"HTTP/1.1 200 x\r\ncontent-length: 1000\r\n\r\nhalf");
            }
            "/no-http" => {
                let _ = stream.write_all(b"hello, who is there?\n");
            }
            "/headers" => {
                let _ = stream.write_all(b"HTTP/1.1 200 x\r\n");
                let line = [b"x: ".as_slice(), &[b'y'; 8000], b"\r\n"].concat();
                for _ in 0..2000 {
                    if stream.write_all(&line).is_err() {
                        return;
                    }
                }
            }
            "/robots.txt" => whole(stream, 404, &[], b""),
            _ => whole(stream, 200, &text("text/plain"), b"a page"),
        }
    }));
    let (_, port) = address.split_once(':').expect("a port");
    let mut server = Server::start(
        &[],
        &format!("127.0.0.1:{port}, 10.0.0.1:80, 169.254.169.254:80"),
        true,
    );
    let mut private = Server::start(
        &["--allow-private-ips"],
        &format!("127.0.0.1:{port}, 10.0.0.1:81"),
        false,
    );
    let mut ask = |path: &str, expected: &str| {
        let (text, error) = private.fetch(&json!({"url": format!("http://{address}{path}")}));
        assert!(error && text.contains(expected), "{path}: {text}");
        assert!(text.len() < 600, "{path}");
    };
    ask("/loop", "more than 20 times");
    ask(
        "/to-file",
        "file:///etc/passwd, which is no address of a web server",
    );
    ask("/to-inner", "10.0.0.1:80 is not granted");
    ask("/to-metadata", "169.254.169.254:80 is not granted");
    ask("/bomb", "unpacks to more than");
    ask("/cut", "cut off or damaged");
    ask("/large", "larger than 8388608 bytes");
    ask("/endless", "larger than 8388608 bytes");
    ask("/cut-off", "broke off");
    ask("/no-http", "broke off");
    ask("/headers", "Failed to fetch");
    let (text, error) = private.fetch(&json!({"url": format!("http://{address}/page")}));
    assert!(!error && text.ends_with("a page"), "it lives: {text}");
    assert!(private.peak() < 128 << 20, "{}", private.peak());

    // The server's own refusal comes first, whatever the environment grants.
    let (text, error) = server.fetch(&json!({"url": format!("http://{address}/page")}));
    assert!(
        error && text.contains("which is not a public address"),
        "{text}"
    );
    let (text, error) = server.fetch(&json!({"url": format!("http://localhost:{port}/page")}));
    assert!(error && text.contains(" is not granted"), "{text}");
}

#[test]
fn names_do_not_lead_to_inner_addresses() {
    let address = serve(Arc::new(|_, stream| whole(stream, 200, &[], b"inner")));
    let (_, port) = address.split_once(':').expect("a port");
    let url = json!({"url": format!("http://localhost:{port}/")});
    let (text, error) = Server::start(&[], "*:*", false).fetch(&url);
    assert!(
        error && text.contains("which is not a public address. Start the server with"),
        "{text}"
    );
    let (text, error) = Server::start(&[], "", true).fetch(&url);
    assert!(error && text.contains("set WASMMCP_OUTBOUND="), "{text}");
    let (text, error) = Server::start(&[], "*:*", true).fetch(&url);
    assert!(!error && text.ends_with("inner"), "{text}");
    let (text, error) = Server::start(&[], "*:443", true).fetch(&url);
    assert!(error && text.contains(" is not granted"), "{text}");
}

#[test]
fn robots_without_end_are_cut() {
    let address = serve(Arc::new(|path, stream| {
        if path == "/robots.txt" {
            let _ = stream.write_all(b"HTTP/1.1 200 x\r\n\r\nUser-agent: *\nDisallow: /no\n");
            while stream.write_all(b"Sitemap: again and again\n").is_ok() {}
        } else {
            whole(stream, 200, &[], b"page");
        }
    }));
    let mut server = Server::start(&["--allow-private-ips"], "*:*", false);
    let mut fetch = |path: &str| server.fetch(&json!({"url": format!("http://{address}{path}")}));
    assert!(fetch("/yes").0.ends_with("page"));
    let (text, error) = fetch("/no/page");
    assert!(
        error && text.contains("autonomous fetching of this page is not allowed"),
        "{}",
        &text[..200]
    );
    assert!(text.len() < 600_000);
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut body = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    body.extend(miniz_oxide::deflate::compress_to_vec(text, 6));
    // A sum that is never looked at, because the text is given up before.
    body.extend([0; 4]);
    body.extend((text.len() as u32).to_le_bytes());
    body
}

/// Pages out of pieces that parsers are known to stumble over.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z .,*_`|\\n\\t]{0,20}",
        "\\PC{0,12}",
        "</?(p|div|b|i|a|table|tr|td|th|ul|ol|li|pre|code|h[1-6]|br|hr|blockquote|dl|dt|dd|img|svg|math|template|noscript|select|form|button|script|style|title|video|font|body|html|frameset)( (class|id|href|src|style|colspan|start|hidden|alt|title)=[\"']?[a-z:;#/.0-9 -]{0,12}[\"']?)?/?>",
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("&nbsp;&#x80;&amp".to_owned()),
        Just(" words of a sentence, with commas, and enough of them to count as one.".repeat(8)),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_page_becomes_a_bounded_text(page in pieces()) {
        let text = simplify(&page).expect("a small page is never given up");
        prop_assert!(text.len() <= 4096 + 64 * page.len(), "{}", text.len());
        prop_assert!(!text.starts_with('\n') && !text.ends_with('\n'));
    }

    #[test]
    fn any_bytes_are_read_as_text_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), label in "[a-z0-9-]{0,12}") {
        let kind = format!("text/html; charset={label}");
        let text = fetch::charset::decode(bytes.clone(), &kind, true);
        prop_assert!(text.len() <= 4 * bytes.len() + 4);
        for encoding in ["gzip", "deflate", "gzip, deflate"] {
            let _ = fetch::inflate::unpack(bytes.clone(), encoding, 1 << 16);
        }
        let _ = fetch::robots::Robots::parse(&text).allow(&text, "robot");
    }
}
