//! What was lately noted under a key, and a number with it: bounded, without a lock, and never more than a hint. To note
//! again what is noted writes nothing, so that those who are served the same do not wait for each other.

use std::sync::atomic::{AtomicU64, Ordering};

/// A cache line of places; the one that was filled longest ago is filled anew.
const PLACES_IN_A_SET: usize = 8;
/// Half a mebibyte in all: of what was noted 16,384 keys ago, one in a thousand is forgotten.
const SETS: usize = 8_192;

/// A place holds the key's upper bits, and below them the cosine in steps of 2^-24: exactly, as nothing is served below
/// one half.
const COSINE_BITS: u32 = 25;
const COSINE_STEPS: f32 = (1 << 24) as f32;

#[repr(align(64))]
#[derive(Default)]
struct Set([AtomicU64; PLACES_IN_A_SET]);

pub(super) struct RecentCosines {
    sets: Box<[Set]>,
}

impl RecentCosines {
    pub(super) fn new() -> Self {
        Self { sets: (0..SETS).map(|_| Set::default()).collect() }
    }

    /// `key` is spread evenly over all numbers.
    pub(super) fn note(&self, key: u64, cosine: f32) {
        let noted = tag(key) | (cosine.clamp(0.0, 1.0) * COSINE_STEPS) as u64;
        let Set(places) = self.set(key);
        let known = places.iter().find(|place| tag(place.load(Ordering::Relaxed)) == tag(key));
        match known {
            Some(place) if place.load(Ordering::Relaxed) == noted => {}
            Some(place) => place.store(noted, Ordering::Relaxed),
            None => {
                // Two at once may lose one of theirs or another's: it is a hint.
                for at in (1..PLACES_IN_A_SET).rev() {
                    places[at].store(places[at - 1].load(Ordering::Relaxed), Ordering::Relaxed);
                }
                places[0].store(noted, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn cosine(&self, key: u64) -> Option<f32> {
        let Set(places) = self.set(key);
        let mut noted = places.iter().map(|place| place.load(Ordering::Relaxed));
        let noted = noted.find(|noted| tag(*noted) == tag(key))?;
        Some((noted - tag(key)) as f32 / COSINE_STEPS)
    }

    fn set(&self, key: u64) -> &Set {
        &self.sets[key as usize % SETS]
    }
}

/// What tells the keys of a set apart; never 0, which is an empty place.
fn tag(key: u64) -> u64 {
    (key | 1 << COSINE_BITS) >> COSINE_BITS << COSINE_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: usize = SETS * PLACES_IN_A_SET;

    /// The same numbers each time, spread as a hash spreads them.
    fn keys() -> impl Iterator<Item = u64> {
        (1_u64..).map(|number| {
            number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        })
    }

    #[test]
    fn the_last_are_known_and_the_first_forgotten() {
        let recent = RecentCosines::new();
        let keys: Vec<_> = keys().take(20 * KEPT).collect();
        for (number, key) in keys.iter().enumerate() {
            recent.note(*key, if number % 2 == 0 { 1.0 } else { 0.9 });
        }
        for (number, key) in keys.iter().enumerate().rev().take(KEPT / 8) {
            let expected = if number % 2 == 0 { 1.0 } else { 0.9 };
            assert_eq!(recent.cosine(*key), Some(expected), "{number} of {}", keys.len());
        }
        assert!(keys[..KEPT].iter().all(|key| recent.cosine(*key).is_none()));
    }

    #[test]
    fn what_is_noted_again_takes_the_same_place() {
        let recent = RecentCosines::new();
        // All of one set.
        let keys: Vec<_> = (1..=PLACES_IN_A_SET as u64).map(|number| number << 32).collect();
        for cosine in [0.5, 1.0, 1.0, 0.0] {
            keys.iter().for_each(|key| recent.note(*key, cosine));
        }
        assert!(keys.iter().all(|key| recent.cosine(*key) == Some(0.0)));
        recent.note(99 << 32, 1.0);
        assert_eq!((recent.cosine(keys[0]), recent.cosine(keys[1])), (None, Some(0.0)), "the oldest made room");
    }
}
