//! Plugins that were granted something and ask for more: other hosts, more time, more room, what is secret.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::case::Case;
use super::package::Package;
use super::stage::Stage;
use crate::capabilities::server::Server;
use crate::mcp::bridge::Bridge;
use crate::support::text;

const ALL: &str = "log,clock,store,cache,http,secret,config,client";

/// One tool of the guest, its arguments with PORT for the server's, and what is said.
const FETCHES: [(&str, &str, &str); 7] = [
    ("http-to-another-port", "http://127.0.0.1:1/", "denied"),
    ("http-to-another-host", "https://example.org/", "denied"),
    ("http-to-metadata", "http://169.254.169.254/latest/meta-data", "denied"),
    ("http-as-somebody", "http://127.0.0.1:PORT@example.org/", "denied"),
    ("http-in-other-digits", "http://2130706433:1/", "denied"),
    ("http-with-another-method", "DELETE http://127.0.0.1:PORT/echo", "denied"),
    ("http-that-redirects", "http://127.0.0.1:PORT/redirect", "302"),
];

pub(super) fn cases() -> Vec<Case> {
    let fetches = FETCHES.iter().map(|&(name, target, says)| {
        Case::new(name, &[], move |stage, id| {
            let server = Server::start();
            let (method, url) = target.split_once(' ').unwrap_or(("GET", target));
            let url = url.replace("PORT", &server.port.to_string());
            let said = with(stage, id, &server, "fetch", &json!({ "url": url, "method": method })).to_string();
            assert!(said.contains(says), "{said}");
            assert_eq!(server.requests(), usize::from(says == "302"), "{said}");
            Vec::new()
        })
    });
    fetches.chain(floods()).chain(others()).collect()
}

fn floods() -> Vec<Case> {
    vec![
        Case::new("thousand-host-calls", &["it called the host more than 1000 times"], |stage, id| {
            let said = with(stage, id, &Server::start(), "read-clock", &json!({ "times": 100_000 }));
            vec![said.as_str().expect("a sentence").to_owned()]
        }),
        Case::new("flood-of-granted-log", &["the rest is dropped"], |stage, id| {
            let before = stage.log().len();
            let message = "long ".repeat(2_000);
            with(stage, id, &Server::start(), "log", &json!({ "message": message, "times": 900 }));
            let added = stage.log()[before..].to_owned();
            assert!(added.len() < 128 << 10, "{} bytes in the log", added.len());
            added.lines().filter(|line| line.contains("dropped")).map(str::to_owned).collect()
        }),
        Case::new("flood-of-progress", &["it called the host more than 1000 times"], |stage, id| {
            let arguments = json!({ "message": "long ".repeat(2_000), "times": 100_000 });
            let (said, result) = words(stage, id, "progress", &arguments);
            // 20 at once, and 10 more in each second.
            assert!((20..200).contains(&said.len()), "{} reports", said.len());
            vec![result]
        }),
        Case::new("flood-of-messages", &["it says too much to its client; the rest is dropped"], |stage, id| {
            let before = stage.log().len();
            let arguments = json!({ "message": "long ".repeat(2_000), "times": 900 });
            let (said, _) = words(stage, id, "notify", &arguments);
            let bytes: usize = said.iter().map(|message| message.to_string().len()).sum();
            assert!((1..=64 << 10).contains(&bytes), "{bytes} bytes in {} messages", said.len());
            stage.log()[before..].lines().filter(|line| line.contains("to its client")).map(str::to_owned).collect()
        }),
    ]
}

