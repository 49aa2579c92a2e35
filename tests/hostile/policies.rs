//! Policies that fail in every way: a question that they cannot decide is a miss, and what is stored word for word is
//! still found.

use serde_json::json;

use super::case::Case;
use super::package::Package;
use super::stage::Stage;
use crate::support::Home;

/// Behaviours of the guest, and the cause in the log or in `/health`.
const BEHAVIOURS: [(&str, &str); 16] = [
    ("loop", "failed in decide: it took longer than 100 ms"),
    ("allocate", "failed in decide: it wanted more memory than"),
    ("panic", "failed in decide: it panicked"),
    ("recurse", "failed in decide: it used up its stack"),
    ("out-of-range", "returned candidate 1 of 1 in decide"),
    ("huge-index", "returned candidate 4294967295 of 1 in decide"),
    ("not-a-number", "in decide"),
    ("infinite", "in decide"),
    ("too-sure", "in decide"),
    ("loop-in-describe", "failed in describe: it took longer than 100 ms"),
    ("panic-in-describe", "failed in describe: it panicked"),
    ("too-many-features", "returned 4097 bytes of features in describe"),
    ("flood-of-features", "failed in describe: it handed over more data than allowed"),
    ("loop-in-configure", "failed in configure: it took longer than 100 ms"),
    ("panic-in-configure", "failed in configure: it panicked"),
    ("failing-again-and-again", "is suspended"),
];

pub(super) fn cases() -> Vec<Case> {
    BEHAVIOURS
        .iter()
        .map(|&(behaviour, says)| Case::new(&id(behaviour), &[says], move |stage, id| attack(stage, id, behaviour)))
        .collect()
}

fn id(behaviour: &str) -> String {
    format!("policy-{behaviour}")
}

/// A home whose gateway asks the policy of a case.
pub(super) fn home(case: &str) -> Home {
    let home = Home::with_model();
    let behaviour = case.trim_start_matches("policy-");
    let behaviour = if behaviour == "failing-again-and-again" { "panic" } else { behaviour };
    let package = Package::guest("hostile-policy", case, "policy", "");
    let folder = home.user().join("policy");
    package.write(&folder);
    home.install(&folder, &[]);
    home.write_settings(&format!("[policy]\nname = \"{case}\"\n[policy.settings]\nbehaviour = \"{behaviour}\"\n"));
    home
}

fn attack(stage: &Stage<'_>, id: &str, behaviour: &str) -> Vec<String> {
    if behaviour.ends_with("-in-configure") {
        let layers = stage.gateway.get("/health").1["layers"].clone();
        assert_eq!(layers["semantic"], json!("off"), "nobody decides");
        assert!(layers["semantic_reason"].as_str().is_some_and(|reason| reason.contains(id)), "{layers}");
        return stage.complaints(id);
    }
    stage.gateway.await_semantic("active");
    let before = stage.log().len();
    stage.gateway.store("How do I boil an egg?", "Eight minutes.");
    let rounds = if behaviour == "failing-again-and-again" { 8 } else { 1 };
    for _ in 0..rounds {
        let answer = stage.gateway.lookup("How should I boil an egg?");
        assert_eq!(answer["hit"], json!(false), "{answer}");
        assert!(["policy_failed", "not_found"].iter().any(|reason| answer["reason"] == *reason), "{answer}");
    }
    if rounds > 1 {
        let layers = stage.gateway.get("/health").1["layers"].clone();
        let reason = format!("the policy {id} keeps failing and is suspended for ");
        assert!(layers["semantic_reason"].as_str().is_some_and(|said| said.starts_with(&reason)), "{layers}");
    }
    assert_eq!(stage.gateway.lookup("How do I boil an egg?")["layer"], json!("exact"), "word for word it is found");
    let log = stage.log()[before..].to_owned();
    let lines = log.lines().filter(|line| line.contains(id) && (rounds == 1 || line.contains("suspended")));
    let lines: Vec<String> = lines.take(1).map(str::to_owned).collect();
    assert!(!lines.is_empty(), "the log names it: {log}");
    lines
}
