//! The VS Code connector: `servers.<name>` in mcp.json, among comments, `inputs` and what else the user keeps there.

use isartor_plugin::config_text::{Client, Json, Role, Shape, Table};

const PROGRAM: Shape =
    &[("type", Role::Text("stdio")), ("command", Role::Command), ("args", Role::Args), ("env", Role::Env)];
const REMOTE: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

/// The plugin.
pub struct VsCode;

impl Table for VsCode {
    type Format = Json;
    const CLIENT: Client<Json> = Client::new(&["servers"]).stdio(PROGRAM).http(REMOTE);
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(VsCode);
