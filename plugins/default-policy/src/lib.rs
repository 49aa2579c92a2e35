//! Serves a stored answer for a rephrased question only when the two ask the same.
//!
//! `describe` reads a text once: words, numbers, units, periods, what is asked, who does what. `decide` compares the
//! features of two texts and never sees a text. Every difference must be explained as harmless, by another frame of
//! the question, another form or spelling of a word, a known synonym, a word that says nothing where it stands; one
//! that is not is a miss, however near the embeddings are. Guards know the differences that change the answer.

mod describe;

mod canonical;
mod clauses;
mod code;
mod context;
mod contractions;
mod dates;
mod fold;
mod hash;
mod language;
mod lexer;
mod lexicon;
mod numbers;
mod periods;
mod phrases;
mod politeness;
mod question;
mod stem;
mod terms;

mod difference;
mod features;
mod guards;
mod settings;
mod verdict;
mod wording;

use std::cell::RefCell;

use isartor_plugin::policy::{Candidate, Failure, Policy, Question, Verdict};

use self::lexicon::Lexicon;
use self::settings::Settings;

/// What an instance keeps between calls. A component's functions take no `self`, so it lives beside them.
struct State {
    settings: Settings,
    lexicon: Lexicon,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State { settings: Settings::default(), lexicon: Lexicon::new() });
}

pub struct DefaultPolicy;

impl Policy for DefaultPolicy {
    fn configure(settings: Vec<(String, String)>) -> Result<(), Failure> {
        let settings = Settings::parse(&settings)?;
        STATE.with_borrow_mut(|state| state.settings = settings);
        Ok(())
    }

    fn describe(text: String) -> Vec<u8> {
        STATE.with_borrow(|state| describe::describe(&text, &state.lexicon))
    }

    fn decide(question: Question, candidates: Vec<Candidate>) -> Verdict {
        STATE.with_borrow(|state| verdict::decide(&question.features, &candidates, state.settings, &state.lexicon))
    }
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::policy::export!(DefaultPolicy);

#[cfg(test)]
mod tests;
