//! What a plugin says of its resources: every client that watches one hears that it has changed.

use serde_json::{Value, json};

use super::Peer;
use crate::mcp::listeners::{Listener, UPDATED};
use crate::support::Home;

const FIXED: &str = "test://watched-resource";
const IN_TEMPLATE: &str = "test://template/7/data";

/// With a plugin that says what it is told to say.
fn home() -> Home {
    let home = Home::new();
    home.write_settings("[tools]\ntransparent = \"conformance-tool\"\n");
    home.install(&home.guest("conformance-tool"), &["--grant", "client"]);
    home
}

fn say(peer: &mut Peer, uris: &[&str]) {
    let params = json!({ "name": "test_update_resources", "arguments": { "uris": uris } });
    assert_eq!(peer.result("tools/call", params)["isError"], json!(false));
}

#[test]
fn a_plugin_announces_its_own_resources_to_those_who_watch_them() {
    let home = home();
    let gateway = home.up();
    let listeners = Listener::all(&home, &gateway, &[FIXED, IN_TEMPLATE]);
    let mut caller = Peer::modern(&gateway);
    // What is not watched, what is none of its own, and what nobody has.
    say(&mut caller, &["test://static-text", "isartor://stats", "no uri", "", &"x".repeat(3_000)]);
    for uri in [FIXED, IN_TEMPLATE] {
        say(&mut caller, &[uri]);
        listeners.iter().for_each(|listener| listener.hears_of(uri));
    }
    say(&mut caller, &[IN_TEMPLATE, FIXED]);
    for listener in &listeners {
        let mut heard = [listener.next(), listener.next()].map(|message| message.expect("it goes on"));
        heard.sort_by_key(|message| message["params"]["uri"].to_string());
        for (message, uri) in heard.iter().zip([IN_TEMPLATE, FIXED]) {
            assert_eq!((&message["method"], &message["params"]["uri"]), (&json!(UPDATED), &json!(uri)));
        }
    }
}

#[test]
fn a_plugin_that_is_exchanged_is_heard_by_those_who_watched_before() {
    let home = home();
    let gateway = home.up();
    let listeners = Listener::all(&home, &gateway, &[FIXED]);
    for command in ["disable", "enable"] {
        assert!(home.run(&["plugin", command, "conformance-tool"]).status.success());
    }
    say(&mut Peer::modern(&gateway), &[FIXED]);
    for listener in &listeners {
        let of_lists =
            |message: &Value| message["method"].as_str().is_some_and(|method| method.ends_with("list_changed"));
        let mut message = listener.next().expect("it goes on");
        while of_lists(&message) {
            message = listener.next().expect("it goes on");
        }
        assert_eq!(message["params"]["uri"], json!(FIXED), "{message}");
    }
}

#[test]
fn who_unsubscribes_hears_nothing_more_and_there_is_an_end_to_names() {
    let home = home();
    let gateway = home.up();
    let mut peer = Peer::stdio(&home, &gateway);
    for uri in [FIXED, IN_TEMPLATE] {
        assert_eq!(peer.result("resources/subscribe", json!({ "uri": uri })), json!({}));
    }
    assert_eq!(peer.result("resources/unsubscribe", json!({ "uri": FIXED })), json!({}));
    say(&mut peer, &[FIXED, IN_TEMPLATE]);
    let Peer::Stdio(bridge) = &peer else { unreachable!("it is one") };
    assert_eq!(bridge.receive().expect("there is news")["params"]["uri"], json!(IN_TEMPLATE));
    let long = |number: u32| format!("test://template/{number}/{}", "x".repeat(2_000));
    let refused = (0..20).find_map(|number| {
        let answer = peer.ask("resources/subscribe", json!({ "uri": long(number) }));
        answer["error"]["code"].as_i64()
    });
    assert_eq!(refused, Some(-32600), "a session does not keep any number of long names");
}
