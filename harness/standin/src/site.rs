//! The site of papers: pages as the data set has them, redirects, and what a fetcher must survive.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use hyper::body::Incoming;

use crate::answer::{Answer, Pieces, pieces, untyped, whole};
use crate::serve::Handle;
use crate::zip::{bomb, unzipped, zipped};

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// Longer pages are sent compressed to who accepts that.
const COMPRESSED: usize = 1_000;

/// Longest wait of a route that is slow on purpose.
const PATIENCE: u64 = 60_000;

/// A page in both forms.
struct Page {
    kind: &'static str,
    plain: Bytes,
    zipped: Option<Bytes>,
}

/// Every page, in memory.
pub struct Site {
    pages: BTreeMap<String, Page>,
    robots: Option<StatusCode>,
}

impl Site {
    /// Reads the pages below a folder.
    pub fn read(folder: &Path, robots: Option<StatusCode>) -> Result<Site> {
        let mut site = Site {
            pages: BTreeMap::new(),
            robots,
        };
        site.add(folder, "")?;
        if !site.pages.contains_key("/index.html") {
            bail!(
                "{} has no index.html; write the data set with `cargo run -p dataset -- generate DIR`",
                folder.display()
            );
        }
        Ok(site)
    }

    fn add(&mut self, folder: &Path, path: &str) -> Result<()> {
        let entries = std::fs::read_dir(folder).with_context(|| {
            format!(
                "{} cannot be listed; write the data set with `cargo run -p dataset -- generate DIR`",
                folder.display()
            )
        })?;
        for entry in entries {
            let entry = entry?;
            let path = format!("{path}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.add(&entry.path(), &path)?;
                continue;
            }
            let content = std::fs::read(entry.path())?;
            // kept compressed, and compressed for whoever takes it
            if let Some(path) = path.strip_suffix(".gz") {
                let page = Page {
                    kind: kind(path),
                    plain: unzipped(&content)?.into(),
                    zipped: Some(content.into()),
                };
                self.pages.insert(path.to_owned(), page);
                continue;
            }
            let zipped = (content.len() > COMPRESSED).then(|| zipped(&content));
            let page = Page {
                kind: kind(&path),
                zipped: zipped.transpose()?.map(Bytes::from),
                plain: content.into(),
            };
            self.pages.insert(path, page);
        }
        Ok(())
    }

    fn page(&self, path: &str, accepts_gzip: bool) -> Answer {
        let path = if path == "/" { "/index.html" } else { path };
        let Some(page) = self.pages.get(path) else {
            let text = "<!DOCTYPE html><title>Not found</title><h1>There is no such page</h1>\n";
            return whole(StatusCode::NOT_FOUND, HTML, text);
        };
        let mut answer = match &page.zipped {
            Some(zipped) if accepts_gzip => {
                let mut answer = whole(StatusCode::OK, page.kind, zipped.clone());
                let gzip = HeaderValue::from_static("gzip");
                answer.headers_mut().insert(header::CONTENT_ENCODING, gzip);
                answer
            }
            _ => whole(StatusCode::OK, page.kind, page.plain.clone()),
        };
        let varies = HeaderValue::from_static("accept-encoding");
        answer.headers_mut().insert(header::VARY, varies);
        answer
    }
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" if path.ends_with("/latin1.html") => "text/html; charset=ISO-8859-1",
        "html" => HTML,
        "txt" => TEXT,
        "json" => "application/json",
        "css" => "text/css",
        _ => "application/octet-stream",
    }
}

