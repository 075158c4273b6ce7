//! The program against endpoints that answer, refuse, delay, break off, and repeat the key that they were sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

const KEY: &str = "sk-secret-0123456789";

/// What came to the endpoint: heads and bodies, in their order.
type Seen = Arc<Mutex<Vec<(String, Value)>>>;

/// An endpoint whose answers are made from the number of the request and what it asks; its `host:port`.
fn endpoint(answer: impl Fn(usize, &Value) -> String + Send + Sync + 'static) -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    let seen = Seen::default();
    let log = seen.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Some((head, body)) = request(&mut stream) else {
                continue;
            };
            let number = {
                let mut log = log.lock().expect("nobody panics with it");
                log.push((head, body.clone()));
                log.len()
            };
            let text = answer(number, &body);
            if text == "silent" {
                // Kept open until the test ends.
                std::mem::forget(stream);
            } else {
                let _ = stream.write_all(text.as_bytes());
            }
        }
    });
    (address, seen)
}

fn request(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head
        .to_lowercase()
        .split("content-length: ")
        .nth(1)?
        .split("\r\n")
        .next()?
        .parse()
        .ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head, serde_json::from_slice(&body).ok()?))
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} x\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn said(text: &str) -> String {
    answer(
        200,
        "",
        &json!({"choices": [{"message": {"role": "assistant", "content": text}}]}).to_string(),
    )
}

struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    #[expect(clippy::disallowed_methods, reason = "tests start processes here")]
    fn start(address: &str, environment: &[(&str, &str)]) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_summarize"))
            .env_clear()
            .env("OPENAI_BASE_URL", format!("http://{address}/v1"))
            .env("OPENAI_API_KEY", KEY)
            .env("WASMMCP_OUTBOUND", address)
            .env("WASMMCP_PRIVATE_ADDRESSES", "1")
            .envs(environment.iter().copied())
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
        };
        server.ask("initialize", &json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}));
        server
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        writeln!(self.stdin, "{request}").expect("it reads");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it answers");
        assert!(
            !line.contains(KEY) && !line.contains("0123456789"),
            "it tells the key: {line}"
        );
        serde_json::from_str(&line).expect("an answer is JSON")
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))["result"].clone()
    }

    /// What it says where it fails.
    fn failure(&mut self, arguments: Value) -> String {
        let result = self.call("summarize_text", arguments);
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"]
            .as_str()
            .expect("a text")
            .to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn long() -> String {
    "A sentence of the text that is long enough. ".repeat(4)
}

#[test]
fn a_text_is_asked_for_in_words_and_bounded_in_tokens() {
    let (address, seen) = endpoint(|_, _| said("  A summary.\n"));
    let mut server = Server::start(&address, &[("SUMMARIZE_MODEL", "tiny")]);
    let result = server.call(
        "summarize_text",
        json!({"text": long(), "max_length": 40, "style": "bullet"}),
    );
    assert_eq!(
        result["structuredContent"],
        json!({"summary": "A summary."})
    );
    let seen = seen.lock().expect("nobody panics with it");
    let (head, body) = &seen[0];
    assert!(
        head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.to_lowercase()
            .contains(&format!("authorization: bearer {KEY}\r\n"))
    );
    assert_eq!(
        (&body["model"], &body["max_tokens"]),
        (&json!("tiny"), &json!(112))
    );
    assert_eq!(
        body["messages"][1],
        json!({"role": "user", "content": long()})
    );
    let told = body["messages"][0]["content"].as_str().expect("a text");
    assert!(
        told.contains("40 words") && told.contains("bullet list"),
        "{told}"
    );
}

#[test]
fn short_and_empty_texts_need_no_model() {
    let (address, seen) = endpoint(|_, _| said("never"));
    let mut server = Server::start(&address, &[("OPENAI_API_KEY", "")]);
    // Sixty letters are sixty characters, although they are 120 bytes.
    let short = "é".repeat(60);
    assert_eq!(
        server.call("summarize_text", json!({"text": short}))["structuredContent"]["summary"],
        json!(short)
    );
    assert!(
        server
            .failure(json!({"text": " \n"}))
            .contains("the text is empty; pass")
    );
    assert!(
        server
            .failure(json!({"text": long()}))
            .contains("set OPENAI_API_KEY")
    );
    let why = server.failure(json!({"text": long(), "style": "poem"}));
    assert!(
        ["concise", "detailed", "bullet"]
            .iter()
            .all(|style| why.contains(style)),
        "{why}"
    );
    let info = server.call("get_provider_info", json!({}));
    assert_eq!(
        info["structuredContent"],
        json!({"provider": "openai", "model": "gpt-4o-mini", "has_key": false, "available_styles": ["concise", "detailed", "bullet"], "default_max_length": 150})
    );
    assert!(seen.lock().expect("nobody panics with it").is_empty());
}

#[test]
fn documents_fail_one_by_one() {
    let (address, _) = endpoint(|_, body| {
        let text = body["messages"][1]["content"].as_str().unwrap_or_default();
        if text.contains("broken") {
            answer(
                400,
                "",
                r#"{"error":{"message":"no","type":"invalid_request_error","code":null}}"#,
            )
        } else {
            said(&text[..10])
        }
    });
    let mut server = Server::start(&address, &[]);
    let documents = [
        long(),
        format!("broken {}", long()),
        String::new(),
        "short".to_owned(),
    ];
    let result = server.call("summarize_documents", json!({"documents": documents}));
    let told = &result["structuredContent"];
    assert_eq!(told["summaries"][0], json!({"summary": "A sentence"}));
    let why = told["summaries"][1]["error"].as_str().expect("why");
    assert!(
        why.contains("status 400 (invalid_request_error); correct"),
        "{why}"
    );
    assert!(
        told["summaries"][2]["error"]
            .as_str()
            .expect("why")
            .contains("empty")
    );
    assert_eq!(told["summaries"][3], json!({"summary": "short"}));
    assert_eq!(
        (&told["succeeded"], &told["failed"]),
        (&json!(2), &json!(2))
    );
    let none = server.call("summarize_documents", json!({"documents": []}));
    assert_eq!(
        none["structuredContent"],
        json!({"summaries": [], "succeeded": 0, "failed": 0})
    );
}

#[test]
fn what_passes_is_tried_again_and_what_does_not_is_not() {
    let (address, seen) = endpoint(|number, _| match number {
        1 => answer(429, "retry-after: 0\r\n", "{}"),
        2 => answer(503, "retry-after: 0\r\n", "later"),
        _ => said("At last."),
    });
    let mut server = Server::start(&address, &[]);
    assert_eq!(
        server.call("summarize_text", json!({"text": long()}))["structuredContent"]["summary"],
        "At last."
    );
    assert_eq!(seen.lock().expect("nobody panics with it").len(), 3);

    let (address, seen) = endpoint(|_, _| {
        answer(
            429,
            "retry-after: 0\r\n",
            r#"{"error":{"message":"x","code":"rate_limit_exceeded"}}"#,
        )
    });
    let mut server = Server::start(&address, &[("SUMMARIZE_RETRIES", "1")]);
    let why = server.failure(json!({"text": long()}));
    assert!(
        why.contains("status 429 (rate_limit_exceeded); try again later"),
        "{why}"
    );
    assert_eq!(seen.lock().expect("nobody panics with it").len(), 2);

    let (address, seen) = endpoint(|_, _| answer(429, "retry-after: 86400\r\n", "{}"));
    assert!(
        Server::start(&address, &[])
            .failure(json!({"text": long()}))
            .contains("429")
    );
    assert_eq!(
        seen.lock().expect("nobody panics with it").len(),
        1,
        "a day is more patience than a call has"
    );
}

#[test]
fn keys_are_never_told() {
    let echo = format!(
        r#"{{"error":{{"message":"Incorrect API key provided: {KEY}","type":"{KEY}","code":"secret"}}}}"#
    );
    let (address, _) = endpoint(move |_, _| answer(401, "", &echo));
    let why = Server::start(&address, &[]).failure(json!({"text": long()}));
    assert_eq!(
        why,
        "the model's endpoint answers with status 401; set OPENAI_API_KEY to a key that is valid there"
    );
}

#[test]
fn endpoints_that_mean_harm_are_survived() {
    for (text, expected) in [
        (
            answer(200, "", "not JSON"),
            "does not answer as OpenAI's does",
        ),
        (answer(200, "", r#"{"choices":[]}"#), "without a text"),
        (
            answer(200, "", r#"{"choices":[{"message":{"content":null}}]}"#),
            "without a text",
        ),
        (
            answer(200, "content-type: x\r\n", &"[".repeat(1 << 20)),
            "does not answer as OpenAI's does",
        ),
        (
            answer(302, "location: http://169.254.169.254/\r\n", ""),
            "status 302",
        ),
        (
            "HTTP/1.1 200 x\r\ncontent-length: 99999999\r\n\r\n{".to_owned(),
            "larger than 4194304 bytes",
        ),
        (
            "HTTP/1.1 200 x\r\ncontent-length: 99\r\n\r\n{".to_owned(),
            "broke off",
        ),
        ("hello\r\n".to_owned(), "broke off"),
        ("silent".to_owned(), "took longer than 1000 ms"),
    ] {
        let reply = text.clone();
        let (address, _) = endpoint(move |_, _| reply.clone());
        let mut server = Server::start(
            &address,
            &[("SUMMARIZE_RETRIES", "0"), ("SUMMARIZE_TIMEOUT", "1")],
        );
        let why = server.failure(json!({"text": long()}));
        assert!(why.contains(expected), "{text:.40}: {why}");
    }
    let (address, _) = endpoint(|_, _| said("never"));
    let why = Server::start(&address, &[("WASMMCP_OUTBOUND", "")]).failure(json!({"text": long()}));
    assert!(why.contains("is not granted"), "{why}");
    let gone = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .to_string();
    let why = Server::start(&gone, &[("SUMMARIZE_RETRIES", "1")]).failure(json!({"text": long()}));
    assert!(why.contains("refuses connections"), "{why}");
}
