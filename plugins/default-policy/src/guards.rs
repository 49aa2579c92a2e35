//! Differences that change the answer. Each guard knows one kind and is certain of it; none looks at the cosine.

mod order;
mod people;
mod preposition;
mod voice;

use isartor_plugin::policy::MissReason;

use crate::difference::{Difference, Left};
use crate::features::{Features, Record};
use crate::lexicon::Dimension;
use crate::question::Asks;
use crate::terms::{Kind, Tenses, flag};

type Guard = fn(&Difference) -> bool;

/// In the order in which they are asked: the most telling reason first.
const GUARDS: [(Guard, MissReason); 15] = [
    (numbers, MissReason::Number),
    (units, MissReason::Unit),
    (periods, MissReason::Period),
    (negations, MissReason::Negation),
    (opposites, MissReason::Antonym),
    (questions, MissReason::QuestionWord),
    (symbols, MissReason::Unexplained),
    (quantifiers, MissReason::Unexplained),
    (people::are_others, MissReason::Order),
    (order::is_changed, MissReason::Order),
    (names, MissReason::Identifier),
    (tenses, MissReason::Unexplained),
    (praise, MissReason::Unexplained),
    (particles, MissReason::Unexplained),
    (joints, MissReason::Unexplained),
];

/// The first reason not to serve, if there is one.
pub(crate) fn veto(difference: &Difference) -> Option<MissReason> {
    GUARDS.iter().find(|(guard, _)| guard(difference)).map(|(_, reason)| *reason)
}

/// Why a difference that no guard knows and nothing explains is a miss: one word in one place, or more.
pub(crate) fn kind_of_rest(difference: &Difference) -> MissReason {
    let (one, other) = (difference.in_question().content(), difference.in_candidate().content());
    if one.min(other) == 1 && one.max(other) <= 2 { MissReason::ContentWord } else { MissReason::Unexplained }
}

fn either(difference: &Difference, is_left: impl Fn(Left) -> bool) -> bool {
    is_left(difference.in_question()) || is_left(difference.in_candidate())
}

fn both(difference: &Difference, is_left: impl Fn(Left) -> bool) -> bool {
    is_left(difference.in_question()) && is_left(difference.in_candidate())
}

fn numbers(difference: &Difference) -> bool {
    either(difference, |left| left.has(Kind::Number))
}

/// Another unit of the same dimension, or a unit of a number that the other text has without it. Whoever leaves out the
/// currency means the one that the other names.
fn units(difference: &Difference) -> bool {
    let is_unit = |record: &Record| record.kind == Kind::Unit;
    let is_money = |record: &Record| is_unit(record) && record.detail == Dimension::Currency as u8;
    let names_money = |text: Features| text.records().any(|record| is_money(&record));
    let is_understood = !names_money(difference.question) || !names_money(difference.candidate);
    // `500 and 1000 rupees` names once what `Rs 500 and Rs 1000` names twice.
    let is_repeated = |unit: Record| difference.shared().any(|(shared, _)| shared.key == unit.key);
    let measures = |record: Record| {
        let is_measured = is_unit(&record) && record.flags & flag::MEASURED != 0;
        is_measured && !(is_money(&record) && (is_understood || is_repeated(record)))
    };
    either(difference, |left| left.records().any(measures))
        || difference
            .in_question()
            .records()
            .filter(is_unit)
            .any(|unit| difference.in_candidate().records().filter(is_unit).any(|other| unit.detail == other.detail))
}

fn periods(difference: &Difference) -> bool {
    either(difference, |left| left.has(Kind::Period))
}

/// More negators on one side, or as many about something else.
fn negations(difference: &Difference) -> bool {
    let (question, candidate) = (difference.question, difference.candidate);
    let is_moved = |(one, other): (Record, Record)| (one.flags ^ other.flags) & flag::NEGATED != 0;
    let has_scope = !question.negates_whole() && !candidate.negates_whole();
    question.negations() != candidate.negations() || (has_scope && difference.shared().any(is_moved))
}

/// The poles of one axis in one text, weak ones apart.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Poles {
    strong: u8,
    any: u8,
}

impl Poles {
    fn with(self, record: &Record) -> Self {
        let pole = if record.flags & flag::SECOND_POLE != 0 { 2 } else { 1 };
        let strong = if record.flags & flag::WEAK != 0 { 0 } else { pole };
        Self { strong: self.strong | strong, any: self.any | pole }
    }
}

