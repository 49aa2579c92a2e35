//! What is never kept, and what is never served to whoever asks something similar.

use std::fs;

use serde_json::{Value, json};

use super::refusal;
use crate::support::{Gateway, Home};

const LOOKUP: &str = "/api/v1/cache/lookup";
const STORE: &str = "/api/v1/cache/store";

fn reason(gateway: &Gateway<'_>, prompt: &str) -> Value {
    gateway.lookup(prompt)["reason"].clone()
}

#[test]
fn secrets_are_not_kept_and_not_repeated() {
    let home = Home::new();
    let gateway = home.up();
    let token = format!("gh{}_{}", "p", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let store = json!({ "prompt": "How do I log in?", "response": format!("With {token}.") });
    let (status, body) = gateway.post(STORE, &store);
    assert_eq!((status, &body["error"]["code"]), (422, &json!("secret")), "{body}");
    let message = body["error"]["message"].as_str().expect("a sentence");
    assert!(message.contains("a GitHub token") && !message.contains(&token), "{message}");

    let password = json!({ "prompt": "is password = \"correct horse battery\" strong?", "response": "Yes." });
    assert_eq!(refusal(gateway.post(STORE, &password)), (422, "secret".to_owned()));
    let result = gateway.tool("isartor_cache_store", store);
    assert_eq!(result["isError"], json!(true), "{result}");
    let said = result["content"][0]["text"].as_str().expect("a sentence");
    assert!(said.contains("a GitHub token") && !said.contains(&token), "{said}");

    assert_eq!(gateway.get(super::STATS).1["refused"], json!({ "secret": 3 }));
    assert_eq!(gateway.get("/health").1["entries"], json!(0));
    gateway.store("How do I log in?", "Set password = os.environ[\"PASSWORD\"] first.");
    let log = fs::read_to_string(home.state().join("run/isartor.log")).expect("there is a log");
    assert!(!log.contains(&token) && !log.contains("correct horse"), "{log}");
}

#[test]
fn what_changes_by_the_day_is_kept_for_minutes_and_for_the_same_words() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    let entry = gateway.store("Who is the president of France?", "Somebody.");
    let rate = json!({ "prompt": "100 USD in EUR", "response": "93", "ttl_seconds": 86_400 });
    let rate = gateway.post(STORE, &rate).1["entry"].as_str().expect("an entry").to_owned();
    for entry in [&entry, &rate] {
        let (_, shown) = gateway.get(&format!("{}/{entry}", super::ENTRIES));
        let seconds = |name: &str| shown[name].as_u64().expect("a time");
        assert_eq!(seconds("expires_seconds") - seconds("created_seconds"), 300, "{shown}");
        assert_eq!(shown["exact_only"], json!(true), "{shown}");
    }
    assert_eq!(gateway.lookup("Who is the president of France?")["layer"], json!("exact"));
    assert_eq!(reason(&gateway, "who is the president of France"), json!("volatile"));
    assert_eq!(reason(&gateway, "What's the weather in Paris today?"), json!("volatile"));

    gateway.store("How much does a MacBook Air cost?", "From 1,199.");
    assert_eq!(gateway.lookup("how much does a MacBook Air cost")["layer"], json!("semantic"), "an ordinary price");
}

#[test]
fn what_leans_on_a_conversation_stays_in_it() {
    let home = Home::new();
    let gateway = home.up();
    let store = |context: Option<&str>| {
        let body = json!({ "prompt": "fix this function", "response": "Return x.", "context": context });
        gateway.post(STORE, &body)
    };
    assert_eq!(refusal(store(None)), (422, "needs_context".to_owned()));
    assert_eq!(store(Some("def f(x): retrun x")).0, 200);
    let lookup =
        |context: Option<&str>| gateway.post(LOOKUP, &json!({ "prompt": "fix this function", "context": context })).1;
    assert_eq!(lookup(Some("def f(x): retrun x"))["response"], json!("Return x."));
    assert_eq!(lookup(Some("def g(x): retrun x"))["hit"], json!(false));
    assert_eq!(lookup(None), json!({ "hit": false, "reason": "needs_context" }));

    let today = json!({ "prompt": "what is it there today?", "response": "Rain.", "context": "the weather in Paris" });
    let (status, stored) = gateway.post(STORE, &today);
    assert_eq!(status, 200, "{stored}");
    let entry = stored["entry"].as_str().unwrap();
    let (_, kept) = gateway.get(&format!("/api/v1/cache/entries/{entry}"));
    let seconds = |field: &str| kept[field].as_u64().unwrap_or_else(|| panic!("{field} in {kept}"));
    assert_eq!(seconds("expires_seconds") - seconds("created_seconds"), 300, "it changes by the day as well");

    let result = gateway.tool("isartor_chat", json!({ "prompt": "and why?" }));
    assert_eq!(result["structuredContent"], json!({ "hit": false, "reason": "needs_context" }));
    let arguments = json!({ "prompt": "and why?", "response": "Because.", "context": "the sky" });
    assert_eq!(gateway.tool("isartor_cache_store", arguments)["structuredContent"]["stored"], json!(true));
    let hit = gateway.tool("isartor_chat", json!({ "prompt": "and why?", "context": "the sky" }));
    assert_eq!(hit["structuredContent"]["response"], json!("Because."));
}

#[test]
fn what_the_guards_cannot_read_is_for_the_exact_tier() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    for (stored, asked, expected) in [
        ("Wie schalte ich den Dunkelmodus ein?", "Wie schalte ich den Dunkelmodus aus?", "language"),
        ("如何打开深色模式", "如何关闭深色模式", "language"),
        ("Как включить тёмный режим?", "Как выключить тёмный режим?", "language"),
        ("explain:\nfor x in y:\n    f(x)", "explain:\nfor x in y:\n    g(x)", "code"),
        ("What does `useState` do?", "What does `useEffect` do?", ""),
    ] {
        gateway.store(stored, "the answer");
        assert_eq!(gateway.lookup(stored)["layer"], json!("exact"), "{stored}");
        let answer = gateway.lookup(asked);
        assert_eq!(answer["hit"], json!(false), "{asked}");
        assert!(expected.is_empty() || answer["reason"] == json!(expected), "{asked}: {answer}");
    }
}
