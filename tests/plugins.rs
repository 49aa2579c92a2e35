//! Plugins as a user meets them: listed, inspected, refused, and failing without harm.

mod moods;

use std::fs;

use serde_json::{Value, json};

use crate::support::{Gateway, Home, text};

const FAULTS_BEFORE_SUSPENSION: usize = 5;

#[test]
fn the_bundled_plugins_are_listed_and_need_nothing() {
    let home = Home::new();
    let output = home.run(&["plugin", "list", "--json"]);
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    let plugins = listed["plugins"].as_array().expect("a list");
    let kinds: Vec<&str> = plugins.iter().filter_map(|plugin| plugin["kind"].as_str()).collect();
    for kind in ["connector", "policy", "tool"] {
        assert!(kinds.contains(&kind), "there is a {kind} among {kinds:?}");
    }
    for plugin in plugins {
        let name = plugin["name"].as_str().expect("a name");
        let output = home.run(&["plugin", "inspect", name, "--json"]);
        let inspected: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
        assert_eq!(inspected["imports"], json!([]), "{name} imports nothing");
        assert_eq!(inspected["grants"], json!([]), "{name} was granted nothing");
        assert_eq!(inspected["digest"].as_str().map(str::len), Some(64), "{name} has a digest");
    }
}

#[test]
fn an_unknown_plugin_is_an_error_that_lists_the_others() {
    let output = Home::new().run(&["plugin", "inspect", "nothing-like-it"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("there is no plugin called nothing-like-it"), "{error}");
    assert!(error.contains("hint: available plugins: "), "{error}");
}

#[test]
fn a_bad_plugin_is_named_and_left_out() {
    type Case<'a> = (&'a str, Option<&'a [u8]>, &'a [u8], &'a str);
    let cases: [Case<'_>; 6] = [
        ("no-manifest", None, b"\0asm\x0d\0\x01\0", "plugin.toml"),
        ("not-wasm", Some(b""), b"#!/bin/sh", "it is not a WebAssembly component"),
        ("core-module", Some(b""), b"\0asm\x01\0\0\0", "it is a core WebAssembly module"),
        ("truncated", Some(b""), b"\0asm\x0d\0\x01\0\x07\x40\x01", "it is damaged"),
        ("unknown-key", Some(b"autostart = true\n"), b"\0asm\x0d\0\x01\0", "unknown field `autostart`"),
        (
            "wants-more",
            Some(b"[[capability]]\nname = \"http\"\nreason = \"x\"\n"),
            b"\0asm\x0d\0\x01\0",
            "missing field `hosts`",
        ),
    ];
    let home = Home::new();
    for (name, manifest, component, _) in cases {
        let folder = home.state().join("plugins").join(name);
        fs::create_dir_all(&folder).expect("it can be made");
        fs::write(folder.join("plugin.wasm"), component).expect("it can be written");
        if let Some(more) = manifest {
            let text = format!("{}{}", manifest_of(name, "tool"), String::from_utf8_lossy(more));
            fs::write(folder.join("plugin.toml"), text).expect("it can be written");
        }
    }
    let gateway = home.up();
    let failed = gateway.get("/health").1["plugins"]["failed"].clone();
    for (name, _, _, words) in cases {
        let entry = failed.as_array().expect("a list").iter().find(|failed| failed["name"] == name);
        let reason = entry.unwrap_or_else(|| panic!("{name} failed: {failed}"))["reason"].to_string();
        assert!(reason.contains(words), "{name}: {reason:?} does not say {words:?}");
    }
    assert_eq!(gateway.lookup("is anybody there?")["hit"], json!(false), "the gateway serves");
}

#[test]
fn a_hostile_tool_ends_its_call_and_nothing_else() {
    let cases = [
        ("panic", "it panicked"),
        ("recurse", "it used up its stack"),
        ("allocate", "it wanted more memory than the 67108864 bytes allowed"),
        ("flood", "it handed over more data than allowed"),
        ("not-an-object", "returned a result that is not usable"),
        ("refuse", "the arguments are wrong  [31mon purpose"),
        ("loop", "it took longer than 10000 ms"),
    ];
    let home = Home::new();
    home.install_guest("hostile-tool");
    let mut gateway = home.up();
    for (at, (tool, words)) in cases.into_iter().enumerate() {
        if at == FAULTS_BEFORE_SUSPENSION - 1 {
            drop(gateway);
            gateway = home.up();
        }
        let result = call_tool(&gateway, &format!("hostile-tool__{tool}"), &json!({}));
        assert_eq!(result["isError"], json!(true), "{tool}: {result}");
        let said = result["content"][0]["text"].as_str().unwrap_or_default();
        assert!(said.contains(words), "{tool}: {said:?} does not say {words:?}");
        let echo = call_tool(&gateway, "hostile-tool__echo", &json!({ "still": "here" }));
        assert_eq!(echo["content"][0]["text"], json!(r#"{"still":"here"}"#), "after {tool}");
    }
}

#[test]
fn a_tool_that_keeps_failing_is_suspended_and_says_so() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    for _ in 0..FAULTS_BEFORE_SUSPENSION {
        let result = call_tool(&gateway, "hostile-tool__panic", &json!({}));
        assert!(result.to_string().contains("it panicked"), "{result}");
    }
    let refused = call_tool(&gateway, "hostile-tool__echo", &json!({}));
    let said = refused["content"][0]["text"].as_str().unwrap_or_default();
    assert!(said.contains("suspended") && said.contains("seconds"), "{refused}");
    let innocent = call_tool(&gateway, "text-tools__digest", &json!({ "text": "isartor" }));
    assert_eq!(innocent["isError"], json!(false), "{innocent}");
    let log = fs::read_to_string(home.state().join("run/isartor.log")).expect("there is a log");
    assert_eq!(log.matches("it keeps failing and is suspended").count(), 1, "{log}");
    assert!(log.contains("hostile-tool 0.1.0 failed in call: it panicked"), "{log}");
    assert!(log.contains("hostile_tool"), "the backtrace names the plugin's function: {log}");
    assert!(!refused.to_string().contains("hostile_tool"), "the client sees nothing of it");
}

#[test]
fn a_looping_tool_does_not_hold_up_others() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    std::thread::scope(|scope| {
        let looping: Vec<_> =
            (0..4).map(|_| scope.spawn(|| call_tool(&gateway, "hostile-tool__loop", &json!({})))).collect();
        for round in 0..20 {
            let echo = call_tool(&gateway, "hostile-tool__echo", &json!({ "round": round }));
            assert_eq!(echo["isError"], json!(false), "{echo}");
        }
        assert!(looping.iter().all(|call| !call.is_finished()), "twenty calls went by while four others looped");
    });
}

#[test]
fn every_tool_call_gets_a_fresh_instance() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    for _ in 0..3 {
        let result = call_tool(&gateway, "hostile-tool__count", &json!({}));
        assert_eq!(result["content"][0]["text"], json!("1"), "nothing survives a call");
    }
}

