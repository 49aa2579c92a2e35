//! nginx as Debian packages it (`nginx-light`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::Proxy;

pub(super) fn start(folder: TempDir, port: u16, gateway_port: u16) -> Proxy {
    let path = folder.path();
    let file = path.join("nginx.conf");
    fs::write(&file, configuration(path, port, gateway_port)).expect("it can be written");
    let mut command = Command::new(program());
    command.arg("-p").arg(path).arg("-c").arg(&file).arg("-e").arg(path.join("error.log"));
    Proxy::start(command, folder, port)
}

/// Not every search path has the system's programs.
fn program() -> PathBuf {
    let system = PathBuf::from("/usr/sbin/nginx");
    if system.exists() { system } else { "nginx".into() }
}

/// nginx buffers answers in all three, unless an answer says otherwise.
fn configuration(folder: &Path, port: u16, gateway_port: u16) -> String {
    let folder = folder.display();
    let gateway = format!("http://127.0.0.1:{gateway_port}");
    let told = "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Host $http_host; \
                proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;";
    format!(
        "daemon off; master_process off; pid {folder}/nginx.pid; events {{}}
        http {{
            access_log off; client_max_body_size 4m; proxy_http_version 1.1;
            client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
            uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
            server {{
                listen 127.0.0.1:{port};
                location /isartor/ {{ {told} proxy_pass {gateway}; }}
                location /other/ {{ {told} proxy_set_header X-Forwarded-Prefix /other; proxy_pass {gateway}/; }}
                location /plain/ {{ proxy_pass {gateway}/; }}
            }}
        }}"
    )
}
