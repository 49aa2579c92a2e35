//! Clients that have a key in their configuration: what `connect`, `connect status` and `doctor` say when it ends.

use serde_json::{Value, json};

use super::{create, keys};
use crate::support::{Home, text};

fn client(home: &Home) -> Value {
    let output = home.run(&["connect", "status", "--json"]);
    let status: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    status["clients"][0].clone()
}

#[test]
fn a_client_whose_key_problem_is_told_so() {
    let home = Home::new();
    let file = home.user().join(".cursor/mcp.json");
    std::fs::create_dir_all(file.parent().expect("a directory")).expect("it can be made");
    std::fs::write(&file, "{}").expect("it can be written");
    let gateway = home.up();
    let key = create(&home, "cursor", &[]).key;
    let refused = home.run(&["connect", "cursor", "--transport", "http"]);
    assert!(!refused.status.success() && text(&refused).contains("wants a key"), "{}", text(&refused));
    let connected = home.run(&["connect", "cursor"]);
    assert!(connected.status.success() && !text(&connected).contains("warning"), "{}", text(&connected));
    assert_eq!(client(&home)["key"], json!("none"), "over the socket its owner needs none");
    assert!(!text(&home.run(&["doctor"])).contains("wants one"));
    let connected = home.run(&["connect", "cursor", "--gateway-api-key", &key]);
    assert!(connected.status.success() && !text(&connected).contains(&key), "{}", text(&connected));
    assert_eq!(json!([client(&home)["key"], client(&home)["key_problem"]]), json!(["valid", null]));
    keys(&home, &["revoke", "cursor"]);
    assert_eq!(json!([client(&home)["key"], client(&home)["key_problem"]]), json!(["refused", "revoked"]));
    assert!(text(&home.run(&["connect", "status"])).contains("refused by the gateway: it was revoked"));
    let doctor = text(&home.run(&["doctor"]));
    assert!(doctor.contains(&format!("the gateway at {} refuses its key: it was revoked", gateway.url)), "{doctor}");
    let stranger = format!("isk_{}_{}", "0".repeat(12), "0".repeat(64));
    let forced = home.run(&["connect", "cursor", "--gateway-api-key", &stranger, "--force"]);
    assert!(forced.status.success(), "{}", text(&forced));
    let doctor = text(&home.run(&["doctor"]));
    assert!(doctor.contains("refuses its key: there is no such key"), "{doctor}");
    assert!(doctor.contains("keys             ok       0 are active"), "{doctor}");
    std::fs::write(home.state().join("keys.json"), "{").expect("it can be written");
    let doctor = text(&home.run(&["doctor"]));
    assert!(doctor.contains("keys             problem  cannot use "), "{doctor}");
}
