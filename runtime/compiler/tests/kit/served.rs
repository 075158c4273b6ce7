//! A served runtime, and requests to it by hand, so that a test sees every byte.

use super::{cache, hostile, runtime};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

/// `wasmmcp-runtime serve` in a process of its own.
pub struct Served {
    child: Child,
    pub stdout: BufReader<ChildStdout>,
    pub address: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// The message that it is, or the last one of the stream that it is.
    #[track_caller]
    pub fn message(&self) -> serde_json::Value {
        let last = self
            .body
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .next_back();
        serde_json::from_str(last.unwrap_or(&self.body))
            .unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Served {
    /// Serves the hostile guest.
    pub fn start(options: &[&str]) -> Option<Served> {
        let component = hostile()?;
        let mut command = runtime();
        command
            .arg("serve")
            .arg("--cache")
            .arg(cache())
            .args(options)
            .arg(component);
        Some(Served::of(&mut command))
    }

    /// Serves a component with these lines of `serve.toml` under its server.
    pub fn configured(component: &std::path::Path, lines: &str) -> Served {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("serve.toml");
        let text = format!(
            "cache = {:?}\n[[server]]\nname = \"hostile\"\ncomponent = {component:?}\n{lines}\n",
            cache()
        );
        std::fs::write(&config, text).expect("written");
        Served::of(runtime().arg("serve").arg("--config").arg(&config))
    }

    pub fn of(command: &mut std::process::Command) -> Served {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the runtime starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        stdout
            .read_line(&mut line)
            .expect("it says where it listens");
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .expect("it says where it listens")
            .to_owned();
        Served {
            child,
            stdout,
            address,
        }
    }

    /// The most memory that it ever used, in bytes.
    pub fn peak(&self) -> u64 {
        super::peak(self.child.id())
    }

    /// Sends a request and gives the open connection.
    pub fn begin(&self, request: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.write_all(request).expect("it reads");
        stream
    }

    /// One exchange over a connection of its own.
    pub fn send(&self, request: &str) -> Answer {
        read(&mut self.begin(request.as_bytes()))
    }

    /// Opens a session of the older wire: its id, or the answer that refuses it.
    pub fn open(&self) -> Result<String, Answer> {
        let answer = self.post(
            "/hostile/mcp",
            "",
            r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#,
        );
        if answer.status != 200 {
            return Err(answer);
        }
        let line = answer
            .head
            .lines()
            .find_map(|line| line.strip_prefix("mcp-session-id: "));
        Ok(line
            .unwrap_or_else(|| panic!("no session id: {}", answer.head))
            .to_owned())
    }

    /// Posts a message within a session.
    pub fn within(&self, session: &str, body: &str) -> Answer {
        self.post("/hostile/mcp", &within(session), body)
    }

    /// Calls a tool within a session and returns its text. (The answer of a failed guest has status 200 as well.)
    #[track_caller]
    pub fn text(&self, session: &str, id: u32, tool: &str) -> String {
        let answer = self.within(session, &super::call(id, tool));
        assert_eq!(answer.status, 200, "{answer:?}");
        let message = answer.message();
        assert_eq!(message["id"], id, "{answer:?}");
        message["result"]["content"][0]["text"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer:?}"))
            .to_owned()
    }

    /// A request without a body, within a session.
    pub fn verb(&self, verb: &str, session: &str, headers: &str) -> TcpStream {
        self.begin(
            format!(
                "{verb} /hostile/mcp HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: text/event-stream\r\n{}{headers}\r\n",
                within(session)
            )
            .as_bytes(),
        )
    }

    pub fn post(&self, path: &str, headers: &str, body: &str) -> Answer {
        self.send(&post(path, headers, body))
    }

    /// A call of the newer wire.
    pub fn call(&self, id: u32, tool: &str) -> serde_json::Value {
        let answer = self.post("/hostile/mcp", &modern(tool), &stateless(id, tool));
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body)
            .unwrap_or_else(|error| panic!("{error}: {}", answer.body))
    }

    /// Asks it to stop, and waits; the exit code.
    pub fn stop(mut self, signal: &str) -> Option<i32> {
        #[expect(clippy::disallowed_methods, reason = "tests start processes here")]
        let sent = std::process::Command::new("kill")
            .arg(signal)
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.is_ok_and(|status| status.success()));
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The headers of a message within a session.
pub fn within(session: &str) -> String {
    format!("mcp-session-id: {session}\r\nmcp-protocol-version: 2025-11-25\r\n")
}

/// Reads to the end of a connection that is closed after one answer.
pub fn read(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Answer {
        status: head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

pub fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// The headers of a call of the newer wire.
pub fn modern(tool: &str) -> String {
    let name = tool.split('"').next().unwrap_or(tool);
    format!("mcp-protocol-version: 2026-07-28\r\nmcp-method: tools/call\r\nmcp-name: {name}\r\n")
}

/// The body of a call of the newer wire.
pub fn stateless(id: u32, tool: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    )
}
