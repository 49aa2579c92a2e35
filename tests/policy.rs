//! Policies as their users choose and measure them: `isartor policy eval`, its page in a browser, and a plain threshold
//! instead of the default policy.

mod browser;
mod page;
mod traps;

use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::{Gateway, Home, text};

const PAIRS: &str = r#"{"a": "How do I boil an egg?", "b": "how to boil an egg", "hit": true, "kind": "wording"}
{"a": "Turn on the lights", "b": "Turn off the lights", "hit": false, "kind": "opposite"}

{"a": "What is the capital of France?", "b": "How many sheep live in Wales?", "hit": false}
{"a": "Who wrote Hamlet?", "b": "Hamlet was written by whom?", "hit": true}
"#;

#[test]
fn pairs_are_counted_as_they_are_labelled() {
    let home = Home::with_model();
    let report = home.eval(PAIRS, &["--policy", "threshold-policy", "--set", "threshold=0.3"]);
    assert_eq!(report["policy"]["name"], "threshold-policy");
    assert_eq!(report["policy"]["settings"], json!({ "threshold": "0.3" }));
    assert_eq!((&report["pairs"], &report["embedder"]), (&json!(4), &json!("all-MiniLM-L6-v2/int8-per-channel/1")));
    assert_share(&report["precision"], 2, 3);
    assert_share(&report["recall"], 2, 2);
    assert_share(&report["false_hit_rate"], 1, 2);
    assert_eq!(report["misses"], json!([{ "reason": "not_found", "right": 1, "lost": 0 }]));
    assert_eq!(report["lost_hits"], json!([]));
    let [wrong] = report["false_hits"].as_array().expect("a list").as_slice() else { panic!("{report:#}") };
    assert_eq!((&wrong["line"], &wrong["kind"], &wrong["reason"]), (&json!(2), &json!("opposite"), &json!("similar")));
    assert_eq!((&wrong["a"], &wrong["b"]), (&json!("Turn on the lights"), &json!("Turn off the lights")));
    assert!(wrong["cosine"].as_f64() > Some(0.8), "{wrong}");
    let kinds: Vec<&Value> = report["kinds"].as_array().expect("a list").iter().map(|kind| &kind["kind"]).collect();
    assert_eq!(kinds, ["opposite", "similar", "wording"], "and what has no kind under the reason it was served for");
}

#[test]
fn the_curve_is_what_each_threshold_would_do() {
    let home = Home::with_model();
    let report = home.eval(PAIRS, &[]);
    let curve = report["curve"].as_array().expect("a list");
    assert_eq!((curve.len(), &curve[0]["threshold"], &curve[29]["threshold"]), (30, &json!(0.7), &json!(0.99)));
    let served = |point: &Value| point["precision"]["of"].as_u64().expect("a count");
    assert!(curve.windows(2).all(|two| served(&two[0]) >= served(&two[1])), "a higher threshold serves no more");
    for threshold in [0.75, 0.90] {
        let set = format!("threshold={threshold}");
        let plain = home.eval(PAIRS, &["--policy", "threshold-policy", "--set", &set]);
        let point = curve.iter().find(|point| point["threshold"] == json!(threshold)).expect("a point");
        assert_eq!((&plain["precision"], &plain["recall"]), (&point["precision"], &point["recall"]), "{threshold}");
    }
}

#[test]
fn the_default_policy_is_the_one_in_use() {
    let home = Home::with_model();
    let plain = home.eval(PAIRS, &[]);
    assert_share(&plain["false_hit_rate"], 0, 2);
    home.write_settings("[policy]\nname = \"threshold-policy\"\nsettings = { threshold = 0.3 }\n");
    let chosen = home.eval(PAIRS, &[]);
    assert_eq!((&chosen["policy"]["name"], &chosen["recall"]["count"]), (&json!("threshold-policy"), &json!(2)));
    let set = home.eval(PAIRS, &["--set", "threshold=1"]);
    assert_eq!((&set["policy"]["settings"], &set["recall"]["count"]), (&json!({ "threshold": "1" }), &json!(0)));
    let other = home.eval(PAIRS, &["--policy", plain["policy"]["name"].as_str().expect("a name")]);
    assert_eq!(other, plain, "the settings are not another policy's");
}

