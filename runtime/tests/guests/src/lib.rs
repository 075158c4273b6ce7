//! A server that does what its client's words tell it, most of it wrong; both worlds.
#![cfg(target_family = "wasm")]
#![allow(missing_docs, reason = "the exports' documentation is WASI's")]

use wasip2::exports::cli::run::Guest as Cli;
use wasip2::exports::http::incoming_handler::Guest as Http;
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingRequest, OutgoingResponse, RequestOptions,
    ResponseOutparam, Scheme,
};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

struct Hostile;

wasip2::cli::command::export!(Hostile);
wasip2::http::proxy::export!(Hostile);

/// The text of the member `"name":`, up to the next comma or bracket; good enough for what the tests send.
fn member<'a>(line: &'a str, name: &str) -> &'a str {
    let begin = line
        .find(&format!("\"{name}\":"))
        .map_or(line.len(), |at| at + name.len() + 3);
    let rest = &line[begin..];
    &rest[..rest.find([',', '}']).unwrap_or(rest.len())]
}

fn answer(line: &str, text: &str) -> String {
    let id = member(line, "id");
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"content\":[{{\"type\":\"text\",\"text\":\"{text}\"}}]}}}}"
    )
}

fn read_all(stream: &InputStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(65536) {
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(_) => return bytes,
        }
    }
}

/// Does what the line says; the answer, or none where there is nothing more to say.
fn act(line: &str, write: &dyn Fn(&str)) -> Option<String> {
    match member(line, "method").trim_matches('"') {
        "initialize" => {
            let id = member(line, "id");
            return Some(format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{{\"tools\":{{}}}},\"serverInfo\":{{\"name\":\"hostile\",\"version\":\"0\"}}}}}}"
            ));
        }
        "tools/call" => {}
        // What belongs to no call.
        "notifications/tell" => {
            write("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/told\",\"params\":{}}\n");
            return None;
        }
        "ping" => {
            return Some(format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{{}}}}",
                member(line, "id")
            ));
        }
        "tools/list" => {
            let id = member(line, "id");
            return Some(format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"tools\":[{{\"name\":\"ok\",\"inputSchema\":{{\"type\":\"object\"}}}}]}}}}"
            ));
        }
        _ => return None,
    }
    match member(line, "name").trim_matches('"') {
        "ok" => Some(answer(line, "ok")),
        "loop" => loop {
            std::hint::black_box(0);
        },
        "sleep" => loop {
            wasip2::clocks::monotonic_clock::subscribe_duration(3_600_000_000_000).block();
        },
        "grow" => {
            let mut held: Vec<Vec<u8>> = Vec::new();
            loop {
                held.push(vec![1; 1 << 20]);
                std::hint::black_box(&held);
            }
        }
        "recurse" => Some(answer(line, &deeper(0).to_string())),
        "trap" => std::process::abort(),
        "garbage" => {
            write("this is no protocol\n{\"half\":\n\u{0}\u{1}\n");
            Some(answer(line, "after garbage"))
        }
        "wrong-id" => {
            write("{\"jsonrpc\":\"2.0\",\"id\":987654,\"result\":{}}\n");
            Some(answer(line, "after a wrong id"))
        }
        "answer-and-loop" => {
            write(&(answer(line, "answered") + "\n"));
            loop {
                std::hint::black_box(0);
            }
        }
        "answer-and-flood" => {
            write(&(answer(line, "answered") + "\n"));
            loop {
                write("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/told\",\"params\":{}}\n");
            }
        }
        "ask-and-loop" => {
            write("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"roots/list\"}\n");
            loop {
                std::hint::black_box(0);
            }
        }
        "ask-and-flood" => {
            for id in 0u64.. {
                write(&format!(
                    "{{\"jsonrpc\":\"2.0\",\"id\":\"q{id}\",\"method\":\"roots/list\"}}\n"
                ));
            }
            None
        }
        "ask-and-look" => {
            write("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"roots/list\"}\n");
            look()
        }
        "answer-and-look" => {
            write(&(answer(line, "answered") + "\n"));
            look()
        }
        // A question that no client can answer.
        "ask-null" => {
            write("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"roots/list\"}\n");
            None
        }
        "ask" => {
            write("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"roots/list\"}\n");
            None
        }
        // Looks until there is a line, and fails without having read it.
        "look-and-trap" => {
            let stdin = wasip2::cli::stdin::get_stdin();
            let ready = stdin.subscribe();
            while !ready.ready() {}
            std::process::abort()
        }
        "progress" => {
            write("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}\n");
            Some(answer(line, "after progress"))
        }
        "silent" => None,
        "exit" => std::process::exit(0),
        "exit-7" => std::process::exit(7),
        "endless-line" => loop {
            write(&"x".repeat(60000));
        },
        "cwd" => {
            let entries = std::fs::read_dir("/").map(|entries| entries.count());
            Some(answer(line, &format!("{entries:?}").replace('"', "'")))
        }
        "read" => {
            let path = member(line, "path").trim_matches('"').to_owned();
            let read = std::fs::read_to_string(path).map_err(|error| error.kind());
            Some(answer(line, &format!("{read:?}").replace('"', "'")))
        }
        "write" => {
            let path = member(line, "path").trim_matches('"').to_owned();
            let wrote = std::fs::write(path, "written").map_err(|error| error.kind());
            Some(answer(line, &format!("{wrote:?}").replace('"', "'")))
        }
        "list" => Some(answer(line, &list(member(line, "path").trim_matches('"')))),
        "env" => {
            let seen: Vec<_> = std::env::vars()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            Some(answer(line, &seen.join(" ")))
        }
        "args" => Some(answer(
            line,
            &std::env::args().collect::<Vec<_>>().join(" "),
        )),
        "connect" => {
            let reached = std::net::TcpStream::connect(member(line, "to").trim_matches('"'))
                .map(|_| "reached")
                .map_err(|error| error.kind());
            Some(answer(line, &format!("{reached:?}").replace('"', "'")))
        }
        "fetch" => Some(answer(
            line,
            &fetch(Scheme::Http, member(line, "to").trim_matches('"')),
        )),
        "fetch-tls" => Some(answer(
            line,
            &fetch(Scheme::Https, member(line, "to").trim_matches('"')),
        )),
        // Looks at stdin between rounds of work, as a server does that can be cancelled.
        "until-told" => {
            let stdin = wasip2::cli::stdin::get_stdin();
            let ready = stdin.subscribe();
            let mut rounds = 0u64;
            while !ready.ready() {
                rounds += 1;
            }
            std::hint::black_box(rounds);
            drop(ready);
            Some(answer(line, "told"))
        }
        _ => Some(answer(line, "unknown")),
    }
}

