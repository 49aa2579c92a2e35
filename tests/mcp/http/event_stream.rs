//! The transport of 2024-11-05: one stream for everything, and messages posted beside it.

use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::events::Events;
use super::{SLOW_TOOL, Session, call, chat, home_with_slow_tool, message, post};
use crate::mcp::{VERSIONS_WITH_INITIALIZE, initialize_params, modern_meta};
use crate::support::{Gateway, Home, block_on};

/// A client of the old transport.
struct OldClient {
    events: Events,
    messages_url: String,
}

impl OldClient {
    async fn open(gateway: &Gateway<'_>) -> Self {
        let response = get(&format!("{}/sse", gateway.url)).await;
        let mut events = Events::of(response);
        let endpoint = events.next().await.expect("an event");
        assert_eq!(endpoint.name.as_deref(), Some("endpoint"));
        assert!(endpoint.data.starts_with("/messages?sessionId="), "{endpoint:?}");
        Self { events, messages_url: format!("{}{}", gateway.url, endpoint.data) }
    }

    async fn say(&self, message: &Value) -> Response {
        Client::new().post(&self.messages_url).json(message).send().await.expect("it is answered")
    }

    async fn ask(&mut self, message: &Value) -> Value {
        assert_eq!(self.say(message).await.status(), 202);
        let event = self.events.next().await.expect("an answer");
        assert_eq!((event.name.as_deref(), &event.id), (Some("message"), &None), "nothing is sent twice here");
        event.message()
    }

    async fn initialize(&mut self, version: &str) {
        let params = initialize_params(version);
        let begin = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params });
        assert_eq!(self.ask(&begin).await["result"]["protocolVersion"], json!(version));
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(self.say(&initialized).await.status(), 202);
    }
}

async fn get(url: &str) -> Response {
    Client::new().get(url).header("accept", "text/event-stream").send().await.expect("it is answered")
}

#[test]
fn every_version_with_initialize_is_spoken_on_it() {
    let home = Home::new();
    let folder = home.guest("hostile-tool");
    let gateway = home.up();
    block_on(async {
        for version in VERSIONS_WITH_INITIALIZE {
            let mut client = OldClient::open(&gateway).await;
            client.initialize(version).await;
            let missed = client.ask(&chat(5)).await;
            assert_eq!((&missed["id"], &missed["result"]["structuredContent"]["hit"]), (&json!(5), &json!(false)));
            home.install(&folder, &[]);
            assert_eq!(client.events.message().await["method"], json!("notifications/tools/list_changed"));
            assert!(home.run(&["plugin", "remove", "hostile-tool"]).status.success());
            assert_eq!(client.events.message().await["method"], json!("notifications/tools/list_changed"));
        }
    });
}

#[test]
fn a_client_that_tries_the_latest_version_first_hears_that_there_is_no_such_method() {
    let home = Home::new();
    let gateway = home.up();
    block_on(async {
        let posted = post(&format!("{}/sse", gateway.url)).json(&chat(1)).send().await.expect("it is answered");
        assert_eq!(posted.status(), 405, "it is not Streamable HTTP");
        let mut client = OldClient::open(&gateway).await;
        for method in ["server/discover", "tools/list"] {
            let probe = json!({ "jsonrpc": "2.0", "id": 9, "method": method, "params": { "_meta": modern_meta() } });
            assert_eq!(client.ask(&probe).await["error"]["code"], json!(-32601), "{method}");
        }
        client.initialize("2025-11-25").await;
    });
}

