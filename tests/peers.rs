//! MCP clients of other people, as they are published: each lists the tools, misses, stores and hits over every
//! transport that it speaks. Needs npm and python3 with their registries; what is installed is kept between runs.

mod inspector;

use std::process::Command;

use serde_json::{Value, json};

use crate::support::packages::{NodePackages, PythonPackages};
use crate::support::{Gateway, Home, text};

const SOURCE: &str = "peers";
const KEY: &str = "the-key-of-the-peers";
const RESPONSE: &str = "Paris.";
/// What most clients show over HTTP.
const REFUSED: &str = "key is wrong, or not valid any more";
/// What a client over stdio shows, which learns of it with its first call.
const REFUSED_BY_BRIDGE: &str = "refused the API key";

/// How a client reaches the gateway.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Stdio,
    Http,
    Sse,
}

const EVERY_WAY: [Way; 3] = [Way::Stdio, Way::Http, Way::Sse];

impl Way {
    fn transport(self) -> &'static str {
        match self {
            Self::Stdio => "stdio",
            Self::Http => "http",
            Self::Sse => "sse",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Stdio => "",
            Self::Http => "/mcp",
            Self::Sse => "/sse",
        }
    }
}

/// What a client is to do; each has a prompt of its own, so that all may meet the same gateway.
struct Order<'a> {
    home: &'a Home,
    gateway: &'a Gateway<'a>,
    way: Way,
    mode: &'a str,
    key: Option<&'a str>,
}

impl Order<'_> {
    fn prompt(&self, client: &str) -> String {
        format!("What does {client} get over {:?} in mode {}?", self.way, self.mode)
    }

    /// As the scripts read it.
    fn to_json(&self, client: &str) -> Value {
        let url = format!("{}{}", self.gateway.url, self.way.path());
        let headers = self.key.map_or(json!({}), |key| json!({ "X-API-Key": key }));
        let mut environment = json!({ "HOME": self.home.user(), "ISARTOR_GATEWAY_URL": self.gateway.url });
        if let Some(key) = self.key {
            environment["ISARTOR__GATEWAY_API_KEY"] = json!(key);
        }
        json!({
            "transport": self.way.transport(), "mode": self.mode, "prompt": self.prompt(client), "response": RESPONSE,
            "url": url, "headers": headers,
            "command": env!("CARGO_BIN_EXE_isartor"), "args": ["mcp"], "env": environment,
        })
    }
}

#[test]
fn the_first_typescript_sdk_is_served() {
    let packages = node_packages();
    everywhere(&["initialize"], &[REFUSED, "status code (401)"], |order| {
        said(packages.node("sdk.mjs"), &order.to_json("sdk"), order)
    });
}

#[test]
fn the_second_typescript_sdk_is_served() {
    let packages = node_packages();
    everywhere(&["legacy", "auto", "2026-07-28"], &[REFUSED, "status code (401)"], |order| {
        said(packages.node("client.mjs"), &order.to_json("client"), order)
    });
}

#[test]
fn the_python_sdk_is_served() {
    let packages = PythonPackages::installed(SOURCE);
    everywhere(&["legacy", "auto", "2026-07-28"], &[REFUSED, "401 Unauthorized"], |order| {
        said(packages.python("mcp_client.py"), &order.to_json("mcp"), order)
    });
}

#[test]
fn fastmcp_is_served() {
    let packages = PythonPackages::installed(SOURCE);
    everywhere(&["legacy", "auto", "2026-07-28"], &[REFUSED, "401 Unauthorized"], |order| {
        said(packages.python("fastmcp_client.py"), &order.to_json("fastmcp"), order)
    });
}

#[test]
fn the_inspector_is_served() {
    let packages = node_packages();
    everywhere(&["legacy", "auto", "modern"], &["auth_required"], |order| inspector::session(&packages, order));
}

#[test]
fn mcp_remote_is_served() {
    let packages = node_packages();
    let proxy = packages.path("node_modules/mcp-remote/dist/proxy.js");
    everywhere(&["http-only", "http-first", "sse-only", "sse-first"], &["Connection closed"], |order| {
        let mut given = order.to_json("mcp-remote");
        let url = given["url"].take();
        let key = format!("X-API-Key:{}", order.key.unwrap_or_default());
        given["command"] = json!(packages.node_program());
        given["args"] = json!([proxy, url, "--allow-http", "--transport", order.mode, "--header", key]);
        given["transport"] = json!("stdio");
        said(packages.node("sdk.mjs"), &given, order)
    });
}

/// Node 22 is for the inspector, which refuses the Node 20 that suffices for everything else.
fn node_packages() -> NodePackages {
    NodePackages::installed(SOURCE, &["node"])
}

