//! How long things took, as percentiles. Pure.

use std::time::Duration;

/// Each is a duration that was really measured: the least that so many are not above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latencies {
    pub count: usize,
    pub median: Duration,
    pub percentile_90: Duration,
    pub percentile_99: Duration,
    pub longest: Duration,
}

impl Latencies {
    /// Zeros when nothing was measured.
    pub(super) fn of(mut durations: Vec<Duration>) -> Self {
        durations.sort_unstable();
        let percentile = |hundredths: usize| {
            let rank = (durations.len() * hundredths).div_ceil(100).max(1);
            durations.get(rank - 1).copied().unwrap_or_default()
        };
        Self {
            count: durations.len(),
            median: percentile(50),
            percentile_90: percentile(90),
            percentile_99: percentile(99),
            longest: percentile(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_among_what_was_measured() {
        let cases: [(Vec<u64>, [u64; 4]); 4] = [
            (vec![], [0, 0, 0, 0]),
            (vec![7], [7, 7, 7, 7]),
            (vec![3, 1, 2, 4], [2, 4, 4, 4]),
            ((1..=200).rev().collect(), [100, 180, 198, 200]),
        ];
        for (measured, expected) in cases {
            let found = Latencies::of(measured.iter().copied().map(Duration::from_micros).collect());
            let found = [found.median, found.percentile_90, found.percentile_99, found.longest];
            assert_eq!(found, expected.map(Duration::from_micros), "{measured:?}");
        }
    }
}