impl Handle for Site {
    async fn handle(&self, request: Request<Incoming>) -> Answer {
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            let mut answer = whole(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD\n");
            let allowed = HeaderValue::from_static("GET, HEAD");
            answer.headers_mut().insert(header::ALLOW, allowed);
            return answer;
        }
        let accepts_gzip = request
            .headers()
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|coding| {
                coding
                    .split(';')
                    .next()
                    .is_some_and(|name| name.trim() == "gzip")
            });
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or(""));
        match (path, self.robots) {
            ("/robots.txt", Some(status)) => whole(status, TEXT, "as it was asked for\n"),
            _ => match path.strip_prefix("/moved") {
                Some(rest) if rest.is_empty() || rest.starts_with('/') => moved(rest, query),
                _ => match path.strip_prefix("/edge/") {
                    Some(route) => edge(route, query).await,
                    None => self.page(path, accepts_gzip),
                },
            },
        }
    }
}

fn moved(rest: &str, query: &str) -> Answer {
    let count = rest.strip_prefix("/chain/").map(str::parse::<u16>);
    match (rest, count) {
        ("", _) => to(StatusCode::MOVED_PERMANENTLY, "/papers/01.html"),
        ("/loop", _) => to(StatusCode::FOUND, "/moved/loop/back"),
        ("/loop/back", _) => to(StatusCode::FOUND, "/moved/loop"),
        ("/to", _) => to(StatusCode::FOUND, query),
        (_, Some(Ok(0 | 1))) => to(StatusCode::FOUND, "/papers/01.html"),
        (_, Some(Ok(count))) => to(StatusCode::FOUND, &format!("/moved/chain/{}", count - 1)),
        _ => whole(StatusCode::NOT_FOUND, TEXT, "no such redirect\n"),
    }
}

fn to(status: StatusCode, place: &str) -> Answer {
    let mut answer = whole(status, TEXT, "it is elsewhere\n");
    match HeaderValue::from_str(place) {
        Ok(place) => {
            answer.headers_mut().insert(header::LOCATION, place);
            answer
        }
        Err(_) => whole(StatusCode::BAD_REQUEST, TEXT, "no place to go to\n"),
    }
}

/// Routes that wait, swell or break. The number behind the question mark says how much.
async fn edge(route: &str, query: &str) -> Answer {
    let number = query.parse::<u64>().ok();
    let wait = Duration::from_millis(number.unwrap_or(1_000).min(PATIENCE));
    match route {
        "slow" => {
            tokio::time::sleep(wait).await;
            whole(StatusCode::OK, TEXT, "late, and whole\n")
        }
        "drip" => pieces(TEXT, Pieces::of("x", Some(10_000)).every(wait)),
        "silent" => std::future::pending().await,
        "huge" => pieces(TEXT, Pieces::of(filler(), Some(number.unwrap_or(1 << 30)))),
        "endless" => pieces(TEXT, Pieces::of(filler(), None)),
        "truncated" => {
            let half = Pieces::of("half of it", Some(10)).saying(1_000);
            pieces(TEXT, half.every(Duration::from_millis(20)))
        }
        "bomb" => encoded(bomb().unwrap_or_default()),
        "broken-gzip" => encoded(b"\x1f\x8b\x08\0this is not compressed".to_vec()),
        "no-type" => untyped(StatusCode::OK, "<p>of no type</p>\n"),
        "wrong-charset" => whole(StatusCode::OK, HTML, &b"<p>caf\xe9 is not UTF-8</p>\n"[..]),
        _ => {
            let code = route.strip_prefix("status/");
            let code = code.and_then(|code| code.parse().ok());
            match code.filter(|code: &StatusCode| code.as_u16() >= 200) {
                Some(code) => whole(code, HTML, format!("<h1>{code}</h1>\n")),
                None => whole(StatusCode::NOT_FOUND, TEXT, "no such route\n"),
            }
        }
    }
}

fn filler() -> Bytes {
    Bytes::from(b"all work and no play\n".repeat(3_000))
}

fn encoded(body: Vec<u8>) -> Answer {
    let mut answer = whole(StatusCode::OK, TEXT, body);
    let gzip = HeaderValue::from_static("gzip");
    answer.headers_mut().insert(header::CONTENT_ENCODING, gzip);
    answer
}