#[test]
fn what_is_posted_beside_must_fit_a_stream_that_is_open() {
    let home = Home::new();
    let gateway = home.up();
    block_on(async {
        let mut client = OldClient::open(&gateway).await;
        client.initialize("2024-11-05").await;
        let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
        let batch = client.say(&json!([ping])).await;
        assert_eq!((batch.status().as_u16(), &message(batch).await["error"]["code"]), (400, &json!(-32600)));
        let broken = Client::new().post(&client.messages_url).header("content-type", "application/json").body("{");
        let broken = broken.send().await.expect("it is answered");
        assert_eq!((broken.status().as_u16(), &message(broken).await["error"]["code"]), (400, &json!(-32700)));
        let streamable = Session::begin(&gateway, "2025-11-25").await;
        let messages = |id: &str| format!("{}/messages?sessionId={id}", gateway.url);
        let status = async |url: &str| post(url).json(&ping).send().await.expect("it is answered").status().as_u16();
        assert_eq!(status(&messages(&streamable.id)).await, 404, "a session of the other transport");
        assert_eq!(status(&messages("nonsense")).await, 404);
        assert_eq!(status(&format!("{}/messages", gateway.url)).await, 400);
        let (_, id) = client.messages_url.split_once("sessionId=").expect("it has an id");
        let crossed = Session { url: streamable.url.clone(), id: id.to_owned(), version: "2025-11-25" };
        assert_eq!(crossed.ping_status().await, 404);
        let url = client.messages_url.clone();
        drop(client);
        let mut last = 202;
        for _ in 0..200 {
            last = status(&url).await;
            if last == 404 {
                break;
            }
        }
        assert_eq!(last, 404, "the session ends with its stream");
    });
}

#[test]
fn who_does_not_read_loses_the_stream() {
    let home = Home::new();
    let gateway = home.up();
    block_on(async {
        let mut client = OldClient::open(&gateway).await;
        client.initialize("2024-11-05").await;
        let poster = Client::new();
        let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
        let mut last = 202;
        for id in 0..20_000 {
            let mut list = list.clone();
            list["id"] = json!(id);
            let posted = poster.post(&client.messages_url).json(&list).send().await.expect("it is answered");
            last = posted.status().as_u16();
            if last != 202 {
                break;
            }
        }
        assert_eq!(last, 404, "the session ended");
    });
    assert_eq!(gateway.get("/health").0, 200);
}

#[test]
fn a_stopping_gateway_ends_the_stream_when_its_calls_are_answered() {
    let home = home_with_slow_tool();
    let gateway = home.up();
    block_on(async {
        let mut idle = OldClient::open(&gateway).await;
        let mut busy = OldClient::open(&gateway).await;
        for client in [&mut idle, &mut busy] {
            client.initialize("2024-11-05").await;
        }
        assert_eq!(busy.say(&call(7, SLOW_TOOL, &json!({}))).await.status(), 202);
        let mut stop = home.command(&["stop"]).spawn().expect("isartor runs");
        assert_eq!(idle.events.next().await, None);
        assert_eq!(busy.events.message().await["id"], json!(7));
        assert_eq!(busy.events.next().await, None);
        assert!(stop.wait().expect("it ends").success());
    });
}

#[test]
fn a_batch_of_the_version_that_has_them_is_taken_apart() {
    let home = Home::new();
    let gateway = home.up();
    block_on(async {
        let mut client = OldClient::open(&gateway).await;
        client.initialize("2025-03-26").await;
        let pings =
            json!([{ "jsonrpc": "2.0", "id": 1, "method": "ping" }, { "jsonrpc": "2.0", "id": 2, "method": "ping" }]);
        assert_eq!(client.say(&pings).await.status(), 202);
        let mut ids = [client.events.message().await["id"].as_i64(), client.events.message().await["id"].as_i64()];
        ids.sort_unstable();
        assert_eq!(ids, [Some(1), Some(2)]);
    });
}

#[test]
fn parameters_of_no_use_are_wrong_here_too() {
    let home = Home::new();
    let gateway = home.up();
    block_on(async {
        let mut client = OldClient::open(&gateway).await;
        client.initialize("2024-11-05").await;
        for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            for params in [json!({ "cursor": 7 }), json!([]), json!("x")] {
                let request = json!({ "jsonrpc": "2.0", "id": 4, "method": method, "params": params });
                let answer = client.ask(&request).await;
                assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(4), &json!(-32602)), "{method} {params}");
            }
        }
    });
}

#[test]
fn behind_a_proxy_the_endpoint_has_the_public_path() {
    let home = Home::new().and("ISARTOR__EXTERNAL_URL", "https://example.org/isartor/");
    let gateway = home.up();
    block_on(async {
        let mut events = Events::of(get(&format!("{}/sse", gateway.url)).await);
        let endpoint = events.next().await.expect("an event").data;
        assert!(endpoint.starts_with("/isartor/messages?sessionId="), "{endpoint}");
    });
}
