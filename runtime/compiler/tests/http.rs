//! `serve` between clients and a guest that misbehaves, over both wires.

mod kit;

use kit::served::{Served, modern, post, read, stateless, within};
use kit::{assert_failed, call};
use std::io::Write;

#[test]
fn each_call_of_the_newer_wire_has_an_instance_of_its_own() {
    let Some(served) = Served::start(&[]) else {
        return;
    };
    for id in 1..4 {
        let answer = served.call(id, "ok");
        assert_eq!(
            (&answer["id"], &answer["result"]["content"][0]["text"]),
            (&id.into(), &"ok".into())
        );
    }
    assert_eq!(served.stop("-TERM"), Some(0));
}

#[test]
fn a_failing_guest_becomes_an_error_and_the_others_go_on() {
    let Some(served) = Served::start(&["--timeout", "500 ms", "--memory", "32 MiB"]) else {
        return;
    };
    std::thread::scope(|scope| {
        let stuck: Vec<_> = (100..104)
            .map(|id| {
                (
                    id,
                    scope.spawn({
                        let served = &served;
                        move || served.call(id, "loop")
                    }),
                )
            })
            .collect();
        for id in 1..20 {
            assert_eq!(served.call(id, "ok")["result"]["content"][0]["text"], "ok");
        }
        for (id, stuck) in stuck {
            assert_failed(&stuck.join().expect("answered"), id, "timeout");
        }
    });
    for (id, (way, cause)) in (1..).zip([
        ("sleep", "timeout"),
        ("grow", "out-of-memory"),
        ("trap", "trap"),
        ("recurse", "trap"),
        ("exit", "exited"),
        ("no-response", "exited"),
    ]) {
        assert_failed(&served.call(id, way), id, cause);
    }
    assert_eq!(served.call(9, "ok")["result"]["content"][0]["text"], "ok");
}

#[test]
fn what_a_client_sends_is_judged_before_a_guest_runs() {
    let Some(served) = Served::start(&[]) else {
        return;
    };
    let body = stateless(1, "ok");
    let status = |path: &str, headers: &str, body: &str| served.post(path, headers, body).status;
    assert_eq!(status("/hostile/mcp", &modern("ok"), &body), 200);
    assert_eq!(status("/nobody/mcp", &modern("ok"), &body), 404);
    assert_eq!(status("/hostile", &modern("ok"), &body), 404);
    assert_eq!(
        status(
            "/hostile/mcp",
            &format!("{}origin: https://evil.example\r\n", modern("ok")),
            &body
        ),
        403
    );
    assert_eq!(status("/hostile/mcp", &modern("other"), &body), 400);
    assert_eq!(status("/hostile/mcp", &modern("ok"), "{broken"), 400);
    assert_eq!(status("/hostile/mcp", &modern("ok"), "\u{feff}"), 400);
    let batch = served.post("/hostile/mcp", &modern("ok"), "[]");
    assert!(
        batch.status == 400 && batch.body.contains("-326"),
        "{}",
        batch.body
    );
    let elsewhere = post("/hostile/mcp", &modern("ok"), &body)
        .replace("host: localhost", "host: rebound.example");
    assert_eq!(served.send(&elsewhere).status, 421);
    // Announced too large: refused without being read.
    let large = post("/hostile/mcp", &modern("ok"), "")
        .replace("content-length: 0", "content-length: 104857600");
    assert_eq!(served.send(&large).status, 413);
}

#[test]
fn a_token_is_asked_for_where_one_is_configured() {
    let Some(component) = kit::hostile() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("serve.toml");
    let text = format!(
        "listen = \"127.0.0.1:0\"\ntoken_env = \"TEST_TOKEN\"\ncache = {:?}\n[[server]]\nname = \"hostile\"\ncomponent = {component:?}\n",
        kit::cache()
    );
    std::fs::write(&config, &text).expect("written");
    let served = Served::of(
        kit::runtime()
            .arg("serve")
            .arg("--config")
            .arg(&config)
            .env("TEST_TOKEN", "sesame"),
    );
    let status = |headers: &str| {
        served
            .post(
                "/hostile/mcp",
                &format!("{}{headers}", modern("ok")),
                &stateless(1, "ok"),
            )
            .status
    };
    assert_eq!(status(""), 401);
    assert_eq!(status("authorization: Bearer guess\r\n"), 401);
    assert_eq!(status("authorization: Bearer sesame\r\n"), 200);
    drop(served);
    std::fs::write(&config, text.replace("listen", "lisen")).expect("written");
    let output = kit::finish(kit::runtime().arg("serve").arg("--config").arg(&config));
    assert_eq!(output.status.code(), Some(2));
    assert!(
        kit::said(&output).contains("line 1: unknown field `lisen`"),
        "{}",
        kit::said(&output)
    );
}

/// Opens a session of the older wire; its id.
fn open(served: &Served) -> String {
    served.open().expect("a session")
}

