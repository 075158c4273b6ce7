//! A site on the loopback interface, for servers that fetch: it answers what `parity.toml` says, and nothing else.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

/// A client that says nothing is waited for this long; the site's threads end with the process.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest head of a request that is read.
const LONGEST: u64 = 64 << 10;

/// One answer of the site.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The path, with its query.
    pub path: String,
    /// The status.
    #[serde(default = "fine")]
    pub status: u16,
    /// Headers beside the length; `{site}` is filled in.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body; `{site}` is filled in.
    #[serde(default)]
    pub text: String,
    /// The body as bytes.
    pub base64: Option<String>,
    /// The body as a file of the data set.
    pub file: Option<String>,
    /// How often the body is repeated.
    #[serde(default = "once")]
    pub times: usize,
}

fn fine() -> u16 {
    200
}

fn once() -> usize {
    1
}

/// A site that is up until this process ends.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    address: SocketAddr,
}

impl Site {
    /// Serves these pages on a free port of the loopback interface.
    ///
    /// # Errors
    /// When there is no port, or a page is no page.
    pub fn start(pages: &[Page], data: &Path) -> Result<Site> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .context("no port of the loopback interface is free")?;
        let address = listener.local_addr()?;
        let site = Site { address };
        let mut answers = BTreeMap::new();
        for page in pages {
            answers.insert(page.path.clone(), site.rendered(page, data)?);
        }
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answers = answers.clone();
                // A client that hangs up in the middle is that client's affair.
                std::thread::spawn(move || drop(answer(&stream, &answers)));
            }
        });
        Ok(site)
    }

    /// What `{site}` stands for.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `host:port`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    fn rendered(&self, page: &Page, data: &Path) -> Result<Vec<u8>> {
        let filled = |text: &str| text.replace("{site}", &self.url());
        let body = match (&page.base64, &page.file) {
            (Some(encoded), _) => BASE64_STANDARD
                .decode(encoded)
                .map_err(|error| anyhow!("the page {}: {error}", page.path))?,
            (None, Some(file)) => std::fs::read(data.join(file))
                .with_context(|| format!("the data set has no {file}"))?,
            (None, None) => filled(&page.text).into_bytes(),
        };
        let body = body.repeat(page.times);
        let mut rendered = format!(
            "HTTP/1.1 {} Status\r\nContent-Length: {}\r\nConnection: close\r\n",
            page.status,
            body.len()
        );
        for (name, value) in &page.headers {
            rendered.push_str(&format!("{name}: {}\r\n", filled(value)));
        }
        rendered.push_str("\r\n");
        Ok([rendered.into_bytes(), body].concat())
    }
}

fn answer(stream: &TcpStream, answers: &BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    use std::io::Read as _;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let (mut first, mut line, mut body) = (String::new(), String::new(), 0);
    reader.by_ref().take(LONGEST).read_line(&mut first)?;
    loop {
        line.clear();
        reader.by_ref().take(LONGEST).read_line(&mut line)?;
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            body = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    // Whoever is answered before everything is read may find the connection reset.
    std::io::copy(&mut reader.take(body), &mut std::io::sink())?;
    let path = first.split(' ').nth(1).unwrap_or_default();
    let nothing =
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let mut writer = stream;
    writer.write_all(answers.get(path).unwrap_or(&nothing))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_page_is_served_as_it_is_written_and_nothing_else_is() {
        let page = Page {
            path: "/a?b".to_owned(),
            status: 302,
            headers: BTreeMap::from([("Location".to_owned(), "{site}/c".to_owned())]),
            text: "at {site};".to_owned(),
            base64: None,
            file: None,
            times: 2,
        };
        let site = Site::start(&[page], Path::new("/")).expect("a site");
        let ask = |path: &str| {
            let mut stream = TcpStream::connect(site.address).expect("it listens");
            write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            answer
        };
        let (url, found) = (site.url(), ask("/a?b"));
        assert!(found.starts_with("HTTP/1.1 302 "), "{found}");
        assert!(found.contains(&format!("Location: {url}/c\r\n")), "{found}");
        assert!(
            found.ends_with(&format!("\r\n\r\nat {url};at {url};")),
            "{found}"
        );
        assert!(ask("/a").starts_with("HTTP/1.1 404 "));
    }
}
