//! Whose thoughts are counted: a session's own, over both transports and both wires of the native program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const META: &str = r#","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;
const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;

fn call(meta: &str, branch: &str) -> String {
    let arguments = json!({
        "thought": "t", "nextThoughtNeeded": true, "thoughtNumber": 1, "totalThoughts": 2, "branchFromThought": 1, "branchId": branch,
    });
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"sequentialthinking","arguments":{arguments}{meta}}}}}"#
    )
}

/// The history's length and the branches that an answer tells.
fn told(answer: &str) -> (u64, String) {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    let told = &answer["result"]["structuredContent"];
    let length = told["thoughtHistoryLength"].as_u64();
    (
        length.unwrap_or_else(|| panic!("{answer}")),
        told["branches"].to_string(),
    )
}

struct Server(Child);

impl Server {
    fn start(arguments: &[&str]) -> Server {
        #[expect(
            clippy::disallowed_methods,
            reason = "a test of the program starts the program"
        )]
        let mut command = Command::new(env!("CARGO_BIN_EXE_sequential_thinking"));
        let command = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        Server(command.spawn().expect("it starts"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn post(address: &str, headers: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = format!(
        "POST /sequential_thinking/mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_ascii_lowercase(), body.to_owned())
}

#[test]
fn over_stdio_the_process_is_the_session_on_both_wires() {
    for (meta, opening) in [("", Some(INITIALIZE)), (META, None)] {
        let mut server = Server::start(&[]);
        let mut input = server.0.stdin.take().expect("piped");
        let mut output = BufReader::new(server.0.stdout.take().expect("piped"));
        let mut ask = |message: &str| {
            writeln!(input, "{message}").expect("it reads");
            let mut answer = String::new();
            output.read_line(&mut answer).expect("it answers");
            answer
        };
        if let Some(opening) = opening {
            ask(opening);
        }
        assert_eq!(told(&ask(&call(meta, "x"))), (1, r#"["x"]"#.to_owned()));
        assert_eq!(told(&ask(&call(meta, "1"))), (2, r#"["1","x"]"#.to_owned()));
    }
}

#[test]
fn over_http_sessions_share_nothing_and_stateless_calls_stand_alone() {
    let mut server = Server::start(&["--http", "127.0.0.1:0"]);
    let mut line = String::new();
    let output = server.0.stdout.take().expect("piped");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("it says where it listens");
    let address = line
        .trim()
        .strip_prefix("listening on http://")
        .and_then(|rest| rest.strip_suffix("/sequential_thinking/mcp"))
        .expect("an address");

    let open = || {
        let (head, _) = post(address, "", INITIALIZE);
        let session = head
            .lines()
            .find_map(|line| line.strip_prefix("mcp-session-id: "));
        format!("Mcp-Session-Id: {}\r\n", session.expect("a session"))
    };
    let (one, other) = (open(), open());
    let think = |session: &str, branch: &str| told(&post(address, session, &call("", branch)).1);
    assert_eq!(think(&one, "a"), (1, r#"["a"]"#.to_owned()));
    assert_eq!(think(&one, "b"), (2, r#"["a","b"]"#.to_owned()));
    assert_eq!(think(&other, "c"), (1, r#"["c"]"#.to_owned()));
    assert_eq!(think(&one, "a"), (3, r#"["a","b"]"#.to_owned()));

    let stateless = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: sequentialthinking\r\n";
    for branch in ["d", "e"] {
        let (_, answer) = post(address, stateless, &call(META, branch));
        assert_eq!(told(&answer), (1, format!("[\"{branch}\"]")));
    }
    assert_eq!(think(&other, "c"), (2, r#"["c"]"#.to_owned()));
}
