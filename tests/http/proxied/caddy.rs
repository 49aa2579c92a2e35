//! Caddy as Debian packages it (`caddy`). It names the client by itself, and drops what the client said of others.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::Proxy;

pub(super) fn start(folder: TempDir, port: u16, gateway_port: u16) -> Proxy {
    let path = folder.path();
    let file = path.join("Caddyfile");
    fs::write(&file, configuration(path, port, gateway_port)).expect("it can be written");
    let mut command = Command::new("caddy");
    command.arg("run").arg("--adapter").arg("caddyfile").arg("--config").arg(&file);
    // It keeps certificates and its last configuration in the user's home, and has no need of either here.
    command.env("HOME", path).env("XDG_DATA_HOME", path).env("XDG_CONFIG_HOME", path);
    let log = fs::File::create(path.join("error.log")).expect("it can be made");
    command.stdout(log.try_clone().expect("it can be shared")).stderr(log);
    Proxy::start(command, folder, port)
}

/// `/isartor` and `/other` compress, which `/chained`, behind yet another proxy, does not.
fn configuration(folder: &Path, port: u16, gateway_port: u16) -> String {
    let folder = folder.display();
    let gateway = format!("127.0.0.1:{gateway_port}");
    format!(
        "{{
            admin off
            auto_https off
            storage file_system {folder}/storage
        }}
        http://:{port} {{
            bind 127.0.0.1
            handle /isartor/* {{
                encode gzip
                reverse_proxy {gateway}
            }}
            handle_path /other/* {{
                encode gzip
                reverse_proxy {gateway} {{
                    header_up X-Forwarded-Prefix /other
                }}
            }}
            handle_path /plain/* {{
                reverse_proxy {gateway}
            }}
            handle_path /chained/* {{
                reverse_proxy {gateway} {{
                    trusted_proxies 127.0.0.1/32
                }}
            }}
        }}
        "
    )
}
