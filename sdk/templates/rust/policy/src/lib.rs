//! {{title}}: serves the nearest stored answer when its question is near enough and asks for the same numbers.
//! Knows nothing but what it is shown; a policy has no imports and may be reset at any time.

use std::sync::atomic::{AtomicU32, Ordering};

use isartor_plugin::policy::{Candidate, Failure, MissReason, Policy, Question, ServeReason, Served, Verdict};

/// The user's `minimum_cosine`, as bits of an `f32`: `configure` runs once per instance, before anything else.
static MINIMUM_COSINE: AtomicU32 = AtomicU32::new(0.97_f32.to_bits());

/// The plugin.
pub struct Plugin;

impl Policy for Plugin {
    fn configure(settings: Vec<(String, String)>) -> Result<(), Failure> {
        for (name, value) in settings {
            let minimum = match name.as_str() {
                "minimum_cosine" => value.parse::<f32>().ok().filter(|cosine| (0.0..=1.0).contains(cosine)),
                _ => return Err(Failure::invalid_input(format!("there is no setting called {name}"))),
            };
            let wrong = || Failure::invalid_input(format!("{name} must be 0.0 to 1.0, not {value:?}"));
            MINIMUM_COSINE.store(minimum.ok_or_else(wrong)?.to_bits(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// The numbers in the text, which must be the same for an answer to be the same.
    fn describe(text: String) -> Vec<u8> {
        let numbers: Vec<&str> = text.split(|character: char| !character.is_ascii_digit()).collect();
        let mut features = numbers.into_iter().filter(|number| !number.is_empty()).collect::<Vec<_>>().join(" ");
        features.truncate(4_096);
        features.into_bytes()
    }

    fn decide(question: Question, candidates: Vec<Candidate>) -> Verdict {
        let minimum = f32::from_bits(MINIMUM_COSINE.load(Ordering::Relaxed));
        let Some(nearest) = candidates.first() else { return Verdict::Miss(MissReason::NoCandidate) };
        if nearest.cosine < minimum.max(nearest.threshold) {
            return Verdict::Miss(MissReason::BelowThreshold);
        }
        if nearest.features != question.features {
            return Verdict::Miss(MissReason::Number);
        }
        Verdict::Serve(Served { index: 0, confidence: nearest.cosine, reason: ServeReason::Similar })
    }
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::policy::export!(Plugin);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_numbers_are_another_question() {
        let candidate = |text: &str| Candidate {
            cosine: 0.99,
            age_seconds: 0,
            threshold: 0.0,
            complaints: 0,
            features: Plugin::describe(text.into()),
        };
        let question = || Question { features: Plugin::describe("What is 2 plus 3?".into()) };
        assert_eq!(Plugin::decide(question(), vec![candidate("2 plus 4")]), Verdict::Miss(MissReason::Number));
        assert!(matches!(Plugin::decide(question(), vec![candidate("2 plus 3")]), Verdict::Serve(_)));
    }
}
