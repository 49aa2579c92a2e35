//! What is compared of a text: its terms in order, each with what it is and how it belongs to the rest.

mod agent;
mod conversion;
mod implied;
mod measure;
mod role;

pub(crate) use self::conversion::arrange as arrange_conversion;
pub(crate) use self::role::{Capitals, is_letter_a};

use self::role::Role;
use crate::lexer::{Stop, Word};
use crate::lexicon::{Lexicon, Preposition};
use crate::question::Asks;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Content = 0,
    /// Content that may be left out.
    Soft,
    /// An identifier, an abbreviation, a name.
    Name,
    Number,
    Unit,
    Period,
    Quantifier,
    Symbol,
    /// A function word that stands on an axis of opposites.
    Particle,
    /// `good`, `best`.
    Praise,
    /// Content that may be left out where the other text has nothing instead.
    Light,
}

/// Bits of `Term::flags`.
pub(crate) mod flag {
    pub(crate) const NEGATED: u8 = 1;
    /// Beside `and`, `or`, `between` or a comma.
    pub(crate) const JOINED: u8 = 1 << 1;
    pub(crate) const SECOND_POLE: u8 = 1 << 2;
    /// A pole or a particle that counts only against its opposite, or a quantifier that may be left out.
    pub(crate) const WEAK: u8 = 1 << 3;
    /// A unit that belongs to a number, or a number of days, hours and the like.
    pub(crate) const MEASURED: u8 = 1 << 4;
    /// Of a word, where no unit is meant: its capital, or that it has none, says which of two words it is.
    pub(crate) const HOMOGRAPH: u8 = MEASURED;
    /// A participle after a form of `be`: what it is done to stands before it.
    pub(crate) const PASSIVE: u8 = 1 << 5;
    /// An abbreviation, a single letter, or a word with digits, signs or capitals inside: nothing else is like it.
    pub(crate) const CODE: u8 = 1 << 6;
    /// Soft, but it matters where it stands; a quantifier that may be left out of lists; praise above all others;
    /// content that may stand anywhere.
    pub(crate) const FIXED: u8 = 1 << 7;
}

#[derive(Debug)]
pub(crate) struct Term {
    /// The same for words that mean the same.
    pub(crate) key: u32,
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
    /// The preposition that governs it, as the lexicon numbers them; 0 for none.
    pub(crate) direction: u8,
    /// The axis of a pole, the dimension of a unit, else 0.
    pub(crate) detail: u8,
    /// Its base form.
    pub(crate) text: String,
}

/// One sentence or several, as a list of terms.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    pub(crate) list: Vec<Term>,
    /// How many negators the text has.
    pub(crate) negations: u8,
    /// A negated auxiliary opens a question, and so negates all of it: `why don't`.
    pub(crate) negates_whole: bool,
    pub(crate) people: People,
    pub(crate) tenses: Tenses,
    pub(crate) joins_by_and: bool,
    pub(crate) joins_by_or: bool,
    /// Two things are compared, so that they may change places.
    pub(crate) compares: bool,
}

impl Terms {
    /// What it speaks of is a word, for which no other stands.
    pub(crate) fn mention(&mut self) {
        if let [term] = &mut self.list[..] {
            term.flags |= flag::CODE;
        }
    }
}

/// Which of past, present and future its auxiliaries speak of; one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tenses(pub(crate) u8);

impl Tenses {
    pub(crate) const PAST: u8 = 1;
    pub(crate) const PRESENT: u8 = 1 << 1;
    pub(crate) const FUTURE: u8 = 1 << 2;
    /// Past by its verb alone: `who won`.
    pub(crate) const DONE: u8 = 1 << 3;

    pub(crate) fn of_words(words: &[Word]) -> Self {
        let auxiliaries = words.iter().fold(0, |all, word| all | Self::of(word));
        let is_past = auxiliaries == 0 && words.iter().take(3).skip(1).any(is_past);
        Self(if is_past { Self::DONE } else { auxiliaries })
    }

    /// Of an auxiliary; nothing of any other word.
    fn of(word: &Word) -> u8 {
        match word.text.as_str() {
            "was" | "were" | "did" | "had" => Self::PAST,
            "is" | "are" | "am" | "do" | "does" | "has" | "have" => Self::PRESENT,
            "will" | "shall" => Self::FUTURE,
            _ => 0,
        }
    }
}

