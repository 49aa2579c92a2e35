//! Messages to the client: none that it did not ask for, and never a word of what was asked or stored.

use serde_json::{Value, json};

use super::Peer;
use crate::support::Home;

const SECRET: &str = "My key is AKIAIOSFODNN7EXAMPLQ, keep it.";

fn call(tool: &str, arguments: &Value) -> Value {
    json!({ "name": tool, "arguments": arguments })
}

/// What a client was told, without what it was answered.
fn told(exchange: &[Value]) -> Vec<(&Value, &Value)> {
    let messages = exchange.iter().filter(|message| message["method"] == json!("notifications/message"));
    messages.map(|message| (&message["params"]["level"], &message["params"]["data"])).collect()
}

#[test]
fn a_session_is_told_from_the_level_on_that_it_sets() {
    let home = Home::new();
    let gateway = home.up();
    let entry = gateway.store("What is a cache?", "A store.");
    let look_up = call("isartor_chat", &json!({ "prompt": "What is a cache?" }));
    let keep = call("isartor_cache_store", &json!({ "prompt": "What is my key?", "response": SECRET }));
    for mut peer in [Peer::stdio(&home, &gateway), Peer::session(&gateway)] {
        assert_eq!(told(&peer.exchange("tools/call", look_up.clone())), [], "nobody asked");
        assert_eq!(peer.result("logging/setLevel", json!({ "level": "info" })), json!({}));
        let exchange = peer.exchange("tools/call", look_up.clone());
        let hit = json!({ "event": "hit", "layer": "exact", "score": 1.0, "entry": entry });
        assert_eq!(told(&exchange), [(&json!("info"), &hit)]);
        assert_eq!(exchange[0]["params"]["logger"], json!("isartor.cache"));
        let miss = peer.exchange("tools/call", call("isartor_chat", &json!({ "prompt": "What is a miss?" })));
        assert_eq!(told(&miss)[0].1["event"], json!("miss"));
        assert!(told(&miss)[0].1["reason"].is_string());
        peer.result("logging/setLevel", json!({ "level": "warning" }));
        assert_eq!(told(&peer.exchange("tools/call", look_up.clone())), []);
        let refused = peer.exchange("tools/call", keep.clone());
        assert_eq!(told(&refused), [(&json!("warning"), &json!({ "event": "refused", "reason": "secret" }))]);
        for level in [json!("loud"), json!(7), Value::Null] {
            assert_eq!(peer.error("logging/setLevel", json!({ "level": level }))["code"], json!(-32602));
        }
    }
}

#[test]
fn a_request_without_a_session_is_told_what_it_asks_for_itself() {
    let home = Home::new();
    let gateway = home.up();
    let mut peer = Peer::modern(&gateway);
    let with_level = |level: &str| {
        let mut params = call("isartor_chat", &json!({ "prompt": "What is a cache?" }));
        params["_meta"] = json!({ "io.modelcontextprotocol/logLevel": level });
        params
    };
    let exchange = peer.exchange("tools/call", with_level("debug"));
    assert_eq!(told(&exchange).len(), 1, "{exchange:?}");
    assert!(exchange[1]["result"].is_object(), "the answer comes last");
    assert_eq!(told(&peer.exchange("tools/call", with_level("error"))), []);
    let silent = call("isartor_chat", &json!({ "prompt": "What is a cache?" }));
    assert_eq!(told(&peer.exchange("tools/call", silent)), [], "and the next one that it does not");
}

#[test]
fn sessions_over_http_do_not_hear_each_other() {
    let home = Home::new();
    let gateway = home.up();
    let (mut one, mut other) = (Peer::session(&gateway), Peer::session(&gateway));
    one.result("logging/setLevel", json!({ "level": "debug" }));
    let exchange = other.exchange("tools/call", call("isartor_chat", &json!({ "prompt": "What is a cache?" })));
    assert_eq!(exchange.len(), 1, "{exchange:?}");
}
