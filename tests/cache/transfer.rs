//! Out of one cache and into another, as lines of JSON.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Home, text};

#[test]
fn what_was_exported_is_served_elsewhere() {
    let (from, to) = (Home::new(), Home::new());
    let file = from.user().join("cache.jsonl");
    let path = file.to_str().expect("UTF-8");
    let gateway = from.up();
    for number in 0..250 {
        gateway.store(&format!("riddle {number}"), &format!("answer {number}"));
    }
    let more = json!({ "namespace": "n", "model": "m", "client": "c", "session": "s", "context": "talk", "ttl_seconds": 9_000 });
    gateway.store_with("in a namespace", more);
    assert_eq!(from.cache(&["export", path]), format!("exported 251 entries to {path}\n"));
    assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
    assert!(from.cache_refuses(&["export", path]).contains("is already there"));
    let printed = from.cache(&["export", "--namespace", "n"]);
    let exported: Value = serde_json::from_str(&printed).expect("one line of JSON");
    assert_eq!((&exported["prompt"], &exported["client"]), (&json!("in a namespace"), &json!("c")));

    assert_eq!(to.cache(&["import", path]), "imported 251 entries\n", "without a gateway");
    let there = to.up();
    assert_eq!(there.lookup("riddle 249")["response"], json!("answer 249"));
    let asked = json!({ "prompt": "in a namespace", "namespace": "n", "context": "talk" });
    let (_, hit) = there.post("/api/v1/cache/lookup", &asked);
    let (_, shown) = there.get(&format!("{}/{}", super::ENTRIES, hit["entry"].as_str().expect("a hit")));
    for field in ["model", "client", "session", "context", "created_seconds", "expires_seconds"] {
        assert_eq!(shown[field], exported[field], "{field}");
    }
    assert_eq!(to.cache(&["import", path]), "imported 251 entries\n", "again, with one");
    assert_eq!(there.get("/health").1["entries"], json!(251), "each replaces itself");
}

#[test]
fn what_may_not_be_stored_is_not_imported() {
    let home = Home::new();
    let gateway = home.up();
    let token = format!("gh{}_{}", "p", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let line = |prompt: &str, response: &str| {
        json!({ "prompt": prompt, "response": response, "created_seconds": 1_700_000_000 }).to_string()
    };
    let lines = [line("good", "a"), String::new(), line("bad", &token), line("continue", "b"), line("also good", "c")];
    let said = import(&home, &lines.join("\n"));
    assert!(said.contains("imported 2 entries") && said.contains("2 were refused"), "{said}");
    assert!(said.contains("line 3 is refused: it carries a GitHub token"), "{said}");
    assert!(said.contains("line 4 is refused: ") && !said.contains(&token), "{said}");
    assert_eq!(gateway.lookup("also good")["response"], json!("c"));

    let broken = import(&home, &format!("{}\nnot json\n", line("x", "y")));
    assert!(broken.contains("line 2 of standard input is not JSON"), "{broken}");
    let incomplete = import(&home, "{\"prompt\": \"x\"}\n");
    assert!(incomplete.contains("cannot import lines 1 to 1") && incomplete.contains("response"), "{incomplete}");
}

/// What `isartor cache import` says of these lines on standard input.
fn import(home: &Home, lines: &str) -> String {
    let mut command = home.command(&["cache", "import"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("it is piped").write_all(lines.as_bytes()).expect("it reads");
    text(&child.wait_with_output().expect("it ends"))
}
