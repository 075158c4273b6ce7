//! A client that sends what no client should, to the native program over stdio: each message has its error, the next request its answer.

#[path = "../wire/tests/faults/mod.rs"]
mod faults;
mod process;

use process::command;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

/// The program over stdio.
struct Stdin {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Stdin {
    fn start() -> Stdin {
        let mut child = command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        Stdin {
            stdin: child.stdin.take().expect("piped"),
            stdout: BufReader::new(child.stdout.take().expect("piped")),
            child,
        }
    }

    fn send(&mut self, line: &[u8]) {
        self.stdin.write_all(line).expect("it reads");
        self.stdin.write_all(b"\n").expect("it reads");
    }

    fn line(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it writes UTF-8");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// The most memory that it ever used, in bytes.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("Linux tells of its processes");
        let kilobytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        1024 * kilobytes
            .and_then(|number| number.parse::<u64>().ok())
            .expect("a number")
    }

    /// Asserts that the next line is this error, and that a request after it is answered.
    fn refuses(&mut self, code: i64, id: &str, name: &str) {
        let answer = self.line();
        assert_eq!(answer["error"]["code"], code, "{name}: {answer}");
        assert_eq!(answer["id"].to_string(), id, "{name}: {answer}");
        self.send(br#"{"jsonrpc":"2.0","id":"next","method":"ping"}"#);
        let answer = self.line();
        assert_eq!(
            answer,
            serde_json::json!({"jsonrpc":"2.0","id":"next","result":{}}),
            "{name}"
        );
    }

    fn end(mut self) -> Option<i32> {
        drop(self.stdin);
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn every_fault_is_answered_and_so_is_the_next_request() {
    let mut program = Stdin::start();
    for fault in faults::faults() {
        program.send(&fault.text);
        program.refuses(fault.code, fault.id, fault.name);
    }
    assert_eq!(program.end(), Some(0));
}

#[test]
fn a_hundred_megabytes_in_a_line_are_refused_without_being_held() {
    let mut program = Stdin::start();
    let huge = vec![b'x'; 100 << 20];
    for _ in 0..2 {
        program.send(&huge);
        program.refuses(-32600, "null", "100 MB");
    }
    let peak = program.peak();
    assert!(peak < huge.len() as u64, "it held {peak} bytes");
    assert_eq!(program.end(), Some(0));
}

#[test]
fn a_call_that_is_taken_back_is_not_answered() {
    let mut program = Stdin::start();
    let meta = r#""_meta":{"progressToken":1,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;
    for meta in [r#""_meta":{"progressToken":1}"#, meta] {
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"count_until_cancelled",{meta}}}}}"#
        );
        program.send(call.as_bytes());
        assert_eq!(
            program.line()["method"],
            "notifications/progress",
            "it runs"
        );
        program.send(
            br#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
        );
        program.send(br#"{"jsonrpc":"2.0","id":2,"method":"resources/templates/list"}"#);
        let next = std::iter::repeat_with(|| program.line())
            .find(|line| line["method"].is_null())
            .expect("endless");
        assert_eq!(next["id"], 2, "{next}");
    }
    assert_eq!(program.end(), Some(0));
}