#[test]
fn a_long_text_is_a_miss_as_in_a_lookup() {
    let home = Home::with_model();
    let long = "word ".repeat(200);
    let pair = json!({ "a": long, "b": long, "hit": true }).to_string();
    let report = home.eval(&pair, &["--policy", "threshold-policy"]);
    assert_eq!(report["misses"], json!([{ "reason": "too_long", "right": 0, "lost": 1 }]));
    assert_eq!(report["lost_hits"][0]["cosine"], Value::Null);
    assert_eq!(report["precision"]["value"], Value::Null, "of nothing there is no share");
}

#[test]
fn what_a_look_up_keeps_from_every_policy_is_a_miss() {
    let home = Home::with_model();
    let cases = [
        ("Make it shorter", "make it shorter", "needs_context"),
        ("Is it raining today in Oslo?", "Is it raining in Oslo today?", "volatile"),
        ("What does `git stash pop` do?", "What does `git stash drop` do?", "other_code"),
        ("How do I boil an egg?", "How many sheep live in Wales?", "not_found"),
    ];
    let pairs = cases.map(|(a, b, _)| json!({ "a": a, "b": b, "hit": false }).to_string()).join("\n");
    let report = home.eval(&pairs, &["--policy", "threshold-policy", "--set", "threshold=0"]);
    assert_eq!(report["precision"]["of"], json!(0), "{report:#}");
    let misses = report["misses"].as_array().expect("a list");
    for (_, _, reason) in cases {
        assert!(misses.iter().any(|miss| miss["reason"] == reason), "{reason}: {misses:#?}");
    }
}

#[test]
fn the_table_is_for_a_person() {
    let home = Home::with_model();
    let file = home.pairs(PAIRS);
    let output =
        home.policy_eval(&[file.to_str().expect("UTF-8"), "--policy", "threshold-policy", "--set", "threshold=0.3"]);
    assert!(output.status.success(), "{}", text(&output));
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    for line in [
        "4 pairs, 2 to serve, 2 to miss",
        "threshold-policy 0.1.0, threshold = 0.3; all-MiniLM-L6-v2/int8-per-channel/1",
        "precision      66.7 %    20.8 to 93.9 %          2 of 3  served ones are right",
        "not_found                 1              0",
        "false hits: 1",
        "similar          \"Turn on the lights\"",
        "opposite         \"Turn off the lights\"",
    ] {
        assert!(table.contains(line), "{line:?} in\n{table}");
    }
}

#[test]
fn what_cannot_be_measured_is_said_with_a_hint() {
    let home = Home::with_model();
    let format = r#"hint: each line is an object such as {"a": "stored question", "b": "asked question", "hit": true"#;
    let cases: [(&str, &[&str], &str, &str); 6] = [
        (
            "{\"a\": \"x\", \"b\": \"y\", \"hit\": true}\n{\"a\": \"x\"}\n",
            &[],
            "pairs.jsonl: missing field `b`",
            format,
        ),
        ("\n\n", &[], "there is no pair in ", format),
        (PAIRS, &["--policy", "nothing-like-it"], "there is no policy called nothing-like-it", "hint: available "),
        (
            PAIRS,
            &["--policy", "threshold-policy", "--set", "treshold=1"],
            "there is no setting called treshold",
            "hint: ",
        ),
        (PAIRS, &["--set", "threshold"], "it is written KEY=VALUE", ""),
        (PAIRS, &["--html", "/nowhere/at/all.html"], "cannot write /nowhere/at/all.html", ""),
    ];
    for (pairs, more, message, hint) in cases {
        let file = home.pairs(pairs);
        let output = home.policy_eval(&[&[file.to_str().expect("UTF-8")], more].concat());
        assert!(!output.status.success(), "{more:?}: {}", text(&output));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(message) && error.contains(hint), "{message:?}, {hint:?} in {error}");
    }
    let output = home.policy_eval(&["/nowhere/pairs.jsonl"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("cannot read /nowhere/pairs.jsonl") && error.contains("hint: "), "{error}");
    let output = Home::new().policy_eval(&[home.pairs(PAIRS).to_str().expect("UTF-8")]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("embeddings, and they are switched off") && error.contains("hint: set "), "{error}");
}

