//! Plugins come and go while the gateway runs: every kind of client hears of it, and calls in flight are finished.

use std::fs;

use reqwest::Client;
use serde_json::{Value, json};

use super::bridge::{Bridge, error_text, free_port};
use super::listeners::{Listener, PROMPTS_CHANGED, RESOURCES_CHANGED, TOOLS_CHANGED};
use super::{initialize_params, modern_meta};
use crate::support::{Home, block_on, text};

const TOOL: &str = "hostile-tool__echo";

fn switch(home: &Home, command: &str) {
    let output = home.run(&["plugin", command, "hostile-tool"]);
    assert!(output.status.success(), "isartor plugin {command}: {}", text(&output));
}

fn offers(bridge: &mut Bridge, tool: &str) -> bool {
    bridge.tool_names().iter().any(|name| name == tool)
}

/// What every bridge has to pass on, however it speaks to the gateway of `home`.
fn hears_of_install_and_disable(home: &Home, mut bridge: Bridge) {
    assert!(!offers(&mut bridge, TOOL));
    home.install_guest("hostile-tool");
    assert_eq!(bridge.receive().expect("a notification")["method"], json!(TOOLS_CHANGED));
    assert!(offers(&mut bridge, TOOL));
    switch(home, "disable");
    assert_eq!(bridge.receive().expect("a notification")["method"], json!(TOOLS_CHANGED));
    assert!(!offers(&mut bridge, TOOL));
    let (status, rest) = bridge.finish();
    assert!(status.success() && rest.is_empty(), "nothing is announced twice: {rest:?}");
}

#[test]
fn a_stdio_client_hears_of_it() {
    let home = Home::new();
    let gateway = home.up();
    hears_of_install_and_disable(&home, Bridge::open(&home, &gateway.url));
}

#[test]
fn a_stdio_client_of_a_gateway_elsewhere_hears_of_it() {
    let (home, client) = (Home::new(), Home::new());
    let gateway = home.up();
    hears_of_install_and_disable(&home, Bridge::open(&client, &gateway.url));
}

#[test]
fn a_session_over_http_hears_of_it_on_its_stream() {
    let home = Home::new();
    let gateway = home.up();
    let url = format!("{}/mcp", gateway.url);
    block_on(async {
        let post = |body: Value| Client::new().post(&url).json(&body).header("accept", "*/*");
        let begin =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize_params("2025-06-18") });
        let session = post(begin).send().await.expect("it is answered").headers()["mcp-session-id"].clone();
        let begun = post(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        assert_eq!(begun.header("mcp-session-id", &session).send().await.expect("it is answered").status(), 202);
        let listening =
            Client::new().get(&url).header("mcp-session-id", &session).header("accept", "text/event-stream");
        let mut stream = listening.send().await.expect("it is answered");
        assert_eq!(stream.status(), 200);
        home.install_guest("hostile-tool");
        let mut heard = String::new();
        while !heard.contains(TOOLS_CHANGED) {
            let piece = stream.chunk().await.expect("the stream goes on").expect("the stream goes on");
            heard.push_str(&String::from_utf8_lossy(&piece));
        }
    });
}

#[test]
fn a_client_without_initialize_hears_of_it_where_it_listens() {
    let home = Home::new();
    let gateway = home.up();
    for client in [&home, &Home::new()] {
        let mut bridge = Bridge::start(client, &gateway.url);
        let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["file:///etc/hosts"] });
        let listening = bridge.ask("subscriptions/listen", json!({ "notifications": filter, "_meta": modern_meta() }));
        let begun = bridge.receive().expect("an acknowledgement");
        assert_eq!(begun["method"], json!("notifications/subscriptions/acknowledged"), "{begun}");
        assert_eq!(begun["params"]["notifications"], json!({ "toolsListChanged": true }), "that is none of ours");
        home.install_guest("hostile-tool");
        let heard = bridge.receive().expect("a notification");
        assert_eq!(heard["method"], json!(TOOLS_CHANGED), "{heard}");
        let subscription = &heard["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
        assert_eq!(subscription, &json!(listening), "{heard}");
        switch(&home, "remove");
        assert_eq!(bridge.receive().expect("a notification")["method"], json!(TOOLS_CHANGED));
        let (status, _) = bridge.finish();
        assert!(status.success());
    }
}

/// Everything that a plugin may offer comes and goes with it, and every transport says so.
#[test]
fn each_list_of_a_plugin_is_announced_on_every_transport() {
    let home = Home::new();
    home.write_settings("[tools]\ntransparent = \"conformance-tool\"\n");
    home.install_guest("hostile-tool");
    let folder = home.guest("conformance-tool");
    let manifest = fs::read_to_string(folder.join("plugin.toml")).expect("it can be read");
    let gateway = home.up();
    let listeners = Listener::all(&home, &gateway, &[]);
    let all_hear = || {
        let lists = [TOOLS_CHANGED, PROMPTS_CHANGED, RESOURCES_CHANGED];
        listeners.iter().for_each(|listener| listener.hears_all(&lists));
    };
    let plugin = |arguments: &[&str]| {
        let output = home.run(&[&["plugin"], arguments].concat());
        assert!(output.status.success(), "isartor plugin {arguments:?}: {}", text(&output));
    };
    home.install(&folder, &["--grant", "client"]);
    all_hear();
    plugin(&["disable", "conformance-tool"]);
    all_hear();
    plugin(&["enable", "conformance-tool"]);
    all_hear();
    let changed = manifest.replace("version = \"0.1.0\"", "version = \"0.1.1\"");
    home.guest_as("conformance-tool", ".isartor/plugins/conformance-tool", &changed);
    // The plugins are looked at again when something is accepted, or no longer.
    plugin(&["disable", "hostile-tool"]);
    assert!(gateway.get("/health").1["plugins"]["failed"].to_string().contains("its files have changed"));
    all_hear();
    plugin(&["update", "conformance-tool", "--yes"]);
    all_hear();
    plugin(&["remove", "conformance-tool"]);
    all_hear();
}

#[test]
fn a_call_in_flight_is_finished_on_the_old_set() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    let mut bridge = Bridge::open(&home, &gateway.url);
    let in_flight = bridge.ask("tools/call", json!({ "name": "hostile-tool__loop", "arguments": {} }));
    // The call is under way once a later one is answered.
    assert!(offers(&mut bridge, TOOL));
    switch(&home, "disable");
    assert_eq!(bridge.receive().expect("a notification")["method"], json!(TOOLS_CHANGED));
    let refused = bridge.request("tools/call", json!({ "name": TOOL, "arguments": {} }));
    assert_eq!(refused["error"]["code"], json!(-32602), "it is gone: {refused}");
    let ended = bridge.receive().expect("an answer");
    assert_eq!(ended["id"], json!(in_flight), "{ended}");
    let (is_error, text) = error_text(&ended["result"]);
    assert!(is_error && text.contains("it took longer than 10000 ms"), "{text}");
}

#[test]
fn a_client_hears_of_what_changed_while_the_gateway_was_away() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let port = free_port();
    let gateway = home.up_at(port);
    let mut bridge = Bridge::open(&home, &gateway.url);
    assert!(offers(&mut bridge, TOOL));
    drop(gateway);
    switch(&home, "disable");
    let _gateway = home.up_at(port);
    assert_eq!(
        bridge.receive().expect("a notification")["method"],
        json!(TOOLS_CHANGED),
        "without a word of the client"
    );
    assert!(!offers(&mut bridge, TOOL));
}
