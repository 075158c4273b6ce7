//! The Python reference servers: each is asked every call of our server.toml, and judged by the same judge; and none is slow by neglect.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};

use harness::clock::Monotonic;
use harness::input::Places;
use harness::judge::judge;
use harness::server::Server;
use harness::standin::Up;
use serde_json::{Value, json};
use toolchain::{Linking, Native, Toolchain};

/// The servers that have one, and the calls that it answers otherwise: the reasons are in the servers' READMEs.
const REFERENCES: [(&str, &[&str]); 4] = [
    (
        "log_parser",
        &[
            // Ours names the entry and the remedy; pydantic refuses it as well.
            "filter_entries-not_an_entry",
            // Python's expressions are not linear, and know look-around.
            "search_entries-pattern_that_explodes",
            "search_entries-look_behind",
        ],
    ),
    ("image_resize", &[]),
    ("data_aggregate", &[]),
    ("summarize", &[]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the checkout")
}

/// The interpreter with what the reference servers need, installed into the cache once for all; or why it cannot be.
fn python() -> Result<PathBuf, String> {
    let mut requirements = BTreeSet::new();
    for name in REFERENCES
        .map(|(name, _)| name)
        .into_iter()
        .chain(["summarize"])
    {
        let list = root().join(format!("containers/{name}/reference/requirements.txt"));
        let list = std::fs::read_to_string(&list).expect("a reference server names its packages");
        requirements.extend(list.lines().map(str::to_owned));
    }
    let requirements: Vec<&str> = requirements.iter().map(String::as_str).collect();
    let store = original::for_tests()?;
    let installed = store.python("references", &requirements, &mut |line| eprintln!("{line}"));
    installed
        .map(|venv| venv.python())
        .map_err(|missing| missing.to_string())
}

/// What stands in for the network, built if the server needs any of it.
fn standin(server: &Server) -> Option<PathBuf> {
    if server.needs.is_empty() {
        return None;
    }
    let program = Native {
        workspace: root(),
        package: "standin",
        program: "standin",
        profile: "release",
        beside: &[],
        linking: Linking::Static,
    };
    let built =
        Toolchain::of_this_machine().build_native(&program, &mut |line| eprintln!("{line}"));
    Some(built.expect("the stand-in builds"))
}

fn data() -> PathBuf {
    let cache = harness::place::cache().expect("a cache");
    dataset::ensure(&cache).expect("the data set")
}

#[expect(clippy::disallowed_methods, reason = "a test of programs starts them")]
fn command(program: &Path) -> Command {
    Command::new(program)
}

struct Reference {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    asked: u64,
}

impl Reference {
    fn start(python: &Path, name: &str, environment: &[(String, String)]) -> Reference {
        let mut child = command(python)
            .arg(root().join(format!("containers/{name}/reference/server.py")))
            .envs(environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the interpreter starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut reference = Reference {
            child,
            input,
            output,
            asked: 0,
        };
        let client = json!({"name": "test", "version": "1"});
        reference.ask(
            "initialize",
            &json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}),
        );
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        writeln!(reference.input, "{ready}").expect("it reads");
        reference
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let request =
            json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params});
        writeln!(self.input, "{request}").expect("it reads");
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("it writes");
            assert!(read > 0, "the server went away at {method}");
            let mut answer: Value = serde_json::from_str(&line).expect("JSON");
            if answer["id"] == json!(self.asked) {
                return answer["result"].take();
            }
        }
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_reference_server_gives_our_servers_answers_but_for_what_is_listed() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => return println!("skipped: {why}"),
    };
    for (name, otherwise) in REFERENCES {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::read(&root().join("servers").join(name)).expect("a whole server");
        let clock = Monotonic::new();
        let servers = std::slice::from_ref(&server);
        let up = Up::start(standin(&server).as_deref(), servers, &data(), &clock);
        let up = up.expect("what stands in for the network starts");
        let places = Places::new(data(), folder.path(), &up.standins);
        let filled = server.environment.iter();
        let environment: Vec<(String, String)> = filled
            .map(|(name, value)| (name.clone(), places.fill(value)))
            .collect();
        let mut reference = Reference::start(&python, name, &environment);
        let mut report = String::new();
        let mut seen = Vec::new();
        for call in &server.calls {
            let arguments = places.resolve(&call.arguments).expect("the data is there");
            let result = reference.ask(
                "tools/call",
                &json!({"name": call.tool, "arguments": arguments}),
            );
            let verdict = judge(&call.expect, &places, &result);
            let listed = otherwise.contains(&call.id.as_str());
            if listed {
                seen.push(call.id.as_str());
            }
            match verdict {
                Err(why) if !listed => report += &format!("\n{name} {}: {why}", call.id),
                Ok(()) if listed => {
                    report += &format!("\n{name} {}: is equal now, so it is no difference", call.id)
                }
                _ => {}
            }
        }
        assert_eq!(seen, otherwise, "a call that is listed is not there");
        assert!(report.is_empty(), "{report}");
        println!(
            "{name}: {} calls, {} listed as different",
            server.calls.len(),
            otherwise.len()
        );
    }
}

