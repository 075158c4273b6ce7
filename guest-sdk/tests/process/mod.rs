//! The example server `everything` as a real process.
#![allow(dead_code, reason = "each test program uses a part of this")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// The example's program: `cargo test` builds examples beside the tests.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test
        .parent()
        .and_then(|deps| deps.parent())
        .expect("tests lie in <profile>/deps");
    let program = profile.join("examples").join("everything");
    assert!(
        program.exists(),
        "the example is not built; run `cargo test -p wasmmcp`, or build it with `--example everything`"
    );
    program
}

/// The program, to be started.
pub fn command() -> Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one module of these tests that starts processes"
    )]
    Command::new(program())
}

/// The program serving HTTP; it ends with this value.
pub struct Http {
    child: Child,
    /// `host:port`
    pub address: String,
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Http {
    pub fn start() -> Http {
        let mut child = command()
            .args(["--http", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped"))
            .read_line(&mut line)
            .expect("it says where it listens");
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix("/everything/mcp"));
        let address = address
            .unwrap_or_else(|| panic!("unexpected first line {line:?}"))
            .to_owned();
        Http { child, address }
    }

    /// How many threads it has, where the system tells.
    pub fn threads(&self) -> Option<usize> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id()));
        Some(tasks.ok()?.count())
    }

    /// Sends a request and gives the open connection.
    pub fn send(&self, verb: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        // A server that never answers is a failure, and no test that never ends.
        let patience = std::time::Duration::from_secs(30);
        stream
            .set_read_timeout(Some(patience))
            .expect("a socket can be told");
        let mut head = format!(
            "{verb} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head += "Host: localhost\r\n";
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream
            .write_all((head + "\r\n").as_bytes())
            .expect("the head is sent");
        // A server that refuses a large body may close before it has read it.
        let _ = stream.write_all(body);
        stream
    }

    /// Sends a request and waits for the whole answer.
    pub fn ask(&self, verb: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut bytes = Vec::new();
        let _ = self.send(verb, path, headers, body).read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        Reply {
            status,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    /// Posts a message of the older wire.
    pub fn post(&self, session: Option<&str>, body: &str) -> Reply {
        let mut headers = vec![
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
        ];
        headers.extend(session.map(|session| ("Mcp-Session-Id", session)));
        self.ask("POST", "/everything/mcp", &headers, body.as_bytes())
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Reply {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}
