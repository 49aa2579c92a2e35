//! The features of one text as bytes: written once by `describe`, read in place by `decide`. The only place that knows
//! their layout. Bytes of another version, or that break the layout anywhere, are not features.

use crate::question::Asks;
use crate::terms::{Kind, People, Tenses, Terms};

/// Raised whenever the layout or the meaning of a field changes.
const VERSION: u8 = 5;
const HEADER_BYTES: usize = 26;
const RECORD_BYTES: usize = 12;
/// Of each term's text; enough to tell a typo from another word.
const TEXT_BYTES: usize = 24;
pub(crate) const MAX_TERMS: usize = 64;

const OPAQUE: u8 = 1;
const FOREIGN: u8 = 1 << 1;
const NEGATES_WHOLE: u8 = 1 << 2;
const LEANS: u8 = 1 << 3;
const NOMINAL: u8 = 1 << 4;
const WORDED: u8 = 1 << 5;
const JOINS_BY_AND: u8 = 1 << 6;
const JOINS_BY_OR: u8 = 1 << 7;
/// Beside the tenses: whether two things are compared, and how many clauses there are.
const COMPARES: u8 = 1 << 7;
const CLAUSES: u8 = 0b111 << CLAUSES_SHIFT;
const CLAUSES_SHIFT: u8 = 4;

/// What is known of a text before it is written.
pub(crate) struct Description {
    pub(crate) canonical: u128,
    pub(crate) is_foreign: bool,
    pub(crate) leans: bool,
    pub(crate) is_nominal: bool,
    pub(crate) is_worded: bool,
    pub(crate) frame: u8,
    pub(crate) clauses: usize,
    pub(crate) asks: Asks,
    pub(crate) terms: Terms,
}

/// The features of a text that only ever equals itself.
pub(crate) fn opaque(canonical: u128) -> Vec<u8> {
    header(canonical, OPAQUE, Asks::default(), [0, 0], &Terms::default())
}

/// At most 2,330 bytes. A text with more terms than fit is opaque.
pub(crate) fn write(description: &Description) -> Vec<u8> {
    let Description { canonical, is_foreign, leans, is_nominal, is_worded, frame, clauses, asks, terms } = description;
    if terms.list.len() > MAX_TERMS {
        return opaque(*canonical);
    }
    let flags = [
        (*is_foreign, FOREIGN),
        (*leans, LEANS),
        (*is_nominal, NOMINAL),
        (*is_worded, WORDED),
        (terms.negates_whole, NEGATES_WHOLE),
        (terms.joins_by_and, JOINS_BY_AND),
        (terms.joins_by_or, JOINS_BY_OR),
    ];
    let flags = flags.into_iter().filter(|(is_set, _)| *is_set).fold(0, |all, (_, flag)| all | flag);
    let clauses = (*clauses).min(usize::from(CLAUSES >> CLAUSES_SHIFT)) as u8;
    let compares = if terms.compares { COMPARES } else { 0 };
    let beside_tenses = clauses << CLAUSES_SHIFT | compares;
    let mut bytes = header(*canonical, flags, *asks, [*frame, terms.tenses.0 | beside_tenses], terms);
    let mut texts = Vec::new();
    let mut sorted: Vec<(u32, u16)> = terms.list.iter().map(|term| term.key).zip(0..).collect();
    sorted.sort_unstable();
    for (_, position) in sorted {
        let term = &terms.list[usize::from(position)];
        let offset = u16::try_from(texts.len()).expect("at most 64 texts of at most 24 bytes");
        let length = write_text(&term.text, &mut texts);
        bytes.extend(term.key.to_le_bytes());
        bytes.extend([term.kind as u8, term.flags, position as u8, term.direction, term.detail, length]);
        bytes.extend(offset.to_le_bytes());
    }
    bytes.extend(texts);
    bytes
}

fn header(canonical: u128, flags: u8, asks: Asks, [frame, tenses]: [u8; 2], terms: &Terms) -> Vec<u8> {
    let count = if flags & OPAQUE == 0 { terms.list.len() } else { 0 };
    let mut bytes = Vec::with_capacity(HEADER_BYTES + count * (RECORD_BYTES + 8));
    bytes.extend([VERSION, flags]);
    bytes.extend(canonical.to_le_bytes());
    bytes.extend(asks.0.to_le_bytes());
    bytes.extend(terms.people.0.to_le_bytes());
    bytes.extend([terms.negations, frame, tenses, count as u8]);
    bytes
}

fn write_text(text: &str, texts: &mut Vec<u8>) -> u8 {
    let length = text.floor_char_boundary(TEXT_BYTES);
    texts.extend(&text.as_bytes()[..length]);
    length as u8
}

/// Features, read in place.
#[derive(Clone, Copy)]
pub(crate) struct Features<'a> {
    bytes: &'a [u8],
    texts: &'a [u8],
}

