//! The client's key on the gateway's socket.

use serde_json::{Value, json};

use super::super::bridge::{Bridge, FakeGateway, error_text, free_port};
use super::super::{PROMPT, initialize_params, modern_meta};
use crate::support::{Home, text};

/// A bridge that was given `key`, or none.
fn bridge(home: &Home, url: &str, key: &str) -> Bridge {
    Bridge::spawn(home.command(&["mcp"]).env("ISARTOR_GATEWAY_URL", url).env("ISARTOR__GATEWAY_API_KEY", key))
}

fn call(bridge: &mut Bridge, meta: Option<Value>) -> Value {
    let mut params = json!({ "name": "isartor_chat", "arguments": { "prompt": PROMPT } });
    if let Some(meta) = meta {
        params["_meta"] = meta;
    }
    bridge.request("tools/call", params)["result"].clone()
}

#[test]
fn a_wrong_key_is_refused_and_explained_and_none_is_the_local_user() {
    let home = Home::new();
    home.write_settings("gateway_api_key = \"right\"\n");
    let gateway = home.up();
    for (key, is_accepted) in [("right", true), ("wrong", false), ("Right", false), ("right-", false)] {
        for is_modern in [false, true] {
            let mut bridge = bridge(&home, &gateway.url, key);
            if !is_modern {
                bridge.request("initialize", initialize_params("2025-11-25"));
            }
            for _ in 0..2 {
                let result = call(&mut bridge, is_modern.then(modern_meta));
                match is_accepted {
                    true => assert_eq!(result["structuredContent"]["hit"], json!(false), "{key}: {result}"),
                    false => assert!(error_text(&result).1.contains("refused the API key"), "{key}: {result}"),
                }
            }
        }
    }
    let settings = home.state().join("isartor.toml");
    std::fs::remove_file(settings).expect("the bridge, too, would read the key there");
    let mut bridge = Bridge::open(&home, &gateway.url);
    assert_eq!(call(&mut bridge, None)["structuredContent"]["hit"], json!(false), "the socket is the user's own");
}

#[test]
fn without_authentication_a_key_means_nothing() {
    let home = Home::new();
    let gateway = home.up();
    let mut bridge = bridge(&home, &gateway.url, "any");
    bridge.request("initialize", initialize_params("2025-11-25"));
    assert_eq!(call(&mut bridge, None)["structuredContent"]["hit"], json!(false));
}

#[test]
fn the_key_comes_before_everything_and_is_not_in_what_the_client_sees() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    let mut bridge = bridge(&home, &gateway.url, "a-key-of-the-client");
    bridge.request("initialize", initialize_params("2025-11-25"));
    let mut connection = gateway.accept();
    let presented = connection.expect("isartor/authenticate");
    assert_eq!(presented["params"], json!({ "api_key": "a-key-of-the-client" }));
    connection.answer(&presented, json!({}));
    connection.begin();
    let (status, rest) = bridge.finish();
    assert!(status.success() && rest.is_empty(), "{rest:?}");
}

#[test]
fn a_created_key_brings_its_namespace_and_is_shut_out_when_it_is_revoked() {
    let home = Home::new();
    let created = home.run(&["keys", "create", "--name", "team", "--json"]);
    assert!(created.status.success(), "{}", text(&created));
    let created: Value = serde_json::from_slice(&created.stdout).unwrap_or_else(|_| panic!("{}", text(&created)));
    let gateway = home.up();
    let mut team = bridge(&home, &gateway.url, created["key"].as_str().unwrap_or_else(|| panic!("{created}")));
    team.request("initialize", initialize_params("2025-11-25"));
    team.call("isartor_cache_store", json!({ "prompt": PROMPT, "response": "Paris." }));
    assert_eq!(call(&mut team, None)["structuredContent"]["hit"], json!(true));
    let mut local = Bridge::open(&home, &gateway.url);
    assert_eq!(call(&mut local, None)["structuredContent"]["hit"], json!(false), "another namespace");
    let revoked = home.run(&["keys", "revoke", "team"]);
    assert!(revoked.status.success(), "{}", text(&revoked));
    loop {
        let result = call(&mut team, None);
        match result["isError"] == json!(true) {
            true if error_text(&result).1.contains("refused the API key") => break,
            // The connection that was open is closed, and with it the call that was under way on it.
            true => assert!(error_text(&result).1.contains("went away"), "{result}"),
            false => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    }
    assert_eq!(call(&mut local, None)["structuredContent"]["hit"], json!(false), "nobody else is shut out");
}
