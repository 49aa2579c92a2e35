//! Who is spoken of: his is not her, my is not your, and he who likes her is not she who likes him.

use crate::difference::Difference;
use crate::features::Record;
use crate::question::Asks;
use crate::terms::{Kind, People, flag};

/// In the order of the lexicon's list.
const I: u16 = 1;
const YOU: u16 = 1 << 1;
const HE: u16 = 1 << 2;
const SHE: u16 = 1 << 3;
const THEY: u16 = 1 << 4;
const HIM: u16 = 1 << 5;
const HER: u16 = 1 << 6;
const THEM: u16 = 1 << 7;
const HIS: u16 = 1 << 8;
const THEIR: u16 = 1 << 9;
const MY: u16 = 1 << 10;
const YOUR: u16 = 1 << 11;
const ME: u16 = 1 << 12;
const OUR: u16 = 1 << 13;
const SELF: u16 = 1 << 14;

impl People {
    fn has(self, people: u16) -> bool {
        self.0 & people != 0
    }

    /// Which of him, her and them is spoken of, however.
    fn third(self) -> (bool, bool, bool) {
        (self.has(HE | HIM | HIS), self.has(SHE | HER), self.has(THEY | THEM | THEIR))
    }

    fn speaks_of_self(self) -> bool {
        (self.has(I | ME) && self.has(MY | OUR)) || (self.has(YOU) && self.has(YOUR))
    }

    /// Whose something is. `her` is no owner beside `him` and `she`, whom something is done to.
    fn owners(self) -> u16 {
        let is_object = self.has(HE | HIM | THEM);
        self.0 & (MY | OUR | YOUR | HIS | THEIR | if is_object { 0 } else { HER })
    }

    /// Whoever does it does it to what is theirs, so that it is the same for all.
    fn is_of_the_asker(self) -> bool {
        let is_own = self.has(THEIR) && !self.has(I | ME | YOU | HE | SHE | THEY);
        self.speaks_of_self() || is_own
    }

    pub(crate) fn has_first_or_second(self) -> bool {
        self.has(I | ME | YOU)
    }
}

pub(super) fn are_others(difference: &Difference) -> bool {
    let (one, other) = (difference.question.people(), difference.candidate.people());
    let asks = Asks(difference.question.asks().0 | difference.candidate.asks().0);
    is_other_person(one, other, asks)
        || are_other_thirds(one, other)
        || are_other_firsts(one, other)
        || are_other_owners(one, other)
        || is_owned_by_one(one, other, asks)
        || acts_on_self(difference)
        || (asks == Asks::FACT && (are_other_selves(one, other) || does_it_myself(one, other)))
}

/// `can I` is not `can she`; nor `can they`, but how they do it is how it is done.
fn is_other_person(one: People, other: People, asks: Asks) -> bool {
    const FIRST: u16 = I | YOU | ME;
    let third = if asks.has(Asks::MANNER) { HE | SHE } else { HE | SHE | THEY };
    let is_other =
        |one: People, other: People| one.has(FIRST) && !one.has(third) && other.has(third) && !other.has(FIRST);
    is_other(one, other) || is_other(other, one)
}

fn are_other_thirds(one: People, other: People) -> bool {
    const SUBJECTS: u16 = HE | SHE | THEY;
    let are_other = |one: People, other: People| {
        let none = (false, false, false);
        one.third() != other.third() && one.third() != none && other.third() != none
    };
    let subjects = |people: People| People(people.0 & SUBJECTS);
    are_other(one, other) || are_other(subjects(one), subjects(other))
}

/// `does it help me` is not `do I help it`.
fn are_other_firsts(one: People, other: People) -> bool {
    let is_object = |people: People| people.has(ME) && !people.has(I);
    let is_subject = |people: People| people.has(I) && !people.has(ME);
    (is_object(one) && is_subject(other)) || (is_subject(one) && is_object(other))
}

/// My is not your, nor his, nor our, unless each asks about themselves.
fn are_other_owners(one: People, other: People) -> bool {
    let (one_owns, other_owns) = (one.owners(), other.owners());
    let are_other = one_owns & !other_owns != 0 && other_owns & !one_owns != 0;
    // Beside what is mine, what is theirs: `my child uses my car`, `my child uses their car`.
    const THIRD: u16 = HIS | HER | THEIR;
    let is_theirs = |owns: u16| owns & THIRD != 0;
    let is_mine = one_owns & other_owns & (MY | OUR | YOUR) != 0;
    let are_other = are_other || (is_mine && is_theirs(one_owns) != is_theirs(other_owns));
    are_other && !(one.is_of_the_asker() && other.is_of_the_asker())
}

/// `what is my address` is not `what is an address`; how to change it is the same for all.
fn is_owned_by_one(one: People, other: People, asks: Asks) -> bool {
    const OF_ONE: Asks =
        Asks(Asks::THING.0 | Asks::PERSON.0 | Asks::TIME.0 | Asks::PLACE.0 | Asks::FACT.0 | Asks::DEGREE.0);
    let is_mine = |people: People| people.has(MY | OUR) && !people.has(I | ME);
    let is_nobodys = |people: People| !people.has(MY | OUR | YOUR | I | ME);
    OF_ONE.0 & asks.0 == asks.0
        && asks != Asks::default()
        && ((is_mine(one) && is_nobodys(other)) || (is_nobodys(one) && is_mine(other)))
}

/// `do I pay for my heating` is not `does my landlord pay for my heating`.
fn does_it_myself(one: People, other: People) -> bool {
    const SUBJECTS: u16 = I | YOU | HE | SHE | THEY;
    one.has(MY) && other.has(MY) && (one.has(I) && !other.has(SUBJECTS) || !one.has(SUBJECTS) && other.has(I))
}

/// `mute someone` is not `mute myself`.
fn acts_on_self(difference: &Difference) -> bool {
    let is_somebody = |record: Record| record.kind == Kind::Soft && record.flags & flag::FIXED != 0;
    let mut left = difference.in_question().records().chain(difference.in_candidate().records());
    difference.question.people().has(SELF) != difference.candidate.people().has(SELF) && left.any(is_somebody)
}

fn are_other_selves(one: People, other: People) -> bool {
    let selves = (one.0 & (I | ME | YOU), other.0 & (I | ME | YOU));
    selves.0 & YOU != selves.1 & YOU && selves.0 != 0 && selves.1 != 0
}
