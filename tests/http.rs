//! The HTTP API as anybody on this machine can reach it: what the guard lets in, what bad input does, where limits
//! are.

mod addresses;
mod bodies;
mod crowds;
mod guard;
mod limits;
mod overload;
mod pages;
mod proxied;
pub(crate) mod raw;
mod shares;

use isartor_host::server::ROUTES;
use serde_json::json;

use crate::support::{Gateway, Home};
use raw::{Answer, get, post};

const LOOKUP: &str = "/api/v1/cache/lookup";
const STORE: &str = "/api/v1/cache/store";

/// Every method of every route, and some that are not there.
fn routes() -> Vec<(String, String)> {
    let there = ROUTES.iter().map(|route| (route.method.to_string(), route.path.replace("{entry}", "1")));
    let absent = [("OPTIONS", LOOKUP), ("GET", "/nowhere"), ("POST", "/nowhere"), ("DELETE", "/nowhere")];
    there.chain(absent.map(|(method, path)| (method.to_owned(), path.to_owned()))).collect()
}

#[test]
fn health_says_what_it_promises() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store("a", "b");
    let answer = get(&gateway.url, "/health", &[]);
    let health = answer.json();
    let keys: Vec<&String> = health.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["status", "version", "uptime_seconds", "layers", "entries", "semantic_lag", "cache", "plugins"]);
    assert_eq!(health["status"], "ok");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert!(health["uptime_seconds"].is_u64(), "{health}");
    assert_eq!(health["layers"], json!({ "exact": "active", "semantic": "off" }));
    assert_eq!((&health["entries"], &health["semantic_lag"]), (&json!(1), &json!(0)));
    assert_eq!(health["cache"], json!({ "trouble": null, "set_aside": null }));
    assert!(health["plugins"]["loaded"].is_u64() && health["plugins"]["failed"] == json!([]), "{health}");
}

#[test]
fn what_was_stored_is_found() {
    let home = Home::new();
    let gateway = home.up();
    let prompt = "How high is\tthe Zugspitze? ÄÖ \u{1f3d4}";
    assert_eq!(gateway.lookup(prompt), json!({ "hit": false, "reason": "semantic_off" }));
    let entry = gateway.store(prompt, "2962 m\n");
    let hit = gateway.lookup(prompt);
    let keys: Vec<&String> = hit.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["hit", "layer", "response", "score", "age_seconds", "matched_prompt", "entry"]);
    assert_eq!(hit["layer"], "exact");
    assert_eq!(hit["response"], "2962 m\n");
    assert_eq!(hit["score"], 1.0);
    assert!(hit["age_seconds"].is_u64(), "{hit}");
    assert_eq!(hit["matched_prompt"], prompt);
    assert_eq!(hit["entry"], json!(entry));
}

#[test]
fn answers_are_json_that_nobody_keeps_or_guesses_about() {
    let home = Home::new();
    let gateway = home.up();
    let answers = [
        get(&gateway.url, "/health", &[]),
        get(&gateway.url, "/nowhere", &[]),
        post(&gateway.url, LOOKUP, br#"{"prompt":"a"}"#),
        post(&gateway.url, LOOKUP, b"{"),
    ];
    for answer in answers {
        answer.json();
        for line in ["cache-control: no-store", "x-content-type-options: nosniff"] {
            assert!(answer.head.contains(&format!("\r\n{line}\r\n")), "{line}: {}", answer.head);
        }
        assert!(!answer.head.contains("access-control-"), "{}", answer.head);
    }
}

#[test]
fn what_is_not_there_says_so_in_json() {
    let home = Home::new();
    let gateway = home.up();
    let url = &gateway.url;
    for path in ["/", "/nowhere", "/health/", "/api/v1/cache", "/api/v1/cache/lookup/", "/%68ealth", "/../health"] {
        let answer = get(url, path, &[]);
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
    }
    let wrong =
        [(post(url, "/health", b"{}"), "GET,HEAD"), (get(url, LOOKUP, &[]), "POST"), (get(url, STORE, &[]), "POST")];
    for (answer, allowed) in wrong {
        assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"), "{answer:?}");
        assert!(answer.head.contains(&format!("\r\nallow: {allowed}\r\n")), "{}", answer.head);
    }
}

/// Path, body, status, code, and what the sentence names.
type BadInput = (&'static str, Vec<u8>, u16, &'static str, &'static str);

#[test]
fn bad_input_is_refused_by_name_and_stores_nothing() {
    let home = Home::new();
    let gateway = home.up();
    for (path, body, status, code, named) in bad_inputs() {
        let answer = post(&gateway.url, path, &body);
        let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path} {shown}: {answer:?}");
        let message = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains(named) && message.ends_with('.') && message.len() < 300, "{shown}: {message}");
    }
    assert_eq!(gateway.get("/health").1["entries"], 0);
}

