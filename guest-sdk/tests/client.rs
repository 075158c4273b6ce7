//! The official Rust client drives the native program over both transports and both wires.
#![expect(
    deprecated,
    reason = "sampling and roots are deprecated, and servers on the older wire may still ask for them"
)]

mod process;

use std::borrow::Cow;

use process::{Http, command};
use rmcp::{
    ClientHandler, RoleClient, ServiceError,
    model::{
        CallToolRequestParams, ClientConfig, CreateMessageRequestParams, CreateMessageResult,
        ElicitRequestParams, ElicitResult, ErrorData, GetPromptRequestParams, ListRootsResult,
        ProtocolVersion, ReadResourceRequestParams,
    },
    service::{ClientLifecycleMode, RequestContext, RunningService, serve_client_with_lifecycle},
    transport::{StreamableHttpClientTransport, TokioChildProcess},
};
use serde_json::json;

/// A client that answers every question.
#[derive(Clone)]
struct Willing;

fn made<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).expect("the value fits the type")
}

impl ClientHandler for Willing {
    fn get_info(&self) -> ClientConfig {
        let mut config = ClientConfig::default();
        config.capabilities = made(json!({"elicitation": {}, "sampling": {}, "roots": {}}));
        config
    }

    async fn create_elicitation(
        &self,
        _: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Ok(made(
            json!({"action": "accept", "content": {"name": "Ada", "color": "red"}}),
        ))
    }

    async fn create_message(
        &self,
        _: CreateMessageRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        Ok(made(
            json!({"role": "assistant", "content": {"type": "text", "text": "Paris"}, "model": "m"}),
        ))
    }

    async fn list_roots(
        &self,
        _: RequestContext<RoleClient>,
    ) -> Result<ListRootsResult, ErrorData> {
        Ok(made(json!({"roots": []})))
    }
}

type Client = RunningService<RoleClient, Willing>;

async fn over_stdio(wire: ClientLifecycleMode) -> Client {
    let child = TokioChildProcess::new(tokio::process::Command::from(command()))
        .expect("the program starts");
    serve_client_with_lifecycle(Willing, child, wire)
        .await
        .expect("a connection over stdio")
}

async fn over_http(http: &Http, wire: ClientLifecycleMode) -> Client {
    let transport =
        StreamableHttpClientTransport::from_uri(format!("http://{}/everything/mcp", http.address));
    serve_client_with_lifecycle(Willing, transport, wire)
        .await
        .expect("a connection over HTTP")
}

fn stateless() -> ClientLifecycleMode {
    ClientLifecycleMode::Discover {
        preferred_versions: vec![ProtocolVersion::LATEST],
    }
}

async fn text(client: &Client, tool: impl Into<Cow<'static, str>>) -> String {
    let result = client
        .call_tool(CallToolRequestParams::new(tool))
        .await
        .expect("an answer");
    serde_json::to_value(&result).expect("a result is JSON")["content"][0]["text"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The same questions, whatever carries them.
async fn exercise(client: Client) {
    let tools = client.list_all_tools().await.expect("a list");
    assert_eq!(tools[0].name, "test_simple_text");
    assert_eq!(tools.len(), 26);
    assert_eq!(client.list_all_prompts().await.expect("a list").len(), 5);
    assert_eq!(client.list_all_resources().await.expect("a list").len(), 4);
    assert_eq!(
        text(&client, "test_simple_text").await,
        "This is a simple text response for testing."
    );
    assert_eq!(
        text(&client, "test_input_required_result_elicitation").await,
        "Hello, Ada!"
    );
    assert!(
        text(&client, "test_input_required_result_sampling")
            .await
            .contains("Paris")
    );
    assert_eq!(
        text(&client, "test_input_required_result_multiple_inputs").await,
        "3 answers"
    );
    assert!(
        text(&client, "test_input_required_result_multi_round")
            .await
            .contains("red")
    );
    let failed = client
        .call_tool(CallToolRequestParams::new("test_error_handling"))
        .await
        .expect("an answer");
    assert_eq!(failed.is_error, Some(true));
    match client.call_tool(CallToolRequestParams::new("nobody")).await {
        Err(ServiceError::McpError(error)) => assert_eq!(error.code.0, -32602),
        other => panic!("an unknown tool gave {other:?}"),
    }
    let prompt = client
        .get_prompt(GetPromptRequestParams::new("test_simple_prompt"))
        .await
        .expect("a prompt");
    assert_eq!(prompt.messages.len(), 1);
    let read = client
        .read_resource(ReadResourceRequestParams::new("test://template/7/data"))
        .await
        .expect("a resource");
    assert!(
        serde_json::to_string(&read)
            .expect("JSON")
            .contains("Data for ID: 7")
    );
    client.cancel().await.expect("an end");
}

#[tokio::test]
async fn older_wire_over_stdio() {
    exercise(over_stdio(ClientLifecycleMode::Initialize).await).await;
}

#[tokio::test]
async fn stateless_wire_over_stdio() {
    exercise(over_stdio(stateless()).await).await;
}

#[tokio::test]
async fn older_wire_over_http() {
    let http = Http::start();
    exercise(over_http(&http, ClientLifecycleMode::Initialize).await).await;
}

#[tokio::test]
async fn stateless_wire_over_http() {
    let http = Http::start();
    exercise(over_http(&http, stateless()).await).await;
}
