//! Every pair under `cases/`, both ways round.

use std::path::Path;

use isartor_plugin::policy::{MissReason, Verdict};
use serde_json::Value;

use super::asked;

struct Case {
    question: String,
    candidate: String,
    cosine: f32,
    is_served: bool,
    reason: Option<String>,
    place: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut cases = Vec::new();
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let lines = std::fs::read_to_string(&file).unwrap();
        cases.extend(lines.lines().enumerate().map(|(index, line)| {
            let pair: Value = serde_json::from_str(line).unwrap();
            let place = format!("{}:{}", file.file_name().unwrap().display(), index + 1);
            case(&pair, place)
        }));
    }
    assert!(cases.len() > 200, "only {} cases", cases.len());
    cases
}

fn case(pair: &Value, place: String) -> Case {
    let text = |name: &str| pair[name].as_str().unwrap_or_else(|| panic!("{place}: no {name}")).to_owned();
    Case {
        question: text("a"),
        candidate: text("b"),
        cosine: pair["cosine"].as_f64().unwrap() as f32,
        is_served: text("expect") == "serve",
        reason: pair["reason"].as_str().map(str::to_owned),
        place,
    }
}

fn name(reason: MissReason) -> &'static str {
    match reason {
        MissReason::NoCandidate => "no-candidate",
        MissReason::BelowThreshold => "below-threshold",
        MissReason::Number => "number",
        MissReason::Unit => "unit",
        MissReason::Period => "period",
        MissReason::Negation => "negation",
        MissReason::Antonym => "antonym",
        MissReason::QuestionWord => "question-word",
        MissReason::Order => "order",
        MissReason::Identifier => "identifier",
        MissReason::ContentWord => "content-word",
        MissReason::Complaints => "complaints",
        MissReason::Script => "script",
        MissReason::Unexplained => "unexplained",
    }
}

/// A guard's miss must not hang on the cosine, so what it stops is tried at one that passes every threshold too.
fn failures(case: &Case) -> Vec<String> {
    let is_distance = case.reason.as_deref() == Some("below-threshold");
    let nearer = if case.is_served || is_distance { case.cosine } else { 0.995 };
    let mut failures = Vec::new();
    for (question, candidate) in [(&case.question, &case.candidate), (&case.candidate, &case.question)] {
        let verdict = asked(question, candidate, case.cosine.max(nearer));
        let problem = match (&verdict, &case.reason) {
            (Verdict::Serve(_), _) if case.is_served => continue,
            (Verdict::Miss(reason), Some(expected)) if !case.is_served && name(*reason) == expected => continue,
            (Verdict::Miss(_), None) if !case.is_served => continue,
            _ => format!("{}: {question:?} / {candidate:?} at {nearer}: {verdict:?}", case.place),
        };
        failures.push(problem);
    }
    failures
}

#[test]
fn cases_hold_both_ways_round() {
    let failures: Vec<String> = cases().iter().flat_map(failures).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
