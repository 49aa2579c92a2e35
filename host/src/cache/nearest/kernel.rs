//! The two inner loops of every search, with the widest instructions this processor has. With its folder the only
//! place of the cache that is `unsafe`; every variant gives the same numbers as the plain one.
//!
//! On AArch64 the plain one is compiled for NEON, which is the baseline there.

#[cfg(target_arch = "x86_64")]
mod x86;

use super::sketch::{Block, Sketch};
use super::vector::{Codes, QueryCodes};

/// A search, whichever instructions it is done with. What it is given is inlined into it, so `run` must be inlined too.
pub(super) trait Search {
    type Found;

    /// `dot` is the dot product of two vectors' codes; `near` says by a bit for each row of a block whether its
    /// distance is within a limit.
    fn run(self, dot: impl Fn(&QueryCodes, &Codes) -> i32, near: impl Fn(&Sketch, &Block, u32) -> u8) -> Self::Found;
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
    pub(super) fn widest() -> Self {
        Self::available().next().expect("the baseline is always there")
    }

    /// Widest first.
    pub(super) fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let extensions = [
            x86::has_avx512().then_some(Extension::Avx512),
            x86::has_avx2().then_some(Extension::Avx2),
            Some(Extension::Baseline),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let extensions = [Some(Extension::Baseline)];
        extensions.into_iter().flatten().map(Self)
    }

    #[cfg_attr(
        target_arch = "x86_64",
        expect(unsafe_code, reason = "a function compiled for more than the baseline is unsafe to call")
    )]
    pub(super) fn run<S: Search>(self, search: S) -> S::Found {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: such an `InstructionSet` is only made when `has_avx512` says yes.
            Extension::Avx512 => unsafe { x86::run_with_avx512(search) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: such an `InstructionSet` is only made when `has_avx2` says yes.
            Extension::Avx2 => unsafe { x86::run_with_avx2(search) },
            Extension::Baseline => search.run(dot, near),
        }
    }
}

/// Plain, so that the compiler can make vector instructions of it.
fn dot(query: &QueryCodes, codes: &Codes) -> i32 {
    let products = codes.bytes().iter().zip(&query.wide);
    let sum: i32 = products.map(|(&row, &own)| i32::from(i16::from(row)) * i32::from(own)).sum();
    sum - query.excess
}

fn near(sketch: &Sketch, block: &Block, limit: u32) -> u8 {
    let mut distances = [0; 8];
    for (words, own) in block.0.iter().zip(&sketch.0) {
        for (distance, word) in distances.iter_mut().zip(words) {
            *distance += (word ^ own).count_ones();
        }
    }
    distances.iter().rev().fold(0, |bits, &distance| bits << 1 | u8::from(distance <= limit))
}
