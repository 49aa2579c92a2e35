//! The Goose connector: `extensions.<name>` in config.yaml, where a program is a `cmd` and a URL a `uri`. A field that is
//! missing makes Goose drop the entry.

use isartor_plugin::config_text::{Client, Role, Shape, Table, Yaml};

const PROGRAM: Shape = &[
    ("enabled", Role::Bool(true)),
    ("type", Role::Text("stdio")),
    ("name", Role::Name),
    ("description", Role::Beginning("")),
    ("cmd", Role::Command),
    ("args", Role::Args),
    ("envs", Role::Env),
    ("env_keys", Role::PassedVariables),
    ("timeout", Role::Number(300)),
];
const REMOTE: Shape = &[
    ("enabled", Role::Bool(true)),
    ("type", Role::Text("streamable_http")),
    ("name", Role::Name),
    ("description", Role::Beginning("")),
    ("uri", Role::Url),
    ("headers", Role::Headers),
    ("timeout", Role::Number(300)),
];

/// The plugin.
pub struct Goose;

impl Table for Goose {
    type Format = Yaml;
    const CLIENT: Client<Yaml> = Client::new(&["extensions"]).stdio(PROGRAM).http(REMOTE);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Goose);
