//! `stop`: what runs may finish, what hangs is ended, and nothing else is touched.

use std::net::TcpStream;
use std::os::unix::net::UnixListener;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Running, await_that, stderr, stdout};
use crate::http::raw::{Connection, mcp, port, request, session};
use crate::support::{Home, text};

/// A store of which half the body is sent; its head has been read when the gateway asks for the rest.
fn half_sent(url: &str) -> (Connection, &'static [u8]) {
    let (half, rest) = br#"{"prompt":"p","response":"r"}"#.split_at(10);
    let host = format!("localhost:{}", port(url));
    let headers = [
        ("host", host.as_str()),
        ("content-type", "application/json"),
        ("content-length", "29"),
        ("expect", "100-continue"),
    ];
    let mut connection = Connection::open(url);
    connection.send(request("POST", "/api/v1/cache/store", &headers, b""));
    assert_eq!(connection.answer().expect("leave to go on").status, 100);
    connection.send(half);
    (connection, rest)
}

fn await_refusal(url: &str) {
    let port = port(url);
    await_that("the gateway accepts nothing more", || TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn a_request_in_flight_is_finished() {
    let home = Home::new();
    let gateway = home.up();
    let (mut connection, rest) = half_sent(&gateway.url);
    thread::scope(|scope| {
        let stop = scope.spawn(|| home.run(&["stop"]));
        await_refusal(&gateway.url);
        connection.send(rest);
        let answer = connection.answer().expect("the request is answered");
        assert_eq!((answer.status, &answer.json()["stored"]), (200, &serde_json::json!(true)));
        let stop = stop.join().unwrap();
        assert_eq!(stdout(&stop), format!("isartor at {} has stopped\n", gateway.url), "{}", text(&stop));
    });
    assert!(!home.state().join("run/control.sock").exists() && !home.state().join("run/mcp.sock").exists());
}

#[test]
fn a_request_that_hangs_is_cut_off_after_the_grace() {
    let home = Home::new();
    home.write_settings("[server]\nshutdown_grace_seconds = 1\n");
    let gateway = home.up();
    let (mut connection, _) = half_sent(&gateway.url);
    let idle = Connection::open(&gateway.url);
    let begun = Instant::now();
    let output = home.run(&["stop"]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(begun.elapsed() >= Duration::from_secs(1), "it had its second");
    assert!(connection.answer().is_none(), "it was cut off");
    drop(idle);
}

#[test]
fn idle_connections_hold_nothing_up() {
    let home = Home::new();
    home.write_settings("[server]\nshutdown_grace_seconds = 600\n");
    let gateway = home.up();
    let host = format!("localhost:{}", port(&gateway.url));
    let mut used = Connection::open(&gateway.url);
    used.send(request("GET", "/health", &[("host", &host)], b""));
    assert_eq!(used.answer().expect("an answer").status, 200);
    let unused = Connection::open(&gateway.url);
    assert!(home.run(&["stop"]).status.success());
    assert!(used.answer().is_none());
    drop(unused);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for (first, second) in [(Signal::INT, Signal::INT), (Signal::TERM, Signal::INT), (Signal::TERM, Signal::TERM)] {
        let home = Home::new();
        home.write_settings("[server]\nshutdown_grace_seconds = 600\n");
        let mut gateway = Running::start(&mut home.command(&["up", "--port", "0"]));
        let url = gateway.line().rsplit(' ').next().unwrap().to_owned();
        let (_connection, _) = half_sent(&url);
        gateway.signal(first);
        await_refusal(&url);
        gateway.signal(second);
        assert_eq!(gateway.exit_code(), Some(130));
        assert_eq!(home.run(&["status"]).status.code(), Some(3));
    }
}

/// Whoever listens is let go at once, a call gets the grace, and then it is over.
#[test]
fn open_streams_and_an_endless_call_hold_it_up_no_longer_than_the_grace() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let mut gateway = Running::start(&mut home.command(&["up", "--port", "0"]));
    let url = gateway.line().rsplit(' ').next().unwrap().to_owned();
    home.await_plugins();
    let mut streams: Vec<Connection> = (0..40).map(|_| listening(&url)).collect();
    let mut endless = Connection::open(&url);
    let call =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hostile-tool__loop","arguments":{}}}"#;
    endless.send(mcp(&url, "POST", Some(&session(&url)), call));
    let begins = endless.answer().expect("a call that takes long is answered with a stream");
    assert!(begins.status == 200 && begins.head.contains("text/event-stream"), "{begins:?}");
    let begun = Instant::now();
    gateway.signal(Signal::TERM);
    for stream in &mut streams {
        stream.read_to_end();
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "who only listens does not wait for the grace");
    assert_eq!(gateway.exit_code(), Some(0));
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(5), "the call had no grace: {took:?}");
    assert!(took < Duration::from_secs(8), "it took {took:?}");
}

/// A session's stream, open.
fn listening(url: &str) -> Connection {
    let mut connection = Connection::open(url);
    connection.send(mcp(url, "GET", Some(&session(url)), ""));
    assert_eq!(connection.answer().expect("an answer").status, 200);
    connection
}

#[test]
fn stop_says_so_when_nothing_runs_and_is_remembered_until_up() {
    let home = Home::new();
    let marker = home.state().join("run/stopped");
    for _ in 0..2 {
        let output = home.run(&["stop"]);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), "isartor is not running\n"));
        assert!(marker.exists());
    }
    let gateway = home.up();
    assert!(!marker.exists());
    drop(gateway);
    assert!(marker.exists());
}

#[test]
fn stop_ends_only_the_instance_of_its_home() {
    let (home, other) = (Home::new(), Home::new());
    let (gateway, bystander) = (home.up(), other.up());
    drop(gateway);
    bystander.store("a", "b");
    assert_eq!(other.status()["running"], true);
}

#[test]
fn a_gateway_that_does_not_answer_is_an_error_and_is_not_killed() {
    let home = Home::new();
    home.write_settings("[server]\nshutdown_grace_seconds = 0\n");
    let gateway = home.up();
    let socket = home.state().join("run/control.sock");
    let hidden = home.state().join("run/hidden.sock");
    std::fs::rename(&socket, &hidden).unwrap();
    let mute = UnixListener::bind(&socket).unwrap();
    drop(mute);
    for command in ["status", "stop"] {
        let output = home.run(&[command]);
        assert_eq!(output.status.code(), Some(1), "{command}: {}", text(&output));
        assert!(stderr(&output).contains("runs but does not answer on its control socket"), "{}", text(&output));
        assert!(stderr(&output).contains(&format!("process {}", gateway_pid(&home))), "{}", text(&output));
    }
    gateway.store("a", "b");
    std::fs::rename(&hidden, &socket).unwrap();
}

/// As its lock says: nothing else tells while it does not answer.
fn gateway_pid(home: &Home) -> u64 {
    let lock = std::fs::read(home.state().join("run/lock")).expect("a running gateway has a lock");
    let lock: serde_json::Value = serde_json::from_slice(&lock).expect("it is JSON");
    lock["pid"].as_u64().expect("it names the process")
}
