//! Prompts: texts that put the tools to use.

use serde_json::{Value, json};

use super::{Peer, store};
use crate::support::Home;

fn text(result: &Value) -> &str {
    let [message] = &result["messages"].as_array().expect("it has messages")[..] else { panic!("{result}") };
    assert_eq!(message["role"], json!("user"));
    message["content"]["text"].as_str().expect("it is text")
}

#[test]
fn every_client_is_offered_them_and_gets_them_filled_in() {
    let home = Home::new();
    let gateway = home.up();
    let entry = store(&gateway, "What is a ```cache```?", Some("work"), None);
    for mut peer in Peer::all(&home, &gateway) {
        let listed = peer.result("prompts/list", json!({}));
        let names: Vec<_> =
            listed["prompts"].as_array().expect("a list").iter().map(|prompt| &prompt["name"]).collect();
        assert_eq!(names, ["ask-cached", "remember", "review-cache"]);
        let question = &listed["prompts"][0]["arguments"][0];
        assert_eq!((&question["name"], &question["required"]), (&json!("question"), &json!(true)));
        let arguments = json!({ "question": "What is \"it\"?", "namespace": "work" });
        let asked = peer.result("prompts/get", json!({ "name": "ask-cached", "arguments": arguments }));
        let shown = text(&asked);
        assert!(shown.contains("`isartor_chat`") && shown.contains("\"prompt\": \"What is \\\"it\\\"?\""), "{shown}");
        assert!(shown.contains("\"namespace\": \"work\"") && !shown.contains("model"), "{shown}");
        let arguments = json!({ "question": "Q?", "answer": "A." });
        let kept = peer.result("prompts/get", json!({ "name": "remember", "arguments": arguments }));
        assert!(text(&kept).contains("`isartor_cache_store`") && text(&kept).contains("\"response\": \"A.\""));
        let review = peer.result("prompts/get", json!({ "name": "review-cache" }));
        assert!(text(&review).contains(&format!("\"isartor://cache/{entry}\"")), "{review}");
        let arguments = json!({ "namespace": "other" });
        let review = peer.result("prompts/get", json!({ "name": "review-cache", "arguments": arguments }));
        assert!(text(&review).contains("nothing to review"), "{review}");
    }
}

#[test]
fn what_cannot_be_filled_in_is_a_wrong_parameter() {
    let home = Home::new();
    let gateway = home.up();
    for mut peer in Peer::all(&home, &gateway) {
        for (params, words) in [
            (json!({ "name": "no-such-prompt" }), "there is no prompt called no-such-prompt"),
            (json!({ "name": "ask-cached" }), "the prompt ask-cached needs the argument question"),
            (json!({ "name": "ask-cached", "arguments": { "question": " " } }), "needs the argument question"),
            (json!({ "name": "ask-cached", "arguments": { "question": 7 } }), "the argument question is not a string"),
            (json!({ "name": "remember", "arguments": { "question": "Q?" } }), "needs the argument answer"),
            (
                json!({ "name": "ask-cached", "arguments": { "question": "Q?", "namespace": "x".repeat(300) } }),
                "namespace must have at most 256 characters",
            ),
            (json!({ "name": 7 }), "the parameters of prompts/get are malformed"),
        ] {
            // A header cannot name what is no name.
            if peer.is_modern() && !params["name"].is_string() {
                continue;
            }
            let error = peer.error("prompts/get", params);
            assert_eq!(error["code"], json!(-32602), "{error}");
            assert!(error["message"].as_str().is_some_and(|message| message.contains(words)), "{error}");
        }
    }
}
