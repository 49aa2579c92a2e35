//! The Cline connector: `mcpServers.<name>` in cline_mcp_settings.json. Without its `type` a URL is taken for SSE.

use isartor_plugin::config_text::{Client, Json, Role, Shape, Table};

const PROGRAM: Shape = &[
    ("command", Role::Command),
    ("args", Role::Args),
    ("env", Role::Env),
    ("disabled", Role::Bool(false)),
    ("autoApprove", Role::Texts(&[])),
];
const REMOTE: Shape = &[
    ("type", Role::Text("streamableHttp")),
    ("url", Role::Url),
    ("headers", Role::Headers),
    ("disabled", Role::Bool(false)),
    ("autoApprove", Role::Kept),
];
/// How the `type` was called.
const TRANSPORT_TYPE: Shape = &[("transportType", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct Cline;

impl Table for Cline {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(PROGRAM).http(REMOTE).older(&[TRANSPORT_TYPE]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Cline);
