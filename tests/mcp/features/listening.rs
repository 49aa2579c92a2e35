//! News: lists that have changed, resources that are watched. Each client hears of them in the way of its version.

use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::{Peer, modern_request, store};
use crate::mcp::bridge::Bridge;
use crate::mcp::listeners::{Listener, RESOURCES_CHANGED as LIST_CHANGED, UPDATED};
use crate::mcp::{initialize_params, modern_meta};
use crate::support::{Gateway, Home, block_on};

fn entry_uri(entry: &str) -> String {
    format!("isartor://cache/{entry}")
}

fn delete(gateway: &Gateway<'_>, entry: &str) {
    block_on(async {
        let deleted = Client::new().delete(format!("{}/api/v1/cache/entries/{entry}", gateway.url)).send().await;
        assert_eq!(deleted.expect("it is answered").status(), 200);
    });
}

/// Reads a stream until each of `wanted` was heard, in any order; what comes beside is a keep-alive or another list.
async fn hear(stream: &mut Response, heard: &mut String, wanted: &[&str]) {
    while !(wanted.iter().all(|word| heard.contains(word)) && heard.ends_with("\n\n")) {
        let piece = stream.chunk().await.expect("the stream goes on").expect("the stream goes on");
        heard.push_str(&String::from_utf8_lossy(&piece));
    }
}

#[test]
fn a_stdio_client_hears_of_an_entry_that_is_replaced_or_deleted() {
    let home = Home::new();
    let gateway = home.up();
    for change in ["replaced", "deleted"] {
        let entry = store(&gateway, "What is a cache?", None, None);
        let Peer::Stdio(mut bridge) = Peer::stdio(&home, &gateway) else { unreachable!("it is one") };
        let subscribed = bridge.request("resources/subscribe", json!({ "uri": entry_uri(&entry) }));
        assert_eq!(subscribed["result"], json!({}), "{subscribed}");
        match change {
            "replaced" => drop(store(&gateway, "What is a cache?", None, None)),
            _ => delete(&gateway, &entry),
        }
        let heard = [bridge.receive(), bridge.receive()].map(|message| message.expect("there is news"));
        let updated = json!({ "jsonrpc": "2.0", "method": UPDATED, "params": { "uri": entry_uri(&entry) } });
        assert_eq!(heard[0], updated, "{change}");
        assert_eq!(heard[1]["method"], json!(LIST_CHANGED), "{change}");
    }
}

#[test]
fn a_session_over_http_hears_of_it_on_its_stream_until_it_unsubscribes() {
    let home = Home::new();
    let gateway = home.up();
    let (kept, gone) = (store(&gateway, "What is a cache?", None, None), store(&gateway, "What is a hit?", None, None));
    let mut peer = Peer::session(&gateway);
    for entry in [&kept, &gone] {
        assert_eq!(peer.result("resources/subscribe", json!({ "uri": entry_uri(entry) })), json!({}));
    }
    assert_eq!(peer.result("resources/unsubscribe", json!({ "uri": entry_uri(&kept) })), json!({}));
    let Peer::Session { url, id } = peer else { unreachable!("it is one") };
    let mut heard = String::new();
    let listening = Client::new().get(&url).header("mcp-session-id", &id).header("accept", "text/event-stream");
    // One runtime for the stream, another for each request beside it.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let mut stream = runtime.block_on(listening.send()).expect("it is answered");
    assert_eq!(stream.status(), 200);
    delete(&gateway, &kept);
    delete(&gateway, &gone);
    runtime.block_on(hear(&mut stream, &mut heard, &[LIST_CHANGED, &entry_uri(&gone)]));
    assert!(!heard.contains(&entry_uri(&kept)), "it is not subscribed any more: {heard}");
}

