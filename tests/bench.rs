//! `isartor bench`: that it measures what it says, never how fast this machine is.

use serde_json::Value;

use crate::support::{Home, text};

fn of<'a>(report: &'a Value, what: &str) -> &'a Value {
    let measures = report["measures"].as_array().expect("a list of measures");
    measures.iter().find(|measure| measure["what"] == what).unwrap_or_else(|| panic!("no {what} in {report}"))
}

#[test]
fn every_figure_stands_beside_its_yardstick() {
    let home = Home::new();
    let output = home.run(&["bench", "--entries", "1000", "--json"]);
    assert!(output.status.success(), "{}", text(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON");
    assert_eq!((&report["entries"], &report["embedder"]), (&Value::from(1_000), &Value::Null));
    let exact = of(&report, "exact hit");
    assert_eq!(exact["note"], "20000 of 20000 were hits");
    assert_eq!(exact["beside"]["what"], "hashing the question");
    assert!(of(&report, "store, 32 at a time")["per_second"].as_f64() > Some(0.0));
    assert_eq!(of(&report, "store, one at a time")["beside"]["what"], "one write to the disk");
    let search = of(&report, "search of 10000 vectors");
    assert!(search["note"].as_str().is_some_and(|note| note.starts_with("the nearest in 400 of 400")), "{search}");
    assert_eq!(search["beside"]["what"], "exact scan");
    let opened = of(&report, "open the cache, and the first exact hit");
    assert!(opened["note"].as_str().is_some_and(|note| note.starts_with("1100 entries in ")), "{opened}");
    assert!(!home.state().join("cache.redb").exists(), "the user's own cache was not touched");
}

#[test]
fn the_table_says_what_is_missing() {
    let home = Home::new();
    let output = home.run(&["bench", "--entries", "1000"]);
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", text(&output));
    let first = table.lines().next().unwrap_or_default();
    assert!(first.contains("1000 entries, without the embedding model: run `isartor model pull`"), "{table}");
    assert_eq!(table.lines().count(), 2 + 7, "{table}");
    let refused = home.run(&["bench", "--entries", "10"]);
    assert!(!refused.status.success() && text(&refused).contains("1000..=100000"), "{}", text(&refused));
}
