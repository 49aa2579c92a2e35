//! The power fails between any two writes: what was acknowledged is there afterwards, and the cache opens.

use super::{at, new_entry, scope, semantics, settings};
use crate::cache::tables::Identity;
use crate::cache::tables::test_recorder::{Recorder, recorded};
use crate::cache::test_random::Random;
use crate::cache::{Asked, Cache, CacheError, EntryId, NewEntry, Opinion, Served};
use crate::settings::NearestKind;

/// Something that was answered, and how much of the disk's history that took.
enum Acknowledged {
    Stored { prompt: String, response: String, steps: usize },
    Removed { prompt: String, steps: usize },
}

fn open(disk: &Recorder) -> Result<Cache, CacheError> {
    let identity = Identity { embedder: "embedder".into(), policy: "policy".into() };
    Cache::over(recorded(identity, disk), &settings(NearestKind::Auto))
}

/// Stores, replacements, removals, complaints and a compaction, one after the other.
async fn history(disk: &Recorder) -> Vec<Acknowledged> {
    let cache = open(disk).unwrap();
    let mut random = Random(21);
    let mut acknowledged = Vec::new();
    let mut last = EntryId(0);
    for round in 0..36_u32 {
        let prompt = format!("question {}", round % 20);
        let response = format!("answer {round} {}", "x".repeat(random.below(3_000) as usize));
        let semantics = Some(semantics(&random.vector(), b"features"));
        let entry = NewEntry { semantics, client: Some("c".into()), ..new_entry(&prompt, &response) };
        let id = cache.store(entry, at(round.into())).await.unwrap();
        acknowledged.push(Acknowledged::Stored { prompt: prompt.clone(), response, steps: disk.len() });
        match round % 9 {
            3 => {
                assert!(cache.delete_entry(id).await.unwrap());
                acknowledged.push(Acknowledged::Removed { prompt, steps: disk.len() });
            }
            5 => {
                let local = scope("local", None);
                let question = Asked::new(&local, "another", None).question();
                let served = Served { entry: last, question, cosine: 0.9 };
                cache.judge("local", &served, Opinion::Wrong).await.unwrap();
            }
            8 => drop(cache.compact().await.unwrap()),
            _ => {}
        }
        last = id;
    }
    acknowledged
}

/// What each question's answer must be after so many steps; none where it must be gone.
fn expected(acknowledged: &[Acknowledged], count: usize) -> Vec<(&str, Option<&str>)> {
    let mut expected: Vec<(&str, Option<&str>)> = Vec::new();
    for done in acknowledged {
        let (prompt, response, steps) = match done {
            Acknowledged::Stored { prompt, response, steps } => (prompt, Some(response.as_str()), *steps),
            Acknowledged::Removed { prompt, steps } => (prompt, None, *steps),
        };
        if steps <= count {
            expected.retain(|(held, _)| held != prompt);
            expected.push((prompt, response));
        }
    }
    expected
}

/// What had begun and was not answered yet may have happened or not.
fn begun(acknowledged: &[Acknowledged], count: usize) -> Option<(&str, Option<&str>)> {
    acknowledged.iter().find_map(|done| match done {
        Acknowledged::Stored { prompt, response, steps } if *steps > count => {
            Some((prompt.as_str(), Some(response.as_str())))
        }
        Acknowledged::Removed { prompt, steps } if *steps > count => Some((prompt.as_str(), None)),
        Acknowledged::Stored { .. } | Acknowledged::Removed { .. } => None,
    })
}

fn check(disk: &Recorder, acknowledged: &[Acknowledged], count: usize) {
    let cache = match open(disk) {
        Ok(cache) => cache,
        // The file was being made: nothing is in it, and the gateway sets it aside.
        Err(CacheError::Damaged { .. }) if expected(acknowledged, count).is_empty() => return,
        Err(error) => panic!("after {count} steps: {error}"),
    };
    let local = scope("local", None);
    let begun = begun(acknowledged, count);
    for (prompt, response) in expected(acknowledged, count) {
        let found = cache.exact(&Asked::new(&local, prompt, None), at(99)).unwrap().map(|entry| entry.response);
        let is_begun = begun == Some((prompt, found.as_deref()));
        assert!(found.as_deref() == response || is_begun, "after {count} steps: {prompt}: {found:?}");
    }
}

#[tokio::test]
async fn whatever_was_answered_survives_every_cut() {
    let disk = Recorder::default();
    let acknowledged = history(&disk).await;
    let mut random = Random(5);
    assert!(disk.len() > 500, "only {} steps", disk.len());
    for count in 0..=disk.len() {
        check(&disk.cut_after(count), &acknowledged, count);
        check(&disk.torn_after(count, &mut random), &acknowledged, count);
    }
}
