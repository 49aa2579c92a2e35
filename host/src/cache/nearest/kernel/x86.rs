//! The inner loops for x86-64 processors with AVX-512 and with AVX2.

use std::arch::x86_64::*;

use super::{Codes, QueryCodes, Search};
use crate::cache::nearest::sketch::{Block, Sketch};

pub(super) fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vnni")
        && is_x86_feature_detected!("avx512vpopcntdq")
        && is_x86_feature_detected!("popcnt")
}

pub(super) fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt")
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni,avx512vpopcntdq,popcnt")]
pub(super) fn run_with_avx512<S: Search>(search: S) -> S::Found {
    search.run(|query, codes| dot_512(query, codes), |sketch, block, limit| near_512(sketch, block, limit))
}

#[target_feature(enable = "avx2,popcnt")]
pub(super) fn run_with_avx2<S: Search>(search: S) -> S::Found {
    search.run(|query, codes| dot_256(query, codes), |sketch, block, limit| near_256(sketch, block, limit))
}

/// VNNI multiplies bytes without a sign by bytes with one: the rows are offset, and the excess is taken off the sum.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn dot_512(query: &QueryCodes, codes: &Codes) -> i32 {
    let (rows, _) = codes.bytes().as_chunks::<64>();
    let (queries, _) = query.narrow.as_chunks::<64>();
    let mut sums = [_mm512_setzero_si512(); 2];
    for (at, (row, query)) in rows.iter().zip(queries).enumerate() {
        sums[at % 2] = _mm512_dpbusd_epi32(sums[at % 2], load_512(row), load_512(query));
    }
    _mm512_reduce_add_epi32(_mm512_add_epi32(sums[0], sums[1])) - query.excess
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn near_512(sketch: &Sketch, block: &Block, limit: u32) -> u8 {
    let mut distances = _mm512_setzero_si512();
    for (words, own) in block.0.iter().zip(&sketch.0) {
        let differing = _mm512_xor_si512(load_512(words), _mm512_set1_epi64(own.cast_signed()));
        distances = _mm512_add_epi64(distances, _mm512_popcnt_epi64(differing));
    }
    _mm512_cmple_epu64_mask(distances, _mm512_set1_epi64(limit.into()))
}

/// The products of codes with a sign are small enough that two of them never overflow 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn dot_256(query: &QueryCodes, codes: &Codes) -> i32 {
    let (rows, _) = codes.bytes().as_chunks::<32>();
    let (queries, _) = query.narrow.as_chunks::<32>();
    let (offset, ones) = (_mm256_set1_epi8(-128), _mm256_set1_epi16(1));
    let mut sum = _mm256_setzero_si256();
    for (row, query) in rows.iter().zip(queries) {
        let (row, query) = (_mm256_xor_si256(load_256(row), offset), load_256(query));
        let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(query), _mm256_sign_epi8(row, query));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
    let halves = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
    let pairs = _mm_add_epi32(halves, _mm_shuffle_epi32::<0b00_00_11_10>(halves));
    _mm_cvtsi128_si32(_mm_add_epi32(pairs, _mm_shuffle_epi32::<0b00_00_00_01>(pairs)))
}

/// Four rows at a time; the bits of each half byte are looked up in a table.
#[inline]
#[target_feature(enable = "avx2")]
fn near_256(sketch: &Sketch, block: &Block, limit: u32) -> u8 {
    let counts = _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    let (counts, low) = (_mm256_broadcastsi128_si256(counts), _mm256_set1_epi8(0x0f));
    let mut found = 0;
    for half in 0..2 {
        let mut bits = _mm256_setzero_si256();
        for (words, own) in block.0.iter().zip(&sketch.0) {
            let (halves, _) = words.as_chunks::<4>();
            let differing = _mm256_xor_si256(load_256(&halves[half]), _mm256_set1_epi64x(own.cast_signed()));
            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(differing), low);
            bits = _mm256_add_epi8(bits, _mm256_shuffle_epi8(counts, _mm256_and_si256(differing, low)));
            bits = _mm256_add_epi8(bits, _mm256_shuffle_epi8(counts, high));
        }
        let distances = _mm256_sad_epu8(bits, _mm256_setzero_si256());
        let far = _mm256_cmpgt_epi64(distances, _mm256_set1_epi64x(limit.into()));
        found |= (!_mm256_movemask_pd(_mm256_castsi256_pd(far)) & 0b1111) << (4 * half);
    }
    u8::try_from(found).expect("eight bits")
}

/// The types that are loaded: 64 bytes, or 32 of them.
trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for i8 {}
impl Plain for u64 {}

#[inline]
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "a load from memory takes a pointer")]
fn load_512<T: Plain, const N: usize>(numbers: &[T; N]) -> __m512i {
    const { assert!(size_of::<[T; N]>() == 64) };
    // SAFETY: the array is 64 bytes of integers, the load wants no alignment.
    unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "a load from memory takes a pointer")]
fn load_256<T: Plain, const N: usize>(numbers: &[T; N]) -> __m256i {
    const { assert!(size_of::<[T; N]>() == 32) };
    // SAFETY: the array is 32 bytes of integers, the load wants no alignment.
    unsafe { _mm256_loadu_si256(numbers.as_ptr().cast()) }
}
