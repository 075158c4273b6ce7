//! The official Rust client against the runtime: what they make of each other.

mod kit;

use rmcp::ServiceExt;
use rmcp::model::CallToolRequestParams;
use rmcp::transport::TokioChildProcess;

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
