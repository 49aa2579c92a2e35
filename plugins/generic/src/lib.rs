//! The connector for what has none: the spellings that most clients take, for the user to paste. Its files are the ids
//! of its snippets.

use isartor_plugin::config_text::{Client, Json, Role, STDIO, Shape, Toml};
use isartor_plugin::connector::{Connector, Failure, FoundEntry, ServerEntry, Target};

const TYPED_STDIO: Shape =
    &[("type", Role::Text("stdio")), ("command", Role::Command), ("args", Role::Args), ("env", Role::Env)];
const TYPED_HTTP: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

const MCP_SERVERS: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(TYPED_HTTP);
const SERVERS: Client<Json> = Client::new(&["servers"]).stdio(TYPED_STDIO).http(TYPED_HTTP);
const TABLES: Client<Toml> = Client::new(&["mcp_servers"]).stdio(STDIO);

/// The plugin.
pub struct Generic;

impl Connector for Generic {
    fn connect(config: Option<String>, target: Target, entry: ServerEntry) -> Result<String, Failure> {
        match target.file.as_str() {
            "servers" => SERVERS.connect(config.as_deref(), &entry),
            "toml" => TABLES.connect(config.as_deref(), &entry),
            _ => MCP_SERVERS.connect(config.as_deref(), &entry),
        }
    }

    fn disconnect(config: String, target: Target, name: String, created: bool) -> Result<Option<String>, Failure> {
        match target.file.as_str() {
            "servers" => SERVERS.disconnect(&config, &name, created),
            "toml" => TABLES.disconnect(&config, &name, created),
            _ => MCP_SERVERS.disconnect(&config, &name, created),
        }
    }

    fn servers(config: String, target: Target) -> Result<Vec<FoundEntry>, Failure> {
        match target.file.as_str() {
            "servers" => SERVERS.servers(&config),
            "toml" => TABLES.servers(&config),
            _ => MCP_SERVERS.servers(&config),
        }
    }
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Generic);
