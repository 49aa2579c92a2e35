//! The Claude Desktop connector: `mcpServers.<name>` in claude_desktop_config.json. Never writes a URL: an entry with
//! `url` makes Claude Desktop drop every server in the file.

use isartor_plugin::config_text::{Client, Json, Role, STDIO, Shape, Table};

/// What other clients write, and what makes this one drop everything.
const TYPED: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct ClaudeDesktop;

impl Table for ClaudeDesktop {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).older(&[TYPED]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(ClaudeDesktop);
