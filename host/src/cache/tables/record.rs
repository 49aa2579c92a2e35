//! The bytes of each row. A row that cannot be decoded is an error or counts as absent, never a panic.

use serde::{Deserialize, Serialize};

use crate::cache::change::Head;
use crate::cache::embedding::DIMENSIONS;
use crate::cache::exact::{QuestionKey, Scope, ScopeKey};
use crate::cache::feedback::Rating;
use crate::cache::index::Owner;
use crate::cache::lifetime::{Lifetime, Moment};
use crate::cache::nearest::UnitVector;
use crate::cache::origin::{Provenance, Reach};

/// An entry's texts, and the scope in full, so that a match never rests on a hash alone.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cache) struct Texts<'a> {
    pub(in crate::cache) principal: &'a str,
    pub(in crate::cache) namespace: Option<&'a str>,
    pub(in crate::cache) prompt: &'a str,
    pub(in crate::cache) response: &'a str,
}

#[derive(Serialize, Deserialize)]
struct HeadRecord<'a> {
    scope: [u8; 32],
    question: [u8; 32],
    created_milliseconds: u64,
    ends_milliseconds: u64,
    model: Option<&'a str>,
    reach: Reach,
    bytes: u32,
}

/// A head as the first format had it; never written any more.
#[derive(Deserialize)]
pub(super) struct HeadVersion1 {
    scope: [u8; 32],
    question: [u8; 32],
    created_milliseconds: u64,
    ends_milliseconds: u64,
    model: Option<String>,
}

impl HeadVersion1 {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, postcard::Error> {
        postcard::from_bytes(bytes)
    }

    pub(super) fn into_head(self, bytes: u32) -> Head {
        let created = Moment { milliseconds: self.created_milliseconds };
        let ends = Moment { milliseconds: self.ends_milliseconds };
        Head {
            scope: ScopeKey(self.scope),
            question: QuestionKey(self.question),
            model: self.model,
            lifetime: Lifetime { created, ends },
            reach: Reach::Similar,
            bytes,
        }
    }
}

impl<'a> Texts<'a> {
    pub(in crate::cache) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, postcard::Error> {
        postcard::from_bytes(bytes)
    }

    pub(in crate::cache) fn owner(&self) -> Owner {
        Owner { principal: self.principal.to_owned(), namespace: self.namespace.map(str::to_owned) }
    }

    /// The context is not among the texts: it is a hash already, and part of the scope's key.
    pub(in crate::cache) fn is_of(&self, scope: &Scope) -> bool {
        self.principal == scope.principal && self.namespace == scope.namespace.as_deref()
    }
}

pub(super) fn encode_head(head: &Head) -> Vec<u8> {
    encode(&HeadRecord {
        scope: head.scope.0,
        question: head.question.0,
        created_milliseconds: head.lifetime.created.milliseconds,
        ends_milliseconds: head.lifetime.ends.milliseconds,
        model: head.model.as_deref(),
        reach: head.reach,
        bytes: head.bytes,
    })
}

pub(super) fn decode_head(bytes: &[u8]) -> Result<Head, postcard::Error> {
    let record: HeadRecord<'_> = postcard::from_bytes(bytes)?;
    let created = Moment { milliseconds: record.created_milliseconds };
    let ends = Moment { milliseconds: record.ends_milliseconds };
    Ok(Head {
        scope: ScopeKey(record.scope),
        question: QuestionKey(record.question),
        model: record.model.map(str::to_owned),
        lifetime: Lifetime { created, ends },
        reach: record.reach,
        bytes: record.bytes,
    })
}

pub(super) fn encode_provenance(provenance: &Provenance) -> Vec<u8> {
    encode(provenance)
}

pub(super) fn decode_provenance(bytes: &[u8]) -> Result<Provenance, postcard::Error> {
    postcard::from_bytes(bytes)
}

pub(super) fn encode_rating(rating: &Rating) -> Vec<u8> {
    encode(rating)
}

pub(super) fn decode_rating(bytes: &[u8]) -> Result<Rating, postcard::Error> {
    postcard::from_bytes(bytes)
}

fn encode(record: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(record).expect("encoding plain data into memory cannot fail")
}

pub(super) fn encode_vector(vector: &UnitVector) -> Vec<u8> {
    vector.as_slice().iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// None for what is not a unit vector of today's length.
pub(super) fn decode_vector(bytes: &[u8]) -> Option<UnitVector> {
    if bytes.len() != DIMENSIONS * size_of::<f32>() {
        return None;
    }
    let (numbers, _) = bytes.as_chunks();
    UnitVector::new(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let texts = Texts { principal: "local", namespace: None, prompt: "p\0\u{1f980}", response: "" };
        assert_eq!(Texts::decode(&texts.encode()).unwrap(), texts);
        let scope = ScopeKey::of(&Scope { principal: "local".into(), namespace: None, context: None });
        let head = Head {
            scope,
            question: QuestionKey::of(&scope, "p"),
            model: Some("m".into()),
            lifetime: Lifetime::new(SystemTime::now(), Some(Duration::from_secs(9))),
            reach: Reach::Same,
            bytes: 7,
        };
        assert_eq!(decode_head(&encode_head(&head)).unwrap(), head);
    }

    #[test]
    fn broken_rows_are_errors() {
        let whole = Texts { principal: "local", namespace: Some("n"), prompt: "p", response: "r" }.encode();
        for length in 0..whole.len() {
            assert!(Texts::decode(&whole[..length]).is_err(), "{length}");
        }
        let mut not_utf8 = whole.clone();
        *not_utf8.last_mut().unwrap() = 0xff;
        assert!(Texts::decode(&not_utf8).is_err());
        assert!(decode_head(&[0; 20]).is_err());
        assert_eq!(decode_vector(&[0; 8]), None);
        assert_eq!(decode_vector(&[0xff; DIMENSIONS * 4]), None);
    }
}