#[test]
fn a_client_of_the_old_event_stream_hears_of_it_too() {
    let home = Home::new();
    let gateway = home.up();
    let entry = store(&gateway, "What is a cache?", None, None);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let opening = Client::new().get(format!("{}/sse", gateway.url)).header("accept", "text/event-stream");
    let mut stream = runtime.block_on(opening.send()).expect("it is answered");
    let mut heard = String::new();
    runtime.block_on(hear(&mut stream, &mut heard, &["event: endpoint"]));
    let endpoint = heard.lines().find_map(|line| line.strip_prefix("data:")).expect("it has a place for messages");
    let endpoint = format!("{}{}", gateway.url, endpoint.trim());
    let post = |message: Value| {
        let status = block_on(Client::new().post(&endpoint).json(&message).send()).expect("it is answered").status();
        assert_eq!(status, 202, "{message}");
    };
    let params = initialize_params("2024-11-05");
    post(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
    post(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    let params = json!({ "uri": entry_uri(&entry) });
    post(json!({ "jsonrpc": "2.0", "id": 2, "method": "resources/subscribe", "params": params }));
    runtime.block_on(hear(&mut stream, &mut heard, &["serverInfo", "\"id\":2"]));
    store(&gateway, "What is a cache?", None, None);
    runtime.block_on(hear(&mut stream, &mut heard, &[UPDATED, &entry_uri(&entry), LIST_CHANGED]));
}

#[test]
fn a_client_without_initialize_hears_what_its_filter_names() {
    let home = Home::new();
    let gateway = home.up();
    let entry = store(&gateway, "What is a cache?", None, None);
    let uris = json!([entry_uri(&entry), "isartor://cache/99", "isartor://other"]);
    let filter = json!({ "notifications": { "resourceSubscriptions": uris } });
    let request = modern_request(&format!("{}/mcp", gateway.url), "subscriptions/listen", filter);
    let request = request.header("accept", "application/json, text/event-stream");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let mut stream = runtime.block_on(request.send()).expect("it is answered");
    let mut heard = String::new();
    runtime.block_on(hear(&mut stream, &mut heard, &["notifications/subscriptions/acknowledged"]));
    store(&gateway, "What is a cache?", None, None);
    runtime.block_on(hear(&mut stream, &mut heard, &[UPDATED]));
    let events: Vec<Value> = super::messages(&heard);
    let accepted = json!({ "resourceSubscriptions": [entry_uri(&entry), "isartor://cache/99"] });
    assert_eq!(events[0]["params"]["notifications"], accepted, "whether there is such an entry is nobody's business");
    let updated = events.last().expect("there is news");
    assert_eq!(updated["params"]["uri"], json!(entry_uri(&entry)));
    assert_eq!(updated["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], json!(7));
    assert!(!heard.contains(LIST_CHANGED), "nobody asked for lists: {heard}");
}

#[test]
fn a_stdio_client_without_initialize_hears_of_lists_and_figures() {
    let home = Home::new();
    let gateway = home.up();
    let mut bridge = Bridge::start(&home, &gateway.url);
    let filter = json!({ "resourcesListChanged": true, "resourceSubscriptions": ["isartor://stats"] });
    bridge.ask("subscriptions/listen", json!({ "notifications": filter, "_meta": modern_meta() }));
    let begun = bridge.receive().expect("an acknowledgement");
    assert_eq!(begun["params"]["notifications"], filter, "{begun}");
    let mut heard = Vec::new();
    let mut number = 0;
    // The figures are looked at now and then: the first look, which others are compared with, may still be to come.
    while !(heard.contains(&json!(LIST_CHANGED)) && heard.contains(&json!(UPDATED))) {
        number += 1;
        store(&gateway, &format!("Question number {number}?"), None, None);
        heard.push(bridge.receive().expect("there is news")["method"].clone());
    }
}

#[test]
fn every_client_hears_of_an_entry_whose_time_is_over() {
    let home = Home::new();
    let gateway = home.up();
    let fields = json!({ "prompt": "What is a cache?", "response": "An answer.", "ttl_seconds": 10 });
    let (status, stored) = gateway.post("/api/v1/cache/store", &fields);
    assert_eq!(status, 200, "{stored}");
    let uri = entry_uri(stored["entry"].as_str().expect("an entry is a string"));
    for listener in Listener::all(&home, &gateway, &[&uri]) {
        listener.hears_all(&[UPDATED, LIST_CHANGED]);
    }
    assert_eq!(gateway.lookup("What is a cache?")["hit"], json!(false));
}

#[test]
fn nobody_watches_what_is_not_there() {
    let home = Home::new();
    let gateway = home.up();
    for mut peer in [Peer::stdio(&home, &gateway), Peer::session(&gateway)] {
        for uri in ["isartor://cache/99", "isartor://other", ""] {
            let error = peer.error("resources/subscribe", json!({ "uri": uri }));
            assert_eq!(error["code"], json!(-32002), "{error}");
            assert_eq!(peer.result("resources/unsubscribe", json!({ "uri": uri })), json!({}));
        }
    }
}
