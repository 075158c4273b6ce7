//! What the SDK itself costs: reading a message, finding and calling a tool, listing schemas.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wasmmcp::engine::Engine;
use wasmmcp::link::Nowhere;
use wasmmcp::prelude::*;

/// Two numbers added.
#[derive(Serialize, Schema)]
struct Sum {
    /// Their sum.
    sum: i64,
}

/// Adds two numbers.
#[tool(title = "Add", read_only, closed_world)]
fn add(
    /// The first.
    a: i64,
    /// The second.
    b: i64,
) -> Json<Sum> {
    Json::new(Sum {
        sum: a.saturating_add(b),
    })
}

/// Tells how long a text is.
#[tool(title = "Measure a text", read_only, closed_world)]
fn length(
    /// The text.
    text: String,
) -> String {
    text.len().to_string()
}

static SERVER: Server = Server::new("bench", "1.0.0").tools(tools![add, length]);

fn sdk(criterion: &mut Criterion) {
    let long = "x\\n".repeat(100_000);
    let messages = [
        ("initialize", r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"b","version":"1"}}}"#.to_owned()),
        ("tools-list", r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.to_owned()),
        ("call-small", r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}}"#.to_owned()),
        ("call-300-kB", format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"length","arguments":{{"text":"{long}"}}}}}}"#)),
        ("malformed", r#"{"jsonrpc":"2.0","id":1,"method":"#.to_owned()),
    ];
    let mut group = criterion.benchmark_group("parse");
    for (name, message) in &messages {
        group.throughput(Throughput::Bytes(
            message.len().try_into().expect("a length fits"),
        ));
        group.bench_function(*name, |bencher| {
            bencher.iter(|| mcp_wire::message::parse(black_box(message.as_bytes())).is_ok())
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("dispatch");
    for (name, message) in &messages {
        let mut engine = Engine::new(&SERVER);
        let mut out = Vec::new();
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                out.clear();
                engine.handle_bytes(black_box(message.as_bytes()), &mut Nowhere, &mut out);
                out.len()
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = sdk
}
criterion_main!(benches);
