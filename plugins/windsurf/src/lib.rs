//! The Windsurf connector: `mcpServers.<name>` in the file of Cascade, which calls a URL `serverUrl`, and in those of
//! Devin, which calls it `url` and looks no variable up.

use isartor_plugin::config_text::{Client, HTTP, Json, Role, STDIO, Shape};
use isartor_plugin::connector::{Connector, Failure, FoundEntry, ServerEntry, Target};

const REMOTE: Shape = &[("serverUrl", Role::Url), ("headers", Role::Headers)];
/// What either also reads.
const WITH_TRANSPORT: Shape = &[("transport", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];

const CASCADE: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(REMOTE).older(&[HTTP, WITH_TRANSPORT]);
const DEVIN: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(HTTP).older(&[REMOTE, WITH_TRANSPORT]);

/// The plugin.
pub struct Windsurf;

impl Connector for Windsurf {
    fn connect(config: Option<String>, target: Target, entry: ServerEntry) -> Result<String, Failure> {
        if is_devin(&target) && entry.key_variable.is_some() {
            return Err(Failure::unsupported("Devin's configuration cannot refer to environment variables"));
        }
        client(&target).connect(config.as_deref(), &entry)
    }

    fn disconnect(config: String, target: Target, name: String, created: bool) -> Result<Option<String>, Failure> {
        client(&target).disconnect(&config, &name, created)
    }

    fn servers(config: String, target: Target) -> Result<Vec<FoundEntry>, Failure> {
        client(&target).servers(&config)
    }
}

fn client(target: &Target) -> Client<Json> {
    if is_devin(target) { DEVIN } else { CASCADE }
}

fn is_devin(target: &Target) -> bool {
    target.file.starts_with("devin")
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(Windsurf);
