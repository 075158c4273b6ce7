//! Both stand-ins as a client meets them: over a socket, byte by byte, with no client of ours between.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

/// A stand-in that is up; dropping it closes its input, which ends it.
struct Up {
    child: Child,
    address: String,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of these tests that starts a process"
)]
fn start(arguments: &[&str]) -> Up {
    let mut child = Command::new(env!("CARGO_BIN_EXE_standin"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cargo has built it");
    let mut line = String::new();
    let out = child.stdout.take().expect("it is piped");
    BufReader::new(out)
        .read_line(&mut line)
        .expect("it says something");
    let address = line.trim().strip_prefix("listening on http://");
    Up {
        address: address.expect("it says where").to_owned(),
        child,
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        assert!(
            self.child.wait().expect("it ends").success(),
            "it ends well"
        );
    }
}

/// What came back: status, head in lower case, body.
struct Came {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Came {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .into_iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("it is JSON")
    }
}

impl Up {
    /// The connection after the request was written.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a timeout");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        )
        .expect("it reads");
        stream
    }

    fn get(&self, path: &str, headers: &str) -> Came {
        came(self.ask("GET", path, headers, ""))
    }

    fn complete(&self, base: &str, asked: &Value) -> Came {
        let headers = "authorization: Bearer sk-secret\r\ncontent-type: application/json\r\n";
        let path = format!("{base}/v1/chat/completions");
        came(self.ask("POST", &path, headers, &asked.to_string()))
    }
}

fn came(mut stream: TcpStream) -> Came {
    let mut all = Vec::new();
    // a body that is cut off ends in an error, after what there was
    let _cut = stream.read_to_end(&mut all);
    let end = all
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(all[..end].to_vec()).expect("a head is ASCII");
    let (first, rest) = head.split_once("\r\n").unwrap_or((&head, ""));
    Came {
        status: first[9..12].parse().expect("a status"),
        head: rest.to_owned(),
        body: all[end + 4..].to_vec(),
    }
}

/// A data set of five pages.
fn data() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = folder.path().join("site");
    std::fs::create_dir_all(site.join("papers")).expect("made");
    let write = |path: &str, content: &[u8]| {
        std::fs::write(site.join(Path::new(path)), content).expect("written");
    };
    write("index.html", b"<h1>index</h1>");
    write("robots.txt", b"User-agent: *\nDisallow: /private/\n");
    write("papers/01.html", "<p>paper</p>".repeat(500).as_bytes());
    write("latin1.html", b"<p>caf\xe9</p>");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"<p>kept small</p>").expect("memory");
    write("compressed.html.gz", &packed.finish().expect("memory"));
    folder
}

fn site(more: &[&str]) -> (tempfile::TempDir, Up) {
    let data = data();
    let folder = data.path().to_str().expect("UTF-8").to_owned();
    let up = start(&[&["site", "--data", &folder], more].concat());
    (data, up)
}

#[test]
fn pages_have_their_type_and_are_compressed_for_who_accepts_it() {
    let (_data, up) = site(&[]);
    let index = up.get("/", "");
    assert_eq!(
        (index.status, index.body.as_slice()),
        (200, &b"<h1>index</h1>"[..])
    );
    assert_eq!(
        index.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let latin = up.get("/latin1.html", "");
    assert_eq!(
        latin.header("content-type"),
        Some("text/html; charset=ISO-8859-1")
    );

    let plain = up.get("/papers/01.html", "accept-encoding: br, gzipped\r\n");
    assert_eq!(
        (plain.header("content-encoding"), plain.body.len()),
        (None, 6_000)
    );
    let packed = up.get("/papers/01.html", "accept-encoding: br, gzip;q=0.8\r\n");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() < 1_000);
    let mut text = Vec::new();
    GzDecoder::new(packed.body.as_slice())
        .read_to_end(&mut text)
        .expect("it is gzip");
    assert_eq!(text, plain.body);
    assert_eq!(up.get("/compressed.html", "").body, b"<p>kept small</p>");

    assert_eq!(up.get("/papers/99.html", "").status, 404);
    assert_eq!(up.get("/../Cargo.toml", "").status, 404);
    let refused = came(up.ask("PUT", "/", "", "x"));
    assert_eq!(
        (refused.status, refused.header("allow")),
        (405, Some("GET, HEAD"))
    );
    assert_eq!(up.get("/robots.txt", "").status, 200);
    let (_data, closed) = site(&["--robots", "403"]);
    assert_eq!(closed.get("/robots.txt", "").status, 403);
}

#[test]
fn redirects_lead_where_they_say_and_name_no_port() {
    let (_data, up) = site(&[]);
    for (path, status, place) in [
        ("/moved", 301, "/papers/01.html"),
        ("/moved/chain/3", 302, "/moved/chain/2"),
        ("/moved/chain/1", 302, "/papers/01.html"),
        ("/moved/loop", 302, "/moved/loop/back"),
        ("/moved/loop/back", 302, "/moved/loop"),
        (
            "/moved/to?http://169.254.169.254/latest",
            302,
            "http://169.254.169.254/latest",
        ),
    ] {
        let came = up.get(path, "");
        assert_eq!(
            (came.status, came.header("location")),
            (status, Some(place)),
            "{path}"
        );
    }
    assert_eq!(up.get("/moved/chain/x", "").status, 404);
}

