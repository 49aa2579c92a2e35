//! The capability `cache`: the caller's own answers, through whoever keeps them.

use std::sync::Arc;

use super::Sandbox;
use crate::plugin::bindings::Failure;
use crate::plugin::bindings::capabilities::isartor::plugin::cache::{Hit, Host, Layer};
use crate::plugin::bindings::connector::isartor::plugin::types::FailureKind;
use crate::plugin::manifest::capability::CapabilityName;
use crate::plugin::outside::{Answers, AnswersError};

impl Host for Sandbox {
    async fn lookup(
        &mut self,
        prompt: String,
        model: Option<String>,
    ) -> wasmtime::Result<Result<Option<Hit>, Failure>> {
        self.used(CapabilityName::Cache, prompt.len())?;
        let (answers, principal) = match self.answers() {
            Ok(found) => found,
            Err(failure) => return Ok(Err(failure)),
        };
        let found = answers.lookup(&principal, prompt, model).await.map_err(failure);
        let hit = found.map(|found| {
            found.map(|answer| Hit {
                response: answer.response,
                layer: if answer.exact { Layer::Exact } else { Layer::Semantic },
                score: answer.score,
                age_seconds: answer.age.as_secs(),
                matched_prompt: answer.matched_prompt,
            })
        });
        let bytes = |hit: &Hit| hit.response.len() + hit.matched_prompt.len();
        self.receipt.moved(CapabilityName::Cache, hit.as_ref().map_or(0, |hit| hit.as_ref().map_or(0, bytes)));
        Ok(hit)
    }

    async fn store(
        &mut self,
        prompt: String,
        response: String,
        model: Option<String>,
    ) -> wasmtime::Result<Result<(), Failure>> {
        self.used(CapabilityName::Cache, prompt.len() + response.len())?;
        let (answers, principal) = match self.answers() {
            Ok(found) => found,
            Err(failure) => return Ok(Err(failure)),
        };
        Ok(answers.store(&principal, prompt, response, model).await.map_err(failure))
    }
}

impl Sandbox {
    /// The cache and the caller. When the host itself asks a plugin what it offers, there is no caller.
    fn answers(&self) -> Result<(Arc<dyn Answers>, String), Failure> {
        let answers = self.surroundings.outside.answers().cloned();
        let principal = self.receipt.principal().map(str::to_owned);
        answers.zip(principal).ok_or_else(|| Failure {
            kind: FailureKind::Unsupported,
            message: "there is no cache here".to_owned(),
            position: None,
        })
    }
}

fn failure(error: AnswersError) -> Failure {
    let (kind, message) = match error {
        AnswersError::Invalid(message) => (FailureKind::InvalidInput, message),
        AnswersError::Failed => (FailureKind::Failed, "the cache failed".to_owned()),
    };
    Failure { kind, message, position: None }
}
