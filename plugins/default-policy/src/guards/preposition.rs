//! What a preposition says of the word after it, where another one, or none, says something else.

use crate::features::Record;
use crate::lexicon::{LOOSE_ROW, Preposition};
use crate::terms::{Kind, flag};

/// Whether the two prepositions before one word exclude each other.
pub(super) fn is_redirected((one, other): (Record, Record)) -> bool {
    let (first, second) = (row(one), row(other));
    if first == second {
        return is_other_time(one, other) || Manner::of(one).is_other_than(Manner::of(other));
    }
    let (loose, strict) = if first <= LOOSE_ROW { (one, other) } else { (other, one) };
    if row(loose) > LOOSE_ROW {
        return true;
    }
    if one.position == 0 && other.position == 0 && (one.direction == 0) != (other.direction == 0) {
        return says_where(one) || says_where(other);
    }
    if one.direction == Preposition::INTO && other.direction == 0
        || other.direction == Preposition::INTO && one.direction == 0
    {
        return true;
    }
    let (is_bare, is_name) = (loose.direction == 0, one.kind == Kind::Name);
    let is_counted = one.kind == Kind::Number;
    match Preposition::of_row(row(strict)) {
        Some(Preposition::Limit) => loose.direction != Preposition::OF,
        Some(Preposition::By | Preposition::From | Preposition::To) if loose.direction == Preposition::OF => false,
        Some(Preposition::By) => !is_bare && (is_name || is_counted),
        Some(Preposition::From) => !is_bare && (says_where(loose) || loose.direction == Preposition::FOR),
        Some(Preposition::To) => !is_bare && is_name && says_where(loose),
        Some(Preposition::About) | None => false,
    }
}

/// The place of a word's preposition in the lexicon's list.
pub(super) fn row(record: Record) -> u8 {
    record.direction >> 4
}

/// What the loose prepositions say that no other of them does. `of`, `in` and the like may stand for most.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Any,
    For,
    With,
    As,
    During,
    Behind,
    Per,
}

impl Manner {
    fn of(record: Record) -> Self {
        match record.direction {
            Preposition::FOR => Self::For,
            Preposition::WITH | Preposition::USING => Self::With,
            Preposition::AS => Self::As,
            Preposition::DURING => Self::During,
            Preposition::BEHIND => Self::Behind,
            Preposition::PER => Self::Per,
            _ => Self::Any,
        }
    }

    /// `with wolves` is not `for wolves`; `behind the door` is not `at the door`.
    fn is_other_than(self, other: Self) -> bool {
        let is_told = |manner: Self| matches!(manner, Self::As | Self::Behind | Self::Per);
        self != other && (is_told(self) || is_told(other) || (self != Self::Any && other != Self::Any))
    }
}

/// `for two hours` is not `in two hours`.
fn is_other_time(one: Record, other: Record) -> bool {
    let counts_time = one.kind == Kind::Number && one.flags & other.flags & flag::MEASURED != 0;
    counts_time && row(one) == LOOSE_ROW && place_of_time(one) != place_of_time(other)
}

/// `within` is `in`.
fn place_of_time(record: Record) -> u8 {
    if record.direction == Preposition::WITHIN { Preposition::IN } else { record.direction }
}

/// `in`, `on` and `at`, which say where; `for`, `with`, `through` and the like do not.
fn says_where(record: Record) -> bool {
    matches!(record.direction, Preposition::IN | Preposition::ON | Preposition::AT | Preposition::WITHIN)
}
