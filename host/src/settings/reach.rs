//! Whether a gateway may be reached from other machines as it is set up. Fails closed: what protects it must be there.

use super::{Settings, SettingsError};

impl Settings {
    /// Refuses an address beyond this machine unless clients must present a key, isartor knows its own name there, and
    /// something encrypts what goes over the network, or the user said that nothing does.
    pub fn check_reach(&self, has_authentication: bool) -> Result<(), SettingsError> {
        let (host, server) = (self.host, &self.server);
        let refused = |missing, hint| Err(SettingsError::NotLoopback { host, missing, hint });
        let encrypts = server.external_url.as_ref().is_some_and(|url| url.scheme() == "https");
        if host.is_loopback() {
            Ok(())
        } else if !has_authentication {
            refused(
                "nobody would need a key, and other machines can reach it",
                "create a key with 'isartor keys create', or set gateway_api_key; or listen on 127.0.0.1",
            )
        } else if server.external_url.is_none() && server.allowed_hosts.is_empty() {
            refused(
                "isartor does not know by which name it is reached, and must refuse every other",
                "say it with --external-url https://NAME, or list the names as server.allowed_hosts",
            )
        } else if !encrypts && !server.allow_plain_http {
            refused(
                "keys and answers would cross the network unencrypted",
                "put a proxy with TLS in front and say so with --external-url https://NAME, or accept it with \
                 server.allow_plain_http = true",
            )
        } else {
            Ok(())
        }
    }
}
