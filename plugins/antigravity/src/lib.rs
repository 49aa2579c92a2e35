//! The Antigravity connector: `mcpServers.<name>` in mcp_config.json, which may be there and empty. A URL is a
//! `serverUrl`; Antigravity reads neither `url` nor `httpUrl`.

use isartor_plugin::config_text::{Client, HTTP, Json, Role, STDIO, Shape, Table};

const REMOTE: Shape = &[("serverUrl", Role::Url), ("headers", Role::Headers)];
/// What Gemini CLI has, whose files people copy.
const HTTP_URL: Shape = &[("httpUrl", Role::Url), ("headers", Role::Headers)];
const TYPED: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct Antigravity;

impl Table for Antigravity {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(REMOTE).older(&[HTTP, HTTP_URL, TYPED]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Antigravity);
