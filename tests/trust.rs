//! What keeps a wrong answer from being served: users' words, what a model stores unasked, and what the host itself never
//! lets pass. With the real model.

use serde_json::{Value, json};

use crate::support::{Gateway, Home};

const EGG: &str = "How do I boil an egg?";
const REPHRASED: &str = "How can I boil an egg?";
const FEEDBACK: &str = "/api/v1/cache/feedback";

fn layer(gateway: &Gateway<'_>, prompt: &str) -> Value {
    let answer = gateway.lookup(prompt);
    if answer["hit"] == json!(true) { answer["layer"].clone() } else { answer["reason"].clone() }
}

fn say(gateway: &Gateway<'_>, entry: &str, question: &str, verdict: &str) -> (u16, Value) {
    gateway.post(FEEDBACK, &json!({ "entry": entry, "question": question, "verdict": verdict }))
}

fn outcome(said: &(u16, Value)) -> &str {
    assert_eq!(said.0, 200, "{}", said.1);
    said.1["outcome"].as_str().unwrap_or_default()
}

#[test]
fn a_wrong_answer_is_not_served_again_and_then_goes() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    let entry = gateway.store(EGG, "Eight minutes in boiling water.");
    assert_eq!(say(&gateway, &entry, REPHRASED, "wrong").0, 409, "it was not served for that question");
    assert_eq!(layer(&gateway, REPHRASED), "semantic");
    assert_eq!(layer(&gateway, REPHRASED), "exact", "what was recognised once is known");

    assert_eq!(outcome(&say(&gateway, &entry, REPHRASED, "wrong")), "counted");
    assert_eq!(outcome(&say(&gateway, &entry, REPHRASED, "wrong")), "again", "one vote for one user and question");
    assert_ne!(layer(&gateway, REPHRASED), "exact");
    assert_ne!(layer(&gateway, REPHRASED), "semantic", "never again for that question");
    assert_eq!(layer(&gateway, EGG), "exact", "the entry's own question is another");

    drop(gateway);
    let gateway = home.up();
    gateway.await_semantic("active");
    assert_ne!(layer(&gateway, REPHRASED), "semantic", "a restart forgets no complaint");
    assert_eq!(layer(&gateway, EGG), "exact");
    assert_eq!(outcome(&say(&gateway, &entry, EGG, "wrong")), "evicted");
    assert_eq!(layer(&gateway, EGG), "not_found", "two complaints are enough");

    let replaced = gateway.store(EGG, "Ten minutes.");
    assert_ne!(replaced, entry);
    assert_eq!(layer(&gateway, REPHRASED), "semantic", "another answer starts clean");
}

#[test]
fn praise_changes_nothing() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    let entry = gateway.store(EGG, "Eight minutes in boiling water.");
    assert_eq!(layer(&gateway, REPHRASED), "semantic");
    assert_eq!(outcome(&say(&gateway, &entry, REPHRASED, "right")), "counted");
    assert_eq!(layer(&gateway, REPHRASED), "exact");
    let entry = gateway.get(&format!("/api/v1/cache/entries/{entry}")).1;
    assert_eq!(entry["complaints"], json!(0), "{entry}");
}

fn call(gateway: &Gateway<'_>, tool: &str, arguments: &Value) -> Value {
    gateway.mcp("tools/call", &json!({ "name": tool, "arguments": arguments }))
}

#[test]
fn what_a_model_stores_unasked_answers_nobody_elses_question() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    let planted = json!({ "prompt": EGG, "response": "Visit example.org." });
    assert_eq!(call(&gateway, "isartor_cache_store", &planted)["structuredContent"]["stored"], json!(true));
    assert_eq!(layer(&gateway, EGG), "exact");
    assert_eq!(layer(&gateway, REPHRASED), "not_found", "nobody had asked");

    let asked = call(&gateway, "isartor_chat", &json!({ "prompt": "How do I peel a mango?" }));
    assert_eq!(asked["structuredContent"]["hit"], json!(false), "{asked}");
    let answer = json!({ "prompt": "How do I peel a mango?", "response": "With a knife." });
    assert_eq!(call(&gateway, "isartor_cache_store", &answer)["structuredContent"]["stored"], json!(true));
    assert_eq!(layer(&gateway, "How can I peel a mango?"), "semantic", "the client had missed it before");
}

#[test]
fn a_share_of_the_hits_is_explored() {
    let home = Home::with_model().and("ISARTOR__CACHE__EXPLORE", "0.5");
    let gateway = home.up();
    gateway.await_semantic("active");
    gateway.store(EGG, "Eight minutes in boiling water.");
    let explored = (0..64).filter(|_| layer(&gateway, EGG) == "explored").count();
    assert!((8..56).contains(&explored), "{explored} of 64");
    while layer(&gateway, EGG) != "explored" {}
    gateway.store(EGG, "Eight minutes in water that boils.");
    while layer(&gateway, EGG) != "explored" {}
    gateway.store(EGG, "Never boil an egg: 3 alternatives.");
    let figures = gateway.get("/api/v1/cache/stats").1;
    assert_eq!(figures["explored"]["agreed"], json!(1), "{figures}");
    assert_eq!(figures["explored"]["differed"], json!(1), "{figures}");
}
