//! The gateway's port: bound, or an error that says who has it. Never takes a port from anybody.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

use super::probe;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;

#[derive(Debug, thiserror::Error)]
pub enum PortError {
    #[error("port {} is in use by {holder}", .address.port())]
    Busy { address: SocketAddr, holder: Holder },
    #[error("cannot listen on {address}")]
    Bind { address: SocketAddr, source: io::Error },
}

/// Whoever listens on a port that we want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// What it calls itself, when it answers as a gateway does. One that wants a key does not tell its version.
    gateway: Option<String>,
    /// Name and id, where the system tells.
    process: Option<(String, u32)>,
}

/// Listens on `host` and `port`; port 0 takes a free one.
pub async fn bind(host: IpAddr, port: u16) -> Result<TcpListener, PortError> {
    let address = SocketAddr::new(host, port);
    match listen(address) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let holder = tokio::task::spawn_blocking(move || Holder::of(address)).await;
            Err(PortError::Busy { address, holder: holder.expect("looking for a port's holder does not panic") })
        }
        Err(source) => Err(PortError::Bind { address, source }),
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A port whose last connections are still closing is free; one that is listened on stays refused.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The URL that clients on this machine of a gateway at `address` are given. The address that stands for all is
/// nobody's: no client is let in by that name.
pub fn url(address: SocketAddr) -> String {
    let port = address.port();
    match address.ip() {
        IpAddr::V4(ip) if ip == std::net::Ipv4Addr::LOCALHOST => format!("http://localhost:{port}"),
        IpAddr::V6(ip) if ip == std::net::Ipv6Addr::LOCALHOST => format!("http://localhost:{port}"),
        ip if ip.is_unspecified() => format!("http://localhost:{port}"),
        IpAddr::V4(_) | IpAddr::V6(_) => format!("http://{address}"),
    }
}

impl Holder {
    /// Asks the port and the system; what neither tells stays unknown.
    fn of(address: SocketAddr) -> Self {
        let gateway = match probe::health(address) {
            Ok(health) => Some(health.version.map_or("isartor".to_owned(), |version| format!("isartor {version}"))),
            Err(error) => {
                tracing::debug!(%error, %address, "the port's holder is not a gateway");
                None
            }
        };
        let process = match listeners::get_process_by_port(address.port(), listeners::Protocol::TCP) {
            Ok(process) => Some((process.name, process.pid)),
            Err(error) => {
                tracing::debug!(%error, %address, "the system does not say who listens on the port");
                None
            }
        };
        Self { gateway, process }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.gateway, &self.process) {
            (Some(gateway), Some((_, pid))) => write!(formatter, "{gateway} (process {pid})"),
            (Some(gateway), None) => formatter.write_str(gateway),
            (None, Some((name, pid))) => write!(formatter, "{name} (process {pid})"),
            (None, None) => formatter.write_str("another process"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_named_as_well_as_it_is_known() {
        let cases = [
            (Some("isartor 0.1.0"), Some("isartor"), "isartor 0.1.0 (process 7)"),
            (Some("isartor 0.1.0"), None, "isartor 0.1.0"),
            (None, Some("nginx"), "nginx (process 7)"),
            (None, None, "another process"),
        ];
        for (gateway, process, expected) in cases {
            let holder =
                Holder { gateway: gateway.map(str::to_owned), process: process.map(|name| (name.to_owned(), 7)) };
            assert_eq!(holder.to_string(), expected);
        }
    }

    #[test]
    fn the_usual_addresses_are_called_localhost() {
        let cases = [
            ("127.0.0.1:8080", "http://localhost:8080"),
            ("[::1]:8080", "http://localhost:8080"),
            ("127.0.0.2:80", "http://127.0.0.2:80"),
        ];
        for (address, expected) in cases {
            assert_eq!(url(address.parse().unwrap()), expected);
        }
    }
}
