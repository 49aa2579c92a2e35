//! A plugin that changes its ways after it was accepted: what it offers and what it returns is checked each time.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Gateway, Home, text};

/// A home with the plugin installed, granted its settings, and set to `mood`.
fn home_in(mood: &str) -> Home {
    let home = Home::new();
    home.install(&home.guest("moody-tool"), &["--grant", "config"]);
    home.write_settings(&format!("[plugin.moody-tool]\n{mood}\n"));
    home
}

fn log(home: &Home) -> String {
    fs::read_to_string(home.state().join("run/isartor.log")).expect("there is a log")
}

fn offered(gateway: &Gateway<'_>) -> Vec<Value> {
    let listed = gateway.mcp("tools/list", &json!({}))["tools"].clone();
    let ours = |tool: &&Value| tool["name"].as_str().is_some_and(|name| name.starts_with("moody-tool__"));
    listed.as_array().expect("a list").iter().filter(ours).cloned().collect()
}

#[test]
fn a_plugin_that_takes_too_long_holds_up_nobody() {
    let home = home_in("mood = \"slow\"");
    let gateway = home.up();
    assert!(offered(&gateway).is_empty());
    let failed = gateway.get("/health").1["plugins"]["failed"].to_string();
    assert!(failed.contains("moody-tool 0.1.0 failed in definitions: it took longer than 5000 ms"), "{failed}");
    let log = log(&home);
    let running = log.find("running url=").unwrap_or_else(|| panic!("{log}"));
    let given_up = log.find("failed in definitions").unwrap_or_else(|| panic!("{log}"));
    assert!(running < given_up, "the gateway ran long before: {log}");
}

#[test]
fn compiling_what_others_built_has_an_end() {
    let home = Home::new();
    let component = fs::File::open(home.guest("capable-tool").join("plugin.wasm")).expect("the guest is there");
    // Two hundred times less memory than there is by default.
    let mut compile = home.command(&["plugin", "compile-component", "10000000", "60"]);
    let output = compile.stdin(component).output().expect("isartor runs");
    assert!(!output.status.success() && output.stdout.is_empty(), "{}", text(&output));
    assert!(text(&output).contains("memory allocation"), "{}", text(&output));
}

#[test]
fn a_definition_that_nobody_accepted_suspends_its_tool() {
    for (mood, suspended, words) in [
        ("changed", "moody-tool__fickle", "its definition is not the one you accepted"),
        ("grown", "moody-tool__new", "it was not there when you accepted the plugin"),
    ] {
        let home = home_in(&format!("mood = {mood:?}"));
        let gateway = home.up();
        let names: Vec<Value> = offered(&gateway).iter().map(|tool| tool["name"].clone()).collect();
        assert!(names.contains(&json!("moody-tool__steady")) && !names.contains(&json!(suspended)), "{names:?}");
        let failed = gateway.get("/health").1["plugins"]["failed"].to_string();
        assert!(failed.contains(suspended) && failed.contains(words), "{failed}");
        assert!(failed.contains("isartor plugin update moody-tool"), "{failed}");
    }
}

#[test]
fn a_plugin_without_a_way_out_can_destroy_nothing_whatever_it_says() {
    let home = home_in("");
    let gateway = home.up();
    for tool in offered(&gateway) {
        let hints = json!({
            "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false
        });
        assert_eq!(tool["annotations"], hints, "{tool}");
    }
}

#[test]
fn a_result_is_checked_before_a_client_sees_it() {
    type Expected<'a> = Result<Value, &'a str>;
    let cases: [(&str, Expected<'_>); 5] = [
        ("large", Err("a result of 2097154 bytes, more than the 1048576 allowed")),
        ("no-image", Err("as the type of an image")),
        ("unstructured", Err("no structured content, which its output schema promises")),
        ("escapes", Ok(json!({ "type": "text", "text": "red and plain\tand calm" }))),
        ("image", Ok(json!({ "type": "image", "data": "AQID", "mimeType": "image/png" }))),
    ];
    for (result, expected) in cases {
        let home = home_in(&format!("result = {result:?}"));
        let gateway = home.up();
        let called = gateway.mcp("tools/call", &json!({ "name": "moody-tool__steady", "arguments": {} }));
        match expected {
            Ok(content) => assert_eq!((&called["isError"], &called["content"][0]), (&json!(false), &content)),
            Err(words) => {
                assert_eq!(called["isError"], json!(true), "{called}");
                let said = called["content"][0]["text"].as_str().unwrap_or_default();
                assert_eq!(said, "The plugin moody-tool returned a result that is not usable.");
                let log = log(&home);
                assert!(log.contains(words), "{words:?} is not in {log}");
            }
        }
    }
}