#[test]
fn an_unusable_definition_leaves_out_that_tool_only() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    let failed = gateway.get("/health").1["plugins"]["failed"].to_string();
    for words in ["no spaces", "another tool has this name", "input schema is not an object schema"] {
        assert!(failed.contains(words), "{failed} does not say {words:?}");
    }
    let tools = gateway.mcp("tools/list", &json!({}))["tools"].to_string();
    assert!(tools.contains("hostile-tool__echo") && !tools.contains("no-schema"), "{tools}");
}

#[test]
fn a_hostile_policy_is_a_miss() {
    for behaviour in ["loop", "allocate", "panic", "out-of-range", "not-a-number"] {
        let home = Home::with_model();
        home.install_guest("hostile-policy");
        home.write_settings(&format!(
            "[policy]\nname = \"hostile-policy\"\n[policy.settings]\nbehaviour = \"{behaviour}\"\n"
        ));
        let gateway = home.up();
        gateway.await_semantic("active");
        gateway.store("How do I boil an egg?", "Eight minutes.");
        let answer = gateway.lookup("How should I boil an egg?");
        assert_eq!(answer, json!({ "hit": false, "reason": "policy_failed" }), "{behaviour}");
        assert_eq!(gateway.lookup("How do I boil an egg?")["layer"], json!("exact"), "{behaviour}");
    }
}

#[test]
fn a_policy_setting_that_does_not_exist_is_reported() {
    let home = Home::with_model();
    home.write_settings("[policy.settings]\nno-such-setting = 1\n");
    let gateway = home.up();
    let health = gateway.get("/health").1;
    assert_eq!(health["layers"]["semantic"], json!("off"), "{health}");
    assert!(health["plugins"]["failed"].to_string().contains("no-such-setting"), "{health}");
}

#[test]
fn forged_compiled_code_is_compiled_again() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    drop(home.up());
    let compiled = home.state().join("compiled");
    let mut forged = 0;
    for entry in fs::read_dir(&compiled).expect("compiled code is kept") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "cwasm") {
            let mut bytes = fs::read(&path).expect("it can be read");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&path, bytes).expect("it can be written");
            forged += 1;
        }
    }
    assert!(forged > 0, "there was code to forge");
    let gateway = home.up();
    let echo = call_tool(&gateway, "hostile-tool__echo", &json!({}));
    assert_eq!(echo["content"][0]["text"], json!("{}"), "{echo}");
    let log = fs::read_to_string(home.state().join("run/isartor.log")).expect("there is a log");
    assert!(log.contains("its MAC is wrong"), "{log}");
}

fn manifest_of(id: &str, kind: &str) -> String {
    format!(
        "id = \"{id}\"\nversion = \"0.1.0\"\nkind = \"{kind}\"\nwit = \"isartor:plugin@0.1.0\"\n\
         title = \"A bad plugin\"\ndescription = \"For tests.\"\n"
    )
}

/// One `tools/call`, its result.
fn call_tool(gateway: &Gateway<'_>, name: &str, arguments: &Value) -> Value {
    gateway.mcp("tools/call", &json!({ "name": name, "arguments": arguments }))
}
