//! The Cursor connector: `mcpServers.<name>` in mcp.json. Cursor tells a program from a URL by the field that is there.

use isartor_plugin::config_text::{Client, HTTP, Json, Role, STDIO, Shape, Table};

/// A `type` is accepted and says nothing.
const TYPED: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct Cursor;

impl Table for Cursor {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(HTTP).older(&[TYPED]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Cursor);
