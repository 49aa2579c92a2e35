//! Who leaves when there is no room: what has expired, then of a few rows at random the one that is worth least. Never
//! refuses what comes, never removes what has just come, and looks at a few rows only, however many there are.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Size;
use super::slab::{Row, Slab};
use crate::cache::EntryId;
use crate::cache::lifetime::Moment;

/// An entry younger than this is never removed to make room.
const PROTECTED: Duration = Duration::from_mins(1);

/// Rows that one is chosen from.
const SAMPLE: usize = 16;

/// Places that are looked at, at most, to find one row that may go.
const MAX_LOOKS: usize = 256;

/// So many leave in one batch, at most: when the limit was lowered, stores do not wait for all who are too many.
const MAX_VICTIMS: usize = 2_000;

/// Each further use is counted with a probability this much smaller, so that eight bits count to a billion.
const COUNT_BASE: f32 = 1.08;

/// Added to the time since the last use: within it one use is as late as another.
const RECENT_SECONDS: f32 = 30.0;

/// What a batch of changes needs room for.
pub(in crate::cache) struct Room<'a> {
    /// The most that may be held.
    pub(in crate::cache) limit: Size,
    pub(in crate::cache) incoming: Size,
    /// What the batch removes anyway.
    pub(in crate::cache) leaving: &'a HashSet<EntryId>,
}

impl Row {
    /// Notes a use.
    pub(super) fn touch(&self, now: Moment) {
        // Written only when it changes: others read the row meanwhile.
        if self.used_seconds.load(Ordering::Relaxed) != now.seconds() {
            self.used_seconds.store(now.seconds(), Ordering::Relaxed);
        }
        let uses = self.uses.load(Ordering::Relaxed);
        // Two look-ups at once may count one use: it is an estimate.
        if uses < u8::MAX && fastrand::f32() < COUNT_BASE.powi(-i32::from(uses)) {
            self.uses.store(uses + 1, Ordering::Relaxed);
        }
    }

    /// Uses a second, roughly; with the store itself as the first.
    fn worth(&self, now: Moment) -> f32 {
        let counted = COUNT_BASE.powi(self.uses.load(Ordering::Relaxed).into());
        let uses = 1.0 + (counted - 1.0) / (COUNT_BASE - 1.0);
        // A clock that was set back makes the last use a recent one.
        let idle_seconds = now.seconds().saturating_sub(self.used_seconds.load(Ordering::Relaxed));
        uses / (RECENT_SECONDS + idle_seconds as f32)
    }

    fn is_protected(&self, now: Moment) -> bool {
        now < self.lifetime.created.plus(PROTECTED) && self.lifetime.includes(now)
    }
}

/// One choice of victims, and what is still too much.
pub(super) struct Choice<'a> {
    slab: &'a Slab,
    leaving: &'a HashSet<EntryId>,
    now: Moment,
    excess_entries: usize,
    excess_bytes: u64,
    victims: Vec<EntryId>,
    chosen: HashSet<EntryId>,
    random: fastrand::Rng,
}

impl<'a> Choice<'a> {
    /// `held` is everything there is, `leaving` how much of it the batch removes.
    pub(super) fn new(slab: &'a Slab, held: Size, leaving: Size, room: &Room<'a>, now: Moment) -> Self {
        let entries = (held.entries + room.incoming.entries).saturating_sub(leaving.entries);
        let bytes = (held.bytes + room.incoming.bytes).saturating_sub(leaving.bytes);
        Self {
            slab,
            leaving: room.leaving,
            now,
            excess_entries: entries.saturating_sub(room.limit.entries),
            excess_bytes: bytes.saturating_sub(room.limit.bytes),
            victims: Vec::new(),
            chosen: HashSet::new(),
            random: fastrand::Rng::new(),
        }
    }

    /// `expired` are rows that nobody can see any more, the oldest ones first. Fewer than needed while all others are
    /// too young, for so long the limit yields, and when they are very many.
    pub(super) fn victims(mut self, expired: impl Iterator<Item = &'a Row>) -> Vec<EntryId> {
        if self.is_enough() {
            return Vec::new();
        }
        for row in expired {
            if !self.leaving.contains(&row.id) {
                self.choose(row);
            }
            if self.is_enough() {
                return self.victims;
            }
        }
        while !self.is_enough()
            && let Some(row) = self.least_worth()
        {
            self.choose(row);
        }
        self.victims
    }

    fn is_enough(&self) -> bool {
        self.excess_entries == 0 && self.excess_bytes == 0 || self.victims.len() == MAX_VICTIMS
    }

    fn choose(&mut self, row: &Row) {
        self.chosen.insert(row.id);
        self.victims.push(row.id);
        self.excess_entries = self.excess_entries.saturating_sub(1);
        self.excess_bytes = self.excess_bytes.saturating_sub(row.bytes.into());
    }

    /// The least worth of a few rows that may go; of all, when they are few.
    fn least_worth(&mut self) -> Option<&'a Row> {
        let slab = self.slab;
        if slab.places() <= MAX_LOOKS {
            let rows = slab.iter().filter(|row| self.may_go(row));
            return rows.min_by(|left, right| self.worth(left).total_cmp(&self.worth(right)));
        }
        let mut least: Option<&Row> = None;
        let mut found = 0;
        for _ in 0..MAX_LOOKS {
            let place = self.random.usize(..slab.places());
            let Some(row) = slab.at(place).filter(|row| self.may_go(row)) else { continue };
            if least.is_none_or(|least| self.worth(row) < self.worth(least)) {
                least = Some(row);
            }
            found += 1;
            if found == SAMPLE {
                break;
            }
        }
        least
    }

    fn may_go(&self, row: &Row) -> bool {
        !row.is_protected(self.now) && !self.leaving.contains(&row.id) && !self.chosen.contains(&row.id)
    }

    /// While bytes are short, what is large must be worth as much more.
    fn worth(&self, row: &Row) -> f32 {
        let worth = row.worth(self.now);
        if self.excess_bytes > 0 { worth / row.bytes.max(1) as f32 } else { worth }
    }
}

#[cfg(test)]
mod tests;
