//! The official Rust client against the runtime: what they make of each other.

mod kit;

use rmcp::ServiceExt;
use rmcp::model::{
    CallToolRequestParams, ClientRequest, PingRequest, ProtocolVersion, ServerResult,
};
use rmcp::service::{ClientLifecycleMode, serve_client_with_lifecycle};
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};

#[tokio::test]
async fn the_official_client_is_served_over_stdio() {
    let Some(component) = kit::hostile() else {
        return;
    };
    let mut command = kit::runtime();
    command
        .args(["run", "--timeout", "300 ms", "--cache"])
        .arg(kit::cache())
        .arg(component);
    let transport =
        TokioChildProcess::new(tokio::process::Command::from(command)).expect("the runtime starts");
    let client = ().serve(transport).await.expect("initialized");
    let tools = client.list_all_tools().await.expect("listed");
    assert_eq!(tools.len(), 1);
    let called = client
        .call_tool(CallToolRequestParams::new("ok"))
        .await
        .expect("answered");
    assert_eq!(
        called.content[0].as_text().map(|text| text.text.as_str()),
        Some("ok")
    );
    let failed = client
        .call_tool(CallToolRequestParams::new("loop"))
        .await
        .expect_err("an error");
    assert!(failed.to_string().contains("took longer"), "{failed}");
    client
        .call_tool(CallToolRequestParams::new("ok"))
        .await
        .expect("a fresh instance answers");
    client.cancel().await.expect("ended");
}

/// Lists, calls and pings over HTTP, on one of the wires.
async fn exercise(served: &kit::served::Served, wire: ClientLifecycleMode) {
    let pings = matches!(wire, ClientLifecycleMode::Initialize);
    let to = format!("http://{}/hostile/mcp", served.address);
    let transport = StreamableHttpClientTransport::from_uri(to);
    let client = serve_client_with_lifecycle((), transport, wire)
        .await
        .expect("connected");
    let tools = client.list_all_tools().await.expect("listed");
    assert!(tools.iter().any(|tool| tool.name == "noop"), "{tools:?}");
    for _ in 0..3 {
        let called = client
            .call_tool(CallToolRequestParams::new("noop"))
            .await
            .expect("answered");
        assert_ne!(called.is_error, Some(true), "{called:?}");
    }
    let unknown = client
        .call_tool(CallToolRequestParams::new("nobody"))
        .await
        .expect_err("there is none");
    assert!(
        unknown.to_string().contains("unknown tool nobody"),
        "{unknown}"
    );
    if pings {
        let ping = ClientRequest::PingRequest(PingRequest::default());
        let answer = client.send_request(ping).await.expect("answered");
        assert!(matches!(answer, ServerResult::EmptyResult(_)), "{answer:?}");
    }
    client.cancel().await.expect("ended");
}

#[tokio::test]
async fn the_official_client_is_served_over_http_and_ends_its_session() {
    let Some(plain) = kit::plain() else { return };
    // One session at a time: the second client finds room because the first has ended its own by DELETE.
    let served = kit::served::Served::configured(plain, "sessions = 1");
    for _ in 0..2 {
        exercise(&served, ClientLifecycleMode::Initialize).await;
    }
}

#[tokio::test]
async fn the_official_client_is_served_over_http_without_a_session() {
    let Some(plain) = kit::plain() else { return };
    let served = kit::served::Served::configured(plain, "sessions = 1");
    for _ in 0..2 {
        let wire = ClientLifecycleMode::Discover {
            preferred_versions: vec![ProtocolVersion::LATEST],
        };
        exercise(&served, wire).await;
    }
}
