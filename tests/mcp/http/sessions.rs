//! Sessions over Streamable HTTP: how many, how long, and that they outlive a gateway.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use reqwest::Client;
use serde_json::{Value, json};

use super::events::Events;
use super::{Session, chat, initialize, message, post};
use crate::mcp::bridge::free_port;
use crate::mcp::{VERSIONS_WITH_INITIALIZE, initialize_params};
use crate::support::{Home, block_on};

#[test]
fn one_too_many_ends_the_one_that_was_idle_longest() {
    let home = Home::new().and("ISARTOR__SERVER__MAX_SESSIONS_PER_PRINCIPAL", "3");
    let gateway = home.up();
    block_on(async {
        let listening = Session::begin(&gateway, "2025-11-25").await;
        let mut stream = Events::of(listening.get(None).await);
        assert!(stream.next().await.is_some());
        let idle = Session::begin(&gateway, "2025-11-25").await;
        let used = Session::begin(&gateway, "2025-11-25").await;
        let newest = Session::begin(&gateway, "2025-11-25").await;
        assert_eq!(idle.ping_status().await, 404, "it was idle longest, of those where nobody listens");
        for session in [&listening, &used, &newest] {
            assert_eq!(session.ping_status().await, 200);
        }
    });
}

#[test]
fn a_flood_of_sessions_leaves_as_many_as_there_may_be() {
    let home = Home::new().and("ISARTOR__SERVER__MAX_SESSIONS", "5");
    let gateway = home.up();
    let url = format!("{}/mcp", gateway.url);
    block_on(async {
        let mut ids = Vec::new();
        for _ in 0..40 {
            let response = initialize(&url, "2025-06-18").await;
            ids.push(response.headers()["mcp-session-id"].to_str().expect("it is ASCII").to_owned());
        }
        let mut alive = 0;
        for id in ids {
            let session = Session { url: url.clone(), id, version: "2025-06-18" };
            alive += u32::from(session.ping_status().await == 200);
        }
        assert_eq!(alive, 5);
    });
}

#[test]
fn an_idle_session_ends_unless_its_client_listens() {
    let home = Home::new().and("ISARTOR__SERVER__SESSION_IDLE_SECONDS", "1");
    let gateway = home.up();
    block_on(async {
        let idle = Session::begin(&gateway, "2025-11-25").await;
        let listening = Session::begin(&gateway, "2025-11-25").await;
        let mut stream = Events::of(listening.get(None).await);
        assert!(stream.next().await.is_some());
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        assert_eq!((idle.ping_status().await, listening.ping_status().await), (404, 200));
    });
}

#[test]
fn a_client_goes_on_after_the_gateway_was_killed() {
    let home = Home::new();
    let port = free_port();
    let gateway = home.up_at(port);
    let sessions = block_on(async {
        let mut sessions = Vec::new();
        for version in VERSIONS_WITH_INITIALIZE {
            sessions.push(Session::begin(&gateway, version).await);
        }
        let ended = Session::begin(&gateway, "2025-11-25").await;
        assert_eq!(ended.delete().await, 204);
        sessions.push(ended);
        sessions
    });
    gateway.kill();
    let file = home.state().join("sessions.json");
    assert_eq!(fs::metadata(&file).expect("there is a file").permissions().mode() & 0o777, 0o600);
    let gateway = home.up_at(port);
    block_on(async {
        let (ended, alive) = sessions.split_last().expect("there are some");
        assert_eq!(ended.ping_status().await, 404);
        for session in alive {
            let calls = [chat(1), chat(2)];
            let (one, other) = tokio::join!(session.post(&calls[0]), session.post(&calls[1]));
            assert_eq!((one.status().as_u16(), other.status().as_u16()), (200, 200), "{}", session.version);
            assert_eq!(message(one).await["result"]["structuredContent"]["hit"], json!(false));
            let mut listening = Events::of(session.get(None).await);
            if session.version == "2025-11-25" {
                assert_eq!(listening.next().await.expect("an event").data, "");
            }
            home.install_guest("hostile-tool");
            assert_eq!(listening.message().await["method"], json!("notifications/tools/list_changed"));
            assert!(home.run(&["plugin", "remove", "hostile-tool"]).status.success());
        }
    });
    drop(gateway);
    fs::write(&file, "[{").expect("it can be written");
    let gateway = home.up_at(port);
    block_on(async { assert_eq!(sessions[0].ping_status().await, 404, "a damaged file costs an initialize") });
    assert!(home.state().join("sessions.damaged.json").exists());
    drop(gateway);
}

#[test]
fn what_a_client_asked_for_outlives_the_gateway_too() {
    let home = Home::new();
    let port = free_port();
    let gateway = home.up_at(port);
    let uris = ["first", "second"].map(|prompt| format!("isartor://cache/{}", gateway.store(prompt, "An answer.")));
    let ask = |id: i64, method: &str, params: Value| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    let session = block_on(async {
        let session = Session::begin(&gateway, "2025-11-25").await;
        let wishes = [
            ask(2, "logging/setLevel", json!({ "level": "debug" })),
            ask(3, "resources/subscribe", json!({ "uri": uris[0] })),
            ask(4, "resources/subscribe", json!({ "uri": uris[1] })),
            ask(5, "resources/unsubscribe", json!({ "uri": uris[0] })),
        ];
        for wish in wishes {
            assert_eq!(message(session.post(&wish).await).await["result"], json!({}), "{wish}");
        }
        session
    });
    gateway.kill();
    let gateway = home.up_at(port);
    block_on(async {
        let mut listening = Events::of(session.get(None).await);
        assert_eq!(listening.next().await.expect("an event").data, "");
        for uri in &uris {
            let entry = uri.rsplit('/').next().expect("it ends with the entry");
            let url = format!("{}/api/v1/cache/entries/{entry}", gateway.url);
            assert_eq!(Client::new().delete(url).send().await.expect("it is answered").status(), 200);
        }
        let mut heard = Vec::new();
        while !heard.iter().any(|message: &Value| message["method"] == "notifications/resources/updated") {
            heard.push(listening.message().await);
        }
        assert_eq!(
            heard.last().expect("it is there")["params"]["uri"],
            json!(uris[1]),
            "the client has said nothing yet"
        );
        let mut call = Events::of(session.post(&chat(6)).await);
        assert_eq!(call.next().await.expect("an event").data, "");
        let said = call.message().await;
        assert_eq!(said["method"], json!("notifications/message"), "its level is what it was: {said}");
    });
}

#[test]
fn what_a_client_says_of_itself_is_bounded() {
    let home = Home::new();
    let gateway = home.up();
    let mut params = initialize_params("2025-11-25");
    params["clientInfo"]["title"] = json!("x".repeat(70_000));
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    block_on(async {
        let response = post(&format!("{}/mcp", gateway.url)).json(&body).send().await.expect("it is answered");
        assert_eq!(response.status(), 400);
        assert_eq!(message(response).await["error"]["code"], json!(-32600));
    });
}
