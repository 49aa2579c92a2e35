//! Counting, adding up, and the way through a file.

use std::time::UNIX_EPOCH;

use super::*;
use crate::cache::EntryId;
use crate::chat::{Channel, Principal};

const HOUR: Duration = Duration::from_hours(1);

const BESIDE: Beside = Beside {
    evicted: 4,
    shadow: ShadowCounts {
        both_miss: 0,
        both_serve: 0,
        serve_different: 0,
        only_active_serves: 0,
        only_shadow_serves: 2,
        failed: 0,
        dropped: 0,
    },
};

fn caller(client: Option<&str>) -> Caller {
    Caller { client: client.map(str::to_owned), ..Caller::new(Principal::local(), Channel::Http) }
}

fn hit(layer: Layer, response: &str) -> Answer {
    Answer::Hit(Hit {
        layer,
        response: response.to_owned(),
        score: 1.0,
        age: Duration::ZERO,
        matched_prompt: "q".to_owned(),
        entry: EntryId(1),
    })
}

fn at(hours: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_hours(hours) + Duration::from_secs(5)
}

/// One of everything.
fn some(statistics: &Statistics) {
    let (one, other) = (caller(Some("one")), caller(None));
    let now = at(1_000);
    statistics.record(&one, &Event::Answered(&hit(Layer::Exact, &"x".repeat(400))), now);
    statistics.record(&other, &Event::Answered(&hit(Layer::Semantic, "yes")), now);
    statistics.record(&one, &Event::Answered(&Answer::Miss(Miss::NotFound)), now);
    statistics.record(&one, &Event::Answered(&Answer::Miss(Miss::Policy("number"))), now + HOUR);
    statistics.record(&one, &Event::Answered(&Answer::Miss(Miss::Explored)), now + HOUR);
    statistics.record(&one, &Event::Stored, now);
    statistics.record(&one, &Event::Refused(Refusal::Secret { what: "a key" }), now);
    statistics.record(&one, &Event::Explored { agrees: false }, now);
    statistics.record(&one, &Event::Expired(3), now);
    for outcome in [FeedbackOutcome::Counted, FeedbackOutcome::Evicted, FeedbackOutcome::Again] {
        statistics.record(&one, &Event::Judged { opinion: Opinion::Wrong, outcome }, now);
    }
}

#[test]
fn everything_is_counted() {
    let statistics = Statistics::default();
    some(&statistics);
    let figures = statistics.figures(&BESIDE, at(1_001));
    assert_eq!(figures.hits, Hits { exact: 1, semantic: 1 });
    assert_eq!((figures.all_hits(), figures.all_misses(), figures.stored), (2, 3, 1));
    assert_eq!((figures.misses["not_found"], figures.misses["number"], figures.near_misses["number"]), (1, 1, 1));
    assert_eq!(figures.near_misses.len(), 1);
    assert_eq!((figures.refused["secret"], figures.shadow["only_shadow_serves"], figures.expired), (1, 2, 3));
    assert_eq!(figures.feedback, Said { right: 0, wrong: 2, evicted: 1, ignored: 1 });
    assert_eq!(figures.explored, Explored { asked: 1, agreed: 0, differed: 1 });
    assert_eq!((figures.evicted, figures.shadow.len()), (4, 1));
    assert_eq!(figures.saved, Saved { tokens: 101, seconds: 2 });
    assert_eq!(figures.clients["one"], ClientFigures { hits: 1, misses: 3, stored: 1, tokens_saved: 100 });
    assert_eq!(figures.clients["unnamed"].hits, 1);
    assert_eq!((figures.hours.len(), figures.days.len()), (24, 30));
    let (before, last) = (figures.hours[22], figures.hours[23]);
    assert_eq!((before.hits, before.misses, last.hits, last.misses), (2, 1, 0, 2));
    assert_eq!(last.start_seconds, 1_001 * 3_600);
    assert_eq!((figures.days[29].hits, figures.days[29].misses), (2, 3));
}

#[test]
fn figures_survive_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("statistics.json");
    let first = Statistics::restored(&path, at(999));
    some(&first);
    let before = first.figures(&BESIDE, at(1_001));
    write(&path, &before).unwrap();

    let second = Statistics::restored(&path, at(1_002));
    assert_eq!(second.figures(&Beside::default(), at(1_001)), before);
    assert_eq!(second.figures(&BESIDE, at(1_001)).evicted, 8);
    some(&second);
    let after = second.figures(&BESIDE, at(1_001));
    assert_eq!((after.all_hits(), after.all_misses(), after.saved.tokens), (4, 6, 202));
    assert_eq!((after.hours[22].hits, after.clients["one"].hits), (4, 2));
    assert_eq!(after.since_seconds, 999 * 3_600 + 5);
}

#[test]
fn a_damaged_file_is_moved_aside() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("statistics.json");
    std::fs::write(&path, "{\"hits\": 1").unwrap();
    let statistics = Statistics::restored(&path, at(7));
    assert_eq!(statistics.figures(&BESIDE, at(7)).since_seconds, 7 * 3_600 + 5);
    assert_eq!(std::fs::read_to_string(home.path().join("statistics.damaged.json")).unwrap(), "{\"hits\": 1");
    write(&path, &statistics.figures(&BESIDE, at(7))).unwrap();
    assert_eq!(Statistics::restored(&path, at(8)).figures(&BESIDE, at(8)).since_seconds, 7 * 3_600 + 5);
}

#[test]
fn a_clock_that_jumps_loses_little() {
    let statistics = Statistics::default();
    let miss = || Answer::Miss(Miss::NotFound);
    for hours in [1_000, 9_000, 1_001, 999] {
        statistics.record(&caller(None), &Event::Answered(&miss()), at(hours));
    }
    let figures = statistics.figures(&BESIDE, at(1_001));
    let misses: u64 = figures.hours.iter().map(|bucket| bucket.misses).sum();
    assert_eq!(
        (misses, figures.all_misses()),
        (2, 4),
        "the hour before the jump is forgotten, the others are in place"
    );
}

#[test]
fn names_are_bounded() {
    let statistics = Statistics::default();
    for number in 0..100 {
        statistics.record(&caller(Some(&number.to_string())), &Event::Stored, at(1));
    }
    let clients = statistics.figures(&BESIDE, at(1)).clients;
    assert_eq!((clients.len(), clients["others"].stored), (65, 36));
}
