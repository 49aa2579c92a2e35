//! The Junie connector: `mcpServers.<name>` in mcp/mcp.json. Documented are programs only, so no URL is written.

use isartor_plugin::config_text::{Client, Json, Role, STDIO, Shape, Table};

const REMOTE: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct Junie;

impl Table for Junie {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).older(&[REMOTE]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Junie);