/// The opposite pole, or both poles against one: `advantages` and `advantages and disadvantages`.
fn opposites(difference: &Difference) -> bool {
    let on_axis = |record: &Record| record.detail != 0 && record.kind != Kind::Unit;
    let poles = |records: &mut dyn Iterator<Item = Record>, axis: u8| {
        records.filter(|record| on_axis(record) && record.detail == axis).fold(Poles::default(), |all, r| all.with(&r))
    };
    let left = difference.in_question().records().chain(difference.in_candidate().records());
    left.filter(on_axis).any(|record| {
        let one = poles(&mut difference.question.records(), record.detail);
        let other = poles(&mut difference.candidate.records(), record.detail);
        let is_opposite = one.any != 0 && other.any != 0 && one.any & other.any == 0;
        let is_half = one.strong != 0 && other.strong != 0 && one.strong != other.strong;
        is_opposite || is_half
    })
}

/// A person is not a time, and whether is not how.
fn questions(difference: &Difference) -> bool {
    const LOOSE: u16 = Asks::THING.0 | Asks::MANNER.0;
    const SO: u16 = Asks::FACT.0 | Asks::ABILITY.0;
    const EXISTENCE: u16 = Asks::THING.0 | Asks::FACT.0;
    let (one, other) = (difference.question.asks().0, difference.candidate.asks().0);
    let is_personal =
        [difference.question, difference.candidate].iter().any(|text| text.people().has_first_or_second());
    let is_whether = !is_personal && one & SO != 0 && other & SO != 0;
    let loose = if is_whether { LOOSE | SO } else { LOOSE };
    let asks_on = difference.longer().is_some_and(|(longer, shorter)| {
        shorter.asks() != Asks::default() && longer.asks().0 & shorter.asks().0 == shorter.asks().0
    });
    // `members of the UN` asks who they are.
    let names_whom = one | other == Asks::PERSON.0 && one & other == 0;
    let are_there = one | other == EXISTENCE && (one == EXISTENCE || other == EXISTENCE);
    !are_there
        && !names_whom
        && !asks_on
        && ((one ^ other) & !loose != 0 || is_only_question_word(difference) || are_other_measures(difference))
}

/// `which doctor treats gout` and `how does a doctor treat gout`: nothing else differs.
fn is_only_question_word(difference: &Difference) -> bool {
    let (question, candidate) = (difference.question, difference.candidate);
    let asks = Asks(question.asks().0 | candidate.asks().0);
    let is_plain = question.is_worded() && candidate.is_worded() && question.frame() == 0 && candidate.frame() == 0;
    let is_one_each = question.asks() == Asks::THING && candidate.asks() == Asks::MANNER
        || question.asks() == Asks::MANNER && candidate.asks() == Asks::THING;
    let compares = question.compares() || candidate.compares();
    asks.has(Asks::MANNER)
        && is_plain
        && is_one_each
        && !compares
        && !either(difference, |left| left.records().next().is_some())
}

/// `how much does it weigh` is not `how much does it cost`.
fn are_other_measures(difference: &Difference) -> bool {
    let asks_how_much = difference.question.asks() == Asks::DEGREE && difference.candidate.asks() == Asks::DEGREE;
    let costs = |left: Left| left.records().any(|record| matches!(record.text, b"cost" | b"pay" | b"amount"));
    let (question, candidate) = (difference.in_question(), difference.in_candidate());
    asks_how_much && ((costs(question) && candidate.content() > 0) || (costs(candidate) && question.content() > 0))
}

fn symbols(difference: &Difference) -> bool {
    either(difference, |left| left.has(Kind::Symbol))
}

