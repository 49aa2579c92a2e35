//! The Gemini CLI connector: `mcpServers.<name>` in settings.json, among everything else that is set. A URL without its
//! `type` is taken for SSE.

use isartor_plugin::config_text::{Client, Json, Role, STDIO, Shape, Table};

const REMOTE: Shape = &[("url", Role::Url), ("type", Role::Text("http")), ("headers", Role::Headers)];
/// Deprecated, and still read.
const HTTP_URL: Shape = &[("httpUrl", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct GeminiCli;

impl Table for GeminiCli {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(REMOTE).older(&[HTTP_URL]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(GeminiCli);
