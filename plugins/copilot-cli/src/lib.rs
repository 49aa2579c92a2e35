//! The GitHub Copilot CLI connector: `mcpServers.<name>` in mcp-config.json. Without `tools` some builds hide every tool.

use isartor_plugin::config_text::{Client, Json, Role, Shape, Table};

const PROGRAM: Shape = &[
    ("type", Role::Text("local")),
    ("command", Role::Command),
    ("args", Role::Args),
    ("env", Role::Env),
    ("tools", Role::Texts(&["*"])),
];
const REMOTE: Shape =
    &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers), ("tools", Role::Texts(&["*"]))];

/// The plugin.
pub struct CopilotCli;

impl Table for CopilotCli {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(PROGRAM).http(REMOTE);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(CopilotCli);
