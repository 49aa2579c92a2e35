//! A text's vector in two forms: full, checked once, and as 8-bit codes. Never compares more than two.

use super::rotation::rotated;
use super::sketch::Sketch;
use crate::cache::embedding::DIMENSIONS;
use crate::cache::error::CacheError;

/// How far from 1 the length of a vector may be before it counts as broken.
const LENGTH_TOLERANCE: f32 = 1e-2;

/// Codes are offset by this, so that they are unsigned, as vector instructions want one of the factors to be.
const OFFSET: i32 = 128;

/// How the codes on disk were made; others count as absent, and are made anew.
const CODING: u8 = 1;

/// A finite vector of unit length.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cache) struct UnitVector(Box<[f32]>);

/// A rotated vector in 384 bytes, on the boundary of a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Codes([u8; DIMENSIONS]);

/// Codes, and what one step of them is worth.
#[derive(Debug, Clone)]
pub(in crate::cache) struct Quantised {
    pub(super) codes: Codes,
    pub(super) scale: f32,
}

/// What is searched for: the full vector, and its codes in the forms that the kernels want.
pub(in crate::cache) struct Query<'a> {
    vector: &'a UnitVector,
    pub(super) codes: QueryCodes,
    pub(super) sketch: Sketch,
    scale: f32,
}

/// A query's codes without their offset.
#[repr(align(64))]
pub(super) struct QueryCodes {
    #[cfg_attr(not(any(target_arch = "x86_64", test)), expect(dead_code, reason = "other processors multiply wide"))]
    pub(super) narrow: [i8; DIMENSIONS],
    pub(super) wide: [i16; DIMENSIONS],
    /// What the offset of a row's codes adds to every dot product with this query.
    pub(super) excess: i32,
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
        let rotated = rotated(vector.as_slice());
        let largest = rotated.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        let steps = 127.0 / largest;
        let mut codes = [0; DIMENSIONS];
        for (code, number) in codes.iter_mut().zip(&rotated) {
            // Adding half a step makes the truncating cast round; the sum is between 1 and 256.
            *code = (number * steps + OFFSET as f32 + 0.5) as u8;
        }
        Self { codes: Codes(codes), scale: largest / 127.0 }
    }

    /// How they were made, the scale, then the codes.
    pub(in crate::cache) fn encode(&self) -> Vec<u8> {
        [&[CODING][..], &self.scale.to_le_bytes(), &self.codes.0].concat()
    }

    /// None for what cannot be a vector's codes of today.
    pub(in crate::cache) fn decode(bytes: &[u8]) -> Option<Self> {
        let (coding, bytes) = bytes.split_first()?;
        let (scale, codes) = bytes.split_first_chunk()?;
        let scale = f32::from_le_bytes(*scale);
        let is_possible = *coding == CODING && scale > 0.0 && scale <= 1.0;
        is_possible.then_some(Self { codes: Codes(codes.try_into().ok()?), scale })
    }
}

impl Codes {
    pub(super) fn bytes(&self) -> &[u8; DIMENSIONS] {
        &self.0
    }
}

impl<'a> Query<'a> {
    pub(in crate::cache) fn new(vector: &'a UnitVector) -> Self {
        let Quantised { codes, scale } = Quantised::of(vector);
        Self { vector, codes: QueryCodes::of(&codes), sketch: Sketch::of(&codes), scale }
    }

    pub(in crate::cache) fn vector(&self) -> &UnitVector {
        self.vector
    }

    /// The cosine, from the dot product of the codes.
    #[inline(always)]
    pub(super) fn score(&self, dot: i32, scale: f32) -> f32 {
        dot as f32 * (scale * self.scale)
    }
}

impl QueryCodes {
    fn of(codes: &Codes) -> Self {
        let narrow = codes.0.map(|code| code.wrapping_sub(OFFSET as u8).cast_signed());
        let wide = narrow.map(i16::from);
        Self { narrow, wide, excess: OFFSET * narrow.iter().map(|&code| i32::from(code)).sum::<i32>() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::test_random::Random;

    impl Query<'_> {
        pub(in crate::cache::nearest) fn score_of(&self, stored: &Quantised) -> f32 {
            let products = stored.codes.0.iter().zip(&self.codes.narrow);
            let dot = products.map(|(&row, &own)| (i32::from(row) - OFFSET) * i32::from(own)).sum();
            self.score(dot, stored.scale)
        }
    }

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
                let score = Query::new(&one).score_of(&stored);
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
        let zeros = [&[CODING][..], &[0; DIMENSIONS + 4]].concat();
        for broken in [&encoded[..0], &encoded[..3], &encoded[1..], &[0xff; DIMENSIONS + 5], &zeros] {
            assert!(Quantised::decode(broken).is_none());
        }
    }

    #[test]
    fn codes_reach_an_end() {
        let codes = Quantised::of(&Random(4).vector()).codes;
        assert!(codes.0.iter().any(|code| matches!(code, 1 | 255)));
    }
}
