//! The cache as plugins reach it: what their caller could look up and store, in the default namespace, no more.

use std::error::Error;
use std::sync::Arc;

use crate::chat::request::{InvalidField, LookupFields, StoreFields};
use crate::chat::{Answer, Caller, Channel, Chat, ChatError, Layer, Lookup, Principal, Store, Stored};
use crate::plugin::outside::{Answering, Answers, AnswersError, StoredAnswer};

/// `isartor_chat` and `isartor_cache_store`, for plugins.
pub struct ChatAnswers(Arc<Chat>);

impl ChatAnswers {
    pub fn new(chat: Arc<Chat>) -> Self {
        Self(chat)
    }
}

impl Answers for ChatAnswers {
    fn lookup<'a>(
        &'a self,
        principal: &'a str,
        prompt: String,
        model: Option<String>,
    ) -> Answering<'a, Option<StoredAnswer>> {
        Box::pin(async move {
            let lookup =
                Lookup::try_from(LookupFields { prompt, model, ..LookupFields::default() }).map_err(invalid)?;
            let answer = self.0.lookup(&caller(principal), lookup).await.map_err(failed)?;
            Ok(match answer {
                Answer::Miss(_) => None,
                Answer::Hit(hit) => Some(StoredAnswer {
                    response: hit.response,
                    exact: hit.layer == Layer::Exact,
                    score: hit.score,
                    age: hit.age,
                    matched_prompt: hit.matched_prompt,
                }),
            })
        })
    }

    fn store<'a>(
        &'a self,
        principal: &'a str,
        prompt: String,
        response: String,
        model: Option<String>,
    ) -> Answering<'a, ()> {
        Box::pin(async move {
            let fields = StoreFields { prompt, response, model, ..StoreFields::default() };
            let store = Store::try_from(fields).map_err(invalid)?;
            match self.0.store(&caller(principal), store).await.map_err(failed)? {
                Stored::Kept(_) => Ok(()),
                Stored::Refused(refusal) => Err(AnswersError::Invalid(refusal.to_string())),
            }
        })
    }
}

fn caller(principal: &str) -> Caller {
    Caller::new(Principal::of_call(principal), Channel::Plugin)
}

fn invalid(field: InvalidField) -> AnswersError {
    AnswersError::Invalid(field.to_string())
}

fn failed(error: ChatError) -> AnswersError {
    tracing::error!(error = &error as &dyn Error, "a plugin could not use the cache");
    AnswersError::Failed
}
