//! Questions of a known length and vectors in clusters, the same in every run.

use crate::cache::embedding::DIMENSIONS;

/// The lengths of questions, in the model's tokens with its two special ones.
pub const TOKENS: [usize; 3] = [9, 32, 128];

/// Each one token.
const THINGS: [&str; 32] = [
    "printer", "engine", "garden", "bicycle", "camera", "piano", "kitchen", "window", "bridge", "computer", "guitar",
    "mirror", "clock", "lamp", "table", "chair", "door", "roof", "fence", "boat", "tent", "radio", "violin", "tower",
    "wagon", "wheel", "blanket", "basket", "bottle", "candle", "carpet", "closet",
];
const KINDS: [&str; 32] = [
    "red",
    "green",
    "blue",
    "yellow",
    "black",
    "white",
    "small",
    "large",
    "old",
    "wooden",
    "metal",
    "heavy",
    "light",
    "round",
    "square",
    "broken",
    "dirty",
    "empty",
    "cheap",
    "expensive",
    "modern",
    "ancient",
    "simple",
    "strange",
    "quiet",
    "loud",
    "soft",
    "hard",
    "thin",
    "thick",
    "wet",
    "dry",
];
const DEEDS: [&str; 32] = [
    "repair",
    "clean",
    "paint",
    "sell",
    "move",
    "build",
    "measure",
    "describe",
    "open",
    "close",
    "cover",
    "lift",
    "store",
    "test",
    "replace",
    "protect",
    "polish",
    "heat",
    "cool",
    "wash",
    "draw",
    "photograph",
    "compare",
    "choose",
    "order",
    "carry",
    "cut",
    "fix",
    "hide",
    "inspect",
    "mark",
    "wrap",
];

/// A question of so many tokens, one of [`TOKENS`]; another one for each number below 32,768.
pub(super) fn question(number: usize, tokens: usize) -> String {
    // Two special tokens, three words that are not in a clause's four, and three at the end of the longer ones.
    let clauses = (tokens - 5) / 4;
    let clause = |at: usize| {
        let own = number.wrapping_add(at * 7_919);
        let (thing, kind, deed) = (THINGS[own % 32], KINDS[own / 32 % 32], DEEDS[own / 1_024 % 32]);
        if at == 0 { format!("how do I {deed} a {kind} {thing}") } else { format!("and {deed} {kind} {thing}") }
    };
    let end = if clauses > 1 { " with some tools" } else { "" };
    (0..clauses).map(clause).collect::<Vec<_>>().join(" ") + end
}

/// The same question written otherwise, in as many tokens: the exact tier does not know it.
pub(super) fn rewritten(question: &str) -> String {
    question.replacen("how do I", "How do i", 1)
}

/// Vectors in groups of about fifty, some close to the middle of theirs and some at its edge.
pub(super) struct Clusters {
    centres: Vec<Vec<f32>>,
}

impl Clusters {
    pub(super) fn of(rows: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(11);
        Self { centres: (0..rows.div_ceil(50)).map(|_| any(&mut random)).collect() }
    }

    /// The same for the same number.
    pub(super) fn vector(&self, number: usize) -> Vec<f32> {
        let mut random = fastrand::Rng::with_seed(number as u64);
        let cosine = 0.6 + 0.35 * random.f32();
        near(&self.centres[number % self.centres.len()], cosine, &mut random)
    }

    /// Near one of the vectors, some closer than others.
    pub(super) fn query(&self, number: usize, row: impl Fn(&mut fastrand::Rng) -> usize) -> Vec<f32> {
        let mut random = fastrand::Rng::with_seed(1 << 40 | number as u64);
        let stored = self.vector(row(&mut random));
        near(&stored, [0.5, 0.7, 0.8, 0.9, 0.97, 1.0][number % 6], &mut random)
    }
}

fn any(random: &mut fastrand::Rng) -> Vec<f32> {
    unit((0..DIMENSIONS).map(|_| (0..4).map(|_| random.f32()).sum::<f32>() - 2.0).collect())
}

fn near(centre: &[f32], cosine: f32, random: &mut fastrand::Rng) -> Vec<f32> {
    let (other, away) = (any(random), (1.0 - cosine * cosine).sqrt());
    unit(centre.iter().zip(&other).map(|(centre, other)| centre * cosine + other * away).collect())
}

fn unit(mut numbers: Vec<f32>) -> Vec<f32> {
    let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    numbers.iter_mut().for_each(|number| *number /= length);
    numbers
}

pub(super) fn cosine(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_have_their_length_and_differ() {
        for tokens in TOKENS {
            let questions: std::collections::HashSet<_> = (0..5_000).map(|number| question(number, tokens)).collect();
            assert_eq!(questions.len(), 5_000);
            let words = question(77, tokens).split_whitespace().count();
            assert_eq!(words + 2, tokens);
        }
        assert_eq!(question(33, 9), "how do I repair a green engine");
    }
}
