//! The Amazon Q connector: `mcpServers.<name>` in amazonq/mcp.json. Documented are programs only, so no URL is written.

use isartor_plugin::config_text::{Client, Json, Role, Shape, Table};

const PROGRAM: Shape =
    &[("command", Role::Command), ("args", Role::Args), ("env", Role::Env), ("timeout", Role::Number(60_000))];
const REMOTE: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct AmazonQ;

impl Table for AmazonQ {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(PROGRAM).older(&[REMOTE]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(AmazonQ);
