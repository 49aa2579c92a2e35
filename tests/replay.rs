//! `isartor cache replay`: a list of questions through a whole cache. What is served for another question was judged
//! by a person, pair by pair, in tests/judged; nothing that was judged wrong is served.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Home, text};

/// The share of what is served that may be wrong, or unknown to the judge.
const TOLERATED: f64 = 0.01;
/// Of our own list, whose traps the policy is still to learn, somewhat more may be wrong.
const TOLERATED_IN_OUR_OWN: f64 = 0.2;

#[test]
fn a_replay_says_what_was_answered_and_leaves_nothing_behind() {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let home = Home::with_model().and("TMPDIR", scratch.path().to_str().expect("UTF-8"));
    let file = home.user().join("questions.jsonl");
    let questions = [
        "How do I boil an egg?",
        "How do I boil an egg?",
        "how can I boil an egg",
        "  how  can I boil an egg",
        "How many sheep live in Wales?",
        "Make it shorter",
        "Make it shorter",
    ];
    let lines: String = questions.iter().map(|prompt| format!("{}\n", json!({ "prompt": prompt }))).collect();
    fs::write(&file, lines).expect("it can be written");
    let report = home.replay(&file, &[]);
    let counts = |name: &str| (report[name]["count"].as_u64(), report[name]["of"].as_u64());
    assert_eq!(counts("exact"), (Some(3), Some(7)), "what was recognised once is known: {report:#}");
    assert_eq!(counts("semantic"), (Some(1), Some(7)), "{report:#}");
    assert_eq!(counts("asked_before"), (Some(2), Some(2)), "in the same words");
    let served = report["served"].as_array().expect("a list");
    assert_eq!((&served[0]["asked"], &served[0]["served"]), (&json!(questions[2]), &json!(questions[0])));
    let misses = report["misses"].as_array().expect("a list").iter().filter_map(|miss| miss["count"].as_u64());
    assert_eq!((misses.sum::<u64>(), &report["refused"]), (3, &json!([])), "one conversation may lean on itself");
    for (layer, count) in [("exact", 3), ("semantic", 1), ("miss", 3), ("store", 3)] {
        let latency = &report["latency_microseconds"][layer];
        assert_eq!(latency["count"], json!(count), "{layer}: {report:#}");
        let times = ["p50", "p90", "p99", "most"].map(|name| latency[name].as_u64().expect("a number"));
        assert!(times.is_sorted(), "{layer}: {latency}");
    }
    let left = fs::read_dir(scratch.path()).expect("it is there").map(|entry| entry.expect("readable").file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("isartor")).collect();
    assert!(left.is_empty(), "the cache of the replay is gone: {left:?}");
    assert!(!home.state().join("cache.redb").exists(), "the user's cache was not touched");
}

#[test]
fn a_list_that_cannot_be_replayed_is_said_with_a_hint() {
    let home = Home::with_model();
    let file = home.user().join("questions.jsonl");
    let cases = [
        ("{\"prompt\": \"x\"}\n{\"question\": \"x\"}\n", "cannot use line 2 of ", "missing field `prompt`"),
        ("{\"prompt\": \" \"}\n", "cannot use line 1 of ", "prompt must not be empty"),
        ("\n", "there is no question in ", "hint: each line is an object such as {\"prompt\": "),
    ];
    for (lines, message, more) in cases {
        fs::write(&file, lines).expect("it can be written");
        let output = home.run(&["cache", "replay", file.to_str().expect("UTF-8")]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(message) && error.contains(more) && error.contains("hint: "), "{message}: {error}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn nothing_judged_wrong_is_served_in_our_own_list() {
    let report = Home::with_model().replay(&folder("replay").join("own_faq.jsonl"), &[]);
    assert!(report["exact"]["share"].as_f64() > Some(0.3), "{report:#}");
    assert_judged(&report, "own_faq.jsonl", 8, TOLERATED_IN_OUR_OWN);
}

#[test]
fn nothing_judged_wrong_is_served_in_the_public_list() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/fixtures");
    // The list is not ours to pass on; where it lies beside the project, it is replayed.
    if !fixtures.is_dir() {
        return;
    }
    let report = Home::with_model().replay(&fixtures.join("faq_loop.jsonl"), &[]);
    assert!(report["exact"]["share"].as_f64() >= Some(0.348), "what was asked before is answered: {report:#}");
    assert_judged(&report, "faq_loop.jsonl", 10, TOLERATED);
}

/// Of the pairs that were served, which are at least `least`, hardly any was judged wrong or not at all.
fn assert_judged(report: &Value, judgements: &str, least: usize, wrong_tolerated: f64) {
    let judged = judgements_in(&folder("judged").join(judgements));
    let served = report["served"].as_array().expect("a list");
    assert!(served.len() >= least, "{} pairs are served: {served:#?}", served.len());
    let text = |pair: &Value, name: &str| pair[name].as_str().expect("a text").to_owned();
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    for pair in served {
        let pair = (text(pair, "asked"), text(pair, "served"));
        match judged.get(&pair) {
            Some(true) => {}
            Some(false) => wrong.push(pair),
            None => unknown.push(pair),
        }
    }
    assert!(share(wrong.len(), served.len()) <= wrong_tolerated, "served and judged wrong: {wrong:#?}");
    assert!(
        share(unknown.len(), served.len()) <= TOLERATED,
        "served and not judged, see tests/judged/{judgements}: {unknown:#?}"
    );
}

#[expect(clippy::cast_precision_loss, reason = "some dozens of pairs")]
fn share(count: usize, of: usize) -> f64 {
    count as f64 / of as f64
}

/// Asked, served, and whether the answer to the second answers the first.
fn judgements_in(path: &Path) -> HashMap<(String, String), bool> {
    let text = fs::read_to_string(path).expect("there are judgements");
    let judgement = |line: &str| {
        let judged: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text = |name: &str| judged[name].as_str().unwrap_or_else(|| panic!("{name}: {line}")).to_owned();
        ((text("asked"), text("served")), judged["right"].as_bool().unwrap_or_else(|| panic!("right: {line}")))
    };
    text.lines().map(judgement).collect()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests").join(name)
}

impl Home {
    fn replay(&self, file: &Path, more: &[&str]) -> Value {
        let output = self.run(&[&["cache", "replay", file.to_str().expect("UTF-8"), "--json"], more].concat());
        assert!(output.status.success(), "{}", text(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output)))
    }
}