#[test]
fn a_plain_threshold_serves_when_it_is_chosen() {
    let home = Home::with_model();
    home.write_settings("[policy]\nname = \"threshold-policy\"\nsettings = { threshold = 0.8 }\n");
    let gateway = home.up();
    gateway.await_semantic("active");
    gateway.store("Turn on the lights", "Press the switch upwards.");
    let answer = gateway.lookup("Turn off the lights");
    assert_eq!(
        (&answer["layer"], &answer["response"]),
        (&json!("semantic"), &json!("Press the switch upwards.")),
        "{answer}"
    );
    assert_eq!(gateway.lookup("Turn the radio off")["hit"], json!(false));
}

#[test]
fn a_shadow_decides_beside_the_policy_and_serves_nothing() {
    let home = Home::with_model();
    home.write_settings("[policy]\nshadow = \"threshold-policy\"\nshadow_settings = { threshold = 0.8 }\n");
    let gateway = home.up();
    gateway.await_semantic("active");
    gateway.store("Turn on the lights", "Press the switch upwards.");
    gateway.store("How do I boil an egg?", "For eight minutes.");
    assert_eq!(gateway.lookup("Turn off the lights")["hit"], json!(false), "the shadow would serve it");
    assert_eq!(gateway.lookup("how can I boil an egg")["layer"], "semantic");
    assert_eq!(gateway.lookup("How many sheep live in Wales?")["hit"], json!(false), "there is nothing to decide");
    let expected = json!({ "only_shadow_serves": 1, "both_serve": 1 });
    let figures = await_shadow(&gateway, &expected);
    assert_eq!(figures["shadow"], expected, "{figures:#}");
    assert_eq!(figures["shadow_policy"], "threshold-policy");
}

/// The statistics, once the shadow has counted as much as is expected of it: it decides after the answer.
fn await_shadow(gateway: &Gateway<'_>, expected: &Value) -> Value {
    let total = |shadow: &Value| shadow.as_object().into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum();
    let expected: u64 = total(expected);
    for _ in 0..200 {
        let figures = gateway.get("/api/v1/cache/stats").1;
        if total(&figures["shadow"]) >= expected {
            return figures;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the shadow said nothing: {:#}", gateway.get("/api/v1/cache/stats").1);
}

#[test]
fn a_shadow_that_cannot_be_used_is_reported_and_harms_nothing() {
    let home = Home::with_model();
    home.write_settings("[policy]\nshadow = \"threshold-policy\"\nshadow_settings = { treshold = 0.8 }\n");
    let gateway = home.up();
    gateway.await_semantic("active");
    let failed = gateway.get("/health").1["plugins"]["failed"].to_string();
    assert!(failed.contains("there is no setting called treshold"), "{failed}");
    gateway.store("How do I boil an egg?", "For eight minutes.");
    assert_eq!(gateway.lookup("how can I boil an egg")["response"], "For eight minutes.");
    drop(gateway);
    home.write_settings("[policy]\nshadow_settings = { threshold = 0.8 }\n");
    let output = home.run(&["status"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("policy.shadow_settings") && error.contains("policy.shadow names no policy"), "{error}");
}

fn assert_share(share: &Value, count: u64, of: u64) {
    assert_eq!((&share["count"], &share["of"]), (&json!(count), &json!(of)), "{share}");
    let number = |name: &str| share[name].as_f64().expect("a number");
    assert!(0.0 <= number("low") && number("low") <= number("value"), "{share}");
    assert!(number("value") <= number("high") && number("high") <= 1.0, "{share}");
}

impl Home {
    /// A file with these pairs.
    fn pairs(&self, pairs: &str) -> PathBuf {
        let path = self.user().join("pairs.jsonl");
        std::fs::write(&path, pairs).expect("it can be written");
        path
    }

    fn policy_eval(&self, arguments: &[&str]) -> Output {
        self.run(&[&["policy", "eval"], arguments].concat())
    }

    /// The report on these pairs.
    fn eval(&self, pairs: &str, more: &[&str]) -> Value {
        let file = self.pairs(pairs);
        let output = self.policy_eval(&[&[file.to_str().expect("UTF-8"), "--json"], more].concat());
        assert!(output.status.success(), "{}", text(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output)))
    }
}
