//! A list of questions asked one after the other, as the clients of a gateway would: look up, and on a miss store an
//! answer. The answers are made up, so what is measured is what would be served, not how good it is. All of it is one
//! conversation: a question that leans on what was said before may be asked again in it.

mod latency;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::lines::{InvalidLine, check_prompt, objects};
use super::{Share, lines};
use crate::cache::ContextKey;
use crate::chat::{Answer, Caller, Chat, ChatError, Hit, Layer, Lookup, Store, Stored};

pub use latency::Latencies;

const CONVERSATION: &str = "replay";

/// What became of one question.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    prompt: String,
    outcome: Outcome,
    looked_up_in: Duration,
}

#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    Exact,
    Semantic { matched: String, cosine: f32 },
    Missed { reason: &'static str, then: Then },
}

/// What became of the made-up answer.
#[derive(Debug, Clone, PartialEq)]
enum Then {
    Stored { within: Duration },
    Refused { code: &'static str },
}

/// A question that was served the answer to another, how near, and how often.
#[derive(Debug, Clone, PartialEq)]
pub struct ServedPair {
    pub asked: String,
    pub served: String,
    pub cosine: f32,
    pub times: usize,
}

/// What a replay adds up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    pub exact: Share,
    pub semantic: Share,
    /// Of the questions that were asked before in the same words, those that were answered.
    pub repeated: Share,
    /// Reason and count, the most frequent first.
    pub misses: Vec<(&'static str, usize)>,
    /// Answers that were not kept: the code of the reason and the count.
    pub refused: Vec<(&'static str, usize)>,
    pub exact_lookup: Latencies,
    pub semantic_lookup: Latencies,
    pub missed_lookup: Latencies,
    pub store: Latencies,
    /// Each pair once, in the order of their first time.
    pub served: Vec<ServedPair>,
}

#[derive(Deserialize)]
struct Fields {
    prompt: String,
}

/// Every question of the text of `file`, an object a line.
pub fn parse(file: &str, text: &str) -> Result<Vec<String>, InvalidLine> {
    let prompt = |(place, fields): (lines::Place, Fields)| {
        check_prompt(&place, "prompt", &fields.prompt)?;
        Ok(fields.prompt)
    };
    objects(file, text)?.into_iter().map(prompt).collect()
}

/// Asks every question of a cache that holds nothing yet; `progress` hears how many of how many are done.
pub async fn replay(
    chat: &Chat,
    prompts: &[String],
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Replay, ChatError> {
    let caller = Caller::local();
    let mut steps = Vec::with_capacity(prompts.len());
    for (number, prompt) in (1..).zip(prompts) {
        steps.push(ask(chat, &caller, number, prompt).await?);
        progress(number, prompts.len());
    }
    Ok(Replay::of(&steps))
}

async fn ask(chat: &Chat, caller: &Caller, number: usize, prompt: &str) -> Result<Step, ChatError> {
    let began = Instant::now();
    let lookup = Lookup { context: Some(ContextKey::of(CONVERSATION)), ..Lookup::of(prompt.to_owned()) };
    let answer = chat.lookup(caller, lookup).await?;
    let looked_up_in = began.elapsed();
    let outcome = match answer {
        Answer::Hit(Hit { layer: Layer::Exact, .. }) => Outcome::Exact,
        Answer::Hit(Hit { layer: Layer::Semantic, matched_prompt, score, .. }) => {
            Outcome::Semantic { matched: matched_prompt, cosine: score }
        }
        Answer::Miss(miss) => Outcome::Missed { reason: miss.code(), then: store(chat, caller, number, prompt).await? },
    };
    Ok(Step { prompt: prompt.to_owned(), outcome, looked_up_in })
}

async fn store(chat: &Chat, caller: &Caller, number: usize, prompt: &str) -> Result<Then, ChatError> {
    let made_up = format!("answer {number} to: {prompt}");
    let context = Some(ContextKey::of(CONVERSATION));
    let store = Store { context, ..Store::of(prompt.to_owned(), made_up) };
    let began = Instant::now();
    Ok(match chat.store(caller, store).await? {
        Stored::Kept(_) => Then::Stored { within: began.elapsed() },
        Stored::Refused(refusal) => Then::Refused { code: refusal.code() },
    })
}

impl Replay {
    fn of(steps: &[Step]) -> Self {
        let [mut exact, mut semantic, mut repeated] = [Share::default(); 3];
        let mut asked = HashSet::new();
        let (mut misses, mut refused, mut served) = (Vec::new(), Vec::new(), Vec::new());
        let [mut exact_lookup, mut semantic_lookup, mut missed_lookup, mut store] = [const { Vec::new() }; 4];
        for step in steps {
            exact.add(matches!(step.outcome, Outcome::Exact));
            semantic.add(matches!(step.outcome, Outcome::Semantic { .. }));
            if !asked.insert(&step.prompt) {
                repeated.add(matches!(step.outcome, Outcome::Exact | Outcome::Semantic { .. }));
            }
            match &step.outcome {
                Outcome::Exact => exact_lookup.push(step.looked_up_in),
                Outcome::Semantic { matched, cosine } => {
                    semantic_lookup.push(step.looked_up_in);
                    note(&mut served, &step.prompt, matched, *cosine);
                }
                Outcome::Missed { reason, then } => {
                    missed_lookup.push(step.looked_up_in);
                    count(&mut misses, reason);
                    match then {
                        Then::Stored { within } => store.push(*within),
                        Then::Refused { code } => count(&mut refused, code),
                    }
                }
            }
        }
        let [exact_lookup, semantic_lookup, missed_lookup, store] =
            [exact_lookup, semantic_lookup, missed_lookup, store].map(Latencies::of);
        Self { exact, semantic, repeated, misses, refused, exact_lookup, semantic_lookup, missed_lookup, store, served }
    }
}

fn note(served: &mut Vec<ServedPair>, asked: &str, matched: &str, cosine: f32) {
    match served.iter_mut().find(|pair| pair.asked == asked && pair.served == matched) {
        Some(pair) => pair.times += 1,
        None => served.push(ServedPair { asked: asked.to_owned(), served: matched.to_owned(), cosine, times: 1 }),
    }
}

/// Keeps the most frequent first.
fn count(counts: &mut Vec<(&'static str, usize)>, code: &'static str) {
    match counts.iter_mut().find(|(known, _)| *known == code) {
        Some((_, times)) => *times += 1,
        None => counts.push((code, 1)),
    }
    counts.sort_by_key(|(code, times)| (std::cmp::Reverse(*times), *code));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_add_up() {
        let step = |prompt: &str, outcome| Step { prompt: prompt.into(), outcome, looked_up_in: Duration::ZERO };
        let similar = || Outcome::Semantic { matched: "b".into(), cosine: 0.9 };
        let missed = |reason, then| Outcome::Missed { reason, then };
        let steps = [
            step("b", missed("not_found", Then::Stored { within: Duration::from_millis(4) })),
            step("b", Outcome::Exact),
            step("c", similar()),
            step("c", similar()),
            step("d", missed("number", Then::Refused { code: "secret" })),
            step("e", missed("number", Then::Stored { within: Duration::from_millis(2) })),
        ];
        let replay = Replay::of(&steps);
        assert_eq!((replay.exact, replay.semantic), (Share { count: 1, of: 6 }, Share { count: 2, of: 6 }));
        assert_eq!(replay.repeated, Share { count: 2, of: 2 });
        assert_eq!(replay.misses, [("number", 2), ("not_found", 1)]);
        assert_eq!(replay.refused, [("secret", 1)]);
        let pair = ServedPair { asked: "c".into(), served: "b".into(), cosine: 0.9, times: 2 };
        assert_eq!(replay.served, [pair]);
        assert_eq!((replay.exact_lookup.count, replay.missed_lookup.count, replay.store.count), (1, 3, 2));
    }
}
