//! The Continue connector: the list `mcpServers` in config.yaml, or in a file of its own in a project.

use isartor_plugin::config_text::{Client, Role, Shape, Table, Yaml};

const PROGRAM: Shape = &[
    ("name", Role::Name),
    ("type", Role::Text("stdio")),
    ("command", Role::Command),
    ("args", Role::Args),
    ("env", Role::Env),
];
const REMOTE: Shape = &[
    ("name", Role::Name),
    ("type", Role::Text("streamable-http")),
    ("url", Role::Url),
    ("requestOptions.headers", Role::Headers),
];
/// A configuration is not one without it.
const HEAD: &str = "name: isartor\nversion: 0.0.1\nschema: v1\n";

/// The plugin.
pub struct Continue;

impl Table for Continue {
    type Format = Yaml;
    const CLIENT: Client<Yaml> = Client::new(&["mcpServers"]).list("name").stdio(PROGRAM).http(REMOTE).head(HEAD);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Continue);
