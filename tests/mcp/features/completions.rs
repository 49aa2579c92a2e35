//! Completions: names that are in the caller's part of the cache, the likeliest first.

use serde_json::{Value, json};

use super::{Peer, import, store};
use crate::support::Home;

fn of_prompt(prompt: &str, argument: &str, value: &str) -> Value {
    json!({ "ref": { "type": "ref/prompt", "name": prompt }, "argument": { "name": argument, "value": value } })
}

fn of_template(value: &str) -> Value {
    let reference = json!({ "type": "ref/resource", "uri": "isartor://cache/{entry}" });
    json!({ "ref": reference, "argument": { "name": "entry", "value": value } })
}

#[test]
fn every_client_gets_namespaces_models_and_entries() {
    let home = Home::new();
    let gateway = home.up();
    store(&gateway, "What is a cache?", Some("work"), Some("large-1"));
    store(&gateway, "What is a hit?", Some("Workshop"), Some("small-1"));
    let entry = store(&gateway, "What is a miss?", None, None);
    for mut peer in Peer::all(&home, &gateway) {
        for (params, expected) in [
            (of_prompt("ask-cached", "namespace", "wor"), json!(["Workshop", "work"])),
            (of_prompt("ask-cached", "namespace", "shop"), json!(["Workshop"])),
            (of_prompt("remember", "model", ""), json!(["large-1", "small-1"])),
            (of_prompt("remember", "model", "x"), json!([])),
            (of_prompt("ask-cached", "question", "Wh"), json!([])),
            (of_template(&entry), json!([entry])),
        ] {
            let completion = peer.result("completion/complete", params.clone())["completion"].clone();
            let total = expected.as_array().map(Vec::len);
            assert_eq!(completion, json!({ "values": expected, "total": total, "hasMore": false }), "{params}");
        }
        let mut params = of_prompt("ask-cached", "model", "");
        params["context"] = json!({ "arguments": { "namespace": "work" } });
        assert_eq!(peer.result("completion/complete", params)["completion"]["values"], json!(["large-1"]));
        for params in [
            of_prompt("no-such-prompt", "namespace", ""),
            of_prompt("ask-cached", "no-such-argument", ""),
            json!({ "ref": { "type": "ref/resource", "uri": "file:///{x}" }, "argument": { "name": "x", "value": "" } }),
            json!({ "ref": { "type": "ref/other" }, "argument": { "name": "x", "value": "" } }),
        ] {
            assert_eq!(peer.error("completion/complete", params)["code"], json!(-32602));
        }
    }
}

#[test]
fn no_more_than_a_hundred_are_given_and_the_rest_is_counted() {
    let home = Home::new();
    let gateway = home.up();
    import(&gateway, 250);
    for mut peer in Peer::all(&home, &gateway) {
        for params in [of_prompt("ask-cached", "namespace", "n"), of_template("")] {
            let completion = peer.result("completion/complete", params)["completion"].clone();
            assert_eq!(completion["values"].as_array().map(Vec::len), Some(100));
            assert_eq!((&completion["total"], &completion["hasMore"]), (&json!(250), &json!(true)));
        }
    }
}