fn others() -> Vec<Case> {
    vec![
        Case::new("http-that-hangs", &["it took longer than 10000 ms"], |stage, id| {
            let server = Server::start();
            let url = format!("http://127.0.0.1:{}/slow", server.port);
            let said = with(stage, id, &server, "fetch", &json!({ "url": url, "times": 3 }));
            // Each request ends at the call's deadline at the latest, which ends the call too.
            vec![said.as_str().map_or_else(|| format!("{id}: it took longer than 10000 ms {said}"), str::to_owned)]
        }),
        Case::new("http-without-end", &[], |stage, id| {
            let server = Server::start();
            let url = format!("http://127.0.0.1:{}/large", server.port);
            let said = with(stage, id, &server, "fetch", &json!({ "url": url })).to_string();
            assert!(said.contains("error") && said.contains("bytes"), "{said}");
            Vec::new()
        }),
        Case::new("more-than-its-quota", &[], |stage, id| {
            let said = with(stage, id, &Server::start(), "set", &json!({ "key": "k", "bytes": 4_097 }));
            assert_eq!(said, json!({ "error": "the store would need more than 4096 bytes" }));
            Vec::new()
        }),
        Case::new("comes-and-goes", &[], |stage, id| {
            let mut memory_kib = Vec::new();
            for _ in 0..12 {
                with(stage, id, &Server::start(), "set", &json!({ "key": "k", "bytes": 1 }));
                memory_kib.push(stage.memory_kib());
            }
            // A plugin whose code stayed behind each time would have left 10 MiB.
            assert!(memory_kib[11] < memory_kib[5] + (4 << 10), "{memory_kib:?}");
            Vec::new()
        }),
        Case::new("secret-that-is-echoed", &[], |stage, id| {
            let server = Server::start();
            let _installed = stage.install(&package(id, server.port), &["--grant", ALL]);
            set_secret(stage, id, "hunter-of-two-moons");
            let url = format!("http://127.0.0.1:{}/echo", server.port);
            let said = called(stage, id, "fetch", &json!({ "url": url }));
            assert!(server.last_request().contains("hunter-of-two-moons"), "the server got it");
            assert!(!said.to_string().contains("hunter-of"), "and the plugin did not: {said}");
            assert!(!stage.log().contains("hunter-of"), "nor did the log");
            Vec::new()
        }),
    ]
}

/// Installs the guest with all it asks for, and calls one of its tools.
fn with(stage: &Stage<'_>, id: &str, server: &Server, tool: &str, arguments: &Value) -> Value {
    let _installed = stage.install(&package(id, server.port), &["--grant", ALL]);
    called(stage, id, tool, arguments)
}

/// What the guest says to a client that wants to hear everything, and the text of the result after that.
fn words(stage: &Stage<'_>, id: &str, tool: &str, arguments: &Value) -> (Vec<Value>, String) {
    let _installed = stage.install(&package(id, Server::start().port), &["--grant", ALL]);
    let mut bridge = Bridge::open(stage.home, &stage.gateway.url);
    bridge.request("logging/setLevel", json!({ "level": "debug" }));
    let name = format!("{id}__{tool}");
    let call =
        bridge.ask("tools/call", json!({ "name": name, "arguments": arguments, "_meta": { "progressToken": 1 } }));
    let mut said = Vec::new();
    loop {
        let message = bridge.receive().expect("a call is answered");
        if message["id"] == json!(call) {
            return (said, message["result"]["content"][0]["text"].as_str().expect("a text").to_owned());
        }
        said.extend(
            message["method"].as_str().is_some_and(|it| it != "notifications/tools/list_changed").then_some(message),
        );
    }
}

/// What the guest shows as JSON, or the sentence that a client is told where it fails.
fn called(stage: &Stage<'_>, id: &str, tool: &str, arguments: &Value) -> Value {
    let result = stage.call_tool(&format!("{id}__{tool}"), arguments);
    let said = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}"));
    serde_json::from_str(said).unwrap_or_else(|_| json!(said))
}

fn package(id: &str, port: u16) -> Package {
    let manifest = include_str!("../guests/capable-tool/plugin.toml").replace("PORT", &port.to_string());
    let manifest = manifest.replace("\"capable-tool\"", &format!("{id:?}"));
    Package { manifest, ..Package::guest("capable-tool", id, "tool", "") }
}

fn set_secret(stage: &Stage<'_>, id: &str, value: &str) {
    let mut command = stage.home.command(&["plugin", "secret", "set", id, "TOKEN"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("it is piped").write_all(format!("{value}\n").as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", text(&output));
}
