//! What users say of answers, through each of the three ways.

use serde_json::json;

use super::refusal;
use crate::support::Home;

const FEEDBACK: &str = "/api/v1/cache/feedback";

#[test]
fn a_wrong_answer_is_not_served_again() {
    let home = Home::new();
    let gateway = home.up();
    let entry = gateway.store("What is the tallest tree?", "An oak.");
    let wrong = json!({ "entry": entry, "question": "What is the tallest tree?", "verdict": "wrong" });
    assert_eq!(refusal(gateway.post(FEEDBACK, &wrong)), (409, "not_served".to_owned()), "nobody asked yet");
    assert_eq!(gateway.lookup("What is the tallest tree?")["entry"], json!(entry));
    assert_eq!(gateway.post(FEEDBACK, &wrong), (200, json!({ "outcome": "counted" })));
    assert_eq!(gateway.post(FEEDBACK, &wrong), (200, json!({ "outcome": "again" })), "one vote");
    assert_eq!(gateway.lookup("What is the tallest tree?")["hit"], json!(false));
    let expected = json!({ "right": 0, "wrong": 1, "evicted": 0, "ignored": 1 });
    assert_eq!(gateway.get(super::STATS).1["feedback"], expected);
    gateway.store("What is the tallest tree?", "A coast redwood.");
    assert_eq!(gateway.lookup("What is the tallest tree?")["response"], json!("A coast redwood."), "it starts clean");
}

#[test]
fn feedback_that_makes_no_sense_is_refused() {
    let home = Home::new();
    let gateway = home.up();
    let entry = gateway.store("q", "a");
    gateway.lookup("q");
    for (body, expected) in [
        (json!({ "entry": "999", "question": "q", "verdict": "wrong" }), (409, "not_served")),
        (json!({ "entry": entry, "question": "another", "verdict": "wrong" }), (409, "not_served")),
        (json!({ "entry": entry, "question": "q", "verdict": "wrong", "namespace": "n" }), (409, "not_served")),
        (json!({ "entry": "x", "question": "q", "verdict": "wrong" }), (400, "invalid_field")),
        (json!({ "entry": entry, "question": "", "verdict": "wrong" }), (400, "invalid_field")),
        (json!({ "entry": entry, "question": "q", "verdict": "bad" }), (400, "invalid_field")),
        (json!({ "entry": entry, "question": "q" }), (400, "missing_field")),
        (json!({ "entry": entry, "question": "q", "verdict": "wrong", "more": 1 }), (400, "unknown_field")),
    ] {
        let (status, code) = expected;
        assert_eq!(refusal(gateway.post(FEEDBACK, &body)), (status, code.to_owned()), "{body}");
    }
    assert_eq!(gateway.lookup("q")["hit"], json!(true));
}

#[test]
fn models_and_people_at_the_terminal_complain_as_well() {
    let home = Home::new();
    let gateway = home.up();
    let listed = gateway.mcp("tools/list", &json!({}));
    let tools = listed["tools"].as_array().expect("a list");
    let tool = tools.iter().find(|tool| tool["name"] == json!("isartor_cache_feedback")).expect("there is such a tool");
    assert_eq!(tool["inputSchema"]["required"], json!(["entry", "question", "verdict"]));

    let first = gateway.store("How high is Mont Blanc?", "4,000 m.");
    let hit = gateway.tool("isartor_chat", json!({ "prompt": "How high is Mont Blanc?" }));
    assert_eq!(hit["structuredContent"]["entry"], json!(first));
    let arguments = json!({ "entry": first, "question": "How high is Mont Blanc?", "verdict": "wrong" });
    let noted = gateway.tool("isartor_cache_feedback", arguments.clone());
    assert_eq!((&noted["structuredContent"], &noted["isError"]), (&json!({ "outcome": "counted" }), &json!(false)));
    assert_eq!(gateway.lookup("How high is Mont Blanc?")["hit"], json!(false));
    let unknown = json!({ "entry": "77", "question": "How high is Mont Blanc?", "verdict": "right" });
    let refused = gateway.tool("isartor_cache_feedback", unknown);
    assert_eq!((&refused["structuredContent"]["outcome"], &refused["isError"]), (&json!("not_served"), &json!(true)));
    let wrong = json!({ "entry": first, "question": "q", "verdict": "maybe" });
    assert_eq!(gateway.tool("isartor_cache_feedback", wrong)["isError"], json!(true));

    let second = gateway.store("How high is K2?", "8,611 m.");
    gateway.lookup("How high is K2?");
    assert_eq!(home.cache(&["feedback", &second, "--question", "How high is K2?", "--right"]), "noted\n");
    assert_eq!(gateway.lookup("How high is K2?")["hit"], json!(true));
    let said = home.cache_refuses(&["feedback", "77", "--question", "How high is K2?", "--wrong"]);
    assert!(said.contains("not lately served") && said.contains("hint: "), "{said}");
    home.cache_refuses(&["feedback", &second, "--question", "How high is K2?"]);
    home.cache_refuses(&["feedback", &second, "--question", "How high is K2?", "--right", "--wrong"]);
}