/// Answers one completion after the other, and hands on what was asked.
fn model(listener: TcpListener, asked: &Sender<String>) {
    for stream in listener.incoming().map_while(Result::ok) {
        let mut reader = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0)
        {
        }
        for line in head.lines() {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let answer = r#"{"choices":[{"message":{"content":" what matters \n"}}]}"#;
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
            answer.len()
        );
        reader
            .get_mut()
            .write_all(answer.as_bytes())
            .expect("it is read");
        if asked.send(head + &String::from_utf8_lossy(&body)).is_err() {
            return;
        }
    }
}

#[test]
fn the_summarizing_reference_asks_the_model_that_it_is_given_and_tells_no_key() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => return println!("skipped: {why}"),
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}/v1/", listener.local_addr().expect("an address"));
    let (sender, asked) = channel();
    std::thread::spawn(move || model(listener, &sender));
    let environment = [
        ("OPENAI_BASE_URL", base.as_str()),
        ("OPENAI_API_KEY", "secret-7"),
        ("SUMMARIZE_MODEL", "small"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut reference = Reference::start(&python, "summarize", &environment);
    let mut call = |tool: &str, arguments: Value| {
        let result = reference.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        assert!(!result.to_string().contains("secret"), "{result}");
        result
    };

    let long = "Grüße an alle. ".repeat(20);
    let summary = call(
        "summarize_text",
        json!({"text": long, "max_length": 40, "style": "bullet"}),
    );
    assert_eq!(
        summary["structuredContent"],
        json!({"summary": "what matters"})
    );
    let sent = asked.recv().expect("it was asked");
    assert!(
        sent.starts_with("POST /v1/chat/completions ")
            && sent
                .to_ascii_lowercase()
                .contains("authorization: bearer secret-7"),
        "{sent}"
    );
    let body: Value =
        serde_json::from_str(sent.split_once("\r\n\r\n").expect("a body").1).expect("JSON");
    assert_eq!(
        (
            &body["model"],
            &body["max_tokens"],
            &body["messages"][1]["content"]
        ),
        (&json!("small"), &json!(112), &json!(long))
    );

    let documents = call(
        "summarize_documents",
        json!({"documents": ["short", " ", long]}),
    );
    let empty = "the text is empty; pass a text to summarise";
    let wanted = json!({"summaries": [{"summary": "short"}, {"error": empty}, {"summary": "what matters"}], "succeeded": 2, "failed": 1});
    assert_eq!(documents["structuredContent"], wanted);
    let refused = call("summarize_text", json!({"text": "\n"}));
    assert_eq!(refused["isError"], json!(true));
    let info = call("get_provider_info", json!({}));
    let styles = ["concise", "detailed", "bullet"];
    let wanted = json!({"provider": "openai", "model": "small", "has_key": true, "available_styles": styles, "default_max_length": 150});
    assert_eq!(info["structuredContent"], wanted);
}

#[test]
fn no_reference_server_is_slow_by_neglect() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => return println!("skipped: {why}"),
    };
    let output = command(&python)
        .arg(root().join("containers/speed.py"))
        .arg(data())
        .output()
        .expect("the interpreter starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    println!("{printed}");
    assert!(
        output.status.success(),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(printed.lines().count(), 4, "four functions are compared");
}
