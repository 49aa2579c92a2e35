//! Capabilities as a plugin has them: nothing without a grant, and with one what was granted and no more.

mod client;
pub(crate) mod server;

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Gateway, Home, text};
use server::Server;

const MANIFEST: &str = include_str!("guests/capable-tool/plugin.toml");

const ALL: [&str; 8] = ["log", "clock", "store", "cache", "http", "secret", "config", "client"];

/// A home where the guest is installed with `grants`, for a server at `port`.
fn home(grants: &[&str], port: u16) -> Home {
    home_with(&MANIFEST.replace("PORT", &port.to_string()), grants)
}

fn home_with(manifest: &str, grants: &[&str]) -> Home {
    let home = Home::new();
    let package = home.guest_as("capable-tool", "capable-tool", manifest);
    home.install(&package, &["--grant", &grants.join(",")]);
    home
}

/// What the guest's tool shows.
fn call(gateway: &Gateway<'_>, tool: &str, arguments: &Value) -> Value {
    let said = said(gateway, tool, arguments);
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{tool}: {said}"))
}

fn said(gateway: &Gateway<'_>, tool: &str, arguments: &Value) -> String {
    let result = gateway.mcp("tools/call", &json!({ "name": format!("capable-tool__{tool}"), "arguments": arguments }));
    result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{tool}: {result}")).to_owned()
}

fn log_of(home: &Home) -> String {
    fs::read_to_string(home.state().join("run/isartor.log")).expect("there is a log")
}

fn set_secret(home: &Home, key: &str, value: &str) -> std::process::Output {
    let mut command = home.command(&["plugin", "secret", "set", "capable-tool", key]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("it is piped").write_all(format!("{value}\n").as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

#[test]
fn each_import_needs_its_own_grant() {
    let home = home(&ALL, 1);
    for capability in ALL {
        let revoked = home.run(&["plugin", "revoke", "capable-tool", capability]);
        assert!(revoked.status.success(), "{}", text(&revoked));
        let refused = text(&home.run(&["plugin", "doctor", "capable-tool"]));
        let words = format!(
            "capable-tool imports isartor:plugin/{capability}@0.1.0, which is the capability {capability}, and that was \
             not granted"
        );
        assert!(refused.contains(&words), "{refused}");
        let hint = format!("hint: run 'isartor plugin grant capable-tool {capability}'");
        assert!(refused.contains(&hint), "{refused}");
        let granted = home.run(&["plugin", "grant", "capable-tool", capability]);
        assert!(granted.status.success(), "{}", text(&granted));
    }
    let inspected = home.run(&["plugin", "inspect", "capable-tool", "--json"]);
    let inspected: Value = serde_json::from_slice(&inspected.stdout).unwrap_or_else(|_| panic!("{}", text(&inspected)));
    let mut expected = ALL.map(|name| format!("isartor:plugin/{name}@0.1.0"));
    expected.sort();
    let mut imports: Vec<&str> =
        inspected["imports"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    imports.sort_unstable();
    assert_eq!(imports, expected, "an unused part of the SDK imports nothing");
}

#[test]
fn clock_and_config_read_what_is_there() {
    let home = home(&ALL, 1).and("ISARTOR__PLUGIN__CAPABLE_TOOL__COLOUR", "blue");
    home.write_settings("[plugin.capable-tool]\nsize = 3\ncolour = \"red\"\nloud = true\n[plugin.not-there]\nx = 1\n");
    let gateway = home.up();
    let settings = json!([["colour", "blue"], ["loud", "true"], ["size", "3"]]);
    assert_eq!(call(&gateway, "settings", &json!({})), settings);
    assert_eq!(call(&gateway, "setting", &json!({ "key": "size" })), json!("3"));
    assert_eq!(
        call(&gateway, "setting", &json!({ "key": "x" })),
        Value::Null,
        "another plugin's settings are not read"
    );
    let now = call(&gateway, "now", &json!({})).as_u64().expect("a number");
    let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is later").as_millis();
    assert!(u128::from(now) <= real && real - u128::from(now) < 60_000, "{now} is about {real}");
    assert_eq!(call(&gateway, "elapsed", &json!({})), json!(true));
    let many = said(&gateway, "read-clock", &json!({ "times": 1_001 }));
    assert_eq!(many, "The plugin capable-tool failed: it called the host more than 1000 times.");
    assert_eq!(call(&gateway, "read-clock", &json!({ "times": 1_000 })), json!("read"));
}

#[test]
fn a_flood_of_log_lines_is_cut_short_once() {
    let home = home(&ALL, 1);
    let gateway = home.up();
    let forged = "first\nINFO isartor: forged \u{1b}[31m";
    assert_eq!(call(&gateway, "log", &json!({ "message": forged })), json!("logged"));
    let long = "long ".repeat(2_000);
    assert_eq!(call(&gateway, "log", &json!({ "message": long, "times": 900 })), json!("logged"));
    let log = log_of(&home);
    assert!(log.contains("output=\"first INFO isartor: forged  [31m\""), "{log}");
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("output=\"long long")).collect();
    assert_eq!(lines.len(), 15, "as many as fit 64 KiB");
    assert!(lines.iter().all(|line| line.len() < 4_400), "each is cut at 4 KiB");
    assert_eq!(log.matches("it logs too much; the rest is dropped").count(), 1);
    for _ in 0..6 {
        call(&gateway, "log", &json!({ "message": long, "times": 20 }));
    }
    let bytes: usize = log_of(&home).lines().filter(|line| line.contains("output=\"")).map(str::len).sum();
    assert!(bytes < 300 << 10, "{bytes} bytes in a minute");
}

#[test]
fn what_a_plugin_stores_survives_a_restart_within_its_quota() {
    let home = home(&ALL, 1);
    let file = home.state().join("plugin-store.redb");
    let gateway = home.up();
    assert!(!file.exists(), "nothing is stored yet");
    assert_eq!(call(&gateway, "get", &json!({ "key": "a" })), json!({ "ok": null }));
    assert_eq!(call(&gateway, "set", &json!({ "key": "a", "value": "1" })), json!({ "ok": null }));
    assert_eq!(call(&gateway, "set", &json!({ "key": "b", "bytes": 3_000 })), json!({ "ok": null }));
    let quota = json!({ "error": "the store would need more than 4096 bytes" });
    assert_eq!(call(&gateway, "set", &json!({ "key": "c", "bytes": 1_000 })), quota);
    for key in ["", &"k".repeat(257)] {
        let refused = json!({ "error": "a key is not 1 to 256 bytes long" });
        assert_eq!(call(&gateway, "set", &json!({ "key": key, "value": "1" })), refused);
    }
    drop(gateway);
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).expect("it is there").permissions());
    assert_eq!(mode & 0o777, 0o600);
    let gateway = home.up();
    assert_eq!(call(&gateway, "get", &json!({ "key": "a" })), json!({ "ok": "1" }));
    assert_eq!(call(&gateway, "keys", &json!({ "prefix": "" })), json!({ "ok": ["a", "b"] }));
    assert_eq!(call(&gateway, "keys", &json!({ "prefix": "", "after": "a" })), json!({ "ok": ["b"] }));
    assert_eq!(call(&gateway, "delete", &json!({ "key": "b" })), json!({ "ok": null }));
    assert_eq!(call(&gateway, "set", &json!({ "key": "c", "bytes": 1_000 })), json!({ "ok": null }));
}

#[test]
fn a_damaged_store_is_reported_and_left_alone() {
    let home = home(&ALL, 1);
    let file = home.state().join("plugin-store.redb");
    fs::write(&file, "not a database").expect("it can be written");
    let gateway = home.up();
    assert_eq!(call(&gateway, "get", &json!({ "key": "a" })), json!({ "error": "the store failed" }));
    assert!(log_of(&home).contains(&format!("cannot use {}", file.display())), "{}", log_of(&home));
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "not a database");
}

