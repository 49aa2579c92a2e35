//! The Zed connector: `context_servers.<name>` in settings.json, which people write by hand and comment. An entry has no
//! `type`; what has neither `command` nor `url` is an extension's.

use isartor_plugin::config_text::{Client, HTTP, Json, Role, STDIO, Shape, Table};

/// As the first versions had it.
const NESTED: Shape = &[("command.path", Role::Command), ("command.args", Role::Args), ("command.env", Role::Env)];

/// The plugin.
pub struct Zed;

impl Table for Zed {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["context_servers"]).stdio(STDIO).http(HTTP).older(&[NESTED]);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Zed);
