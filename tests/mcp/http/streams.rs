//! What a client of Streamable HTTP reads as a stream: slow answers, what nobody asked for, and the rest of a stream
//! that broke.

use std::time::{Duration, Instant};

use serde_json::json;

use super::events::{Event, Events};
use super::{SLOW_TOOL, Session, call, chat, home_with_slow_tool, message};
use crate::mcp::VERSIONS_WITH_INITIALIZE;
use crate::support::{Home, block_on};

const LIST_CHANGED: &str = "notifications/tools/list_changed";

fn is_late_answer(event: &Event, id: i64) -> bool {
    let message = event.message();
    message["id"] == json!(id) && message["result"]["isError"] == json!(true)
}

#[test]
fn a_slow_answer_is_a_stream_and_only_the_latest_version_with_sessions_is_told_where_it_begins() {
    let home = home_with_slow_tool();
    let gateway = home.up();
    block_on(async {
        for version in VERSIONS_WITH_INITIALIZE {
            let session = Session::begin(&gateway, version).await;
            let mut events = Events::of(session.post(&call(7, SLOW_TOOL, &json!({}))).await);
            let mut first = events.next().await.expect("an event");
            if version == "2025-11-25" {
                assert_eq!((first.data.as_str(), first.id.is_some()), ("", true), "{first:?}");
                first = events.next().await.expect("an event");
            }
            assert!(is_late_answer(&first, 7), "{version}: {first:?}");
            assert_eq!(events.next().await, None, "the stream ends with the answer");
            let quick = session.post(&chat(8)).await;
            assert_eq!(quick.headers()["content-type"], "application/json", "{version}");
        }
    });
}

#[test]
fn a_stream_that_broke_is_resumed() {
    let home = home_with_slow_tool();
    let gateway = home.up();
    block_on(async {
        let session = Session::begin(&gateway, "2025-11-25").await;
        let mut events = Events::of(session.post(&call(7, SLOW_TOOL, &json!({}))).await);
        let begun = events.next().await.and_then(|event| event.id).expect("where it begins");
        drop(events);
        let mut rest = Events::of(session.get(Some(&begun)).await);
        let mut answer = rest.next().await.expect("the answer comes");
        if answer.data.is_empty() {
            answer = rest.next().await.expect("the answer comes");
        }
        assert!(is_late_answer(&answer, 7), "{answer:?}");
        assert_eq!(rest.next().await, None);
        let mut again = Events::of(session.get(Some(&begun)).await);
        let again: Vec<Event> = [again.next().await, again.next().await].into_iter().flatten().collect();
        assert!(again.contains(&answer), "it may be asked for once more: {again:?}");
        let after = answer.id.expect("it has an id");
        let mut nothing = Events::of(session.get(Some(&after)).await);
        let rest = [nothing.next().await, nothing.next().await].into_iter().flatten();
        assert_eq!(rest.filter(|event| !event.data.is_empty()).count(), 0, "nothing came after it");
        for unknown in ["99-1", "nonsense", ""] {
            let ended = session.get(Some(unknown)).await;
            assert_eq!(ended.status(), 200, "{unknown}: an error would be asked again");
        }
        let other = Session::begin(&gateway, "2025-11-25").await;
        let mut foreign = Events::of(other.get(Some(&begun)).await);
        let told = [foreign.next().await, foreign.next().await].into_iter().flatten();
        assert_eq!(told.filter(|event| !event.data.is_empty()).count(), 0, "another session's events stay there");
    });
}

#[test]
fn a_cancelled_call_ends_without_an_answer() {
    let home = home_with_slow_tool();
    let gateway = home.up();
    block_on(async {
        let session = Session::begin(&gateway, "2025-06-18").await;
        let mut events = Events::of(session.post(&call(7, SLOW_TOOL, &json!({}))).await);
        let duplicate = session.post(&call(7, "isartor_chat", &json!({ "prompt": "a" }))).await;
        assert_eq!(duplicate.status(), 400);
        assert_eq!(message(duplicate).await["error"]["code"], json!(-32600));
        let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
        assert_eq!(session.post(&cancelled).await.status(), 202);
        assert_eq!(events.next().await, None);
        assert_eq!(session.ping_status().await, 200, "the session goes on");
    });
}

#[test]
fn who_listens_hears_each_change_once_and_misses_none() {
    let home = Home::new();
    let folder = home.guest("hostile-tool");
    let gateway = home.up();
    block_on(async {
        for version in VERSIONS_WITH_INITIALIZE {
            let session = Session::begin(&gateway, version).await;
            let mut listening = Events::of(session.get(None).await);
            let mut beside = Events::of(session.get(None).await);
            if version == "2025-11-25" {
                for stream in [&mut listening, &mut beside] {
                    assert_eq!(stream.next().await.expect("an event").data, "");
                }
            }
            home.install(&folder, &[]);
            let heard = listening.next().await.expect("an event");
            assert_eq!(heard.message()["method"], json!(LIST_CHANGED), "{version}");
            drop(listening);
            assert!(home.run(&["plugin", "remove", "hostile-tool"]).status.success());
            let mut again = Events::of(session.get(heard.id.as_deref()).await);
            let either = async {
                tokio::select! {
                    event = again.next() => event,
                    event = beside.next() => event,
                }
            };
            let mut event = either.await.expect("an event");
            if event.data.is_empty() {
                event = tokio::select! { event = again.next() => event, event = beside.next() => event }.expect("more");
            }
            assert_eq!(event.message()["method"], json!(LIST_CHANGED), "{version}");
            session.delete().await;
            assert_eq!(again.next().await, None, "with the session its streams end");
        }
    });
}

#[test]
fn a_stopping_gateway_ends_listeners_at_once_and_answers_calls() {
    let home = home_with_slow_tool();
    let gateway = home.up();
    block_on(async {
        let session = Session::begin(&gateway, "2025-11-25").await;
        let mut listening = Events::of(session.get(None).await);
        assert_eq!(listening.next().await.expect("an event").data, "");
        let mut answer = Events::of(session.post(&call(7, SLOW_TOOL, &json!({}))).await);
        assert_eq!(answer.next().await.expect("an event").data, "");
        let stopping = Instant::now();
        let stop = home.command(&["stop"]).spawn().expect("isartor runs");
        assert_eq!(listening.next().await, None);
        assert!(is_late_answer(&answer.next().await.expect("the answer"), 7));
        let stopped = stop.wait_with_output().expect("it ends").status.success();
        assert!(stopped && stopping.elapsed() < Duration::from_secs(8), "{:?}", stopping.elapsed());
    });
}
