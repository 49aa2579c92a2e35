//! The Kiro connector: `mcpServers.<name>` in settings/mcp.json. Kiro tells a program from a URL by the field that is there.

use isartor_plugin::config_text::{Client, Json, Role, Shape, Table};

const PROGRAM: Shape = &[
    ("command", Role::Command),
    ("args", Role::Args),
    ("env", Role::Env),
    ("disabled", Role::Bool(false)),
    ("autoApprove", Role::Texts(&[])),
];
const REMOTE: Shape =
    &[("url", Role::Url), ("headers", Role::Headers), ("disabled", Role::Kept), ("autoApprove", Role::Kept)];
/// A `type` is not its own.
const TYPED: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct Kiro;

impl Table for Kiro {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(PROGRAM).http(REMOTE).older(&[TYPED]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Kiro);