/// The verb of `who won`, which has no auxiliary.
fn is_past(word: &Word) -> bool {
    const IRREGULAR: &[&str] = &[
        "became", "began", "bought", "broke", "built", "came", "caught", "chose", "drew", "fell", "fought", "found",
        "founded", "gave", "got", "held", "kept", "led", "left", "lost", "made", "met", "paid", "ran", "said", "sang",
        "saw", "sent", "sold", "spoke", "stole", "sunk", "taught", "told", "took", "went", "won", "wrote",
    ];
    word.shape == crate::lexer::Shape::Word
        && (word.text.ends_with("ed") && word.text.len() > 4 || IRREGULAR.contains(&word.text.as_str()))
}

/// One bit for each person spoken of, in the order of the lexicon's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct People(pub(crate) u16);

/// The terms of words from which the asking ones were taken.
pub(crate) fn read(words: &[Word], asks: Asks, capitals: Capitals, lexicon: &Lexicon) -> Terms {
    let mut reader = Reader::default();
    let text = capitals.text(words, lexicon);
    for (index, word) in words.iter().enumerate() {
        reader.apply(role::of(text, index, lexicon), word);
        reader.end(word.stop);
    }
    reader.end(Stop::Sentence);
    let mut terms = reader.terms;
    terms.joins_by_and = words.iter().any(|word| word.is("and"));
    terms.joins_by_or = words.iter().any(|word| word.is("or"));
    agent::replace(&mut terms.list, asks, lexicon);
    implied::soften(&mut terms.list, asks, lexicon);
    terms.compares = compare(&mut terms.list, words, asks, lexicon) || text.compares;
    set_free(&mut terms.list, lexicon);
    terms
}

/// What is measured and that two things differ may be said anywhere.
fn set_free(terms: &mut [Term], lexicon: &Lexicon) {
    let difference = lexicon.key_of("difference");
    for term in terms.iter_mut().filter(|term| matches!(term.kind, Kind::Content | Kind::Light)) {
        if term.key == difference || Asks::is_measure(&term.text) {
            term.flags |= flag::FIXED;
        }
    }
}

/// `A vs B` is put in so few terms.
const MOST_OF_TWO: usize = 6;

/// `A vs B` asks for the difference.
fn compare(list: &mut Vec<Term>, words: &[Word], asks: Asks, lexicon: &Lexicon) -> bool {
    let is_bare = asks == Asks::default()
        && list.len() <= MOST_OF_TWO
        && words.iter().any(|word| word.is("vs") || word.is("versus"));
    let key = lexicon.key_of("difference");
    if is_bare && list.iter().all(|term| term.key != key) {
        list.push(Term { flags: flag::FIXED, text: "difference".to_owned(), ..Term::new(Kind::Content, key) });
    }
    is_bare
}

#[derive(Default)]
struct Reader {
    terms: Terms,
    direction: u8,
    /// The preposition that nothing has followed yet.
    open: u8,
    negates: bool,
    joins: bool,
}

impl Reader {
    fn apply(&mut self, role: Role, word: &Word) {
        match role {
            Role::Filler => {}
            Role::Function(particle) => {
                self.terms.list.extend(particle);
                self.direction = 0;
            }
            Role::Person(number) => self.terms.people.0 |= 1 << number,
            Role::Joining => {
                self.mark_last(flag::JOINED);
                self.joins = true;
            }
            Role::Negator { negates_whole } => {
                self.terms.negations = self.terms.negations.saturating_add(1);
                self.terms.negates_whole |= negates_whole;
                self.negates = true;
                self.direction = 0;
            }
            Role::Direction { number, particle } => {
                self.terms.list.extend(particle);
                self.direction = number;
                self.open = number;
            }
            Role::Term(term) => self.push(term, word),
        }
    }

    fn push(&mut self, mut term: Term, word: &Word) {
        let flags = if self.negates { flag::NEGATED } else { 0 } | if self.joins { flag::JOINED } else { 0 };
        term.flags |= flags;
        term.direction = self.direction;
        if term.text.is_empty() {
            term.text.clone_from(&word.text);
        }
        self.negates = false;
        self.joins = false;
        self.open = 0;
        self.terms.list.push(term);
    }

    /// `until when` asks for another time than `from when`: what such a preposition says does not hang on a word after it.
    fn strand(&mut self) {
        let is_telling = matches!(Preposition::of_row(self.open >> 4), Some(Preposition::From | Preposition::Limit));
        if is_telling {
            self.terms.list.push(Term::new(Kind::Particle, u32::from(self.open >> 4)));
        }
        self.open = 0;
    }

    fn mark_last(&mut self, flags: u8) {
        if let Some(last) = self.terms.list.last_mut() {
            last.flags |= flags;
        }
    }

    fn end(&mut self, stop: Stop) {
        if stop > Stop::None {
            self.direction = 0;
            self.strand();
        }
        if stop == Stop::Clause {
            self.mark_last(flag::JOINED);
            self.joins = true;
        }
    }
}
