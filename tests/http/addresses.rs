//! How many connections one address may have. This machine's own programs may have any number, so these connections
//! come from its address in the network: to a gateway that listens everywhere, 127.0.0.1 is another than that.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use super::raw::{Connection, get, port, request};
use crate::support::{Home, block_on};

const MOST: usize = 3;
const SETTINGS: &str = "host = '0.0.0.0'\ngateway_api_key = 'k'\n[server]\nallow_plain_http = true\n\
                        allowed_hosts = ['isartor.test']\nmax_connections_per_address = 3\n";

/// This machine's address in the network, if it is in one. Nothing is sent to find it out.
fn address() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("198.51.100.1:9").ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(address) if !address.is_loopback() => Some(address),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

/// A connection to the gateway that comes from `from`.
fn connected(url: &str, from: Ipv4Addr) -> std::net::TcpStream {
    let gateway = SocketAddr::from((Ipv4Addr::LOCALHOST, port(url)));
    let stream = block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind((from, 0).into()).expect("the address is ours");
        socket.connect(gateway).await.expect("the gateway listens").into_std().expect("it is a socket")
    });
    stream.set_nonblocking(false).expect("the mode can be set");
    stream
}

#[test]
fn one_address_has_no_more_than_its_share_of_connections() {
    let Some(address) = address() else { return println!("skipped: this machine is in no network") };
    let home = Home::new();
    home.write_settings(SETTINGS);
    let gateway = home.up();
    let url = gateway.url.clone();
    let health = || request("GET", "/health", &[("host", "isartor.test")], b"");
    let open = || Connection::on(connected(&url, address));
    let mut first: Vec<Connection> = (0..MOST).map(|_| open()).collect();
    for connection in &mut first {
        connection.send(health());
        assert_eq!(connection.answer().expect("an answer").status, 200);
    }
    let mut more = open();
    more.send(health());
    assert!(more.answer().is_none(), "one more is closed without an answer");
    let mut silent = connected(&url, address);
    silent.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout can be set");
    assert!(matches!(silent.read(&mut [0]), Ok(0) | Err(_)), "and at once, though it says nothing");
    let here: Vec<Connection> = (0..4 * MOST).map(|_| Connection::open(&url)).collect();
    assert_eq!(get(&url, "/health", &[]).status, 200, "this machine's programs have no limit");
    drop((here, first));
    let answered = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        let mut again = open();
        again.send(health());
        again.answer().is_some()
    });
    assert!(answered, "who leaves makes room");
    drop(gateway);
    let log = std::fs::read_to_string(home.state().join("run/isartor.log")).expect("there is a log");
    let told = log.matches("an address has all the connections that it may have").count();
    assert!((1..=2).contains(&told), "{log}");
    assert!(log.contains(&format!("address={address}")), "{log}");
}