#[test]
fn a_session_is_one_instance_until_it_is_ended() {
    let Some(served) = Served::start(&[]) else {
        return;
    };
    let (one, two) = (open(&served), open(&served));
    assert_ne!(one, two);
    let noted = served.post(
        "/hostile/mcp",
        &within(&one),
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
    );
    assert_eq!((noted.status, noted.body.as_str()), (202, ""));
    for session in [&one, &two] {
        let answer = served.post("/hostile/mcp", &within(session), &call(1, "ok"));
        assert!(
            answer.status == 200 && answer.body.contains("\"ok\""),
            "{}",
            answer.body
        );
    }
    let delete = |session: &str| {
        let request = format!(
            "DELETE /hostile/mcp HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{}\r\n",
            within(session)
        );
        served.send(&request).status
    };
    assert_eq!(delete(&one), 204);
    assert_eq!(delete(&one), 404);
    assert_eq!(
        served
            .post("/hostile/mcp", &within(&one), &call(2, "ok"))
            .status,
        404
    );
    assert_eq!(
        served
            .post("/hostile/mcp", &within(&two), &call(2, "ok"))
            .status,
        200
    );
    assert_eq!(served.post("/hostile/mcp", "", &call(3, "ok")).status, 400);
}

#[test]
fn a_session_whose_guest_fails_says_so_and_is_over() {
    let Some(served) = Served::start(&["--timeout", "300 ms"]) else {
        return;
    };
    for (way, cause) in [
        ("trap", "trap"),
        ("loop", "timeout"),
        ("sleep", "timeout"),
        ("exit", "exited"),
    ] {
        let (session, other) = (open(&served), open(&served));
        let answer = served.post("/hostile/mcp", &within(&session), &call(5, way));
        let value = serde_json::from_str(&answer.body)
            .unwrap_or_else(|error| panic!("{error}: {}", answer.body));
        assert_failed(&value, 5, cause);
        assert_eq!(
            served
                .post("/hostile/mcp", &within(&session), &call(6, "ok"))
                .status,
            404
        );
        assert_eq!(
            served
                .post("/hostile/mcp", &within(&other), &call(6, "ok"))
                .status,
            200
        );
    }
}

#[test]
fn a_signal_lets_calls_under_way_finish() {
    let Some(served) = Served::start(&["--timeout", "700 ms"]) else {
        return;
    };
    let mut stream = std::net::TcpStream::connect(&served.address).expect("it listens");
    stream
        .write_all(post("/hostile/mcp", &modern("sleep"), &stateless(7, "sleep")).as_bytes())
        .expect("it reads");
    // The call is under way when another, sent after it on the same port, has been answered.
    served.call(8, "ok");
    let waiting = std::thread::spawn(move || read(&mut stream));
    assert_eq!(served.stop("-INT"), Some(130));
    let answer = waiting.join().expect("answered");
    assert!(answer.body.contains("timeout"), "{}", answer.body);
}

/// The messages of a stream of events, in order.
fn messages(answer: &kit::served::Answer) -> Vec<serde_json::Value> {
    assert!(
        answer.head.contains("content-type: text/event-stream"),
        "{}",
        answer.head
    );
    let datas = answer
        .body
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    datas
        .map(|data| serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}")))
        .collect()
}

#[test]
fn a_stream_of_the_newer_wire_comes_whole_or_ends_with_the_hosts_error() {
    let Some(served) = Served::start(&["--timeout", "500 ms"]) else {
        return;
    };
    let stream =
        |tool: &str| messages(&served.post("/hostile/mcp", &modern(tool), &stateless(3, tool)));
    let whole = stream("stream");
    assert_eq!(whole[0]["method"], "notifications/progress");
    assert_eq!(whole[1]["result"]["content"][0]["text"], "streamed");
    // It sleeps with its first event sent, so what follows must be an event as well.
    let broken = stream("stream-sleep");
    assert_eq!(broken[0]["method"], "notifications/progress");
    assert_failed(&broken[1], 3, "timeout");
    // It is gone before anything was sent, so the error may stand alone.
    let tool = "stream-trap";
    let trapped = served.post("/hostile/mcp", &modern(tool), &stateless(3, tool));
    let last = trapped.body.lines().rfind(|line| !line.is_empty());
    let last = last.map(|line| line.strip_prefix("data: ").unwrap_or(line));
    let last = last.and_then(|line| serde_json::from_str(line).ok());
    assert_failed(
        &last.unwrap_or_else(|| panic!("{}", trapped.body)),
        3,
        "trap",
    );
}

#[test]
fn a_session_streams_what_comes_before_its_answer() {
    let Some(served) = Served::start(&[]) else {
        return;
    };
    let session = open(&served);
    let streamed = messages(&served.post("/hostile/mcp", &within(&session), &call(4, "progress")));
    assert_eq!(streamed[0]["method"], "notifications/progress");
    assert_eq!(
        (
            &streamed[1]["id"],
            &streamed[1]["result"]["content"][0]["text"]
        ),
        (&4.into(), &"after progress".into())
    );
}
