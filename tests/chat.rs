//! The cache as its users see it: exact, rephrased, restarted, killed, and never the wrong answer.

use serde_json::{Value, json};

use crate::support::{Gateway, Home};

#[test]
fn the_first_start_serves_and_says_what_it_serves() {
    let home = Home::new();
    let gateway = home.up();
    let (status, health) = gateway.get("/health");
    assert_eq!(status, 200);
    assert_eq!(health["status"], json!("ok"));
    assert_eq!(health["layers"], json!({ "exact": "active", "semantic": "off" }));
    assert_eq!(health["entries"], json!(0));
    assert_eq!(health["plugins"]["failed"], json!([]), "{health}");
    assert!(health["plugins"]["loaded"].as_u64() >= Some(3), "{health}");
    assert!(health["uptime_seconds"].is_u64() && health["version"].is_string(), "{health}");
}

#[test]
fn the_same_question_gets_the_stored_answer() {
    let home = Home::new();
    let gateway = home.up();
    assert_eq!(gateway.lookup("What is the capital of France?"), json!({ "hit": false, "reason": "semantic_off" }));
    let entry = gateway.store("What is the capital of France?", "Paris.");
    let answer = gateway.lookup("  What is  the capital of France?\n");
    let expected = json!({
        "hit": true, "layer": "exact", "response": "Paris.", "score": 1.0, "age_seconds": answer["age_seconds"],
        "matched_prompt": "What is the capital of France?", "entry": entry,
    });
    assert_eq!(answer, expected);
    assert!(answer["age_seconds"].as_u64() < Some(60), "{answer}");
}

#[test]
fn whitespace_matters_in_code() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store("explain:\nif x:\n    y()", "indented");
    assert_eq!(gateway.lookup("explain:\nif x:\n  y()")["hit"], json!(false));
    assert_eq!(gateway.lookup("explain:\nif x:\n    y()")["response"], json!("indented"));
}

#[test]
fn a_second_answer_replaces_the_first() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    gateway.store("How do I reset my password?", "Ask the administrator.");
    gateway.store("How do I reset my password?", "Use the link on the login page.");
    assert_eq!(gateway.get("/health").1["entries"], json!(1));
    for prompt in ["How do I reset my password?", "how can I reset my password"] {
        assert_eq!(gateway.lookup(prompt)["response"], json!("Use the link on the login page."), "{prompt}");
    }
}

#[test]
fn namespaces_and_models_keep_answers_apart() {
    let home = Home::new();
    let gateway = home.up();
    let store = |body: Value| assert_eq!(gateway.post("/api/v1/cache/store", &body).0, 200, "{body}");
    let response = |body: Value| gateway.post("/api/v1/cache/lookup", &body).1["response"].clone();
    store(json!({ "prompt": "who are you?", "response": "in a", "namespace": "a" }));
    store(json!({ "prompt": "who are you?", "response": "by m1", "model": "m1" }));
    assert_eq!(response(json!({ "prompt": "who are you?", "namespace": "a" })), json!("in a"));
    assert_eq!(response(json!({ "prompt": "who are you?", "namespace": "b" })), Value::Null);
    assert_eq!(response(json!({ "prompt": "who are you?" })), json!("by m1"), "no model sees every entry");
    assert_eq!(response(json!({ "prompt": "who are you?", "model": "m1" })), json!("by m1"));
    assert_eq!(response(json!({ "prompt": "who are you?", "model": "m2" })), Value::Null);
    store(json!({ "prompt": "who are you?", "response": "by anyone" }));
    assert_eq!(response(json!({ "prompt": "who are you?", "model": "m2" })), json!("by anyone"));
}