#[test]
fn routes_at_the_edge_do_what_they_say() {
    let (_data, up) = site(&[]);
    assert_eq!(up.get("/edge/slow?30", "").body, b"late, and whole\n");
    assert_eq!(up.get("/edge/huge?3000000", "").body.len(), 3_000_000);
    let cut = up.get("/edge/truncated", "");
    assert_eq!(
        (cut.header("content-length"), cut.body.len()),
        (Some("1000"), 10)
    );
    assert_eq!(up.get("/edge/status/503", "").status, 503);
    assert_eq!(up.get("/edge/status/100", "").status, 404);
    assert_eq!(up.get("/edge/no-type", "").header("content-type"), None);
    assert!(up.get("/edge/bomb", "").body.len() < 2 << 20);
    let mut some = vec![0; 10 << 20];
    let mut endless = up.ask("GET", "/edge/endless", "", "");
    endless.read_exact(&mut some).expect("there is always more");
    // the others go on while one is silent
    let mut silent = up.ask("GET", "/edge/silent", "", "");
    silent
        .set_read_timeout(Some(Duration::from_millis(100)))
        .expect("a timeout");
    assert!(silent.read(&mut some).is_err());
    assert_eq!(up.get("/", "").status, 200);
}

#[test]
fn a_completion_is_the_same_each_time_and_within_its_bound() {
    let up = start(&["model"]);
    let text = "Cold starts cost time. The weather was fine. A cold start is paid once, and caches make cold starts cheap. Nobody came.";
    let asked = json!({
        "model": "gpt-4o", "max_tokens": 8,
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": [{"type": "text", "text": text}]}],
    });
    let first = up.complete("", &asked);
    assert_eq!(first.status, 200);
    let said = first.json();
    assert_eq!(
        said["choices"][0]["message"]["content"],
        "Cold starts cost time."
    );
    assert_eq!(said["choices"][0]["finish_reason"], "stop");
    assert!(
        said["usage"]["completion_tokens"]
            .as_u64()
            .expect("a number")
            <= 8
    );
    assert_eq!(said["model"], "gpt-4o");
    assert_eq!(first.body, up.complete("", &asked).body);
    // another process on another port says the same
    assert_eq!(first.body, start(&["model"]).complete("", &asked).body);

    let keyless = came(up.ask("POST", "/v1/chat/completions", "", &asked.to_string()));
    assert_eq!(keyless.status, 401);
    for (bad, status) in [
        (json!({"model": "x"}), 400),
        (json!({"model": "x", "messages": []}), 400),
        (
            json!({"model": "x", "stream": true, "messages": [{"role": "user", "content": "a"}]}),
            400,
        ),
    ] {
        let refused = up.complete("", &bad);
        assert_eq!(refused.status, status, "{bad}");
        assert!(refused.json()["error"]["message"].is_string());
    }
    let models = up.get("/v1/models", "authorization: Bearer x\r\n");
    assert_eq!(models.json()["data"][0]["object"], "model");
}

#[test]
fn failures_have_names() {
    let up = start(&["model"]);
    let asked = json!({"model": "x", "messages": [{"role": "user", "content": "One sentence."}]});
    let busy = up.complete("/fail/429", &asked);
    assert_eq!((busy.status, busy.header("retry-after")), (429, Some("1")));
    assert_eq!(up.complete("/fail/429-once-a", &asked).status, 429);
    assert_eq!(up.complete("/fail/429-once-a", &asked).status, 200);
    assert_eq!(up.complete("/fail/429-once-b", &asked).status, 429);
    assert_eq!(up.complete("/fail/500", &asked).status, 500);
    let broken = up.complete("/fail/malformed", &asked);
    assert!(broken.status == 200 && serde_json::from_slice::<Value>(&broken.body).is_err());
    assert_eq!(
        up.complete("/fail/empty", &asked).json(),
        json!({"choices": []})
    );
    let told = up.complete("/fail/echo-key", &asked);
    assert!(told.status == 401 && String::from_utf8_lossy(&told.body).contains("sk-secret"));
    assert_eq!(up.complete("/fail/none", &asked).status, 404);
}

#[test]
fn thinking_takes_as_long_as_was_asked() {
    let asked = json!({"model": "x", "messages": [{"role": "user", "content": "One sentence."}]});
    let slow = start(&["model", "--think", "60s"]);
    let headers = "authorization: Bearer k\r\n";
    let mut stream = slow.ask("POST", "/v1/chat/completions", headers, &asked.to_string());
    stream
        .set_read_timeout(Some(Duration::from_millis(200)))
        .expect("a timeout");
    assert!(stream.read(&mut [0]).is_err(), "it thinks");
}
