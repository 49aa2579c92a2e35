//! What plain cosine would do, without a gate of the host's: precision and recall at every threshold. Pure.

use super::{Judged, Pair, Share};

/// In hundredths.
const THRESHOLDS: std::ops::RangeInclusive<u16> = 70..=99;

/// A policy that knows only this threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    pub threshold: f32,
    /// Of what would be served, what is right.
    pub precision: Share,
    /// Of what is right, what would be served.
    pub recall: Share,
    /// Of what is wrong, what would be served.
    pub false_hits: Share,
}

pub(super) fn curve(pairs: &[Pair], judged: &[Judged]) -> Vec<CurvePoint> {
    THRESHOLDS.map(|hundredths| point(f32::from(hundredths) / 100.0, pairs, judged)).collect()
}

fn point(threshold: f32, pairs: &[Pair], judged: &[Judged]) -> CurvePoint {
    let (precision, recall, false_hits) = Default::default();
    let mut point = CurvePoint { threshold, precision, recall, false_hits };
    for (pair, judged) in pairs.iter().zip(judged) {
        let is_served = judged.cosine.is_some_and(|cosine| cosine >= threshold);
        let among = if pair.is_hit { &mut point.recall } else { &mut point.false_hits };
        among.add(is_served);
        if is_served {
            point.precision.add(pair.is_hit);
        }
    }
    point
}
