//! {{title}}: isartor among the servers of the client's JSON file. Text in, text out; the host reads and writes the file.

use isartor_plugin::config_text::JsonServers;
use isartor_plugin::connector::{Connector, Failure, FoundEntry, ServerEntry, Target, Transport};

/// `container` as in plugin.toml; `displaced` are fields of an entry that would contradict ours.
const SERVERS: JsonServers = JsonServers { container: &["mcpServers"], displaced: &["type", "url", "headers"] };

/// The plugin.
pub struct Plugin;

impl Connector for Plugin {
    fn connect(config: Option<String>, _target: Target, entry: ServerEntry) -> Result<String, Failure> {
        match entry.transport {
            Transport::Stdio(server) => SERVERS.set(config.as_deref(), &entry.name, &server),
            Transport::Http(_) => Err(Failure::unsupported("the client's file holds programs only, and no URLs")),
        }
    }

    fn disconnect(
        config: String,
        _target: Target,
        name: String,
        created_container: bool,
    ) -> Result<Option<String>, Failure> {
        SERVERS.remove(&config, &name, created_container)
    }

    fn servers(config: String, _target: Target) -> Result<Vec<FoundEntry>, Failure> {
        SERVERS.list(&config)
    }
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Plugin);
