//! Hits and misses by hour and by day. The running hour is two atomic numbers; only its end takes a lock.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::{Bucket, seconds};

const HOUR_SECONDS: u64 = 3_600;
const DAY_SECONDS: u64 = 24 * HOUR_SECONDS;
const HOURS_KEPT: u64 = 24;
const DAYS_KEPT: u64 = 30;

#[derive(Debug)]
pub(super) struct History {
    /// Which hour is running, counted from 1970.
    hour: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    past: Mutex<Past>,
}

#[derive(Debug, Default)]
struct Past {
    hours: Row,
    days: Row,
}

/// By number since 1970.
type Row = BTreeMap<u64, Bucket>;

impl History {
    pub(super) fn after(hours: &[Bucket], days: &[Bucket]) -> Self {
        let row = |buckets: &[Bucket], length: u64| {
            buckets.iter().map(|bucket| (bucket.start_seconds / length, *bucket)).collect::<Row>()
        };
        let past = Past { hours: row(hours, HOUR_SECONDS), days: row(days, DAY_SECONDS) };
        Self { hour: AtomicU64::new(0), hits: AtomicU64::new(0), misses: AtomicU64::new(0), past: Mutex::new(past) }
    }

    pub(super) fn hit(&self, now: SystemTime) {
        self.turn_to(now);
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn miss(&self, now: SystemTime) {
        self.turn_to(now);
        self.misses.fetch_add(1, Ordering::Relaxed);
    }

    /// Closes the running hour when another has begun. What is counted meanwhile may land in its neighbour.
    fn turn_to(&self, now: SystemTime) {
        let hour = seconds(now) / HOUR_SECONDS;
        if self.hour.load(Ordering::Relaxed) == hour {
            return;
        }
        let mut past = self.past();
        if self.hour.load(Ordering::Relaxed) != hour {
            self.close(&mut past);
            self.hour.store(hour, Ordering::Relaxed);
            past.forget(hour);
        }
    }

    fn close(&self, past: &mut Past) {
        let hour = self.hour.load(Ordering::Relaxed);
        let (hits, misses) = (self.hits.swap(0, Ordering::Relaxed), self.misses.swap(0, Ordering::Relaxed));
        if hits + misses > 0 {
            past.add(hour, hits, misses);
        }
    }

    /// The last hours and the last days, oldest first, also those in which nothing happened.
    pub(super) fn buckets(&self, now: SystemTime) -> (Vec<Bucket>, Vec<Bucket>) {
        let mut past = self.past();
        self.close(&mut past);
        let hour = seconds(now) / HOUR_SECONDS;
        let hours = last(&past.hours, hour, HOURS_KEPT, HOUR_SECONDS);
        (hours, last(&past.days, hour / HOURS_KEPT, DAYS_KEPT, DAY_SECONDS))
    }

    /// Counters are sound after a panic.
    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Past {
    fn add(&mut self, hour: u64, hits: u64, misses: u64) {
        let rows = [(&mut self.hours, hour, HOUR_SECONDS), (&mut self.days, hour / HOURS_KEPT, DAY_SECONDS)];
        for (row, number, length) in rows {
            let bucket = row.entry(number).or_insert(Bucket { start_seconds: number * length, ..Bucket::default() });
            bucket.hits += hits;
            bucket.misses += misses;
        }
    }

    /// Drops what is too old, and what a clock that was wrong put far ahead.
    fn forget(&mut self, hour: u64) {
        let day = hour / HOURS_KEPT;
        self.hours.retain(|number, _| hour.abs_diff(*number) <= HOURS_KEPT);
        self.days.retain(|number, _| day.abs_diff(*number) <= DAYS_KEPT);
    }
}

fn last(row: &Row, newest: u64, count: u64, length: u64) -> Vec<Bucket> {
    let numbers = (newest + 1).saturating_sub(count)..=newest;
    let bucket = |number: u64| {
        row.get(&number).copied().unwrap_or(Bucket { start_seconds: number * length, ..Bucket::default() })
    };
    numbers.map(bucket).collect()
}
