//! What the host costs: an instance made, a call in a fresh instance, a call in one that is up, and a whole process beside a native one.

mod built;

use std::time::Duration;

use built::Bench;
use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use harness::clock::{Clock, Monotonic};
use harness::peer::Peer;
use record::Packaging;
use wasmmcp_runtime::{CacheChoice, Host, HostOptions, ServerSpec};

const CALL: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"noop","arguments":{}}}"#;
const STATELESS: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"noop","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#;
const HELLO: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"b","version":"1"}}}"#;

fn host(criterion: &mut Criterion) {
    let bench = Bench::of(|server| server.name == "noop");
    processes(criterion, &bench);
    let mut subjects = bench.built.subjects.iter();
    let Some(made) = subjects.find(|made| made.packaging == Packaging::Component) else {
        return;
    };
    let host = Host::new(HostOptions::default()).expect("a host");
    let spec = ServerSpec {
        name: "noop".to_owned(),
        component: made.file.clone(),
        arguments: Vec::new(),
        grants: wasmmcp_runtime::Grants::default(),
        limits: wasmmcp_runtime::Limits::default(),
        cache: CacheChoice::Folder(bench.built.cache.clone()),
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

/// A process from its spawn to its answer to `initialize`, by packaging.
fn processes(criterion: &mut Criterion, bench: &Bench) {
    let clock = Monotonic::new();
    let mut group = criterion.benchmark_group("process-and-greet");
    for made in &bench.built.subjects {
        let subject = bench.subject(made);
        group.bench_function(BenchmarkId::from_parameter(made.packaging), |bencher| {
            bencher.iter_custom(|times| {
                let mut took = 0;
                for _ in 0..times {
                    let (places, _scratch) = bench.places();
                    let before = clock.now();
                    let peer = Peer::start(&subject, places, &clock).expect("it starts");
                    took += clock.now().0 - before.0;
                    peer.end(&clock);
                }
                Duration::from_nanos(took)
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = host
}
criterion_main!(benches);
