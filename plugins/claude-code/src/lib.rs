//! The Claude Code connector: `mcpServers.<name>` in ~/.claude.json, which holds much else, or in a project's .mcp.json.
//! Without its `type` an entry with a URL is not understood.

use isartor_plugin::config_text::{Client, Json, Role, Shape, Table};

const PROGRAM: Shape =
    &[("type", Role::Text("stdio")), ("command", Role::Command), ("args", Role::Args), ("env", Role::Env)];
const REMOTE: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct ClaudeCode;

impl Table for ClaudeCode {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(PROGRAM).http(REMOTE);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(ClaudeCode);
