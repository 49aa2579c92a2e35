//! The index against the plain definition of what it answers.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::*;
use crate::cache::exact::Scope;
use crate::cache::lifetime::Lifetime;
use crate::cache::test_random::Random;

fn moment(seconds: u64) -> Moment {
    (SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).into()
}

fn scope(number: u64) -> ScopeKey {
    ScopeKey::of(&Scope { principal: number.to_string(), namespace: None, context: None })
}

fn head(random: &mut Random, now_seconds: u64) -> Head {
    let scope = scope(random.below(30));
    let ttl = random.pick(&[None, Some(5), Some(50), Some(500)]).map(Duration::from_secs);
    Head {
        scope,
        question: QuestionKey::of(&scope, &random.below(40).to_string()),
        model: random.pick(&[None, Some("a"), Some("b")]).map(str::to_owned),
        lifetime: Lifetime::new(SystemTime::UNIX_EPOCH + Duration::from_secs(now_seconds), ttl),
        reach: random.pick(&[Reach::Similar, Reach::Similar, Reach::Same]),
        bytes: random.below(1_000) as u32,
    }
}

/// Everything that is stored, with the mark of what the semantic tier has yet to see.
#[derive(Default)]
struct Naive(BTreeMap<EntryId, (Head, bool)>);

impl Naive {
    fn newest(&self, asked: &Head, model: Option<&str>, now: Moment) -> Option<EntryId> {
        let is_named = |head: &Head| model.is_none() || head.model.is_none() || head.model.as_deref() == model;
        let seen = self.0.iter().filter(|(_, (head, _))| head.lifetime.includes(now) && is_named(head));
        seen.filter(|(_, (head, _))| head.question == asked.question).map(|(id, _)| *id).max()
    }
}

fn compare(index: &Index, naive: &Naive, random: &mut Random, now: u64) {
    let asked = head(random, now);
    let model = random.pick(&[None, Some("a"), Some("c")]);
    let visible = index.visible(model, moment(now));
    let found = index.newest(&asked.question, &visible).map(|found| found.id);
    assert_eq!(found, naive.newest(&asked, model, moment(now)));
    let replaced = naive.0.iter().find(|(_, (head, _))| head.question == asked.question && head.model == asked.model);
    assert_eq!(index.replaced_by(&asked), replaced.map(|(id, _)| *id));
    let asked_at = moment(now + random.below(100)).plus(Duration::from_millis(random.below(1_500)));
    let live = naive.0.values().filter(|(head, _)| head.lifetime.includes(asked_at)).count();
    assert_eq!(index.live(asked_at), live);
    let ended = naive.0.iter().filter(|(_, (head, _))| !head.lifetime.includes(asked_at));
    let ended: BTreeSet<_> = ended.map(|(id, _)| *id).collect();
    assert_eq!(index.ended(usize::MAX, asked_at).into_iter().collect::<BTreeSet<_>>(), ended);
    let bytes = naive.0.values().map(|(head, _)| u64::from(head.bytes)).sum();
    assert_eq!(index.size(), Size { entries: naive.0.len(), bytes });
    let unseen = naive.0.iter().filter(|(_, (head, unseen))| *unseen && head.lifetime.includes(moment(now)));
    let unseen: Vec<_> = unseen.map(|(id, _)| *id).collect();
    let undescribed = index.undescribed(usize::MAX, moment(now));
    assert_eq!(undescribed.iter().map(|found| found.id).collect::<Vec<_>>(), unseen);
}

#[test]
fn behaves_like_the_definition() {
    let (mut random, mut index, mut naive) = (Random(19), Index::new(NearestKind::Auto), Naive::default());
    let vector = Quantised::of(&random.vector());
    let mut now = 1_000;
    for number in 1..4_000 {
        let ids: Vec<_> = naive.0.keys().copied().collect();
        let some = if ids.is_empty() { EntryId(0) } else { random.pick(&ids) };
        match random.below(10) {
            0..5 => {
                let head = head(&mut random, now);
                if let Some(replaced) = index.replaced_by(&head) {
                    index.remove(replaced);
                    naive.0.remove(&replaced);
                }
                index.put(EntryId(number), &head);
                let is_unseen = head.reach == Reach::Similar;
                if is_unseen {
                    index.note_undescribed(EntryId(number));
                }
                naive.0.insert(EntryId(number), (head, is_unseen));
            }
            5 | 6 => {
                index.remove(some);
                naive.0.remove(&some);
            }
            7 => {
                index.add_vector(some, &vector);
                index.mark_complete(some);
                naive.0.entry(some).and_modify(|(_, unseen)| *unseen = false);
            }
            8 => {
                index.mark_unfit(some);
                naive.0.entry(some).and_modify(|(_, unseen)| *unseen = false);
            }
            _ => now += random.below(10),
        }
        compare(&index, &naive, &mut random, now);
        assert_eq!(index.holds(some), naive.0.contains_key(&some));
    }
    assert!(naive.0.len() > 100, "the operations left something to look for");
    for id in naive.0.keys() {
        index.remove(*id);
    }
    assert_eq!((index.size(), index.live(moment(now))), (Size::default(), 0));
    assert!((0..30).all(|number| index.vectors(&scope(number)).is_none()), "no scope is left");
}