/// One term of some features.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) key: u32,
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
    pub(crate) position: u8,
    pub(crate) direction: u8,
    pub(crate) detail: u8,
    pub(crate) text: &'a [u8],
}

impl<'a> Features<'a> {
    /// None when the bytes are not features of this version.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let count = usize::from(*bytes.get(HEADER_BYTES - 1)?);
        let texts = bytes.get(HEADER_BYTES + count * RECORD_BYTES..)?;
        let features = Self { bytes, texts };
        let is_valid = bytes[0] == VERSION && count <= MAX_TERMS && (0..count).all(|index| features.is_valid(index));
        is_valid.then_some(features)
    }

    fn is_valid(&self, index: usize) -> bool {
        let record = self.bytes_of(index);
        let text = self.text_range(record);
        let follows = index == 0 || key_of(self.bytes_of(index - 1)) <= key_of(record);
        follows && kind_of(record[4]).is_some() && usize::from(record[6]) < MAX_TERMS && text.end <= self.texts.len()
    }

    fn bytes_of(&self, index: usize) -> &'a [u8; RECORD_BYTES] {
        self.bytes[HEADER_BYTES + index * RECORD_BYTES..].first_chunk().expect("as many as the header counts")
    }

    fn text_range(&self, record: &[u8; RECORD_BYTES]) -> std::ops::Range<usize> {
        let start = usize::from(u16::from_le_bytes([record[10], record[11]]));
        start..start + usize::from(record[9])
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.bytes[HEADER_BYTES - 1])
    }

    /// Sorted by key. The index is below `len`.
    #[inline]
    pub(crate) fn record(&self, index: usize) -> Record<'a> {
        let record = self.bytes_of(index);
        Record {
            key: key_of(record),
            kind: kind_of(record[4]).expect("checked by parse"),
            flags: record[5],
            position: record[6],
            direction: record[7],
            detail: record[8],
            text: &self.texts[self.text_range(record)],
        }
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = Record<'a>> {
        (0..self.len()).map(|index| self.record(index))
    }

    pub(crate) fn canonical(&self) -> &'a [u8] {
        &self.bytes[2..18]
    }

    /// Only its canonical form may be compared.
    pub(crate) fn is_opaque(&self) -> bool {
        self.bytes[1] & OPAQUE != 0
    }

    pub(crate) fn is_foreign(&self) -> bool {
        self.bytes[1] & FOREIGN != 0
    }

    pub(crate) fn negates_whole(&self) -> bool {
        self.bytes[1] & NEGATES_WHOLE != 0
    }

    pub(crate) fn asks(&self) -> Asks {
        Asks(u16::from_le_bytes([self.bytes[18], self.bytes[19]]))
    }

    /// It leans on something outside of it: `fix this function`.
    pub(crate) fn leans(&self) -> bool {
        self.bytes[1] & LEANS != 0
    }

    pub(crate) fn is_nominal(&self) -> bool {
        self.bytes[1] & NOMINAL != 0
    }

    /// It opens with a plain question word.
    pub(crate) fn is_worded(&self) -> bool {
        self.bytes[1] & WORDED != 0
    }

    /// Whether it has an `and`, and whether it has an `or`.
    pub(crate) fn joins(&self) -> (bool, bool) {
        (self.bytes[1] & JOINS_BY_AND != 0, self.bytes[1] & JOINS_BY_OR != 0)
    }

    /// Two things are compared.
    pub(crate) fn compares(&self) -> bool {
        self.bytes[24] & COMPARES != 0
    }

    pub(crate) fn tenses(&self) -> Tenses {
        Tenses(self.bytes[24] & !(COMPARES | CLAUSES))
    }

    /// Sentences, clauses set off by a comma, further questions; at most seven.
    pub(crate) fn clauses(&self) -> u8 {
        (self.bytes[24] & CLAUSES) >> CLAUSES_SHIFT
    }

    pub(crate) fn frame(&self) -> u8 {
        self.bytes[23]
    }

    pub(crate) fn people(&self) -> People {
        People(u16::from_le_bytes([self.bytes[20], self.bytes[21]]))
    }

    pub(crate) fn negations(&self) -> u8 {
        self.bytes[22]
    }
}

fn key_of(record: &[u8; RECORD_BYTES]) -> u32 {
    u32::from_le_bytes([record[0], record[1], record[2], record[3]])
}

fn kind_of(byte: u8) -> Option<Kind> {
    const KINDS: [Kind; 11] = [
        Kind::Content,
        Kind::Soft,
        Kind::Name,
        Kind::Number,
        Kind::Unit,
        Kind::Period,
        Kind::Quantifier,
        Kind::Symbol,
        Kind::Particle,
        Kind::Praise,
        Kind::Light,
    ];
    KINDS.get(usize::from(byte)).copied()
}
