//! A bridge that the system gives nothing more to: whatever ends it, a panic included, its output is messages.

use std::fs::{self, File};

use rustix::process::{Resource, Rlimit};
use serde_json::json;

use super::super::bridge::{Bridge, error_text, is_notification};
use super::super::{PROMPT, initialize_params};
use crate::support::Home;

/// One whose session has begun, and which says on its standard error all that it can, into a file.
fn talkative(home: &Home, url: &str) -> Bridge {
    let errors = File::create(home.user().join("errors")).expect("it can be written");
    let command = &mut home.command(&["mcp"]);
    command.env("ISARTOR_GATEWAY_URL", url).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1").stderr(errors);
    let mut bridge = Bridge::spawn(command);
    bridge.request("initialize", initialize_params("2025-11-25"));
    bridge
}

fn errors(home: &Home) -> String {
    String::from_utf8_lossy(&fs::read(home.user().join("errors")).expect("it is there")).into_owned()
}

/// From now on it gets no more of this.
fn refuse(bridge: &Bridge, resource: Resource) {
    let nothing = Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::prlimit(Some(bridge.pid()), resource, nothing).expect("it is ours");
}

#[test]
fn a_file_that_is_refused_is_explained() {
    let (theirs, ours) = (Home::new(), Home::new());
    let gateway = theirs.up();
    let mut bridge = talkative(&ours, &gateway.url);
    refuse(&bridge, Resource::Nofile);
    let params = json!({ "name": "isartor_chat", "arguments": { "prompt": PROMPT } });
    let asked = bridge.ask("tools/call", params);
    let answer = bridge.receive().expect("an answer");
    assert_eq!(answer["id"], json!(asked), "{answer}");
    assert!(error_text(&answer["result"]).0, "{answer}");
    let (status, rest) = bridge.finish();
    assert!(status.success() && rest.is_empty(), "{rest:?}");
}

#[test]
fn a_bridge_that_dies_for_lack_of_memory_has_said_nothing_but_messages() {
    let (theirs, ours) = (Home::new(), Home::new());
    let gateway = theirs.up();
    let mut bridge = talkative(&ours, &gateway.url);
    bridge.tool_names();
    refuse(&bridge, Resource::As);
    let call = json!({ "name": "isartor_chat", "arguments": { "prompt": "x".repeat(1_000) } });
    let request = |id: i64| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call });
    let died = (100..1_000_000).find(|id| bridge.try_send(&request(*id)).is_err());
    assert!(died.is_some(), "it needs no memory");
    let (status, said) = bridge.finish();
    assert!(!status.success(), "{status}");
    assert!(said.iter().all(|message| message["result"].is_object() || message["method"].is_string()), "{said:?}");
    let errors = errors(&ours);
    assert!(errors.contains("memory allocation of") || errors.contains("panicked"), "{errors}");
}

#[test]
fn what_ends_a_starved_bridge_is_said_beside_its_output() {
    let (theirs, ours) = (Home::new(), Home::new());
    let gateway = theirs.up();
    let mut bridge = talkative(&ours, &gateway.url);
    bridge.tool_names();
    refuse(&bridge, Resource::As);
    // The end of the input asks for one more thread: there is none, or it panics before it does anything.
    let (status, said) = bridge.finish();
    assert!(said.iter().all(is_notification), "{said:?}");
    let errors = errors(&ours);
    assert!(
        !status.success() && ["panicked", "error: "].iter().any(|word| errors.contains(word)),
        "{status}: {errors}"
    );
}
