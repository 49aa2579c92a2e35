//! The OpenClaw connector: `mcp.servers.<name>` in openclaw.json, which is JSON5. It says of a URL how it is reached.

use isartor_plugin::config_text::{Client, Json5, Role, STDIO, Shape, Table};

const REMOTE: Shape = &[("url", Role::Url), ("transport", Role::Text("streamable-http")), ("headers", Role::Headers)];

/// The plugin.
pub struct OpenClaw;

impl Table for OpenClaw {
    type Format = Json5;
    const CLIENT: Client<Json5> = Client::new(&["mcp", "servers"]).stdio(STDIO).http(REMOTE);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(OpenClaw);
