//! Texts with the embeddings that the original model gives them, and how near a loaded model comes. The last word on
//! whether a model made here is used.

use serde::Deserialize;

use crate::cache::embedding::{Embedder, EmbeddingError};
use crate::settings::Precision;

const GOLDEN: &str = include_str!("../../assets/minilm_golden.json");

#[derive(Deserialize)]
struct Case {
    text: String,
    embedding: Vec<f32>,
}

/// Cosine similarity to the original embeddings, of the worst text and on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Golden {
    pub minimum_cosine: f32,
    pub mean_cosine: f32,
}

impl Golden {
    /// What a model must reach to be used.
    pub fn required(precision: Precision) -> Self {
        match precision {
            Precision::Int8 => Self { minimum_cosine: 0.97, mean_cosine: 0.99 },
            Precision::Fp32 => Self { minimum_cosine: 0.9999, mean_cosine: 0.9999 },
        }
    }

    /// Embeds every text, one by one as in use.
    pub fn measure(embedder: &Embedder) -> Result<Self, EmbeddingError> {
        let cases: Vec<Case> = serde_json::from_str(GOLDEN).expect("the embedded file is well-formed");
        let mut cosines = Vec::with_capacity(cases.len());
        for case in &cases {
            cosines.push(cosine(&embedder.embed_beginning(&case.text)?, &case.embedding));
        }
        let minimum_cosine = cosines.iter().copied().fold(f32::INFINITY, f32::min);
        let mean_cosine = cosines.iter().sum::<f32>() / cosines.len() as f32;
        Ok(Self { minimum_cosine, mean_cosine })
    }

    pub fn meets(self, required: Self) -> bool {
        self.minimum_cosine >= required.minimum_cosine && self.mean_cosine >= required.mean_cosine
    }
}

impl std::fmt::Display for Golden {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "minimum cosine {:.4}, mean {:.4}", self.minimum_cosine, self.mean_cosine)
    }
}

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(left, right) / (dot(left, left) * dot(right, right)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_count() {
        let required = Golden::required(Precision::Int8);
        let golden = |minimum_cosine, mean_cosine| Golden { minimum_cosine, mean_cosine };
        assert!(golden(0.97, 0.99).meets(required));
        assert!(!golden(0.969, 0.999).meets(required));
        assert!(!golden(0.98, 0.985).meets(required));
        assert!(!golden(f32::NAN, 0.999).meets(required));
        assert!(!golden(0.98, 0.999).meets(Golden::required(Precision::Fp32)));
    }

    #[test]
    fn cosine_ignores_length() {
        assert!((cosine(&[1.0, 2.0], &[10.0, 20.0]) - 1.0).abs() < 1e-6);
        assert!(cosine(&[1.0, 0.0], &[0.0, 3.0]).abs() < 1e-6);
    }
}
