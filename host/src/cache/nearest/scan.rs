//! The exact search: every row that may be seen is scored, with the widest instructions this processor has.

use super::best::Best;
use super::rows::{Rows, Slot, Visible};
use super::vector::Query;

/// What to score.
pub(super) struct Scan<'a> {
    pub(super) rows: &'a Rows,
    pub(super) only: Option<&'a [Slot]>,
    pub(super) query: &'a Query<'a>,
    pub(super) visible: &'a Visible,
}

/// Instructions that this processor has: only [`InstructionSet::available`], which asks it, makes one.
#[derive(Debug, Clone, Copy)]
pub(super) struct InstructionSet(Extension);

#[derive(Debug, Clone, Copy)]
enum Extension {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of this architecture has.
    Baseline,
}

impl InstructionSet {
    /// Widest first.
    pub(super) fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let extensions = [
            is_x86_feature_detected!("avx512bw").then_some(Extension::Avx512),
            is_x86_feature_detected!("avx2").then_some(Extension::Avx2),
            Some(Extension::Baseline),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let extensions = [Some(Extension::Baseline)];
        extensions.into_iter().flatten().map(Self)
    }
}

impl Scan<'_> {
    pub(super) fn run(&self, best: &mut Best) {
        let widest = InstructionSet::available().next().expect("the baseline is always there");
        self.run_with(widest, best);
    }

    #[cfg_attr(
        target_arch = "x86_64",
        expect(unsafe_code, reason = "a function compiled for more than the baseline is unsafe to call")
    )]
    pub(super) fn run_with(&self, instructions: InstructionSet, best: &mut Best) {
        match instructions.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: such an `InstructionSet` is only made after the processor said that it has avx512bw.
            Extension::Avx512 => unsafe { score_with_avx512(self, best) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: such an `InstructionSet` is only made after the processor said that it has avx2.
            Extension::Avx2 => unsafe { score_with_avx2(self, best) },
            Extension::Baseline => self.score(best),
        }
    }

    #[inline(always)]
    fn score(&self, best: &mut Best) {
        match self.only {
            None => self.rows.each_score(self.query, self.visible, |score, row| best.offer(score, row)),
            Some(slots) => {
                let slots = slots.iter().copied();
                self.rows.each_score_of(slots, self.query, self.visible, |score, row| best.offer(score, row));
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512bw")]
fn score_with_avx512(scan: &Scan<'_>, best: &mut Best) {
    scan.score(best);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn score_with_avx2(scan: &Scan<'_>, best: &mut Best) {
    scan.score(best);
}