/// Looks for ever whether there is a line, and takes none.
fn look() -> ! {
    let stdin = wasip2::cli::stdin::get_stdin();
    let ready = stdin.subscribe();
    loop {
        std::hint::black_box(ready.ready());
    }
}

/// A directory's entries, each with what WASI says it is.
fn list(path: &str) -> String {
    use wasip2::filesystem::types::{DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
    let granted = wasip2::filesystem::preopens::get_directories();
    let Some((granted, below)) = granted.iter().find_map(|(granted, name)| {
        let below = path.strip_prefix(name.as_str())?;
        Some((granted, below.trim_start_matches('/')))
    }) else {
        return "not granted".to_owned();
    };
    let below = if below.is_empty() { "." } else { below };
    let (directory, read) = (OpenFlags::DIRECTORY, DescriptorFlags::READ);
    let listed = granted
        .open_at(PathFlags::empty(), below, directory, read)
        .and_then(|directory| directory.read_directory())
        .map(|entries| {
            let mut said = Vec::new();
            loop {
                match entries.read_directory_entry() {
                    Ok(Some(entry)) => said.push(format!("{} {:?}", entry.name, entry.type_)),
                    Ok(None) => break,
                    Err(ErrorCode::IllegalByteSequence) => said.push("no text".to_owned()),
                    Err(code) => said.push(code.name().to_owned()),
                }
            }
            said.sort();
            said.join(" | ")
        });
    listed.unwrap_or_else(|code| format!("refused: {}", code.name()))
}

fn deeper(depth: u64) -> u64 {
    if std::hint::black_box(depth) == u64::MAX {
        0
    } else {
        deeper(depth + 1) + 1
    }
}

fn fetch(scheme: Scheme, authority: &str) -> String {
    use wasip2::http::outgoing_handler::handle;
    let request = OutgoingRequest::new(Fields::new());
    let _ = request.set_scheme(Some(&scheme));
    let _ = request.set_authority(Some(authority));
    let _ = request.set_path_with_query(Some("/"));
    // What is handed over is the host's to give back.
    let options = RequestOptions::new();
    let _ = options.set_first_byte_timeout(Some(10_000_000_000));
    match handle(request, Some(options)) {
        Ok(future) => {
            future.subscribe().block();
            match future.get() {
                Some(Ok(Ok(response))) => format!("status {}", response.status()),
                Some(Ok(Err(code))) => format!("{code:?}").replace('"', "'"),
                _ => "nothing".to_owned(),
            }
        }
        Err(code) => format!("{code:?}").replace('"', "'"),
    }
}

fn write_all(stream: &OutputStream, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match stream.check_write() {
            Ok(0) => stream.subscribe().block(),
            Ok(room) => {
                let (head, tail) = bytes.split_at(bytes.len().min(room as usize));
                if stream.write(head).is_err() {
                    return;
                }
                bytes = tail;
            }
            Err(_) => return,
        }
    }
    let _ = stream.flush();
}

