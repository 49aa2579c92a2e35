//! Serves the nearest stored answer whose cosine similarity reaches one threshold: the smallest policy that respects
//! what users said of an answer. It reads no words, so it cannot tell "turn it on" from "turn it off"; a policy of your
//! own starts where `describe` begins to say something about the text.

use std::cell::Cell;

use isartor_plugin::policy::{Candidate, Failure, MissReason, Policy, Question, ServeReason, Served, Verdict};

const DEFAULT_THRESHOLD: f32 = 0.92;

/// After so many complaints an answer is not served to anybody any more.
const COMPLAINTS_MAX: u32 = 1;

thread_local! {
    /// A component's functions take no `self`, so what `configure` was told lives beside them.
    static THRESHOLD: Cell<f32> = const { Cell::new(DEFAULT_THRESHOLD) };
}

pub struct ThresholdPolicy;

impl Policy for ThresholdPolicy {
    /// Called once per instance, before anything else. What it does not know it refuses, so that a misspelt setting
    /// is an error that the user sees and not a policy that behaves otherwise than written.
    fn configure(settings: Vec<(String, String)>) -> Result<(), Failure> {
        for (name, value) in settings {
            match name.as_str() {
                "threshold" => THRESHOLD.set(threshold(&value)?),
                _ => return Err(Failure::invalid_input(format!("there is no setting called {name}"))),
            }
        }
        Ok(())
    }

    /// Nothing: this policy looks at the cosine alone. Whatever is returned here is stored with the entry, and comes
    /// back in `decide` as the features of the question and of each candidate.
    fn describe(_text: String) -> Vec<u8> {
        Vec::new()
    }

    /// The candidates come nearest first, so the first that may be served is the best, and the reason why the first
    /// may not is the one worth telling.
    fn decide(_question: Question, candidates: Vec<Candidate>) -> Verdict {
        let mut first_refusal = MissReason::NoCandidate;
        for (index, candidate) in (0..).zip(&candidates) {
            match refusal(candidate) {
                None => return serve(index, candidate.cosine),
                Some(reason) if index == 0 => first_refusal = reason,
                Some(_) => {}
            }
        }
        Verdict::Miss(first_refusal)
    }
}

/// Why a candidate may not be served. Its own threshold rises with what users said of it, and only ever narrows.
fn refusal(candidate: &Candidate) -> Option<MissReason> {
    if candidate.complaints > COMPLAINTS_MAX {
        Some(MissReason::Complaints)
    } else if candidate.cosine < THRESHOLD.get().max(candidate.threshold) {
        Some(MissReason::BelowThreshold)
    } else {
        None
    }
}

/// A confidence is 0.0 to 1.0, and the cosine of a text to itself can be a rounding error more.
fn serve(index: u32, cosine: f32) -> Verdict {
    Verdict::Serve(Served { index, confidence: cosine.clamp(0.0, 1.0), reason: ServeReason::Similar })
}

fn threshold(value: &str) -> Result<f32, Failure> {
    let wrong = || Failure::invalid_input(format!("threshold must be 0.0 to 1.0, not {value:?}"));
    let number = value.parse::<f32>().map_err(|_not_a_number| wrong())?;
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err(wrong()) }
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::policy::export!(ThresholdPolicy);

#[cfg(test)]
mod tests;
