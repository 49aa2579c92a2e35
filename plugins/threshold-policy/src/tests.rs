//! Each folder in cases/ is a question, its candidates and the verdict, as `isartor plugin check` reads them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::*;

#[test]
fn each_case_has_its_verdict() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let folders = fs::read_dir(cases).unwrap().map(|folder| folder.unwrap().path());
    for folder in folders {
        let read = |name: &str| -> Value { serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap() };
        assert_eq!(found(&read("case.json")), read("expected.json"), "{}", folder.display());
    }
}

/// Case by case in one thread: each begins as an instance does.
fn found(case: &Value) -> Value {
    THRESHOLD.set(DEFAULT_THRESHOLD);
    let settings = case["settings"].as_object().into_iter().flatten();
    let settings = settings.map(|(name, value)| (name.clone(), value.to_string().replace('"', "")));
    if let Err(failure) = ThresholdPolicy::configure(settings.collect()) {
        return json!({ "failure": { "kind": "invalid-input", "message": failure.message } });
    }
    let question = Question { features: ThresholdPolicy::describe(case["question"].to_string()) };
    let candidates = case["candidates"].as_array().unwrap().iter().map(candidate).collect();
    match ThresholdPolicy::decide(question, candidates) {
        Verdict::Serve(served) => json!({ "serve": { "index": served.index, "reason": "similar" } }),
        Verdict::Miss(MissReason::NoCandidate) => json!({ "miss": "no-candidate" }),
        Verdict::Miss(MissReason::BelowThreshold) => json!({ "miss": "below-threshold" }),
        Verdict::Miss(MissReason::Complaints) => json!({ "miss": "complaints" }),
        Verdict::Miss(reason) => panic!("this policy never gives {reason:?}"),
    }
}

fn candidate(stored: &Value) -> Candidate {
    Candidate {
        cosine: stored["cosine"].to_string().parse().unwrap(),
        age_seconds: 60,
        threshold: stored.get("threshold").map_or(0.0, |threshold| threshold.to_string().parse().unwrap()),
        complaints: stored.get("complaints").map_or(0, |complaints| complaints.to_string().parse().unwrap()),
        features: ThresholdPolicy::describe(stored["text"].to_string()),
    }
}