impl Cli for Hostile {
    fn run() -> Result<(), ()> {
        // Before it has read anything.
        if wasip2::cli::environment::get_arguments()
            .iter()
            .any(|word| word == "--end-at-once")
        {
            return Ok(());
        }
        let stdin = wasip2::cli::stdin::get_stdin();
        let stdout = wasip2::cli::stdout::get_stdout();
        let mut held = Vec::new();
        while std::env::args().any(|argument| argument == "loop-first") {
            std::hint::black_box(0);
        }
        loop {
            match stdin.blocking_read(65536) {
                Ok(piece) => held.extend_from_slice(&piece),
                Err(StreamError::Closed) => {
                    while std::env::args().any(|argument| argument == "linger") {
                        std::hint::black_box(0);
                    }
                    return Ok(());
                }
                Err(_) => return Err(()),
            }
            while let Some(end) = held.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = held.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).into_owned();
                if let Some(mut answer) = act(&line, &|text| write_all(&stdout, text.as_bytes())) {
                    answer.push('\n');
                    write_all(&stdout, answer.as_bytes());
                }
            }
        }
    }
}

/// Answers by events: one notification, then the answer, or a trap or endless work in its place.
fn stream_events(line: &str, outparam: ResponseOutparam) {
    let headers = Fields::from_list(&[("content-type".to_owned(), b"text/event-stream".to_vec())])
        .expect("one plain header");
    let response = OutgoingResponse::new(headers);
    let body = response.body().expect("the body is taken once");
    ResponseOutparam::set(outparam, Ok(response));
    let stream = body.write().expect("the stream is taken once");
    write_all(
        &stream,
        b"data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}\n\n",
    );
    if line.contains("stream-trap") {
        std::process::abort();
    }
    if line.contains("stream-sleep") {
        wasip2::clocks::monotonic_clock::subscribe_duration(3_600_000_000_000).block();
    }
    write_all(
        &stream,
        format!("data: {}\n\n", answer(line, "streamed")).as_bytes(),
    );
    drop(stream);
    let _ = OutgoingBody::finish(body, None);
}

impl Http for Hostile {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let body = request.consume().expect("the body is read once");
        let stream = body.stream().expect("the stream is taken once");
        let line = String::from_utf8_lossy(&read_all(&stream)).into_owned();
        drop(stream);
        if line.contains("no-response") {
            return;
        }
        if line.contains("\"stream") {
            return stream_events(&line, outparam);
        }
        let answer = act(&line, &|_| {}).unwrap_or_default();
        let headers =
            Fields::from_list(&[("content-type".to_owned(), b"application/json".to_vec())])
                .expect("one plain header");
        let response = OutgoingResponse::new(headers);
        let body = response.body().expect("the body is taken once");
        ResponseOutparam::set(outparam, Ok(response));
        let stream = body.write().expect("the stream is taken once");
        write_all(&stream, answer.as_bytes());
        drop(stream);
        let _ = OutgoingBody::finish(body, None);
    }
}
