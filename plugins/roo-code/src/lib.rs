//! The Roo Code connector: `mcpServers.<name>` in mcp_settings.json. One entry that it does not understand makes it reject
//! the whole file.

use isartor_plugin::config_text::{Client, Json, Role, Shape, Table};

const PROGRAM: Shape = &[
    ("type", Role::Text("stdio")),
    ("command", Role::Command),
    ("args", Role::Args),
    ("env", Role::Env),
    ("disabled", Role::Bool(false)),
    ("alwaysAllow", Role::Texts(&[])),
];
const REMOTE: Shape = &[
    ("type", Role::Text("streamable-http")),
    ("url", Role::Url),
    ("headers", Role::Headers),
    ("disabled", Role::Kept),
    ("alwaysAllow", Role::Kept),
];

/// The plugin.
pub struct RooCode;

impl Table for RooCode {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(PROGRAM).http(REMOTE);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(RooCode);
