//! The OpenCode connector: `mcp.<name>` in opencode.json. A program and its arguments are one list, its variables are
//! the `environment`.

use isartor_plugin::config_text::{Client, Json, Role, Shape, Table};

const LOCAL: Shape = &[
    ("type", Role::Text("local")),
    ("command", Role::CommandLine),
    ("environment", Role::Env),
    ("enabled", Role::Bool(true)),
];
/// Without OAuth: isartor has a key or wants nothing.
const REMOTE: Shape = &[
    ("type", Role::Text("remote")),
    ("url", Role::Url),
    ("headers", Role::Headers),
    ("oauth", Role::Bool(false)),
    ("enabled", Role::Bool(true)),
];

/// The plugin.
pub struct OpenCode;

impl Table for OpenCode {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcp"]).stdio(LOCAL).http(REMOTE);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(OpenCode);