/// Has `client` meet a gateway over every way that goes with each mode, then one that asks for a key. With one that
/// opens nothing it says one of `refused`.
fn everywhere(modes: &[&str], refused: &[&str], client: impl Fn(&Order<'_>) -> Result<Value, String>) {
    let home = Home::new();
    let gateway = home.up();
    for mode in modes {
        for way in EVERY_WAY.into_iter().filter(|way| go_together(*way, mode)) {
            let order = Order { home: &home, gateway: &gateway, way, mode, key: None };
            let report = client(&order).unwrap_or_else(|error| panic!("{way:?} in mode {mode}: {error}"));
            missed_stored_and_hit(&report, &order);
        }
    }
    drop(gateway);
    with_keys(modes, refused, client);
}

fn with_keys(modes: &[&str], refused: &[&str], client: impl Fn(&Order<'_>) -> Result<Value, String>) {
    let home = Home::new().and("ISARTOR__GATEWAY_API_KEY", KEY);
    let (created, revoked) = (created(&home, "created"), created(&home, "revoked"));
    let output = home.run(&["keys", "revoke", "revoked"]);
    assert!(output.status.success(), "{}", text(&output));
    let gateway = home.up();
    for way in EVERY_WAY {
        let Some(mode) = modes.iter().find(|mode| go_together(way, mode)) else { continue };
        let with = |key| Order { home: &home, gateway: &gateway, way, mode, key: Some(key) };
        // Each has a namespace of its own, so that both miss at first.
        for key in [KEY, &created] {
            let report = client(&with(key)).unwrap_or_else(|error| panic!("{way:?} with the key {key}: {error}"));
            missed_stored_and_hit(&report, &with(key));
        }
        for key in ["wrong", &revoked] {
            let report = client(&with(key)).expect_err("a key that opens nothing is refused");
            let refused = if way == Way::Stdio { &[REFUSED_BY_BRIDGE] } else { refused };
            assert!(refused.iter().any(|words| report.contains(words)), "{way:?}: {report}");
        }
    }
}

/// A key that may read and write, as `isartor keys create` makes it.
fn created(home: &Home, name: &str) -> String {
    let output = home.run(&["keys", "create", "--name", name, "--scope", "read,write", "--json"]);
    let made: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    made["key"].as_str().expect("it is shown once").to_owned()
}

/// The event stream of 2024-11-05 knows no later version; a proxy is told which transport to use and has no stdio of
/// ours; every other mode goes everywhere.
fn go_together(way: Way, mode: &str) -> bool {
    match (way, mode.split_once('-')) {
        (Way::Stdio | Way::Http, Some(("sse", _))) | (Way::Stdio | Way::Sse, Some(("http", _))) => false,
        (Way::Sse, _) => mode != "2026-07-28" && mode != "modern",
        (Way::Stdio | Way::Http, _) => true,
    }
}

/// The report that a script prints, or what went wrong in its client's words.
fn said(mut command: Command, given: &Value, order: &Order<'_>) -> Result<Value, String> {
    // With the user's own home a client would find, and leave, files of its own there.
    let output = command.arg(given.to_string()).env("HOME", order.home.user()).output().expect("the client starts");
    let line = String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned();
    match (output.status.success(), serde_json::from_str(&line)) {
        (true, Ok(report)) => Ok(report),
        (_, parsed) => Err(parsed.map_or_else(|_| text(&output), |report: Value| report.to_string())),
    }
}

fn missed_stored_and_hit(report: &Value, order: &Order<'_>) {
    let tools = report["tools"].as_array().expect("the tools are listed");
    for tool in ["isartor_chat", "isartor_cache_store", "text-tools__digest"] {
        assert!(tools.contains(&json!(tool)), "{tool}: {report}");
    }
    assert_eq!(report["miss"]["hit"], json!(false), "{report}");
    assert_eq!(report["stored"]["stored"], json!(true), "{report}");
    assert_eq!((&report["hit"]["hit"], &report["hit"]["layer"]), (&json!(true), &json!("exact")), "{report}");
    assert_eq!((&report["hit"]["response"], &report["text"]), (&json!(RESPONSE), &json!(RESPONSE)), "{report}");
    // A client that may choose has to find the newest version.
    let expected = match (order.mode, order.way) {
        ("auto", Way::Sse) | ("legacy", _) => json!("2025-11-25"),
        ("auto" | "2026-07-28", _) => json!("2026-07-28"),
        _ => return,
    };
    assert!([&Value::Null, &expected].contains(&&report["version"]), "{expected}: {report}");
}