#[test]
fn an_entry_lives_no_longer_than_its_ttl() {
    let home = Home::new();
    let gateway = home.up();
    let body = json!({ "prompt": "what is the weather?", "response": "rain", "ttl_seconds": 1 });
    assert_eq!(gateway.post("/api/v1/cache/store", &body).0, 200);
    let born = std::time::Instant::now();
    while gateway.lookup("what is the weather?")["hit"] == json!(true) {
        assert!(born.elapsed().as_secs() < 30, "the entry outlives its second");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(born.elapsed().as_millis() > 500, "it was there for a while");
}

#[test]
fn a_paraphrase_is_served_and_a_trap_is_not() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    gateway.store("How do I reset my password?", "Use the link on the login page.");
    gateway.store("How many days of vacation do I get per year?", "Thirty.");
    gateway.store("What is the boiling point of water in celsius?", "100.");
    let hit = gateway.lookup("How can I reset my password?");
    assert_eq!((&hit["layer"], &hit["matched_prompt"]), (&json!("semantic"), &json!("How do I reset my password?")));
    assert!(hit["score"].as_f64() > Some(0.85) && hit["score"].as_f64() < Some(1.0), "{hit}");
    for trap in [
        "How do I not reset my password?",
        "How many days of vacation do I get per month?",
        "What is the boiling point of water in fahrenheit?",
        "What is the freezing point of water in celsius?",
    ] {
        assert_eq!(gateway.lookup(trap)["hit"], json!(false), "{trap}");
    }
}

#[test]
fn a_long_prompt_is_for_the_exact_tier_only() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    let long = "please explain this very long story about a dog and a cat to me ".repeat(40);
    gateway.store(&long, "It is about friendship.");
    assert_eq!(gateway.lookup(&long)["layer"], json!("exact"));
    assert_eq!(gateway.lookup(&format!("{long} now"))["reason"], json!("too_long"));
}

#[test]
fn everything_survives_a_restart_and_a_kill() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    gateway.store("How do I reset my password?", "Use the link.");
    drop(gateway);
    let gateway = home.up();
    gateway.await_semantic("active");
    assert_both_tiers(&gateway);
    let entry = gateway.store("What is the capital of France?", "Paris.");
    gateway.kill();
    let gateway = home.up();
    gateway.await_semantic("active");
    assert_both_tiers(&gateway);
    assert_eq!(gateway.lookup("What is the capital of France?")["entry"], json!(entry));
    assert_eq!(gateway.lookup("What's the capital of France?")["response"], json!("Paris."));
}

#[test]
fn what_was_stored_without_a_model_is_embedded_once_there_is_one() {
    let home = Home::new();
    home.up().store("How do I reset my password?", "Use the link.");
    let home = home.and("ISARTOR__EMBEDDING__ENABLED", "true");
    let home = home.and("ISARTOR__EMBEDDING__DIR", crate::support::model_dir().to_str().expect("UTF-8"));
    let gateway = home.up();
    gateway.await_semantic("active");
    assert_both_tiers(&gateway);
}

#[test]
fn hora_finds_what_the_scan_finds() {
    let home = Home::with_model().and("ISARTOR__CACHE__NEAREST", "hora");
    let gateway = home.up();
    gateway.await_semantic("active");
    gateway.store("How do I reset my password?", "Use the link.");
    assert_both_tiers(&gateway);
}

#[test]
fn stores_from_many_clients_are_all_kept_over_a_kill() {
    let home = Home::new();
    let gateway = home.up();
    std::thread::scope(|scope| {
        for client in 0..8 {
            let gateway = &gateway;
            scope.spawn(move || {
                for number in 0..20 {
                    gateway.store(&format!("question {number} of client {client}"), &format!("{client}/{number}"));
                }
            });
        }
    });
    gateway.kill();
    let gateway = home.up();
    assert_eq!(gateway.get("/health").1["entries"], json!(160));
    for (client, number) in [(0, 0), (3, 7), (7, 19)] {
        let answer = gateway.lookup(&format!("question {number} of client {client}"));
        assert_eq!(answer["response"], json!(format!("{client}/{number}")));
    }
}

fn assert_both_tiers(gateway: &Gateway<'_>) {
    assert_eq!(gateway.lookup("How do I reset my password?")["layer"], json!("exact"));
    let paraphrase = gateway.lookup("How can I reset my password?");
    assert_eq!(
        (&paraphrase["layer"], &paraphrase["response"]),
        (&json!("semantic"), &json!("Use the link.")),
        "{paraphrase}"
    );
}
