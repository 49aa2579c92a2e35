//! The LM Studio connector: `mcpServers.<name>` in mcp.json.

use isartor_plugin::config_text::{Client, HTTP, Json, Role, STDIO, Shape, Table};

/// A `type` is what others write.
const TYPED: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct LmStudio;

impl Table for LmStudio {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(HTTP).older(&[TYPED]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(LmStudio);