fn bad_inputs() -> Vec<BadInput> {
    let store = |body: &str| (STORE, body.as_bytes().to_vec());
    let with = |field: &str| (STORE, format!(r#"{{"prompt":"p","response":"r",{field}}}"#).into_bytes());
    let raw = |body: &[u8]| (STORE, body.to_vec());
    let long = "x".repeat(257);
    [
        (raw(b""), "invalid_json", "empty"),
        (raw(b"   "), "invalid_json", "empty"),
        (raw(b"{"), "invalid_json", "line 1 column 1"),
        (raw(b"prompt=p&response=r"), "invalid_json", "line 1 column 1"),
        (raw(b"[\"p\",\"r\",null,null,null]"), "invalid_json", "object"),
        (raw(b"null"), "invalid_json", "object"),
        (raw(b"{\"prompt\":\"p\",\n\"response\":}"), "invalid_json", "line 2 column 12"),
        (raw(b"{\"prompt\":\"p\",\"response\":\"r\"}{}"), "invalid_json", "trailing"),
        (raw(b"{\"prompt\":\"\xff\xfe\",\"response\":\"r\"}"), "invalid_json", "unicode"),
        (raw(b"{\"prompt\":\"a\0b\",\"response\":\"r\"}"), "invalid_json", "control character"),
        (raw(br#"{"prompt":"\ud800","response":"r"}"#), "invalid_json", "hex escape"),
        (raw(b"\xef\xbb\xbf{\"prompt\":\"p\",\"response\":\"r\"}"), "invalid_json", "line 1"),
        (raw(&[br#"{"prompt":"#.as_slice(), &[b'['; 100_000]].concat()), "json_too_deep", "64 levels"),
        (raw(&[br#"{"prompt":"#.as_slice(), &[b'['; 63]].concat()), "invalid_field", "prompt"),
        (raw(&"{\"prompt\":\"p\"}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()), "invalid_json", ""),
        (store("{}"), "missing_field", "prompt"),
        (store(r#"{"prompt":"p"}"#), "missing_field", "response"),
        (store(r#"{"prompt":"","response":"r"}"#), "invalid_field", "prompt"),
        (store(r#"{"prompt":" \n\t","response":"r"}"#), "invalid_field", "prompt"),
        (store(r#"{"prompt":"p","response":" "}"#), "invalid_field", "response"),
        (store(r#"{"prompt":"a\u0000b","response":"r"}"#), "invalid_field", "prompt"),
        (store(r#"{"prompt":"p","response":"a\u0000b"}"#), "invalid_field", "response"),
        (store(r#"{"prompt":1,"response":"r"}"#), "invalid_field", "prompt"),
        (store(r#"{"prompt":["p"],"response":"r"}"#), "invalid_field", "prompt"),
        (store(r#"{"prompt":null,"response":"r"}"#), "invalid_field", "prompt"),
        (store(r#"{"prompt":"p","response":{"text":"r"}}"#), "invalid_field", "response"),
        (store(r#"{"prompt":"p","prompt":"q","response":"r"}"#), "invalid_field", "prompt"),
        (with(r#""model":"""#), "invalid_field", "model"),
        (with(r#""model":7"#), "invalid_field", "model"),
        (with(r#""model":"a\u0007b""#), "invalid_field", "model"),
        (with(&format!(r#""namespace":"{long}""#)), "invalid_field", "namespace"),
        (with(r#""ttl_seconds":0"#), "invalid_field", "ttl_seconds"),
        (with(r#""ttl_seconds":-5"#), "invalid_field", "ttl_seconds"),
        (with(r#""ttl_seconds":1.5"#), "invalid_field", "ttl_seconds"),
        (with(r#""ttl_seconds":"60""#), "invalid_field", "ttl_seconds"),
        (with(r#""ttl_seconds":315360001"#), "invalid_field", "ttl_seconds"),
        (with(r#""ttl_seconds":1e400"#), "invalid_json", "number out of range"),
        (with(r#""Prompt":"p""#), "unknown_field", "Prompt"),
        (with(r#""answer":"r""#), "unknown_field", "answer"),
        (with(&format!(r#""{}":1"#, "k".repeat(100_000))), "unknown_field", "kkkk"),
        ((LOOKUP, b"{}".to_vec()), "missing_field", "prompt"),
        ((LOOKUP, br#"{"prompt":""}"#.to_vec()), "invalid_field", "prompt"),
        ((LOOKUP, br#"{"prompt":true}"#.to_vec()), "invalid_field", "prompt"),
        ((LOOKUP, br#"{"prompt":"p","response":"r"}"#.to_vec()), "unknown_field", "response"),
    ]
    .into_iter()
    .map(|((path, body), code, named)| (path, body, 400, code, named))
    .collect()
}

/// What the system says of the gateway's memory, in the line that begins so.
fn memory_kib(gateway: &Gateway<'_>, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.pid())).expect("the process is there");
    let found = status.lines().find_map(|found| found.strip_prefix(line)).expect("it says how large it is");
    found.trim().trim_end_matches(" kB").parse().expect("it is a number")
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}