#[test]
fn a_plugin_shares_the_cache_with_its_caller() {
    let home = home(&ALL, 1);
    let gateway = home.up();
    gateway.store("What is six times seven?", "42");
    let found = json!({ "response": "42", "matched_prompt": "What is six times seven?" });
    assert_eq!(call(&gateway, "look-up", &json!({ "prompt": "What is six times seven?" })), found);
    assert_eq!(call(&gateway, "look-up", &json!({ "prompt": "What is six times eight?" })), Value::Null);
    let stored = json!({ "prompt": "Who wrote this?", "response": "A plugin." });
    assert_eq!(call(&gateway, "remember", &stored), json!("stored"));
    assert_eq!(gateway.lookup("Who wrote this?")["response"], json!("A plugin."));
    assert_eq!(said(&gateway, "look-up", &json!({ "prompt": " " })), "prompt must not be empty");
}

#[test]
fn a_request_goes_where_it_was_granted_and_nowhere_else() {
    let server = Server::start();
    let home = home(&ALL, server.port);
    let gateway = home.up();
    let url = |path: &str| format!("http://127.0.0.1:{}{path}", server.port);
    let posted = call(
        &gateway,
        "fetch",
        &json!({ "method": "POST", "url": url("/echo"), "body": "hello", "headers": { "x-mine": "1" } }),
    );
    assert_eq!(posted["status"], json!(200), "{posted}");
    let echo = posted["body"].as_str().expect("text");
    assert!(echo.starts_with("POST /echo ") && echo.ends_with("hello") && echo.contains("x-mine: 1"), "{echo}");
    let redirected = call(&gateway, "fetch", &json!({ "url": url("/redirect") }));
    assert_eq!(redirected["status"], json!(302), "a redirect is not followed: {redirected}");
    let large = call(&gateway, "fetch", &json!({ "url": url("/large") }));
    assert_eq!(large, json!({ "error": "the answer has more than 8323072 bytes" }));
    let slow = call(&gateway, "fetch", &json!({ "url": url("/slow"), "timeout_milliseconds": 200 }));
    assert_eq!(slow, json!({ "error": "there was no answer in time" }));
    let asked = server.requests();
    let other = if server.port == 65_535 { 1 } else { server.port + 1 };
    let denied = [
        (json!({ "url": format!("http://127.0.0.1:{other}/") }), "is not a granted host and port"),
        (json!({ "url": format!("http://user@127.0.0.1:{}/", server.port) }), "a user name or a password"),
        (json!({ "url": "https://example.com/" }), "is not a granted host and port"),
        (json!({ "method": "DELETE", "url": url("/echo") }), "the method \"DELETE\" is not granted"),
        (json!({ "url": url("/echo"), "headers": { "Host": "example.com" } }), "the header host is the host's to set"),
        (json!({ "url": url("/echo"), "headers": { "Authorization": "mine" } }), "authorization is the host's to set"),
    ];
    for (arguments, words) in denied {
        let shown = call(&gateway, "fetch", &arguments);
        let error = shown["error"].as_str().unwrap_or_else(|| panic!("{arguments}: {shown}"));
        assert!(error.starts_with("the request was denied: ") && error.contains(words), "{arguments}: {error}");
        assert!(log_of(&home).contains("request denied"), "each denial is in the log");
    }
    let endless = json!({ "url": url(&format!("/{}", "x".repeat(100_000))) });
    let endless = call(&gateway, "fetch", &endless)["error"].to_string();
    assert!(endless.contains("the request failed: "), "{endless}");
    let many = call(&gateway, "fetch", &json!({ "url": url("/echo"), "times": 17 }));
    assert_eq!(many, json!({ "error": "the request was denied: more than 16 requests in one call" }));
    assert_eq!(server.requests() - asked, 16, "what was denied was never sent");
}

