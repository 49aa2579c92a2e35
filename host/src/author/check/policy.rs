//! Trying out a policy: its verdict on each case, the same from two instances.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Check, Difference, Tried, case, reported};
use crate::author::AuthorError;
use crate::plugin::policy::{CANDIDATES_MAX, Candidate, MissReason, Question, ServeReason, Verdict};
use crate::plugin::{PluginError, Policy, Trial};

/// case.json
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    settings: serde_json::Map<String, Value>,
    question: String,
    candidates: Vec<Stored>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    text: String,
    cosine: f32,
    #[serde(default)]
    age_seconds: u64,
    #[serde(default)]
    threshold: f32,
    #[serde(default)]
    complaints: u32,
}

pub(super) fn try_out(check: &Check) -> Result<Tried, AuthorError> {
    let plain = check.trial.policy(&[])?;
    plain.describe("What is the capital of France?")?;
    plain.describe("")?;
    let mut tried = Tried { offers: vec!["a verdict on at most 5 candidates".to_owned()], ..Tried::default() };
    for folder in &check.cases {
        tried.add(run(check.trial, folder)?);
    }
    Ok(tried)
}

fn run(trial: &Trial, folder: &Path) -> Result<Option<Difference>, AuthorError> {
    let asked: Asked = case::json(folder, "case.json")?;
    if asked.candidates.len() > CANDIDATES_MAX {
        let message = format!("a policy is never shown more than {CANDIDATES_MAX} candidates");
        return Err(AuthorError::Case { path: folder.join("case.json"), message });
    }
    let found = verdict(trial, &asked)?;
    if found != verdict(trial, &asked)? {
        let what = "another verdict the second time".to_owned();
        return Err(PluginError::bad_output(trial.manifest(), "decide", what).into());
    }
    case::compare(folder, found)
}

/// From a fresh instance, as a case writes it.
fn verdict(trial: &Trial, asked: &Asked) -> Result<Value, PluginError> {
    let settings: Vec<(String, String)> =
        asked.settings.iter().map(|(name, value)| (name.clone(), setting(value))).collect();
    match trial.policy(&settings).and_then(|policy| decide(&policy, asked)) {
        Ok(verdict) => Ok(shown(verdict)),
        Err(error) => reported(error),
    }
}

/// As isartor.toml hands it on: a string without its quotes, anything else as it is spelt.
fn setting(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn decide(policy: &Policy, asked: &Asked) -> Result<Verdict, PluginError> {
    let question = Question { features: policy.describe(&asked.question)? };
    let candidates = asked.candidates.iter().map(|stored| {
        Ok(Candidate {
            cosine: stored.cosine,
            age_seconds: stored.age_seconds,
            threshold: stored.threshold,
            complaints: stored.complaints,
            features: policy.describe(&stored.text)?,
        })
    });
    policy.decide(&question, &candidates.collect::<Result<Vec<_>, PluginError>>()?)
}

fn shown(verdict: Verdict) -> Value {
    match verdict {
        Verdict::Serve(served) => {
            let reason = match served.reason {
                ServeReason::Canonical => "canonical",
                ServeReason::Similar => "similar",
            };
            // In the digits of an f32, as a person writes it.
            let confidence = served.confidence.to_string().parse::<f64>().unwrap_or(f64::from(served.confidence));
            json!({ "serve": { "index": served.index, "confidence": confidence, "reason": reason } })
        }
        Verdict::Miss(reason) => json!({ "miss": miss(reason) }),
    }
}

/// As wit/policy.wit spells it.
fn miss(reason: MissReason) -> &'static str {
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
