//! The end of `isartor mcp`: it comes soon, whatever the client does or leaves undone.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::super::bridge::{Bridge, FakeGateway, free_port, shell};
use super::super::initialize_params;
use crate::support::Home;

/// What clients grant before they use force, with room for a busy machine.
const SOON: Duration = Duration::from_secs(8);

fn home_without_gateway() -> Home {
    let home = Home::new();
    assert!(home.run(&["stop"]).status.success(), "nothing is to be started");
    home
}

fn ends_soon(child: &mut Child, why: &str) {
    let began = Instant::now();
    while child.try_wait().expect("it is our child").is_none() {
        assert!(began.elapsed() < SOON, "it goes on although {why}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn spawn(command: &mut Command) -> (Child, ChildStdin) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("isartor runs");
    let input = child.stdin.take().expect("its input was piped");
    (child, input)
}

fn terminate(child: &Child) {
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid fits")).expect("a pid is positive");
    kill_process(pid, Signal::TERM).expect("it is our child");
}

#[test]
fn nobody_who_reads_ends_the_bridge() {
    let home = home_without_gateway();
    let (mut child, mut input) = spawn(&mut home.command(&["mcp"]));
    drop(child.stdout.take());
    input.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n").expect("it reads");
    ends_soon(&mut child, "nobody reads its output");
    drop(input);
}

/// Its input has another holder, this process, and stays open.
#[test]
fn a_parent_that_dies_ends_the_bridge() {
    let home = home_without_gateway();
    let mut bridge = Bridge::spawn(&mut shell(&home, "\"$0\" mcp; true"));
    bridge.request("initialize", initialize_params("2025-11-25"));
    bridge.kill();
    assert_eq!(bridge.receive(), None, "the output is closed although the input is not");
}

#[test]
fn a_signal_ends_the_bridge() {
    let home = home_without_gateway();
    let (mut child, input) = spawn(&mut home.command(&["mcp"]));
    terminate(&child);
    ends_soon(&mut child, "it was told to end");
    drop(input);
}

#[test]
fn a_gateway_that_never_answers_does_not_hold_up_the_end() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    let mut bridge = Bridge::open(&home, &gateway.url);
    let mut connection = gateway.accept();
    connection.begin();
    let asked = bridge.ask("tools/call", json!({ "name": "a" }));
    connection.expect("tools/call");
    let began = Instant::now();
    let (status, rest) = bridge.finish();
    assert!(status.success() && began.elapsed() < SOON);
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!((&rest[0]["id"], &rest[0]["result"]["isError"]), (&json!(asked), &json!(true)), "{rest:?}");
}

/// A gateway that reads nothing holds up whoever sends to it.
#[test]
fn a_gateway_that_never_reads_does_not_hold_up_the_end() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    let mut command = home.command(&["mcp"]);
    let (mut child, mut input) = spawn(command.env("ISARTOR_GATEWAY_URL", &gateway.url));
    let params = initialize_params("2025-11-25");
    let begin = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params });
    writeln!(input, "{begin}").expect("it reads");
    let _connection = gateway.accept();
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "x".repeat(1 << 20) } });
    writeln!(input, "{call}").expect("it reads");
    drop(input);
    ends_soon(&mut child, "its input is closed");
}

/// Answers that nobody takes hold up whoever writes them.
#[test]
fn a_client_that_takes_no_answers_does_not_hold_up_the_end() {
    let home = home_without_gateway();
    let (mut child, mut input) = spawn(&mut home.command(&["mcp"]));
    let ping = format!("{}\n", json!({ "jsonrpc": "2.0", "id": "x".repeat(1000), "method": "ping" }));
    let writer = thread::spawn(move || (0..120).try_for_each(|_| input.write_all(ping.as_bytes())));
    // The answers fill their pipe, then the bridge stops reading, then the requests fill theirs.
    let output = child.stdout.take().expect("its output was piped");
    let all_written = writer.join().expect("it does not panic");
    assert!(all_written.is_ok(), "a pipe holds what the bridge has not read: {all_written:?}");
    ends_soon(&mut child, "its input is closed");
    drop(output);
}
