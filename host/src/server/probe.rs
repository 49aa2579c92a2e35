//! Asks a port for `/health` in plain HTTP, as a starter and a second instance do. Never follows or retries.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::health::HealthInBrief;

const CONNECT_PATIENCE: Duration = Duration::from_millis(500);
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// What the gateway at `url` (`http://localhost:PORT` or with an address) says of itself.
pub(crate) fn health_at(url: &str) -> io::Result<HealthInBrief> {
    let mut failure = io::Error::other(format!("{url} is not a gateway's URL"));
    for address in addresses(url) {
        match health(address) {
            Ok(health) => return Ok(health),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// What a gateway on `address` says of itself; an error when whatever listens there is not one.
pub(crate) fn health(address: SocketAddr) -> io::Result<HealthInBrief> {
    let deadline = Instant::now() + ANSWER_PATIENCE;
    let mut stream = TcpStream::connect_timeout(&address, CONNECT_PATIENCE)?;
    stream.set_write_timeout(Some(ANSWER_PATIENCE))?;
    // Version 1.0 asks for an answer without chunks, and for the end of the connection after it.
    stream.write_all(format!("GET /health HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes())?;
    let answer = read_until(&mut stream, deadline)?;
    health_in(&answer).ok_or_else(|| io::Error::other("it does not answer as isartor does"))
}

fn read_until(stream: &mut TcpStream, deadline: Instant) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while answer.len() < MAX_ANSWER_BYTES {
        let patience = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(patience))?;
        match stream.read(&mut buffer)? {
            0 => return Ok(answer),
            count => answer.extend_from_slice(&buffer[..count]),
        }
    }
    Err(io::Error::other("the answer is too long"))
}

fn health_in(answer: &[u8]) -> Option<HealthInBrief> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?;
    if !head.starts_with("HTTP/1.") || status != "200" {
        return None;
    }
    serde_json::from_str(body).ok().filter(HealthInBrief::is_ours)
}

fn addresses(url: &str) -> Vec<SocketAddr> {
    let Some(authority) = url.strip_prefix("http://") else { return Vec::new() };
    if let Some(port) = authority.strip_prefix("localhost:").and_then(|port| port.parse().ok()) {
        let hosts = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        return hosts.map(|host| SocketAddr::new(host, port)).to_vec();
    }
    authority.parse().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_addresses_to_ask() {
        let cases: [(&str, &[&str]); 6] = [
            ("http://localhost:8080", &["127.0.0.1:8080", "[::1]:8080"]),
            ("http://127.0.0.9:1", &["127.0.0.9:1"]),
            ("http://[::1]:99", &["[::1]:99"]),
            ("https://localhost:8080", &[]),
            ("http://localhost", &[]),
            ("http://example.org:80", &[]),
        ];
        for (url, expected) in cases {
            let found: Vec<String> = addresses(url).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{url}");
        }
    }

    #[test]
    fn only_an_answer_like_ours_counts() {
        let health = concat!(
            r#"{"status":"ok","version":"1","uptime_seconds":0,"#,
            r#""layers":{"exact":"active","semantic":"off"},"entries":0,"plugins":{"loaded":0,"failed":[]}}"#
        );
        let cases = [
            (format!("HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{health}"), true),
            (format!("HTTP/1.0 404 Not Found\r\n\r\n{health}"), false),
            (format!("SSH-2.0-x 200 OK\r\n\r\n{health}"), false),
            ("HTTP/1.1 200 OK\r\n\r\n<html>".to_owned(), false),
            ("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"degraded\"}".to_owned(), true),
            ("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"UP\"}".to_owned(), false),
            (String::new(), false),
        ];
        for (answer, expected) in cases {
            assert_eq!(health_in(answer.as_bytes()).is_some(), expected, "{answer}");
        }
    }
}
