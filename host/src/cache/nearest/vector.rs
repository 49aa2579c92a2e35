//! A text's vector in two forms: full, checked once, and as 8-bit codes. Never compares more than two.

use crate::cache::embedding::DIMENSIONS;
use crate::cache::error::CacheError;

/// How far from 1 the length of a vector may be before it counts as broken.
const LENGTH_TOLERANCE: f32 = 1e-2;

/// Codes are offset by this, so that they are unsigned: the dot product then needs no sign extension of the rows.
const OFFSET: i32 = 128;

/// A finite vector of unit length.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cache) struct UnitVector(Box<[f32]>);

/// A vector in 384 bytes, on the boundary of a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Codes([u8; DIMENSIONS]);

/// Codes, and what one step of them is worth.
#[derive(Debug, Clone)]
pub(in crate::cache) struct Quantised {
    pub(super) codes: Codes,
    pub(super) scale: f32,
}

/// What is searched for: the full vector, and its codes widened once for all rows.
pub(in crate::cache) struct Query<'a> {
    vector: &'a UnitVector,
    codes: [i16; DIMENSIONS],
    /// What the offset of a row's codes adds to every dot product with this query.
    excess: i32,
    scale: f32,
}

impl UnitVector {
    pub(in crate::cache) fn new(numbers: Vec<f32>) -> Result<Self, CacheError> {
        if numbers.len() != DIMENSIONS {
            return Err(CacheError::Dimensions { found: numbers.len() });
        }
        let length = dot(&numbers, &numbers).sqrt();
        // The length of a vector with a NaN or an infinity in it is neither below nor above any bound.
        let is_unit = (length - 1.0).abs() <= LENGTH_TOLERANCE;
        if is_unit { Ok(Self(numbers.into())) } else { Err(CacheError::Length { found: length }) }
    }

    pub(in crate::cache) fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// This vector with `share` of another added, back at unit length; itself where the two cancel out.
    pub(super) fn towards(&self, other: &Self, share: f32) -> Self {
        let mixed: Vec<f32> = self.0.iter().zip(&other.0).map(|(own, other)| own + share * other).collect();
        let length = dot(&mixed, &mixed).sqrt();
        let unit = mixed.into_iter().map(|number| number / length).collect();
        Self::new(unit).unwrap_or_else(|_| self.clone())
    }

    /// Cosine similarity, at most 1.
    pub(in crate::cache) fn cosine(&self, other: &Self) -> f32 {
        dot(&self.0, &other.0).clamp(-1.0, 1.0)
    }
}

fn dot(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}

impl Quantised {
    pub(in crate::cache) fn of(vector: &UnitVector) -> Self {
        let largest = vector.0.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        let steps = 127.0 / largest;
        let mut codes = [0; DIMENSIONS];
        for (code, number) in codes.iter_mut().zip(&vector.0) {
            // Adding half a step makes the truncating cast round; the sum is between 1 and 256.
            *code = (number * steps + OFFSET as f32 + 0.5) as u8;
        }
        Self { codes: Codes(codes), scale: largest / 127.0 }
    }

    /// The scale, then the codes.
    pub(in crate::cache) fn encode(&self) -> Vec<u8> {
        [&self.scale.to_le_bytes()[..], &self.codes.0].concat()
    }

    /// None for what cannot be a vector's codes.
    pub(in crate::cache) fn decode(bytes: &[u8]) -> Option<Self> {
        let (scale, codes) = bytes.split_first_chunk()?;
        let scale = f32::from_le_bytes(*scale);
        let is_possible = scale > 0.0 && scale <= 1.0;
        is_possible.then_some(Self { codes: Codes(codes.try_into().ok()?), scale })
    }
}

impl Codes {
    fn signed(&self) -> [i16; DIMENSIONS] {
        self.0.map(|code| i16::from(code) - OFFSET as i16)
    }
}

impl<'a> Query<'a> {
    pub(in crate::cache) fn new(vector: &'a UnitVector) -> Self {
        let Quantised { codes, scale } = Quantised::of(vector);
        let codes = codes.signed();
        let excess = OFFSET * codes.iter().map(|&code| i32::from(code)).sum::<i32>();
        Self { vector, codes, excess, scale }
    }

    pub(in crate::cache) fn vector(&self) -> &UnitVector {
        self.vector
    }

    /// The cosine as the codes have it. Plain, so that the compiler can make vector instructions of it; inlined, so
    /// that it uses those of its caller.
    #[inline(always)]
    pub(super) fn score(&self, codes: &Codes, scale: f32) -> f32 {
        let products = codes.0.iter().zip(&self.codes).map(|(&row, &own)| i32::from(i16::from(row)) * i32::from(own));
        (products.sum::<i32>() - self.excess) as f32 * (scale * self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::test_random::{Random, normalised};

    #[test]
    fn only_unit_vectors_pass() {
        let spike = |value: f32| {
            let mut numbers = vec![0.0; DIMENSIONS];
            numbers[3] = value;
            numbers
        };
        assert!(UnitVector::new(spike(1.0)).is_ok());
        assert!(UnitVector::new(spike(-1.0)).is_ok());
        for bad in [0.0, 0.5, 1.5, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38, f32::MIN_POSITIVE] {
            assert!(matches!(UnitVector::new(spike(bad)), Err(CacheError::Length { .. })), "{bad}");
        }
        for bad in [0, 1, DIMENSIONS - 1, DIMENSIONS + 1] {
            let constant = vec![1.0 / (bad as f32).sqrt(); bad];
            assert!(matches!(UnitVector::new(constant), Err(CacheError::Dimensions { .. })), "{bad}");
        }
    }

    #[test]
    fn codes_keep_the_cosine() {
        let mut random = Random(7);
        for _ in 0..200 {
            let one = random.vector();
            for other in [random.near(&one, 0.9), random.vector(), one.clone()] {
                let stored = Quantised::of(&other);
                let score = Query::new(&one).score(&stored.codes, stored.scale);
                let exact = one.cosine(&other);
                assert!((score - exact).abs() < 0.005, "{score} is not {exact}");
            }
        }
    }

    #[test]
    fn codes_come_back_as_they_were() {
        let vector = Random(9).vector();
        let stored = Quantised::of(&vector);
        let encoded = stored.encode();
        let decoded = Quantised::decode(&encoded).unwrap();
        assert_eq!((decoded.codes.0, decoded.scale), (stored.codes.0, stored.scale));
        for broken in [&encoded[..0], &encoded[..3], &encoded[1..], &[0xff; DIMENSIONS + 4], &[0; DIMENSIONS + 4]] {
            assert!(Quantised::decode(broken).is_none());
        }
    }

    #[test]
    fn codes_reach_both_ends() {
        let mut numbers = vec![0.0; DIMENSIONS];
        numbers[0] = 1.0;
        numbers[1] = -1.0;
        let codes = Quantised::of(&normalised(&numbers)).codes;
        assert_eq!(codes.0[..3], [255, 1, 128]);
    }
}
