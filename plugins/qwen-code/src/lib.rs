//! The Qwen Code connector: `mcpServers.<name>` in settings.json, among everything else that is set. What is reached over
//! HTTP is called `httpUrl`.

use isartor_plugin::config_text::{Client, Json, Role, STDIO, Shape, Table};

const REMOTE: Shape = &[("httpUrl", Role::Url), ("headers", Role::Headers)];
/// What is reached over SSE.
const EVENTS: Shape = &[("type", Role::Text("sse")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct QwenCode;

impl Table for QwenCode {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(REMOTE).older(&[EVENTS]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(QwenCode);
