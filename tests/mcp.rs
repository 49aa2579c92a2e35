//! MCP as clients meet it: rmcp's own client over stdio and HTTP, raw messages where a client would be too polite.

pub(crate) mod bridge;
mod features;
mod http;
mod list_changed;
mod listeners;
mod outages;
mod shut_out;
mod socket;
mod stdio;

use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::RunningService;
use rmcp::{RoleClient, ServiceExt};
use serde_json::{Map, Value, json};

use crate::support::block_on;

const PROMPT: &str = "What is the capital of France?";

/// The versions that begin with `initialize`.
const VERSIONS_WITH_INITIALIZE: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// What is offered, no more and no less.
fn capabilities() -> Value {
    json!({
        "tools": { "listChanged": true },
        "prompts": { "listChanged": true },
        "resources": { "listChanged": true, "subscribe": true },
        "completions": {},
        "logging": {},
    })
}

/// Every field that a request of 2026-07-28 must carry.
pub(crate) fn modern_meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "tests", "version": "1" },
    })
}

pub(crate) fn initialize_params(version: &str) -> Value {
    json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "tests", "version": "1" } })
}

async fn call(client: &RunningService<RoleClient, ()>, tool: &'static str, arguments: Value) -> CallToolResult {
    let arguments: Map<String, Value> = arguments.as_object().expect("arguments are an object").clone();
    client.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await.expect("the tool is called")
}

/// What every transport has to do: list, miss, store, hit.
async fn look_up_store_and_hit(client: &RunningService<RoleClient, ()>) {
    let info = client.peer_info().expect("the server says who it is");
    assert!(info.instructions.as_deref().is_some_and(|text| text.contains("isartor_cache_store")), "{info:?}");
    let tools = client.list_all_tools().await.expect("the tools are listed");
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    assert_eq!(names[..2], ["isartor_chat", "isartor_cache_store"]);
    assert!(names.contains(&"text-tools__digest"), "plugins have their place: {names:?}");
    for tool in &tools {
        let hints = tool.annotations.as_ref().expect("each tool has hints");
        assert!(hints.read_only_hint.is_some() && hints.destructive_hint.is_some(), "{tool:?}");
    }
    let miss = call(client, "isartor_chat", json!({ "prompt": PROMPT })).await;
    assert_eq!(miss.structured_content.expect("it is structured")["hit"], json!(false));
    let text = miss.content[0].as_text().expect("a miss has text for the model");
    assert!(!text.text.is_empty());
    let stored = call(client, "isartor_cache_store", json!({ "prompt": PROMPT, "response": "Paris." })).await;
    assert_eq!(stored.structured_content.expect("it is structured")["stored"], json!(true));
    let hit = call(client, "isartor_chat", json!({ "prompt": PROMPT })).await;
    assert_eq!(hit.content[0].as_text().expect("a hit is text").text, "Paris.");
    assert_eq!(hit.is_error, Some(false));
    let structured = hit.structured_content.expect("it is structured");
    assert_eq!((&structured["layer"], &structured["response"]), (&json!("exact"), &json!("Paris.")));
    assert_eq!(structured["score"], json!(1.0));
}

/// Runs `session` with rmcp's client on a transport made inside the runtime.
fn with_client<T, E, A>(transport: impl FnOnce() -> T, session: impl AsyncFnOnce(&RunningService<RoleClient, ()>))
where
    T: rmcp::transport::IntoTransport<RoleClient, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    block_on(async {
        let client = ().serve(transport()).await.expect("the session begins");
        session(&client).await;
        client.cancel().await.expect("the session ends");
    });
}
