//! A share of a count, and how far it can be trusted. Pure.

/// The 97.5th percentile of the normal distribution: 2.5 % are left out on either side.
const Z: f64 = 1.959_963_985;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    pub count: usize,
    pub of: usize,
}

impl Share {
    /// Counts one more, which is among those that count or not.
    pub fn add(&mut self, counts: bool) {
        self.of += 1;
        self.count += usize::from(counts);
    }

    /// 0.0 to 1.0; none of nothing.
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| number(self.count) / number(self.of))
    }

    /// Wilson's 95 % interval: where the share lies in the field, when these are a sample of it.
    pub fn interval(self) -> Option<(f64, f64)> {
        let share = self.value()?;
        let of = number(self.of);
        let denominator = 1.0 + Z * Z / of;
        let centre = (share + Z * Z / (2.0 * of)) / denominator;
        let spread = Z / denominator * (share * (1.0 - share) / of + Z * Z / (4.0 * of * of)).sqrt();
        Some(((centre - spread).max(0.0), (centre + spread).min(1.0)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of pairs are far below 2^53")]
fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        let cases = [
            (0, 10, (0.0, 0.2775)),
            (10, 10, (0.7225, 1.0)),
            (1, 100, (0.0018, 0.0545)),
            (50, 100, (0.4038, 0.5962)),
            (830, 1000, (0.8055, 0.8520)),
        ];
        for (count, of, (low, high)) in cases {
            let found = Share { count, of }.interval().unwrap();
            assert!((found.0 - low).abs() < 1e-4 && (found.1 - high).abs() < 1e-4, "{count} of {of}: {found:?}");
        }
        assert_eq!((Share::default().value(), Share::default().interval()), (None, None));
    }
}
