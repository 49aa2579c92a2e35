//! A vector in 48 bytes, one bit for the sign of each number, and what the distance of two sketches says about the
//! cosine of their vectors. Never decides what is nearest: it says what cannot be.

use std::f32::consts::PI;

use super::vector::Codes;
use crate::cache::embedding::DIMENSIONS;

const WORDS: usize = DIMENSIONS / 64;

/// Rows in a block.
pub(super) const BLOCK_ROWS: usize = 8;

/// How many standard deviations a distance may be above the expected one: one pair in 30,000 is further away.
const DEVIATIONS: f32 = 4.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sketch(pub(super) [u64; WORDS]);

/// The sketches of eight rows, the first words of all, then the second ones: their distances to one sketch are
/// then counted side by side.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Block(pub(super) [[u64; BLOCK_ROWS]; WORDS]);

impl Sketch {
    pub(super) fn of(codes: &Codes) -> Self {
        let (eights, _) = codes.bytes().as_chunks::<8>();
        let (words, _) = eights.as_chunks::<8>();
        let mut sketch = Self::default();
        for (to, eights) in sketch.0.iter_mut().zip(words) {
            *to = eights.iter().rev().fold(0, |bits, codes| bits << 8 | signs(u64::from_le_bytes(*codes)));
        }
        sketch
    }
}

/// The highest bit of each of eight codes: they are offset, so it is set where the number is not negative. The
/// product puts the eight bits, which are eight apart, side by side into its highest byte.
fn signs(codes: u64) -> u64 {
    (codes >> 7 & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

impl Block {
    pub(super) fn set(&mut self, place: usize, sketch: &Sketch) {
        for (words, word) in self.0.iter_mut().zip(sketch.0) {
            words[place] = word;
        }
    }

    /// In how many bits a row differs from the sketch.
    #[inline(always)]
    pub(super) fn distance(&self, place: usize, sketch: &Sketch) -> u32 {
        self.0.iter().zip(sketch.0).map(|(words, word)| (words[place] ^ word).count_ones()).sum()
    }
}

/// The distance that no row of this cosine or a higher one has, but for one in 30,000. In random directions two
/// vectors differ in each bit with the probability `angle / pi`, and [`super::rotation`] makes all directions random.
pub(super) fn radius(cosine: f32) -> u32 {
    let bits = DIMENSIONS as f32;
    let differing = cosine.clamp(-1.0, 1.0).acos() / PI;
    let deviation = (bits * differing * (1.0 - differing)).sqrt();
    (bits * differing + DEVIATIONS * deviation).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::super::vector::{Quantised, UnitVector};
    use super::*;
    use crate::cache::test_random::{Random, normalised};

    fn sketch(vector: &UnitVector) -> Sketch {
        Sketch::of(&Quantised::of(vector).codes)
    }

    fn distance(one: &UnitVector, other: &UnitVector) -> u32 {
        let mut block = Block::default();
        block.set(5, &sketch(one));
        block.distance(5, &sketch(other))
    }

    /// Most of the length in one number, the rest noise: without the rotation their signs would say nothing.
    fn spiky(random: &mut Random) -> UnitVector {
        let mut numbers = random.vector().as_slice().to_vec();
        numbers[17] = 5.0;
        normalised(&numbers)
    }

    #[test]
    fn distances_keep_to_the_radius() {
        let mut random = Random(41);
        let (mut outside, mut far) = (0, 0);
        for step in 0..4_000 {
            let one = if step % 2 == 0 { random.vector() } else { spiky(&mut random) };
            let other =
                if step % 4 == 1 { spiky(&mut random) } else { random.near(&one, 0.6 + step as f32 / 10_100.0) };
            let (distance, cosine) = (distance(&one, &other), one.cosine(&other));
            outside += usize::from(distance > radius(cosine));
            far += usize::from(distance > radius(cosine + 0.25));
        }
        assert!(outside <= 2, "{outside} of 4000");
        assert!(far > 2_000, "a radius that everything is in would say nothing: {far}");
    }

    #[test]
    fn one_bit_for_each_sign() {
        let mut random = Random(8);
        let codes = Quantised::of(&random.vector()).codes;
        let sketch = Sketch::of(&codes);
        for (at, code) in codes.bytes().iter().enumerate() {
            assert_eq!(sketch.0[at / 64] >> (at % 64) & 1 == 1, *code >= 128, "{at}");
        }
    }

    #[test]
    fn equal_vectors_have_no_distance() {
        let vector = Random(2).vector();
        assert_eq!((distance(&vector, &vector), radius(1.0)), (0, 0));
        assert_eq!(radius(-1.0), DIMENSIONS as u32);
    }
}
