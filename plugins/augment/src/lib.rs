//! The Augment connector: `mcpServers.<name>` in Auggie's settings.json. A URL has a `type`, a program needs none.

use isartor_plugin::config_text::{Client, Json, Role, STDIO, Shape, Table};

const REMOTE: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct Augment;

impl Table for Augment {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(REMOTE);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Augment);
