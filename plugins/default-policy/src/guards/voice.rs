//! Active and passive: `did Shakespeare write Hamlet` is `was Hamlet written by Shakespeare`.

use super::preposition::row;
use crate::difference::Difference;
use crate::features::Record;
use crate::lexicon::{LOOSE_ROW, Preposition};
use crate::terms::{Kind, flag};

/// One word in the question and in the candidate.
type Pair<'a> = (Record<'a>, Record<'a>);

/// What is done to a thing and what it does are the same: `how are diamonds formed`, `how do diamonds form`.
const ERGATIVE: &str = "form develop change grow spread break open close start begin end stop move turn melt freeze boil \
    cook burn evaporate increase decrease improve dissolve expand shrink heal originate evolve";

/// A verb that is passive in one text and active in the other, if there is one.
pub(super) struct Voice<'d, 'a> {
    difference: &'d Difference<'a>,
    verb: Option<Pair<'a>>,
    question_is_passive: bool,
}

impl<'d, 'a> Voice<'d, 'a> {
    pub(super) fn of(difference: &'d Difference<'a>) -> Self {
        let verb = difference.shared().find(|(one, other)| (one.flags ^ other.flags) & flag::PASSIVE != 0);
        let question_is_passive = verb.is_some_and(|(one, _)| one.flags & flag::PASSIVE != 0);
        Self { difference, verb, question_is_passive }
    }

    /// The two words change places because the verb changes its voice.
    pub(super) fn explains(&self, one: Pair, other: Pair) -> bool {
        let Some(verb) = self.verb else { return false };
        let is_verb = |pair: Pair| pair.0.position == verb.0.position;
        let is_agent = |pair: Pair| self.is_agent(pair, verb);
        let has_no_agent = |pair: Pair| row(pair.0) <= LOOSE_ROW && row(pair.1) <= LOOSE_ROW;
        (is_verb(one) && (has_no_agent(other) || is_agent(other)))
            || (is_verb(other) && (has_no_agent(one) || is_agent(one)))
            || is_agent(one)
            || is_agent(other)
    }

    /// Whoever does it stands before the verb in both, or after it in both: `was Rome destroyed`, `did Rome destroy`.
    pub(super) fn is_reversed(&self) -> bool {
        let Some(verb) = self.verb else { return false };
        let features = if self.question_is_passive { self.difference.candidate } else { self.difference.question };
        let active = |pair: Pair<'a>| if self.question_is_passive { pair.1 } else { pair.0 };
        let is_thing = |pair: &Pair| matches!(pair.0.kind, Kind::Content | Kind::Light | Kind::Name);
        let verb_text = active(verb).text;
        let before = |pair: &Pair<'a>| is_thing(pair) && active(*pair).position + 1 == active(verb).position;
        let subject = self.difference.shared().find(before);
        let passive = |pair: Pair<'a>| if self.question_is_passive { pair.0 } else { pair.1 };
        let is_agent = |pair: Pair<'a>| Preposition::of_row(row(passive(pair))) == Some(Preposition::By);
        let happens = ERGATIVE.split(' ').any(|verb| verb.as_bytes() == verb_text);
        !happens
            && features.people().0 == 0
            && subject.is_some_and(|subject| !is_agent(subject) && row(active(subject)) == 0)
    }

    /// `by Shakespeare` after the passive verb, `Shakespeare` before the active one.
    fn is_agent(&self, pair: Pair, verb: Pair) -> bool {
        let (passive, active, verb) =
            if self.question_is_passive { (pair.0, pair.1, verb.1) } else { (pair.1, pair.0, verb.0) };
        Preposition::of_row(row(passive)) == Some(Preposition::By)
            && active.direction == 0
            && active.position < verb.position
    }
}