#[test]
fn only_four_requests_of_a_plugin_are_under_way() {
    let server = Server::start();
    let home = home(&ALL, server.port);
    let gateway = home.up();
    let arguments = json!({ "url": format!("http://127.0.0.1:{}/hold", server.port) });
    std::thread::scope(|scope| {
        let calls: Vec<_> =
            (0..8).map(|_| scope.spawn(|| call(&gateway, "fetch", &arguments)["status"].clone())).collect();
        server.await_held(4);
        // Calls that need no place go on meanwhile, and by then the others would have sent theirs.
        for _ in 0..10 {
            assert_eq!(call(&gateway, "elapsed", &json!({})), json!(true));
        }
        server.let_go();
        for call in calls {
            assert_eq!(call.join().expect("it returns"), json!(204), "those that wait are sent when there is a place");
        }
    });
    assert_eq!(server.most_held(), 4);
}

#[test]
fn a_private_address_needs_more_than_its_name() {
    let server = Server::start();
    let manifest = MANIFEST.replace("PORT", &server.port.to_string());
    let home = home_with(&manifest.replace("private_addresses = true\n", ""), &ALL);
    let gateway = home.up();
    for host in ["127.0.0.1", "localhost", "0x7f.1"] {
        let shown = call(&gateway, "fetch", &json!({ "url": format!("http://{host}:{}/echo", server.port) }));
        let error = shown["error"].as_str().unwrap_or_else(|| panic!("{host}: {shown}"));
        assert!(error.contains("private addresses are not granted"), "{host}: {error}");
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_secret_reaches_its_host_and_never_the_plugin() {
    const VALUE: &str = "hunter2-and-more";
    let server = Server::start();
    let home = home(&ALL, server.port);
    let gateway = home.up();
    let echo = json!({ "url": format!("http://127.0.0.1:{}/echo", server.port) });
    assert_eq!(call(&gateway, "is-set", &json!({ "key": "TOKEN" })), json!(false));
    let without = call(&gateway, "fetch", &echo).to_string();
    assert!(!without.contains("authorization"), "{without}");
    let output = set_secret(&home, "TOKEN", VALUE);
    assert!(output.status.success() && !text(&output).contains(VALUE), "{}", text(&output));
    assert_eq!(call(&gateway, "is-set", &json!({ "key": "TOKEN" })), json!(true), "without a restart");
    let shown = call(&gateway, "fetch", &echo);
    assert!(server.last_request().contains(&format!("authorization: Bearer {VALUE}")), "{}", server.last_request());
    let header = shown["headers"].as_array().expect("a list").iter().find(|header| header[0] == "x-echo");
    assert_eq!(header.expect("it is echoed")[1], json!("Bearer [secret TOKEN]"));
    assert!(shown["body"].as_str().expect("text").contains("Bearer [secret TOKEN]"), "{shown}");
    let elsewhere = call(&gateway, "fetch", &json!({ "url": format!("http://localhost:{}/echo", server.port) }));
    assert_eq!(elsewhere["status"], json!(200), "{elsewhere}");
    assert!(!server.last_request().contains("authorization"), "another host gets no secret");
    let listed = home.run(&["plugin", "secret", "list", "capable-tool"]);
    assert!(text(&listed).contains("TOKEN") && text(&listed).contains("set"), "{}", text(&listed));
    for seen in [shown.to_string(), log_of(&home), text(&listed)] {
        assert!(!seen.contains(VALUE), "{seen}");
    }
    let removed = home.run(&["plugin", "secret", "remove", "capable-tool", "TOKEN"]);
    assert!(removed.status.success(), "{}", text(&removed));
    assert_eq!(call(&gateway, "is-set", &json!({ "key": "TOKEN" })), json!(false));
}

#[test]
fn a_secret_that_cannot_be_used_is_refused() {
    let home = home(&ALL, 1);
    let unknown = text(&set_secret(&home, "PASSWORD", "something long"));
    assert!(unknown.contains("does not ask for a secret called PASSWORD"), "{unknown}");
    assert!(unknown.contains("hint: it asks for TOKEN"), "{unknown}");
    let short = text(&set_secret(&home, "TOKEN", "short"));
    assert!(short.contains("8 to 8,192 visible ASCII characters"), "{short}");
    assert!(!home.state().join("secrets.toml").exists(), "nothing was written");
}

#[test]
fn a_call_leaves_a_receipt() {
    let server = Server::start();
    let home = home(&ALL, server.port);
    let gateway = home.up();
    call(&gateway, "fetch", &json!({ "url": format!("http://127.0.0.1:{}/echo", server.port) }));
    call(&gateway, "set", &json!({ "key": "a", "value": "1" }));
    said(&gateway, "read-clock", &json!({ "times": 1_001 }));
    let log = log_of(&home);
    let receipts: Vec<&str> = log.lines().filter(|line| line.contains("isartor::receipt")).collect();
    assert_eq!(receipts.len(), 3, "{log}");
    let hosts = format!("hosts=\"127.0.0.1:{}\"", server.port);
    for (receipt, words) in receipts.iter().zip([
        ["plugin=\"capable-tool\"", "tool=\"fetch\"", "principal=\"local\"", &hosts, "http=1/", "outcome=\"returned\""],
        ["version=\"0.1.0\"", "tool=\"set\"", "digest=\"", "bytes_in=23", "capabilities=\"store=1/2\"", "hosts=\"\""],
        ["export=\"call\"", "tool=\"read-clock\"", "bytes_out=0", "clock=1001/0", "fault: it called", "duration_us="],
    ]) {
        for word in words {
            assert!(receipt.contains(word), "{receipt} does not say {word}");
        }
    }
    let used = &gateway.get("/health").1["plugins"]["used"]["capable-tool"];
    assert_eq!((&used["calls"], &used["faults"]), (&json!(4), &json!(1)), "three calls, and the definitions: {used}");
    assert_eq!(used["capabilities"], json!({ "clock": 1_001, "http": 1, "store": 1 }));
}

#[test]
fn wasi_is_there_and_leads_nowhere() {
    let home = Home::new();
    home.install_guest("wasi-tool");
    let gateway = home.up();
    for (tool, expected) in [
        ("environment", "[]"),
        ("arguments", "[] None"),
        ("directories", "0"),
        ("read", "Err(StreamError::Closed)"),
        ("write", "Ok(())"),
        ("tcp", "access-denied"),
        ("udp", "access-denied"),
        ("resolve", "access-denied"),
        (
            "http",
            "The plugin wasi-tool failed: it used the HTTP of WASI, which leads nowhere here; the capability http does.",
        ),
        ("exit", "The plugin wasi-tool failed: it ended itself."),
    ] {
        let result = gateway.mcp("tools/call", &json!({ "name": format!("wasi-tool__{tool}"), "arguments": {} }));
        assert_eq!(result["content"][0]["text"], json!(expected), "{tool}: {result}");
    }
    let seed = || gateway.mcp("tools/call", &json!({ "name": "wasi-tool__seed", "arguments": {} }));
    assert_ne!(seed()["content"], seed()["content"], "chance is real");
    let log = log_of(&home);
    assert!(log.contains(r#"plugin="wasi-tool" output="{\"jsonrpc\":\"2.0\""#), "{log}");
    assert!(log.contains(r#"plugin="wasi-tool" output="no end""#), "{log}");
}