/// `only` on one side, `any` against `all`, or `all` on one side where no list is asked for.
fn quantifiers(difference: &Difference) -> bool {
    let asks = Asks(difference.question.asks().0 | difference.candidate.asks().0);
    let is_list = asks.0 & !(Asks::THING.0 | Asks::PERSON.0 | Asks::PLACE.0 | Asks::QUANTITY.0) == 0;
    let omissible = if is_list { flag::WEAK | flag::FIXED } else { flag::WEAK };
    let is_strong = |record: Record| record.kind == Kind::Quantifier && record.flags & omissible == 0;
    let is_best = |record: Record| matches!(record.kind, Kind::Soft | Kind::Praise) && record.text.ends_with(b"est");
    let is_other_share = |one: Left, other: Left| {
        one.has(Kind::Quantifier) && (other.has(Kind::Quantifier) || other.records().any(is_best))
    };
    let (question, candidate) = (difference.in_question(), difference.in_candidate());
    either(difference, |left| left.records().any(is_strong))
        || is_other_share(question, candidate)
        || is_other_share(candidate, question)
}

/// `the best` on one side; and whether something is good is not whether it is best.
fn praise(difference: &Difference) -> bool {
    let asks = Asks(difference.question.asks().0 & difference.candidate.asks().0);
    let is_ranked = |(one, other): (Record, Record)| {
        one.kind == Kind::Praise && other.kind == Kind::Praise && (one.flags ^ other.flags) & flag::FIXED != 0
    };
    (!asks.has(Asks::MANNER) && either(difference, |left| left.has(Kind::Praise)))
        || (asks.has(Asks::FACT) && difference.shared().any(is_ranked))
}

/// Who will win is not who won, and who holds an office or what is so is not who held it or what was.
fn tenses(difference: &Difference) -> bool {
    const PAST: u8 = Tenses::PAST | Tenses::DONE;
    let (one, other) = (difference.question.tenses().0, difference.candidate.tenses().0);
    let is_other_end =
        |one: u8, other: u8| one & Tenses::FUTURE != 0 && other & Tenses::FUTURE == 0 && other & PAST != 0;
    let holds_office = difference.question.asks() == Asks::PERSON
        && difference.shared().any(|(record, _)| record.position == 0 && record.kind == Kind::Content);
    let is_other_time = |one: u8, other: u8| one == Tenses::PAST && other == Tenses::PRESENT;
    is_other_end(one, other)
        || is_other_end(other, one)
        || ((holds_office || asks_what_is(difference)) && (is_other_time(one, other) || is_other_time(other, one)))
}

/// What was the capital is not what is the capital; how something was made may be how it is made.
fn asks_what_is(difference: &Difference) -> bool {
    let (question, candidate) = (difference.question, difference.candidate);
    let is_fact = [Asks::THING, Asks::DEGREE, Asks::QUANTITY, Asks::FACT].contains(&question.asks());
    let is_personal = question.people().has_first_or_second();
    is_fact && question.asks() == candidate.asks() && !is_personal && !either(difference, |left| left.content() > 0)
}

/// `tea and coffee` is not `tea or coffee`, unless the two are compared.
fn joints(difference: &Difference) -> bool {
    let (question, candidate) = (difference.question, difference.candidate);
    let is_listed = |(one, other): (Record, Record)| one.flags & other.flags & flag::JOINED != 0;
    let is_grade = |record: Record| record.text.ends_with(b"er") || record.kind == Kind::Praise;
    let compares = question.compares() || candidate.compares() || question.records().any(is_grade);
    let (one, other) = (question.joins(), candidate.joins());
    let are_other = matches!((one, other), ((true, false), (false, true)) | ((false, true), (true, false)));
    are_other && !compares && difference.shared().filter(|pair| is_listed(*pair)).count() >= 2
}

/// `before` on one side.
fn particles(difference: &Difference) -> bool {
    let is_strong = |record: Record| record.kind == Kind::Particle && record.flags & flag::WEAK == 0;
    either(difference, |left| left.records().any(is_strong))
}

/// Two words of one meaning that are spoken of as words, or a name that is a common word in the other text.
fn are_other_senses((one, other): (Record, Record)) -> bool {
    let are_mentioned = one.flags & other.flags & flag::CODE != 0 && one.text != other.text;
    let is_named = (one.kind == Kind::Name) != (other.kind == Kind::Name);
    are_mentioned || (is_named && one.flags & other.flags & flag::HOMOGRAPH != 0)
}

/// Another name, or a code that the other text does not have.
fn names(difference: &Difference) -> bool {
    let is_code = |record: Record| record.kind == Kind::Name && record.flags & flag::CODE != 0;
    both(difference, |left| left.has(Kind::Name))
        || either(difference, |left| left.records().any(is_code))
        || difference.shared().any(are_other_senses)
}
