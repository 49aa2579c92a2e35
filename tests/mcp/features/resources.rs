//! Resources: the figures and the entries of whoever asks, in pages.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Peer, import, store};
use crate::support::Home;

fn uris(listed: &Value) -> Vec<String> {
    let resources = listed["resources"].as_array().unwrap_or_else(|| panic!("{listed}"));
    resources.iter().map(|resource| resource["uri"].as_str().expect("it has a URI").to_owned()).collect()
}

/// The JSON in a resource.
fn contents(read: &Value, uri: &str) -> Value {
    let [contents] = &read["contents"].as_array().expect("it has contents")[..] else { panic!("{read}") };
    assert_eq!((&contents["uri"], &contents["mimeType"]), (&json!(uri), &json!("application/json")));
    serde_json::from_str(contents["text"].as_str().expect("it is text")).expect("it is JSON")
}

#[test]
fn every_client_reads_what_the_cache_holds_for_it() {
    let home = Home::new();
    let gateway = home.up();
    let older = format!("isartor://cache/{}", store(&gateway, "What is\n  a cache?", Some("work"), Some("m1")));
    let newer = format!("isartor://cache/{}", store(&gateway, "What is a hit?", None, None));
    for mut peer in Peer::all(&home, &gateway) {
        let listed = peer.result("resources/list", json!({}));
        assert_eq!(uris(&listed), ["isartor://stats", &newer, &older], "the newest entries first");
        assert_eq!(listed["resources"][2]["title"], json!("What is a cache?"));
        assert_eq!(listed["resources"][2]["description"], json!("namespace work, model m1"));
        let entry = contents(&peer.result("resources/read", json!({ "uri": older })), &older);
        assert_eq!((&entry["prompt"], &entry["response"]), (&json!("What is\n  a cache?"), &json!("An answer.")));
        assert_eq!((&entry["namespace"], &entry["model"]), (&json!("work"), &json!("m1")));
        let stats = contents(&peer.result("resources/read", json!({ "uri": "isartor://stats" })), "isartor://stats");
        assert_eq!(stats["own"]["entries"], json!(2));
        assert_eq!((&stats["own"]["namespaces"], &stats["own"]["models"]), (&json!(["work"]), &json!(["m1"])));
        assert_eq!(stats["figures"]["stored"], json!(2), "the user of this machine may see all");
        let templates = peer.result("resources/templates/list", json!({}));
        assert_eq!(templates["resourceTemplates"][0]["uriTemplate"], json!("isartor://cache/{entry}"));
    }
}

#[test]
fn what_is_not_there_is_said_in_the_words_of_each_version() {
    let home = Home::new();
    let gateway = home.up();
    for mut peer in Peer::all(&home, &gateway) {
        let code = if peer.is_modern() { -32602 } else { -32002 };
        for uri in
            ["isartor://cache/99", "isartor://cache/x", "isartor://cache/", "isartor://other", "file:///etc/passwd"]
        {
            let error = peer.error("resources/read", json!({ "uri": uri }));
            assert_eq!((&error["code"], &error["data"]["uri"]), (&json!(code), &json!(uri)), "{error}");
        }
    }
}

#[test]
fn pages_show_each_entry_once_and_there_is_an_end() {
    let home = Home::new();
    let gateway = home.up();
    import(&gateway, 1_500);
    for mut peer in Peer::all(&home, &gateway) {
        let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, None);
        loop {
            let params = cursor.map_or(json!({}), |cursor: Value| json!({ "cursor": cursor }));
            let listed = peer.result("resources/list", params);
            seen.extend(uris(&listed));
            pages += 1;
            cursor = listed.get("nextCursor").cloned();
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!((seen.len(), pages), (1 + 1_024, 5), "no more than the newest thousand");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
        let last = seen.last().and_then(|uri| uri.rsplit('/').next()).expect("it is an entry");
        let total: usize = last.parse::<usize>().expect("it is a number");
        assert_eq!(seen[1], format!("isartor://cache/{}", total + 1_023), "in order, the newest first");
    }
}

#[test]
fn a_cursor_that_we_did_not_make_for_this_list_is_refused() {
    let home = Home::new();
    let gateway = home.up();
    import(&gateway, 300);
    for mut peer in Peer::all(&home, &gateway) {
        let cursor = peer.result("resources/list", json!({}))["nextCursor"].clone();
        assert!(cursor.is_string());
        for method in ["tools/list", "prompts/list", "resources/templates/list"] {
            assert_eq!(peer.error(method, json!({ "cursor": cursor }))["code"], json!(-32602), "{method}");
        }
        for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            for cursor in ["", "1", "bm9uc2Vuc2U", "💥"] {
                let error = peer.error(method, json!({ "cursor": cursor }));
                assert_eq!(error["code"], json!(-32602), "{method} {cursor:?}");
            }
        }
    }
}
