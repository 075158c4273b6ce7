//! A web site on the loopback interface, and the server as a process that is asked about it.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};

/// What a site answers: the whole answer, from the request's path.
pub type Answer = Arc<dyn Fn(&str, &mut TcpStream) + Send + Sync>;

/// Starts a site; its `host:port`.
pub fn serve(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut stream = stream;
                if let Some(path) = path(&mut stream) {
                    answer(&path, &mut stream);
                }
            });
        }
    });
    address
}

fn path(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 65536 {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    head.split(' ').nth(1).map(str::to_owned)
}

/// Writes an answer with its length, and ends the connection.
pub fn whole(stream: &mut TcpStream, status: u64, headers: &[(String, String)], body: &[u8]) {
    let mut head = format!(
        "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    // A client that went away is the test's own doing.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
}

/// Pages by path; all others are missing.
pub fn pages(list: &Value) -> String {
    let pages: BTreeMap<String, Value> = list
        .as_array()
        .expect("a list of pages")
        .iter()
        .map(|page| {
            (
                page["path"].as_str().expect("a path").to_owned(),
                page.clone(),
            )
        })
        .collect();
    let own = Arc::new(std::sync::OnceLock::<String>::new());
    let known = own.clone();
    let address = serve(Arc::new(move |path, stream| {
        let Some(page) = pages.get(path) else {
            let text = [("content-type".to_owned(), "text/plain".to_owned())];
            return whole(stream, 404, &text, b"no such page");
        };
        let site = format!(
            "http://{}",
            known.get().expect("it is set before anybody asks")
        );
        let headers: Vec<_> = page["headers"]
            .as_object()
            .expect("headers")
            .iter()
            .map(|(name, value)| {
                (
                    name.clone(),
                    value.as_str().expect("text").replace("{site}", &site),
                )
            })
            .collect();
        let body = match page["base64"].as_str() {
            Some(text) => decoded(text),
            None => page["text"].as_str().expect("a body").as_bytes().to_vec(),
        };
        whole(
            stream,
            page["status"].as_u64().expect("a status"),
            &headers,
            &body,
        );
    }));
    own.set(address.clone()).expect("once");
    address
}

fn decoded(base64: &str) -> Vec<u8> {
    let digit = |byte: u8| {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            .iter()
            .position(|other| *other == byte)
    };
    let mut bytes = Vec::new();
    for quad in base64.as_bytes().chunks(4) {
        let digits: Vec<usize> = quad.iter().filter_map(|byte| digit(*byte)).collect();
        let bits =
            digits.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - digits.len()));
        bytes.extend(
            [16, 8, 0]
                .iter()
                .take(digits.len() - 1)
                .map(|shift| (bits >> shift) as u8),
        );
    }
    bytes
}

/// The native program, spoken to by lines.
pub struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    last: u64,
}

impl Server {
    /// Starts it with options and, in the environment, grants.
    #[expect(clippy::disallowed_methods, reason = "tests start processes here")]
    pub fn start(options: &[&str], outbound: &str, private: bool) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fetch"))
            .args(options)
            .env("WASMMCP_OUTBOUND", outbound)
            .env("WASMMCP_PRIVATE_ADDRESSES", if private { "1" } else { "" })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdin = child.stdin.take().expect("it is piped");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut server = Server {
            child,
            stdin,
            stdout,
            last: 0,
        };
        let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}});
        server.ask("initialize", &hello);
        server
    }

    /// Sends a request and reads its answer.
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let request =
            json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params});
        writeln!(self.stdin, "{request}").expect("it reads");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("an answer is JSON")
    }

    /// Calls the tool; the text, and whether it is an error.
    pub fn fetch(&mut self, arguments: &Value) -> (String, bool) {
        let answer = self.ask(
            "tools/call",
            &json!({"name": "fetch", "arguments": arguments}),
        );
        let result = &answer["result"];
        (
            result["content"][0]["text"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            result["isError"].as_bool().unwrap_or(false),
        )
    }

    /// The most memory that it ever used, in bytes.
    pub fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("Linux tells");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .expect("it does");
        1024 * line
            .trim()
            .trim_end_matches(" kB")
            .parse::<u64>()
            .expect("a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
