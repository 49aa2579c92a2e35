//! The Codex connector: the table `mcp_servers.<name>` in config.toml. An entry that mixes a program's fields with a URL's
//! keeps Codex from starting.

use isartor_plugin::config_text::{Client, Role, Shape, Table, Toml};

const PROGRAM: Shape = &[
    ("command", Role::Command),
    ("args", Role::Args),
    ("env", Role::Env),
    ("env_vars", Role::PassedVariables),
    // A URL has no directory: beside one it would make Codex refuse its whole configuration.
    ("cwd", Role::Kept),
];
const REMOTE: Shape =
    &[("url", Role::Url), ("http_headers", Role::Headers), ("env_http_headers", Role::HeaderVariables)];
/// A token that the gateway does not ask for, and that no program may have.
const WITH_TOKEN: Shape = &[("url", Role::Url), ("bearer_token_env_var", Role::Beginning(""))];

/// The plugin.
pub struct Codex;

impl Table for Codex {
    type Format = Toml;
    const CLIENT: Client<Toml> = Client::new(&["mcp_servers"]).stdio(PROGRAM).http(REMOTE).older(&[WITH_TOKEN]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Codex);
