//! The choice of victims on streams of questions, beside the classic ones.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, SystemTime};

use super::*;
use crate::cache::change::{Change, Head};
use crate::cache::exact::{QuestionKey, Scope, ScopeKey};
use crate::cache::index::Index;
use crate::cache::lifetime::Lifetime;
use crate::cache::models::ModelFilter;
use crate::cache::nearest::Visible;
use crate::cache::origin::Reach;
use crate::cache::test_random::Random;
use crate::settings::NearestKind;

fn at(milliseconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000) + Duration::from_millis(milliseconds)
}

fn question(number: u64) -> QuestionKey {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    QuestionKey(key)
}

fn head(number: u64, bytes: u32, created: SystemTime, ttl: Option<Duration>) -> Head {
    let scope = ScopeKey::of(&Scope { principal: "local".into(), namespace: None, context: None });
    let lifetime = Lifetime::new(created, ttl);
    Head { scope, question: question(number), model: None, lifetime, reach: Reach::Same, bytes }
}

/// A cache of questions, which says whether it held one and holds it afterwards.
trait Policy {
    fn ask(&mut self, key: u64, now: SystemTime) -> bool;
}

struct Ours {
    index: Index,
    limit: Size,
    next_id: u64,
}

impl Ours {
    fn new(limit: Size) -> Self {
        Self { index: Index::new(NearestKind::Auto), limit, next_id: 1 }
    }

    fn put(&mut self, head: &Head) -> usize {
        let incoming = Size { entries: 1, bytes: head.bytes.into() };
        let leaving = HashSet::new();
        let room = Room { limit: self.limit, incoming, leaving: &leaving };
        let victims = self.index.victims(&room, head.lifetime.created);
        victims.iter().for_each(|id| self.index.apply(Change::Remove { id: *id }));
        self.index.put(EntryId(self.next_id), head);
        self.next_id += 1;
        victims.len()
    }

    fn holds(&self, key: u64, now: SystemTime) -> Option<EntryId> {
        let visible = Visible { now: now.into(), model: ModelFilter::Every };
        self.index.newest(&question(key), &visible).map(|found| found.id)
    }
}

impl Policy for Ours {
    fn ask(&mut self, key: u64, now: SystemTime) -> bool {
        if let Some(id) = self.holds(key, now) {
            self.index.touch(id, now.into());
            return true;
        }
        self.put(&head(key, 100, now, None));
        false
    }
}

struct LeastRecentlyUsed {
    limit: usize,
    order: BTreeMap<u64, u64>,
    used: HashMap<u64, u64>,
    uses: u64,
}

impl Policy for LeastRecentlyUsed {
    fn ask(&mut self, key: u64, _now: SystemTime) -> bool {
        self.uses += 1;
        let before = self.used.insert(key, self.uses);
        if let Some(before) = before {
            self.order.remove(&before);
        }
        self.order.insert(self.uses, key);
        if self.order.len() > self.limit {
            let (_, oldest) = self.order.pop_first().expect("it is not empty");
            self.used.remove(&oldest);
        }
        before.is_some()
    }
}

struct FirstInFirstOut {
    limit: usize,
    order: VecDeque<u64>,
    held: HashSet<u64>,
}

impl Policy for FirstInFirstOut {
    fn ask(&mut self, key: u64, _now: SystemTime) -> bool {
        if !self.held.insert(key) {
            return true;
        }
        self.order.push_back(key);
        if self.order.len() > self.limit {
            self.held.remove(&self.order.pop_front().expect("it is not empty"));
        }
        false
    }
}

/// Questions as often as their rank says, and now and then a run of questions that nobody asks again.
struct Stream {
    random: Random,
    cumulated: Vec<f64>,
    next_scanned: u64,
    left_of_scan: u64,
}

impl Stream {
    fn new(questions: u32, scans: bool) -> Self {
        let mut sum = 0.0;
        let weights = (1..=questions).map(|rank| {
            sum += 1.0 / f64::from(rank).powf(0.9);
            sum
        });
        let next_scanned = if scans { 1_000_000 } else { u64::MAX };
        Self { random: Random(77), cumulated: weights.collect(), next_scanned, left_of_scan: 0 }
    }

