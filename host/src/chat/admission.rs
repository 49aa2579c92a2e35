//! What may be kept, for how long and how far it may go: the host's own word, which no policy can change. Texts in, a
//! decision out.

use std::sync::Arc;
use std::time::Duration;

use super::Refusal;
use super::eligibility::{Eligibility, Gate, Reason};
use super::secrets::Secrets;
use crate::cache::{Imported, Reach};

/// How long an answer is kept that changes by the day.
const VOLATILE_TTL: Duration = Duration::from_mins(5);

/// Knows the words and the shapes; built once.
pub struct Admission {
    gate: Arc<Gate>,
    secrets: Secrets,
}

impl Default for Admission {
    fn default() -> Self {
        Self::new()
    }
}

impl Admission {
    pub fn new() -> Self {
        Self { gate: Arc::new(Gate::new()), secrets: Secrets::new() }
    }

    pub(super) fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.gate)
    }

    /// How a prompt may be served.
    pub(super) fn of(&self, prompt: &str) -> Eligibility {
        self.gate.of(prompt)
    }

    /// How an answer to this prompt may be served, or why it is not kept at all.
    pub fn judge(&self, prompt: &str, response: &str, has_context: bool) -> Result<Eligibility, Refusal> {
        if let Some(kind) = self.secrets.find(prompt).or_else(|| self.secrets.find(response)) {
            return Err(Refusal::Secret { what: kind.name() });
        }
        match self.gate.of(prompt) {
            Eligibility::NeedsContext if !has_context => Err(Refusal::NeedsContext),
            eligibility @ (Eligibility::Semantic | Eligibility::ExactOnly(_) | Eligibility::NeedsContext) => {
                Ok(eligibility)
            }
        }
    }

    /// The same for an entry that was exported: what it was allowed then it may have no more.
    pub fn admit(&self, mut imported: Imported) -> Result<Imported, Refusal> {
        let eligibility = self.judge(&imported.prompt, &imported.response, imported.scope.context.is_some())?;
        imported.is_exact_only |= reach(eligibility) == Reach::Same;
        if self.is_volatile(&imported.prompt, eligibility) {
            let latest = imported.created + VOLATILE_TTL;
            imported.expires = Some(imported.expires.map_or(latest, |expires| expires.min(latest)));
        }
        Ok(imported)
    }

    /// How long an answer is kept. What changes by the day is kept for a short time only, whatever the caller says.
    pub(super) fn lifetime(&self, prompt: &str, eligibility: Eligibility, ttl: Option<Duration>) -> Option<Duration> {
        match self.is_volatile(prompt, eligibility) {
            true => Some(ttl.map_or(VOLATILE_TTL, |ttl| ttl.min(VOLATILE_TTL))),
            false => ttl,
        }
    }

    fn is_volatile(&self, prompt: &str, eligibility: Eligibility) -> bool {
        match eligibility {
            Eligibility::ExactOnly(reason) => reason == Reason::Volatile,
            Eligibility::NeedsContext => self.gate.is_volatile(prompt),
            Eligibility::Semantic => false,
        }
    }
}

pub(super) fn reach(eligibility: Eligibility) -> Reach {
    match eligibility {
        Eligibility::Semantic => Reach::Similar,
        Eligibility::ExactOnly(_) | Eligibility::NeedsContext => Reach::Same,
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::cache::Scope;

    fn imported(prompt: &str, response: &str) -> Imported {
        Imported {
            scope: Scope { principal: "local".into(), namespace: None, context: None },
            prompt: prompt.into(),
            response: response.into(),
            model: None,
            created: SystemTime::UNIX_EPOCH,
            expires: None,
            client: None,
            session: None,
            key: None,
            is_exact_only: false,
        }
    }

    #[test]
    fn what_is_imported_meets_the_same_rules() {
        let admission = Admission::new();
        let plain = imported("How do I boil an egg?", "Eight minutes.");
        assert_eq!(admission.admit(plain.clone()), Ok(plain));
        let today = admission.admit(imported("What is the weather in Paris today?", "Rain.")).unwrap();
        assert!(today.is_exact_only);
        assert_eq!(today.expires, Some(SystemTime::UNIX_EPOCH + VOLATILE_TTL));
        assert_eq!(admission.admit(imported("Continue.", "and so on")), Err(Refusal::NeedsContext));
        let mut leaning = imported("What is the weather there today?", "Rain.");
        leaning.scope.context = Some(crate::cache::ContextKey::of("we speak of Paris"));
        let leaning = admission.admit(leaning).unwrap();
        assert_eq!(leaning.expires, Some(SystemTime::UNIX_EPOCH + VOLATILE_TTL));
        let key = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        let refused = admission.admit(imported("How do I log in?", &format!("With {key}.")));
        assert!(matches!(refused, Err(Refusal::Secret { .. })), "{refused:?}");
    }
}
