//! Entries one by one and many at once: listed, selected, shown, deleted; with a gateway and without one.

use serde_json::{Value, json};

use super::{ENTRIES, refusal};
use crate::support::Home;

const DELETE: &str = "/api/v1/cache/delete";

#[test]
fn entries_are_listed_selected_and_paged() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store_with("one", json!({ "client": "a", "session": "s1" }));
    gateway.store_with("two", json!({ "client": "b", "namespace": "n" }));
    let third = gateway.store_with("three", json!({ "client": "a", "model": "m", "ttl_seconds": 3_600 }));
    assert_eq!(gateway.questions(""), ["one", "two", "three"]);
    assert_eq!(gateway.questions("client=a"), ["one", "three"]);
    assert_eq!(gateway.questions("client=a&session=s1"), ["one"]);
    assert_eq!(gateway.questions("namespace=n"), ["two"]);
    assert_eq!(gateway.questions("namespace="), ["one", "three"]);
    assert_eq!(gateway.questions("prompt=%20three%20"), ["three"], "as look-ups compare");
    assert_eq!(gateway.questions("key=k"), Vec::<String>::new());
    assert_eq!(gateway.questions("until_seconds=1000"), Vec::<String>::new());
    assert_eq!(gateway.questions("since_seconds=1000").len(), 3);

    let (_, page) = gateway.get(&format!("{ENTRIES}?limit=2"));
    assert_eq!(page["entries"].as_array().map(Vec::len), Some(2));
    let next = page["next"].as_str().expect("there is more");
    assert_eq!(gateway.questions(&format!("limit=2&after={next}")), ["three"]);

    let (_, shown) = gateway.get(&format!("{ENTRIES}/{third}"));
    let expected = json!({
        "entry": third, "prompt": "three", "response": "the answer to three", "response_bytes": 19, "model": "m",
        "namespace": null, "context": null, "created_seconds": shown["created_seconds"],
        "expires_seconds": shown["created_seconds"].as_u64().map(|created| created + 3_600), "client": "a",
        "session": null, "key": null, "exact_only": false, "complaints": 0, "threshold": 0.0,
    });
    assert_eq!(shown, expected);
}

#[test]
fn entries_are_deleted_one_by_one_and_many_at_once() {
    let home = Home::new();
    let gateway = home.up();
    let first = gateway.store_with("one", json!({ "client": "a" }));
    gateway.store_with("two", json!({ "client": "b" }));
    gateway.store_with("three", json!({ "client": "a", "namespace": "n" }));
    gateway.store_with("four", json!({}));
    assert_eq!(gateway.delete(&format!("{ENTRIES}/{first}")), (200, json!({ "deleted": 1 })));
    assert_eq!(refusal(gateway.delete(&format!("{ENTRIES}/{first}"))), (404, "no_such_entry".to_owned()));
    assert_eq!(gateway.lookup("one")["hit"], json!(false));
    let delete = |body: Value| gateway.post(DELETE, &body);
    assert_eq!(delete(json!({ "client": "a" })), (200, json!({ "deleted": 1 })));
    assert_eq!(delete(json!({ "prompt": " two" })), (200, json!({ "deleted": 1 })));
    assert_eq!(delete(json!({ "prompt": "two" })), (200, json!({ "deleted": 0 })));
    assert_eq!(delete(json!({ "until_seconds": 5 })), (200, json!({ "deleted": 0 })));
    assert_eq!(gateway.questions(""), ["four"]);
    assert_eq!(gateway.post("/api/v1/cache/clear", &json!({})), (200, json!({ "deleted": 1 })));
    assert_eq!(gateway.questions(""), Vec::<String>::new());
    let (status, compacted) = gateway.post("/api/v1/cache/compact", &json!({}));
    assert!(status == 200 && compacted["file_bytes"].is_u64(), "{compacted}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store("q", "a");
    for (path, expected) in [
        ("/999", (404, "no_such_entry")),
        ("/x", (404, "no_such_entry")),
        ("/-1", (404, "no_such_entry")),
        ("?limit=0", (400, "invalid_field")),
        ("?limit=many", (400, "invalid_field")),
        ("?after=x", (400, "invalid_field")),
        ("?principal=root", (400, "unknown_field")),
    ] {
        let (status, code) = expected;
        assert_eq!(refusal(gateway.get(&format!("{ENTRIES}{path}"))), (status, code.to_owned()), "{path}");
    }
    for (body, code) in [
        (json!({}), "missing_field"),
        (json!({ "principal": "root" }), "unknown_field"),
        (json!({ "client": 7 }), "invalid_field"),
        (json!([]), "invalid_json"),
    ] {
        assert_eq!(refusal(gateway.post(DELETE, &body)), (400, code.to_owned()), "{body}");
    }
    assert_eq!(
        refusal(gateway.post("/api/v1/cache/clear", &json!({ "all": true }))),
        (400, "unknown_field".to_owned())
    );
    assert_eq!(refusal(gateway.get(DELETE)), (405, "method_not_allowed".to_owned()));
    assert_eq!(gateway.questions(""), ["q"]);
}

#[test]
fn the_terminal_does_the_same() {
    let home = Home::new();
    let gateway = home.up();
    let first = gateway.store_with("one\u{1b}[31m two", json!({ "client": "a" }));
    gateway.store_with("three", json!({ "client": "b" }));
    let listed = home.cache(&["list"]);
    assert!(listed.contains("three") && !listed.contains('\u{1b}'), "{listed}");
    let listed: Value = serde_json::from_str(&home.cache(&["list", "--client", "a", "--json"])).expect("JSON");
    assert_eq!(listed["entries"][0]["entry"], json!(first));
    assert!(home.cache(&["list", "--limit", "1"]).contains(&format!("--after {first}")));
    assert!(home.cache(&["get", &first]).contains("the answer to one"));
    let said = home.cache_refuses(&["get", "999"]);
    assert!(said.contains("there is no such entry") && said.contains("hint: "), "{said}");

    assert!(home.cache_refuses(&["delete", &first]).contains("--yes"), "nobody is there to ask");
    assert!(home.cache_refuses(&["delete", "--yes"]).contains("cache clear"), "everything is not said by nothing");
    home.cache_refuses(&["delete", &first, "--client", "a", "--yes"]);
    assert_eq!(home.cache(&["delete", &first, "--yes"]), "deleted 1 entry\n");
    assert_eq!(home.cache(&["delete", "--older-than", "1h", "--yes"]), "deleted 0 entries\n");
    assert_eq!(home.cache(&["delete", "--newer-than", "1h", "--client", "b", "--yes"]), "deleted 1 entry\n");
    assert!(home.cache_refuses(&["clear"]).contains("0 in all"));
    assert!(home.cache(&["compact"]).contains("the database has"));
}

#[test]
fn without_a_gateway_the_cache_is_opened_itself() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store("keep", "a");
    gateway.store("drop", "b");
    drop(gateway);
    assert!(home.cache(&["list"]).contains("keep"));
    assert_eq!(home.cache(&["delete", "--prompt", "drop", "--yes"]), "deleted 1 entry\n");
    let stats: Value = serde_json::from_str(&home.cache(&["stats", "--json"])).expect("JSON");
    assert_eq!((&stats["entries"], &stats["stored"]), (&json!(1), &json!(2)), "{stats}");
    let gateway = home.up();
    assert_eq!(gateway.lookup("keep")["response"], json!("a"));
    assert_eq!(gateway.lookup("drop")["hit"], json!(false));
    assert_eq!(home.cache(&["clear", "--yes"]), "deleted 1 entry\n");
}
