//! JSON-RPC batches: one version knows them.

use serde_json::{Value, json};

use super::events::Events;
use super::{SLOW_TOOL, Session, call, chat, home_with_slow_tool, message, post};
use crate::mcp::VERSIONS_WITH_INITIALIZE;
use crate::support::{Home, block_on};

#[test]
fn a_batch_is_taken_apart_for_the_version_that_has_them() {
    let home = Home::new();
    let gateway = home.up();
    let ping = json!({ "jsonrpc": "2.0", "id": "p", "method": "ping" });
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let too_many: Vec<Value> = (0..101).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "ping" })).collect();
    block_on(async {
        for version in VERSIONS_WITH_INITIALIZE {
            let session = Session::begin(&gateway, version).await;
            let response =
                session.post(&json!([ping, notification, chat(1), call(2, "no_such_tool", &json!({}))])).await;
            let known = version == "2025-03-26";
            assert_eq!(response.status(), if known { 200 } else { 400 }, "{version}");
            let answers = message(response).await;
            if !known {
                assert_eq!(answers["error"]["code"], json!(-32600), "{version}: {answers}");
                continue;
            }
            let of = |id: Value| {
                let mut answers = answers.as_array().expect("an array").iter();
                answers.find(|answer| answer["id"] == id).unwrap_or_else(|| panic!("{id} is not answered: {answers:?}"))
            };
            assert_eq!(answers.as_array().map(Vec::len), Some(3), "{answers}");
            assert_eq!(of(json!("p"))["result"], json!({}));
            assert_eq!(of(json!(1))["result"]["structuredContent"]["hit"], json!(false));
            assert_eq!(of(json!(2))["error"]["code"], json!(-32602));
            assert_eq!(session.post(&json!([notification, notification])).await.status(), 202);
            for refused in [json!([]), json!(too_many), json!([ping, 1]), json!([ping, ping]), json!([[ping]])] {
                let response = session.post(&refused).await;
                assert_eq!(response.status(), 400, "{refused}");
                assert_eq!(message(response).await["error"]["code"], json!(-32600));
            }
        }
        let begin = json!([{ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {} }]);
        for body in [begin, json!([ping])] {
            let refused = post(&format!("{}/mcp", gateway.url)).json(&body).send().await.expect("it is answered");
            assert_eq!(refused.status(), 400, "there is no session");
        }
    });
}

#[test]
fn a_slow_batch_is_a_stream() {
    let home = home_with_slow_tool();
    let gateway = home.up();
    block_on(async {
        let session = Session::begin(&gateway, "2025-03-26").await;
        let batch = json!([call(1, SLOW_TOOL, &json!({})), chat(2)]);
        let mut events = Events::of(session.post(&batch).await);
        let ids = [events.message().await["id"].clone(), events.message().await["id"].clone()];
        assert_eq!((ids, events.next().await), ([json!(2), json!(1)], None));
    });
}
