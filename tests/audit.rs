//! The audit log: what it tells of the gateway, plugins, clients' files and the cache, and that no line is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Home, block_on, text};

fn lines(home: &Home) -> Vec<Value> {
    let read = |name: &str| fs::read_to_string(home.state().join(name)).unwrap_or_default();
    let text = read("audit.jsonl.1") + &read("audit.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn of(home: &Home, event: &str) -> Vec<Value> {
    lines(home).into_iter().filter(|line| line["event"] == event).collect()
}

fn run(home: &Home, arguments: &[&str]) {
    let output = home.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
}

fn sha256(path: &Path) -> String {
    let digest = Sha256::digest(fs::read(path).expect("it can be read"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn start_and_stop_are_told_with_what_was_set() {
    let home = Home::new();
    for settings in ["gateway_api_key = 'one'\n", "gateway_api_key = 'two'\n", "log = 'warn'\n"] {
        home.write_settings(settings);
        let gateway = home.up();
        let started = of(&home, "started").pop().expect("it started");
        let port = gateway.url.rsplit(':').next().expect("a URL has a port");
        assert_eq!(started["bind"], json!(format!("127.0.0.1:{port}")), "{started}");
        assert_eq!(started["version"], json!(env!("CARGO_PKG_VERSION")), "{started}");
        assert_eq!(started["process"], json!(gateway.pid()), "{started}");
        assert_eq!(started["max_connections"], json!(1024), "{started}");
    }
    let mode = home.state().join("audit.jsonl").metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let order: Vec<Value> = lines(&home).into_iter().map(|line| line["event"].clone()).collect();
    assert_eq!(order, ["started", "stopped", "started", "stopped", "started", "stopped"]);
    let started = of(&home, "started");
    assert_eq!(started[0]["settings_sha256"], started[1]["settings_sha256"], "a secret is in no digest");
    assert_ne!(started[1]["settings_sha256"], started[2]["settings_sha256"]);
    assert!(of(&home, "stopped").iter().all(|line| line["how"] == "drained"));
}

#[test]
fn what_is_done_to_plugins_is_told() {
    let home = Home::new();
    let manifest = include_str!("guests/capable-tool/plugin.toml").replace("PORT", "1");
    let package = home.guest_as("capable-tool", "capable-tool", &manifest);
    let digest = sha256(&package.join("plugin.wasm"));
    home.install(&package, &["--grant", "clock"]);
    run(&home, &["plugin", "grant", "capable-tool", "log", "store"]);
    run(&home, &["plugin", "revoke", "capable-tool", "clock", "cache"]);
    run(&home, &["plugin", "disable", "capable-tool"]);
    run(&home, &["plugin", "disable", "capable-tool"]);
    run(&home, &["plugin", "enable", "capable-tool"]);
    run(&home, &["plugin", "remove", "capable-tool"]);
    let told: Vec<(String, Value)> = lines(&home)
        .into_iter()
        .map(|line| (line["event"].as_str().expect("a name").to_owned(), line["capabilities"].clone()))
        .collect();
    let expected = [
        ("plugin_installed", json!(["clock"])),
        ("plugin_granted", json!(["log", "store"])),
        ("plugin_revoked", json!(["clock"])),
        ("plugin_disabled", Value::Null),
        ("plugin_enabled", Value::Null),
        ("plugin_removed", Value::Null),
    ];
    assert_eq!(told, expected.map(|(event, capabilities)| (event.to_owned(), capabilities)));
    let installed = &lines(&home)[0];
    assert_eq!(installed["sha256"], json!(digest), "{installed}");
    assert_eq!(installed["source"], json!(package), "{installed}");
}

#[test]
fn what_is_done_to_a_clients_file_is_told_with_its_digests() {
    let home = Home::new();
    let path = home.user().join(".cursor/mcp.json");
    fs::create_dir_all(path.parent().expect("a directory")).expect("it can be made");
    fs::write(&path, "{}").expect("it can be written");
    let before = sha256(&path);
    run(&home, &["connect", "cursor"]);
    let after = sha256(&path);
    let connected = of(&home, "config_edited").remove(0);
    let backup = connected["backup"].as_str().expect("it was backed up");
    assert_eq!(sha256(Path::new(backup)), before);
    run(&home, &["connect", "cursor", "--dry-run"]);
    run(&home, &["connect", "cursor", "--disconnect"]);
    let edits = of(&home, "config_edited");
    let [_, disconnected] = edits.as_slice() else { panic!("{edits:?}") };
    assert_eq!((&connected["client"], &connected["action"]), (&json!("cursor"), &json!("connect")), "{connected}");
    assert_eq!(connected["file"], json!(path), "{connected}");
    assert_eq!((&connected["sha256_before"], &connected["sha256_after"]), (&json!(before), &json!(after)));
    assert_eq!(disconnected["action"], json!("disconnect"));
    assert_eq!((&disconnected["sha256_before"], &disconnected["sha256_after"]), (&json!(after), &json!(before)));
    run(&home, &["app", "restore", "cursor", "--yes"]);
    assert_eq!(of(&home, "config_edited")[2]["action"], json!("restore"));
}

#[test]
fn what_is_removed_from_the_cache_is_counted() {
    let home = Home::new();
    let gateway = home.up();
    for prompt in ["one", "two", "three", "four"] {
        gateway.store(prompt, "an answer");
    }
    let entry = gateway.store("five", "an answer");
    run(&home, &["cache", "delete", &entry, "--yes"]);
    assert_eq!(gateway.post("/api/v1/cache/delete", &json!({ "prompt": "one" })).1, json!({ "deleted": 1 }));
    assert_eq!(gateway.post("/api/v1/cache/clear", &json!({})).1, json!({ "deleted": 3 }));
    drop(gateway);
    run(&home, &["cache", "clear", "--yes"]);
    let told: Vec<Value> =
        of(&home, "cache_removed").into_iter().map(|line| json!([line["by"], line["entries"]])).collect();
    assert_eq!(json!(told), json!([["deleted", 1], ["deleted", 1], ["cleared", 3], ["cleared", 0]]));
}

#[test]
fn commands_and_the_gateway_write_at_the_same_time_while_the_file_becomes_full() {
    let home = Home::new().and("ISARTOR__AUDIT__MAX_MEBIBYTES", "1");
    fs::create_dir_all(home.state()).expect("it can be made");
    let almost_full = "{\"event\":\"earlier\"}\n".repeat((1 << 20) / 20 - 50);
    fs::write(home.state().join("audit.jsonl"), &almost_full).expect("it can be written");
    let gateway = home.up();
    let connectors = ["cursor", "zed", "windsurf", "cline", "goose", "continue", "vscode", "gemini-cli"];
    let children: Vec<_> =
        connectors.iter().map(|name| home.command(&["plugin", "disable", name]).spawn().expect("it runs")).collect();
    for index in 0..20 {
        gateway.store(&format!("prompt {index}"), "an answer");
        gateway.post("/api/v1/cache/clear", &json!({}));
    }
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    drop(gateway);
    let mut told: Vec<String> =
        of(&home, "plugin_disabled").iter().map(|line| line["plugin"].as_str().expect("a name").to_owned()).collect();
    told.sort();
    let mut expected = connectors.map(str::to_owned);
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(of(&home, "cache_removed").len(), 20);
    assert!(home.state().join("audit.jsonl.1").exists(), "the file became full");
    assert_eq!(of(&home, "earlier").len(), almost_full.lines().count());
}

#[test]
fn a_log_that_cannot_be_written_is_said() {
    let home = Home::new();
    fs::create_dir_all(home.state().join("audit.jsonl")).expect("it can be made");
    let refused = text(&home.run(&["plugin", "disable", "cursor"]));
    assert!(refused.contains("it is done, but the audit log does not tell of it"), "{refused}");
    assert!(refused.contains("cannot write the audit log") && refused.contains("hint: make "), "{refused}");
    let gateway = home.up();
    let health = gateway.get("/health").1;
    assert_eq!(health["status"], json!("degraded"), "{health}");
    assert!(health["audit_trouble"].as_str().is_some_and(|why| why.contains("cannot write")), "{health}");
    assert!(text(&home.run(&["status"])).contains("audit:   cannot write the audit log"));
    let log = fs::read_to_string(home.state().join("run/isartor.log")).expect("there is a log");
    assert_eq!(log.matches("the audit log is not written").count(), 1, "{log}");
}

#[test]
fn a_flood_at_the_door_is_summed_up_without_what_was_presented() {
    const FAILURES: u64 = 200;
    let home = Home::new();
    home.write_settings("gateway_api_key = 'the-right-one'\n");
    let gateway = home.up();
    block_on(async {
        let client = reqwest::Client::new();
        for _ in 0..FAILURES {
            let request = client.post(format!("{}/mcp?q=presented-in-the-query", gateway.url));
            let request = request.header("x-api-key", "presented-as-a-key").json(&json!({}));
            assert_eq!(request.send().await.expect("the gateway answers").status(), 401);
        }
    });
    drop(gateway);
    let (failed, repeated) = (of(&home, "auth_failed"), of(&home, "repeated"));
    assert!(!failed.is_empty() && failed.len() < 10, "{failed:?}");
    assert_eq!((&failed[0]["route"], &failed[0]["peer"]), (&json!("/mcp"), &json!("127.0.0.1")));
    let counted: u64 = repeated.iter().filter_map(|line| line["times"].as_u64()).sum();
    assert_eq!(counted + failed.len() as u64, FAILURES, "{repeated:?}");
    assert!(!json!(lines(&home)).to_string().contains("presented"));
}