    fn next(&mut self) -> u64 {
        if self.left_of_scan == 0 && self.next_scanned != u64::MAX && self.random.one_in(4_000) {
            self.left_of_scan = 2_000;
        }
        if self.left_of_scan > 0 {
            self.left_of_scan -= 1;
            self.next_scanned += 1;
            return self.next_scanned;
        }
        let total = self.cumulated[self.cumulated.len() - 1];
        let point = self.random.below(1 << 30) as f64 / f64::from(1 << 30) * total;
        self.cumulated.partition_point(|sum| *sum < point) as u64
    }
}

fn hit_rate(policy: &mut impl Policy, scans: bool) -> f64 {
    const QUESTIONS: u64 = 60_000;
    let mut stream = Stream::new(20_000, scans);
    let hits = (0..QUESTIONS).filter(|step| policy.ask(stream.next(), at(step * 250))).count();
    hits as f64 / QUESTIONS as f64
}

/// Measured: 0.60 beside 0.57 and 0.53 without scans, 0.37 beside 0.33 and 0.32 with them.
#[test]
fn more_questions_are_held_than_by_the_least_recently_used() {
    const LIMIT: usize = 2_000;
    for scans in [false, true] {
        let ours = hit_rate(&mut Ours::new(Size { entries: LIMIT, bytes: u64::MAX }), scans);
        let (order, used) = (BTreeMap::new(), HashMap::new());
        let recent = hit_rate(&mut LeastRecentlyUsed { limit: LIMIT, order, used, uses: 0 }, scans);
        let first =
            hit_rate(&mut FirstInFirstOut { limit: LIMIT, order: VecDeque::new(), held: HashSet::new() }, scans);
        println!("scans {scans}: {ours:.3} beside {recent:.3} (LRU) and {first:.3} (FIFO)");
        assert!(ours > recent && ours > first, "scans {scans}: {ours:.3} beside {recent:.3} and {first:.3}");
    }
}

#[test]
fn the_limit_holds_and_yields_for_the_young() {
    let mut ours = Ours::new(Size { entries: 500, bytes: u64::MAX });
    for number in 0..3_000 {
        ours.put(&head(number, 100, at(0), None));
    }
    assert_eq!(ours.index.size(), Size { entries: 3_000, bytes: 300_000 }, "all are younger than a minute");
    assert!(ours.holds(0, at(0)).is_some() && ours.holds(2_999, at(0)).is_some());
    assert_eq!(ours.put(&head(3_000, 100, at(59_999), None)), 0);
    assert_eq!(ours.put(&head(3_001, 100, at(60_000), None)), MAX_VICTIMS, "of 2,502");
    assert_eq!(ours.put(&head(3_001, 100, at(60_000), None)), 503);
    assert_eq!(ours.index.size().entries, 500);
    assert!(ours.holds(3_000, at(60_000)).is_some(), "it is younger than a minute");
    assert_eq!(ours.put(&head(3_002, 100, at(60_000), None)), 1);
}

#[test]
fn the_expired_leave_first() {
    let mut ours = Ours::new(Size { entries: 2_000, bytes: u64::MAX });
    for number in 0..2_000 {
        let ttl = (number % 100 == 0).then(|| Duration::from_secs(10 + number));
        ours.put(&head(number, 100, at(0), ttl));
    }
    for number in 0..20 {
        assert_eq!(ours.put(&head(2_000 + number, 100, at(3_000_000), None)), 1);
    }
    let remaining = (0..2_000).filter(|number| ours.holds(*number, at(0)).is_some());
    assert_eq!(remaining.filter(|number| number % 100 != 0).count(), 1_980, "none but the expired left");
    assert_eq!(ours.index.live(at(3_000_000).into()), 2_000);
}

/// One large entry makes room for many small ones.
#[test]
fn the_large_leave_when_bytes_are_short() {
    let mut ours = Ours::new(Size { entries: usize::MAX, bytes: 950_000 });
    for number in 0..900 {
        ours.put(&head(number, if number % 30 == 0 { 20_000 } else { 400 }, at(0), None));
    }
    let mut removed = 0;
    for number in 0..100 {
        removed += ours.put(&head(10_000 + number, 400, at(600_000), None));
    }
    assert!(ours.index.size().bytes <= 950_000);
    assert!((1..40).contains(&removed), "{removed} left for 40,000 bytes; of small ones it would have been 95");
}
