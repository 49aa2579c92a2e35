//! What is counted: as JSON, as metrics, as a table; across restarts and damage.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use super::STATS;
use crate::support::{Gateway, Home, block_on};

/// Two hits of one client, a miss of another, three stores and a refusal.
fn traffic(gateway: &Gateway<'_>) {
    gateway.store("one", &"word ".repeat(400));
    gateway.store_with("two", json!({ "client": "storer" }));
    gateway.store("three", "c");
    for prompt in ["one", "one", "four"] {
        let (status, _) = gateway.post("/api/v1/cache/lookup", &json!({ "prompt": prompt, "client": "asker" }));
        assert_eq!(status, 200);
    }
    let refused = json!({ "prompt": "continue", "response": "and so on" });
    assert_eq!(gateway.post("/api/v1/cache/store", &refused).0, 422);
}

#[test]
fn everything_is_counted_also_across_a_restart() {
    let home = Home::new();
    let gateway = home.up();
    traffic(&gateway);
    let (status, stats) = gateway.get(STATS);
    assert_eq!(status, 200);
    assert_eq!(stats["entries"], json!(3));
    assert_eq!(stats["hits"], json!({ "exact": 2, "semantic": 0 }));
    assert_eq!(stats["misses"], json!({ "semantic_off": 1 }));
    assert_eq!((&stats["stored"], &stats["refused"]), (&json!(3), &json!({ "needs_context": 1 })));
    assert_eq!(stats["saved"], json!({ "tokens": 1_000, "seconds": 20 }));
    let asker = json!({ "hits": 2, "misses": 1, "stored": 0, "tokens_saved": 1_000 });
    assert_eq!((&stats["clients"]["asker"], &stats["clients"]["storer"]["stored"]), (&asker, &json!(1)));
    let hours = stats["hours"].as_array().expect("a list");
    let hits: u64 = hours.iter().map(|hour| hour["hits"].as_u64().expect("a count")).sum();
    assert_eq!((hours.len(), stats["days"].as_array().map(Vec::len), hits), (24, Some(30), 2));
    drop(gateway);

    let gateway = home.up();
    traffic(&gateway);
    let (_, stats) = gateway.get(STATS);
    assert_eq!((&stats["hits"]["exact"], &stats["clients"]["asker"]["hits"]), (&json!(4), &json!(4)), "{stats}");
    drop(gateway);

    let file = home.state().join("statistics.json");
    fs::write(&file, "{").expect("it can be damaged");
    let gateway = home.up();
    assert_eq!(gateway.get(STATS).1["hits"]["exact"], json!(0), "counting begins anew");
    assert_eq!(gateway.lookup("two")["hit"], json!(true));
    assert_eq!(fs::read_to_string(home.state().join("statistics.damaged.json")).expect("it was kept"), "{");
}

#[test]
fn the_table_shows_what_is_counted() {
    let home = Home::new();
    let gateway = home.up();
    traffic(&gateway);
    let table = home.cache(&["stats"]);
    for line in [
        "look-ups     3, 67 % answered",
        "hits         2 exact, 0 semantic",
        "misses       1: semantic_off 1",
        "refused      1: needs_context 1",
        "saved        about 1,000 tokens, 20 s",
        "clients      asker                    2 hits, 1 misses, 0 stored",
    ] {
        assert!(table.contains(line), "{line}: {table}");
    }
    let hours = table.lines().find(|line| line.starts_with("24 hours")).expect("there is a spark line");
    assert!(hours.contains('█') && hours.contains('·'), "{hours}");
    let stats: Value = serde_json::from_str(&home.cache(&["stats", "--json"])).expect("JSON");
    assert_eq!(stats["hits"]["exact"], json!(2));
}

#[test]
fn metrics_are_what_prometheus_reads() {
    let home = Home::new();
    let gateway = home.up();
    gateway.post("/api/v1/cache/lookup", &json!({ "prompt": "x", "client": "a \"quoted\" name\\" }));
    traffic(&gateway);
    let (media_type, body) = scrape(&gateway, None);
    assert!(media_type.starts_with("application/openmetrics-text; version=1.0.0"), "{media_type}");
    let samples = parsed(&body);
    for (sample, value) in [
        ("isartor_hits_total{layer=\"exact\"}", 2.0),
        ("isartor_hits_total{layer=\"semantic\"}", 0.0),
        ("isartor_misses_total{reason=\"semantic_off\"}", 2.0),
        ("isartor_refused_stores_total{reason=\"needs_context\"}", 1.0),
        ("isartor_stores_total", 3.0),
        ("isartor_saved_tokens_total", 1_000.0),
        ("isartor_client_hits_total{client=\"asker\"}", 2.0),
        ("isartor_client_misses_total{client=\"a \\\"quoted\\\" name\\\\\"}", 1.0),
        ("isartor_entries", 3.0),
        ("isartor_storing", 1.0),
        ("isartor_semantic_active", 0.0),
    ] {
        assert_eq!(samples.get(sample), Some(&value), "{sample} in {body}");
    }
}

#[test]
fn figures_are_behind_the_guard() {
    let home = Home::new();
    home.write_settings("gateway_api_key = \"a-long-enough-key\"\n");
    let made = home.run(&["keys", "create", "--scope", "admin", "--json"]);
    let made: Value = serde_json::from_slice(&made.stdout).expect("it is JSON");
    let gateway = home.up();
    for path in ["/metrics", STATS, super::ENTRIES, "/api/v1/cache/export"] {
        assert_eq!(super::refusal(gateway.get(path)), (401, "unauthorized".to_owned()), "{path}");
    }
    assert!(parsed(&scrape(&gateway, made["key"].as_str()).1).contains_key("isartor_entries"));
    assert!(home.cache(&["stats"]).contains("entries"), "its owner needs no key");
}

fn scrape(gateway: &Gateway<'_>, key: Option<&str>) -> (String, String) {
    block_on(async {
        let request = reqwest::Client::new().get(format!("{}/metrics", gateway.url));
        let request = if let Some(key) = key { request.header("x-api-key", key) } else { request };
        let response = request.send().await.expect("the gateway answers");
        assert_eq!(response.status().as_u16(), 200);
        let media_type = response.headers()["content-type"].to_str().expect("it is text").to_owned();
        (media_type, response.text().await.expect("it is text"))
    })
}

/// Every sample of an OpenMetrics text. Panics where the format is not kept.
fn parsed(text: &str) -> BTreeMap<String, f64> {
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    let mut helped: BTreeSet<&str> = BTreeSet::new();
    let mut samples = BTreeMap::new();
    let body = text.strip_suffix("# EOF\n").expect("it ends with its end");
    for line in body.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect("a name and a sentence");
            assert!(help.ends_with('.') && helped.insert(name), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a name and a kind");
            assert!(["counter", "gauge"].contains(&kind) && kinds.insert(name, kind).is_none(), "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').expect("a sample and a value");
            let name = sample.split('{').next().expect("a name");
            let counted = name.strip_suffix("_total");
            let (family, kind) = counted.map_or((name, "gauge"), |family| (family, "counter"));
            assert_eq!(kinds.get(family), Some(&kind), "{line}");
            assert!(helped.contains(family) && family.starts_with("isartor_"), "{line}");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
            let value: f64 = value.parse().expect("a number");
            assert!(samples.insert(sample.to_owned(), value).is_none(), "twice: {line}");
        }
    }
    samples
}
