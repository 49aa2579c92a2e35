//! One fixed rotation of all vectors, which spreads every number over all of them: afterwards no vector has few large
//! numbers, whatever made it, so that its signs say how near it is. Never changes a cosine.

use crate::cache::embedding::DIMENSIONS;

/// A Hadamard transform needs a power of two.
const BLOCK: usize = 128;
const BLOCKS: usize = DIMENSIONS / BLOCK;

/// Which numbers change their sign before each of the two rounds. Codes on disk were made with these.
const SIGNS: [[f32; DIMENSIONS]; 2] = [signs(0x9e37_79b9_7f4a_7c15), signs(0xd1b5_4a32_d192_ed03)];

const fn signs(seed: u64) -> [f32; DIMENSIONS] {
    let mut state = seed;
    let mut signs = [1.0; DIMENSIONS];
    let mut at = 0;
    while at < DIMENSIONS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state >> 40 & 1 == 1 {
            signs[at] = -1.0;
        }
        at += 1;
    }
    signs
}

/// The vector after the rotation; as long as before.
pub(super) fn rotated(vector: &[f32]) -> [f32; DIMENSIONS] {
    let mut first = [0.0; DIMENSIONS];
    for ((to, from), sign) in first.iter_mut().zip(vector).zip(&SIGNS[0]) {
        *to = from * sign;
    }
    transform(&mut first);
    let mut second = [0.0; DIMENSIONS];
    for (at, to) in second.iter_mut().enumerate() {
        // Each block of the second round takes a third of its numbers from each block of the first.
        *to = first[at % BLOCKS * BLOCK + at / BLOCKS] * SIGNS[1][at];
    }
    transform(&mut second);
    second
}

/// The normalised Hadamard transform of each block.
fn transform(numbers: &mut [f32; DIMENSIONS]) {
    let (blocks, _) = numbers.as_chunks_mut::<BLOCK>();
    for block in blocks {
        let mut half = 1;
        while half < BLOCK {
            for pair in block.chunks_exact_mut(2 * half) {
                let (left, right) = pair.split_at_mut(half);
                for (left, right) in left.iter_mut().zip(right) {
                    (*left, *right) = (*left + *right, *left - *right);
                }
            }
            half *= 2;
        }
        block.iter_mut().for_each(|number| *number /= (BLOCK as f32).sqrt());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::test_random::Random;

    fn dot(left: &[f32], right: &[f32]) -> f32 {
        left.iter().zip(right).map(|(left, right)| left * right).sum()
    }

    #[test]
    fn cosines_stay() {
        let mut random = Random(3);
        for _ in 0..50 {
            let one = random.vector();
            let other = random.near(&one, 0.7);
            let turned = dot(&rotated(one.as_slice()), &rotated(other.as_slice()));
            assert!((turned - one.cosine(&other)).abs() < 1e-5);
        }
    }

    #[test]
    fn one_large_number_becomes_many_small_ones() {
        for at in 0..DIMENSIONS {
            let mut spike = [0.0; DIMENSIONS];
            spike[at] = 1.0;
            let largest = rotated(&spike).iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
            assert!(largest < 0.35, "{at}: {largest}");
        }
    }
}
