//! Seeded random numbers and vectors, so that a failing test fails again.

use super::embedding::DIMENSIONS;
use super::nearest::UnitVector;

pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % bound
    }

    pub(super) fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    pub(super) fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize].clone()
    }

    /// In any direction with the same likelihood, roughly: each number is the sum of four uniform ones.
    pub(super) fn vector(&mut self) -> UnitVector {
        let numbers: Vec<f32> = (0..DIMENSIONS).map(|_| (0..4).map(|_| self.fraction()).sum::<f32>() - 2.0).collect();
        normalised(&numbers)
    }

    fn fraction(&mut self) -> f32 {
        self.below(1 << 20) as f32 / (1 << 20) as f32
    }

    /// A vector whose cosine to `centre` is around `cosine`.
    pub(super) fn near(&mut self, centre: &UnitVector, cosine: f32) -> UnitVector {
        let away = (1.0 - cosine * cosine).sqrt();
        let other = self.vector();
        let pairs = centre.as_slice().iter().zip(other.as_slice());
        normalised(&pairs.map(|(centre, other)| centre * cosine + other * away).collect::<Vec<_>>())
    }
}

pub(super) fn normalised(numbers: &[f32]) -> UnitVector {
    let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    UnitVector::new(numbers.iter().map(|number| number / length).collect()).unwrap()
}
