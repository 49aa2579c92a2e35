//! The Amp connector: `<name>` below the one key `amp.mcpServers` in settings.json.

use isartor_plugin::config_text::{Client, HTTP, Json, Role, STDIO, Shape, Table};

/// A transport need not be named.
const NAMED: Shape = &[("transport", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct Amp;

impl Table for Amp {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["amp.mcpServers"]).stdio(STDIO).http(HTTP).older(&[NAMED]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Amp);
