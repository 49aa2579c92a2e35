//! isartor's cache of answers, as the caller of the tool sees it: the capability `cache`.
//!
//! Entries belong to the caller that is named in the call's context; a plugin sees no one else's.

use crate::tool::Failure;

#[cfg(target_arch = "wasm32")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "package isartor:sdk; world use-cache { import isartor:plugin/cache@0.1.0; }",
        world: "isartor:sdk/use-cache",
        with: { "isartor:plugin/types@0.1.0": crate::failure::bindings::isartor::plugin::types },
        generate_all,
    });
}

/// Which layer of the cache answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The very same question was stored.
    Exact,
    /// A question that means the same was stored.
    Semantic,
}

/// A stored answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The answer.
    pub response: String,
    /// Which layer found it.
    pub layer: Layer,
    /// 1.0 from the exact layer, else the cosine similarity of the two questions, -1.0 to 1.0.
    pub score: f32,
    /// How long ago it was stored, in seconds.
    pub age_seconds: u64,
    /// The stored question that was matched.
    pub matched_prompt: String,
}

/// The stored answer to `prompt`, if there is one that may be served. With a `model`, only an answer stored for it.
///
/// # Errors
/// Kind `invalid-input` for an empty prompt or one with a NUL, `unsupported` where there is no cache, else `failed`.
pub fn lookup(prompt: &str, model: Option<&str>) -> Result<Option<Hit>, Failure> {
    host::lookup(prompt, model)
}

/// Stores an answer for the caller, durable when it returns.
///
/// # Errors
/// As [`lookup`], and kind `invalid-input` for an empty response or one with a NUL.
pub fn store(prompt: &str, response: &str, model: Option<&str>) -> Result<(), Failure> {
    host::store(prompt, response, model)
}

#[cfg(target_arch = "wasm32")]
mod host {
    use super::bindings::isartor::plugin::cache;
    use super::{Failure, Hit, Layer};

    pub(super) fn lookup(prompt: &str, model: Option<&str>) -> Result<Option<Hit>, Failure> {
        let found = cache::lookup(prompt, model)?;
        Ok(found.map(|hit| Hit {
            response: hit.response,
            layer: match hit.layer {
                cache::Layer::Exact => Layer::Exact,
                cache::Layer::Semantic => Layer::Semantic,
            },
            score: hit.score,
            age_seconds: hit.age_seconds,
            matched_prompt: hit.matched_prompt,
        }))
    }

    pub(super) fn store(prompt: &str, response: &str, model: Option<&str>) -> Result<(), Failure> {
        cache::store(prompt, response, model)
    }
}

/// A native program has the host of its test, if any.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use super::{Failure, Hit};
    use crate::mock;

    pub(super) fn lookup(prompt: &str, model: Option<&str>) -> Result<Option<Hit>, Failure> {
        mock::ask(|host| host.lookup(prompt, model)).unwrap_or_else(|| Err(none()))
    }

    pub(super) fn store(prompt: &str, response: &str, model: Option<&str>) -> Result<(), Failure> {
        mock::ask(|host| host.remember(prompt, response, model)).unwrap_or_else(|| Err(none()))
    }

    fn none() -> Failure {
        Failure::unsupported("there is no cache here")
    }
}
