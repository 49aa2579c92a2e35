//! A database of an earlier version is brought up to date when it is opened, and loses nothing.

use super::{at, cache, scope};
use crate::cache::tables::test_format_1;
use crate::cache::{Asked, EntryId, Opinion, Selection, Served};

const ENTRIES: [(&str, &str); 3] = [("one", "1"), ("two", "2"), ("three", "3")];

#[tokio::test]
async fn the_first_format_becomes_todays() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    test_format_1::write(&path, &ENTRIES);
    assert!(!test_format_1::has_table(&path, "feedback"));
    for round in ["migrated", "as it is"] {
        let cache = cache(&path);
        let local = scope("local", None);
        for (prompt, response) in ENTRIES {
            let found = cache.exact(&Asked::new(&local, prompt, None), at(9)).unwrap().expect(round);
            assert_eq!((found.response.as_str(), found.created), (response, at(5)), "{round}");
        }
        let listed = cache.list(&Selection::default(), EntryId(0), 9, at(9)).unwrap();
        assert_eq!(listed.len(), 3);
        assert!(listed.iter().all(|entry| entry.expires.is_none() && !entry.is_exact_only && entry.complaints == 0));
        assert!(cache.holdings().text_bytes > 0);
        assert_eq!(cache.without_semantics(9, at(9)).unwrap().len(), 3);
    }
    assert!(test_format_1::has_table(&path, "feedback"));
    let cache = cache(&path);
    let local = scope("local", None);
    let question = Asked::new(&local, "one", None).question();
    cache.judge("local", &Served { entry: EntryId(1), question, cosine: 1.0 }, Opinion::Wrong).await.unwrap();
    assert_eq!(cache.exact(&Asked::new(&local, "one", None), at(9)).unwrap(), None, "feedback works on old entries");
}

#[test]
fn questions_keyed_otherwise_are_found_again() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    test_format_1::write(&path, &ENTRIES);
    drop(cache(&path));
    test_format_1::key_otherwise(&path);
    let found = cache(&path).exact(&Asked::new(&scope("local", None), "one", None), at(9)).unwrap();
    assert_eq!(found.expect("keyed anew").response, "1");
}
