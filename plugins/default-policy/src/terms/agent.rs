//! Who does something, as what is done: `who is the author of` is `who wrote`.

use super::{Kind, Term};
use crate::lexicon::{LOOSE_ROW, Lexicon};
use crate::question::Asks;

/// Agents that are not their verb with an ending.
const AGENTS: &[(&str, &str)] = &[("author", "write"), ("writer", "write"), ("painter", "paint")];

/// Words that end like an agent and name no deed.
const NO_AGENTS: &[&str] = &[
    "actor",
    "ambassador",
    "ancestor",
    "author",
    "brother",
    "chancellor",
    "character",
    "commander",
    "daughter",
    "doctor",
    "emperor",
    "father",
    "governor",
    "leader",
    "lawyer",
    "major",
    "manager",
    "master",
    "mayor",
    "member",
    "minister",
    "monster",
    "mother",
    "number",
    "officer",
    "other",
    "partner",
    "peer",
    "player",
    "premier",
    "professor",
    "senator",
    "sister",
    "soldier",
    "successor",
    "predecessor",
    "tutor",
    "user",
    "voter",
    "warrior",
];

/// Turns the agent that a person is asked for into its verb.
pub(super) fn replace(terms: &mut [Term], asks: Asks, lexicon: &Lexicon) {
    let [agent, object, ..] = terms else { return };
    let is_asked = asks == Asks::PERSON && agent.kind == Kind::Content && object.direction >> 4 == LOOSE_ROW;
    let verb = if is_asked { verb_of(&agent.text, lexicon) } else { None };
    if let Some(verb) = verb {
        agent.key = lexicon.key_of(&verb);
        agent.text = verb;
    }
}

fn verb_of(agent: &str, lexicon: &Lexicon) -> Option<String> {
    if let Some((_, verb)) = AGENTS.iter().find(|(name, _)| *name == agent) {
        return Some((*verb).to_owned());
    }
    if NO_AGENTS.contains(&agent) {
        return None;
    }
    let root = agent.strip_suffix("er").or_else(|| agent.strip_suffix("or")).filter(|root| root.len() >= 3)?;
    Some(lexicon.base(&[root, "ing"].concat()))
}
