//! {{title}}: isartor among the servers of the client's file. Text in, text out; the host reads and writes the file.

use isartor_plugin::config_text::{Client, HTTP, Json, STDIO, Table};

/// The plugin.
pub struct Plugin;

/// The container as in plugin.toml, and how the client spells a server. What a table cannot say is said by implementing
/// `isartor_plugin::connector::Connector` instead.
impl Table for Plugin {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).older(&[HTTP]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Plugin);
