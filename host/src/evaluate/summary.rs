//! What the judged pairs add up to. Pure.

use std::collections::BTreeMap;

use super::curve::{CurvePoint, curve};
use super::{Judged, Outcome, Pair, Share};

/// Every count that a report shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Of what was served, what was right.
    pub precision: Share,
    /// Of what should be served, what was.
    pub recall: Share,
    /// Of what should be missed, what was served.
    pub false_hits: Share,
    /// By the class of the pairs; of pairs without one, by the reason they were served for.
    pub kinds: Vec<KindCount>,
    /// By reason, the most frequent first.
    pub misses: Vec<MissCount>,
    /// What plain cosine would have done.
    pub curve: Vec<CurvePoint>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindCount {
    pub kind: String,
    pub recall: Share,
    pub false_hits: Share,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissCount {
    pub reason: &'static str,
    /// Pairs that should be missed.
    pub right: usize,
    /// Pairs that should be served.
    pub lost: usize,
}

impl Summary {
    pub fn of(pairs: &[Pair], judged: &[Judged]) -> Self {
        let (mut precision, mut recall, mut false_hits) = (Share::default(), Share::default(), Share::default());
        for (pair, judged) in pairs.iter().zip(judged) {
            let is_served = judged.is_served();
            if is_served {
                precision.add(pair.is_hit);
            }
            if pair.is_hit { &mut recall } else { &mut false_hits }.add(is_served);
        }
        Self {
            precision,
            recall,
            false_hits,
            kinds: kinds(pairs, judged),
            misses: misses(pairs, judged),
            curve: curve(pairs, judged),
        }
    }
}

impl Judged {
    pub fn is_served(&self) -> bool {
        matches!(self.outcome, Outcome::Served { .. })
    }
}

/// A pair without a class counts under the reason it was served for, among all without one.
fn kinds(pairs: &[Pair], judged: &[Judged]) -> Vec<KindCount> {
    let mut kinds: BTreeMap<&str, (Share, Share)> = BTreeMap::new();
    for (pair, judged) in pairs.iter().zip(judged) {
        if let Some(kind) = &pair.kind {
            let (recall, false_hits) = kinds.entry(kind).or_default();
            if pair.is_hit { recall } else { false_hits }.add(judged.is_served());
        }
    }
    let unclassed = |is_hit: bool| pairs.iter().filter(|pair| pair.kind.is_none() && pair.is_hit == is_hit).count();
    let (right, wrong) = (unclassed(true), unclassed(false));
    for (pair, judged) in pairs.iter().zip(judged) {
        if let (None, Outcome::Served { reason, .. }) = (&pair.kind, judged.outcome) {
            let (recall, false_hits) = kinds.entry(reason.code()).or_default();
            (recall.of, false_hits.of) = (right, wrong);
            if pair.is_hit { recall } else { false_hits }.count += 1;
        }
    }
    let count = |(kind, (recall, false_hits)): (&str, _)| KindCount { kind: kind.to_owned(), recall, false_hits };
    kinds.into_iter().map(count).collect()
}

fn misses(pairs: &[Pair], judged: &[Judged]) -> Vec<MissCount> {
    let mut misses: Vec<MissCount> = Vec::new();
    for (pair, judged) in pairs.iter().zip(judged) {
        let Outcome::Missed(reason) = judged.outcome else { continue };
        let at = misses.iter().position(|miss| miss.reason == reason).unwrap_or_else(|| {
            misses.push(MissCount { reason, right: 0, lost: 0 });
            misses.len() - 1
        });
        if pair.is_hit {
            misses[at].lost += 1;
        } else {
            misses[at].right += 1;
        }
    }
    misses.sort_by_key(|miss| (std::cmp::Reverse(miss.right + miss.lost), miss.reason));
    misses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::pairs::parse;
    use crate::plugin::policy::ServeReason;

    const PAIRS: &str = r#"{"a":"1","b":"x","hit":true,"kind":"typo"}
{"a":"2","b":"x","hit":true}
{"a":"3","b":"x","hit":false,"kind":"typo"}
{"a":"4","b":"x","hit":false}
{"a":"5","b":"x","hit":false}"#;

    #[test]
    fn the_counts_add_up() {
        let served = Outcome::Served { reason: ServeReason::Similar, confidence: 0.9 };
        let outcomes = [(0.95, served), (0.80, Outcome::Missed("order")), (0.91, Outcome::Missed("order"))];
        let outcomes = outcomes.into_iter().chain([(0.99, served), (0.75, Outcome::Missed("number"))]);
        let judged: Vec<Judged> = outcomes.map(|(cosine, outcome)| Judged { cosine: Some(cosine), outcome }).collect();
        let summary = Summary::of(&parse("p", PAIRS).unwrap(), &judged);
        let share = |count, of| Share { count, of };
        assert_eq!((summary.precision, summary.recall, summary.false_hits), (share(1, 2), share(1, 2), share(1, 3)));
        let kind = |kind: &str, recall, false_hits| KindCount { kind: kind.to_owned(), recall, false_hits };
        assert_eq!(summary.kinds, [kind("similar", share(0, 1), share(1, 2)), kind("typo", share(1, 1), share(0, 1))]);
        let miss = |reason, right, lost| MissCount { reason, right, lost };
        assert_eq!(summary.misses, [miss("order", 1, 1), miss("number", 1, 0)]);
        assert_eq!(summary.curve.len(), 30);
        let at = &summary.curve[20];
        assert_eq!(
            (at.threshold, at.precision, at.recall, at.false_hits),
            (0.9, share(1, 3), share(1, 2), share(2, 3))
        );
    }
}
