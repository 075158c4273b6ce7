//! What the host costs: an instance made, a call in a fresh instance, a call in one that is up.

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use harness::{place, server, subject};
use record::Packaging;
use wasmmcp_runtime::{CacheChoice, Host, HostOptions, ServerSpec};

const CALL: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"noop","arguments":{}}}"#;
const STATELESS: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"noop","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#;
const HELLO: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"b","version":"1"}}}"#;

fn host(criterion: &mut Criterion) {
    let root = place::root().expect("cargo runs benches inside the checkout");
    let cache = place::cache().expect("a cache");
    let noop: Vec<_> = server::read_all(&root)
        .expect("acceptable")
        .into_iter()
        .filter(|server| server.name == "noop")
        .collect();
    let built = subject::build(&root, &noop, false, &cache, &mut |line| eprintln!("{line}"))
        .expect("everything builds");
    let Some(made) = built
        .subjects
        .iter()
        .find(|made| made.packaging == Packaging::Component)
    else {
        let why = built
            .missing
            .first()
            .map_or("no component was built", |(_, missing)| {
                missing.why.as_str()
            });
        return eprintln!("skipped: {why}");
    };
    let host = Host::new(HostOptions::default()).expect("a host");
    let spec = ServerSpec {
        name: "noop".to_owned(),
        component: made.file.clone(),
        arguments: Vec::new(),
        grants: wasmmcp_runtime::Grants::default(),
        limits: wasmmcp_runtime::Limits::default(),
        cache: CacheChoice::Folder(built.cache.clone()),
    };
    let loaded = host.load(spec).expect("loaded");
    let request = || {
        http::Request::post("/noop/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", "noop")
            .body(Bytes::from_static(STATELESS.as_bytes()))
            .expect("a request")
    };
    let (response, _) = loaded.call(request()).expect("answered");
    assert!(response.status().is_success(), "{response:?}");
    criterion.bench_function("fresh-instance-call", |bencher| {
        bencher.iter(|| loaded.call(request()).expect("answered"))
    });
    criterion.bench_function("instantiate-and-greet", |bencher| {
        bencher.iter(|| {
            let mut session = loaded.session().expect("a session");
            session.send(HELLO.as_bytes());
            session.recv().expect("answered")
        });
    });
    let mut session = loaded.session().expect("a session");
    session.send(HELLO.as_bytes());
    session.recv().expect("answered");
    criterion.bench_function("warm-call", |bencher| {
        bencher.iter(|| {
            session.send(CALL.as_bytes());
            session.recv().expect("answered")
        });
    });
}

criterion_group!(benches, host);
criterion_main!(benches);
