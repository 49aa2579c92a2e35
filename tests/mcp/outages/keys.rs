//! The client's key on the gateway's socket.

use serde_json::{Value, json};

use super::super::bridge::{Bridge, FakeGateway, error_text, free_port};
use super::super::{PROMPT, initialize_params, modern_meta};
use crate::support::Home;

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
    for (key, is_accepted) in [("right", true), ("wrong", false), ("Right", false), ("right ", false)] {
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
    let mut bridge = bridge(&home, &gateway.url, "a \"key\"");
    bridge.request("initialize", initialize_params("2025-11-25"));
    let mut connection = gateway.accept();
    let presented = connection.expect("isartor/authenticate");
    assert_eq!(presented["params"], json!({ "api_key": "a \"key\"" }));
    connection.answer(&presented, json!({}));
    connection.begin();
    let (status, rest) = bridge.finish();
    assert!(status.success() && rest.is_empty(), "{rest:?}");
}
