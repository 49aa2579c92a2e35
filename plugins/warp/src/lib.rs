//! The Warp connector: `mcpServers.<name>` in .warp/.mcp.json. A `working_directory` is the user's to give.

use isartor_plugin::config_text::{Client, HTTP, Json, Role, STDIO, Shape, Table};

/// The other spellings that Warp reads.
const TYPED: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];
const SERVER_URL: Shape = &[("serverUrl", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct Warp;

impl Table for Warp {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(HTTP).older(&[TYPED, SERVER_URL]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Warp);
