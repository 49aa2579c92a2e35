//! Plugins made with the SDK: results that are none, floods, crowds, files and definitions that change afterwards.

use std::fs;
use std::thread;

use serde_json::{Value, json};

use super::case::Case;
use super::package::Package;
use super::stage::Stage;
use super::tools::well_behaved;
use crate::support::text;

const UNUSABLE: &str = "returned a result that is not usable";

/// Tools of the guest, and what the client is told.
const RESULTS: [(&str, &str, &str); 8] = [
    ("result-that-is-a-list", "not-an-object", UNUSABLE),
    ("result-that-is-no-json", "not-json", UNUSABLE),
    ("result-with-nan", "not-a-number", UNUSABLE),
    ("result-with-half-a-character", "half-a-character", UNUSABLE),
    ("picture-with-a-header", "not-a-picture", UNUSABLE),
    ("flood-of-text", "flood", "it handed over more data than allowed"),
    ("rust-that-panics", "panic", "it panicked"),
    ("rust-that-allocates", "allocate", "it wanted more memory than"),
];

pub(super) fn cases() -> Vec<Case> {
    let results = RESULTS.iter().map(|&(name, tool, says)| {
        Case::new(name, &[says], move |stage, id| {
            let _installed = stage.install(&hostile(id), &[]);
            vec![failed(&stage.call_tool(&format!("{id}__{tool}"), &json!({})))]
        })
    });
    results.chain(words()).chain(crowds()).chain(changes()).collect()
}

fn hostile(id: &str) -> Package {
    Package::guest("hostile-tool", id, "tool", "")
}

fn failed(result: &Value) -> String {
    assert_eq!(result["isError"], json!(true), "{result}");
    result["content"][0]["text"].as_str().expect("an error has a text").to_owned()
}

/// What is written where a person or a client reads.
fn words() -> Vec<Case> {
    vec![
        Case::new("escapes-in-a-result", &[], |stage, id| {
            let _installed = stage.install(&hostile(id), &[]);
            let result = stage.call_tool(&format!("{id}__escapes"), &json!({}));
            assert_eq!(
                result["content"][0]["text"],
                json!("visible\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n"),
                "what is visible stays"
            );
            Vec::new()
        }),
        Case::new("json-rpc-on-its-output", &["jsonrpc"], |stage, id| {
            // That it is not on our output is what the bridge is checked for.
            let added = logged(stage, id, "write");
            vec![added.lines().find(|line| line.contains("jsonrpc")).expect("it is in the log").to_owned()]
        }),
        Case::new("flood-of-output", &["the rest is dropped"], |stage, id| {
            let added = logged(stage, id, "flood");
            assert!(
                added.len() < 128 << 10,
                "{} bytes in the log, such as {}",
                added.len(),
                &added[added.len() / 2..][..600]
            );
            added.lines().filter(|line| line.contains("dropped")).map(str::to_owned).collect()
        }),
        Case::new("forged-log-lines", &["output="], |stage, id| {
            let added = logged(stage, id, "forge");
            assert!(!added.contains(['\r', '\u{1b}']), "{added:?}");
            added.lines().filter(|line| line.contains("forged")).map(str::to_owned).collect()
        }),
    ]
}

/// What a tool of the guest that writes added to the log.
fn logged(stage: &Stage<'_>, id: &str, tool: &str) -> String {
    let _installed = stage.install(&Package::guest("wasi-tool", id, "tool", ""), &[]);
    let before = stage.log().len();
    let result = stage.call_tool(&format!("{id}__{tool}"), &json!({}));
    assert_eq!(result["isError"], json!(false), "{result}");
    let log = stage.log()[before..].to_owned();
    let lines = log.lines().filter(|line| !line.contains("isartor::receipt"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Many calls, or many that fail.
fn crowds() -> Vec<Case> {
    vec![
        Case::new("hundred-calls-that-hang", &[], |stage, id| {
            let _installed = stage.install(&hostile(id), &[]);
            let call = json!({ "name": format!("{id}__loop"), "arguments": {} });
            let told: Vec<String> = thread::scope(|scope| {
                let calls: Vec<_> = (0..100).map(|_| scope.spawn(|| stage.gateway.mcp("tools/call", &call))).collect();
                calls.into_iter().map(|call| failed(&call.join().expect("it is answered"))).collect()
            });
            let with = |words: &str| told.iter().filter(|told| told.contains(words)).count();
            assert!(told.iter().all(|told| told.contains(id)), "{told:?}");
            assert!(with("it took longer than") >= 5, "{told:?}");
            assert!(with("is busy") >= 20, "{told:?}");
            Vec::new()
        }),
        Case::new("fault-after-fault", &["failed too often and is suspended"], |stage, id| {
            let _installed = stage.install(&hostile(id), &[]);
            let tool = format!("{id}__sometimes");
            for _ in 0..5 {
                failed(&stage.call_tool(&tool, &json!({ "do": "panic" })));
                stage.call_tool(&format!("{id}__refuse"), &json!({}));
            }
            vec![failed(&stage.call_tool(&tool, &json!({})))]
        }),
    ]
}

/// What the user accepted is not what is there.
fn changes() -> Vec<Case> {
    vec![
        Case::new("swap-after-consent", &["its files have changed"], |stage, id| {
            let installed = stage.install(&well_behaved(id), &[]);
            let component = stage.home.state().join("plugins").join(id).join("plugin.wasm");
            installed.while_off(|| fs::write(component, hostile(id).component).expect("it can be written"));
            stage.complaints(id)
        }),
        Case::new("manifest-after-consent", &["its files have changed"], |stage, id| {
            let installed = stage.install(&well_behaved(id), &[]);
            let manifest = stage.home.state().join("plugins").join(id).join("plugin.toml");
            let asking = format!("{}[[capability]]\nname = \"log\"\nreason = \"x\"\n", well_behaved(id).manifest);
            installed.while_off(|| fs::write(manifest, asking).expect("it can be written"));
            stage.complaints(id)
        }),
        Case::new("swap-while-installed", &[], swapped_while_installed),
        Case::new("unstable-definitions", &["its definition is not the one you accepted"], |stage, id| {
            let asking = "[[capability]]\nname = \"clock\"\nreason = \"to change\"\n";
            let package = Package::guest("unstable-tool", id, "tool", asking);
            let _installed = stage.install(&package, &["--grant", "clock"]);
            stage.complaints(id)
        }),
    ]
}

/// Another component is put in its place again and again: what is installed is what was shown, or nothing is.
fn swapped_while_installed(stage: &Stage<'_>, id: &str) -> Vec<String> {
    let (good, evil) = (well_behaved(id), hostile(id));
    let folder = stage.write(&good);
    let install = ["plugin", "install", folder.to_str().expect("UTF-8"), "--yes"];
    let output = thread::scope(|scope| {
        let installing = scope.spawn(|| stage.home.run(&install));
        for package in [&evil, &good].into_iter().cycle() {
            let beside = folder.join("beside");
            fs::write(&beside, &package.component).expect("it can be written");
            fs::rename(&beside, folder.join("plugin.wasm")).expect("it can be moved");
            if installing.is_finished() {
                break;
            }
        }
        installing.join().expect("it runs")
    });
    assert!(output.status.success(), "both can be installed: {}", text(&output));
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    let installed = stage.home.state().join("plugins").join(id).join("plugin.wasm");
    let installed = fs::read(installed).expect("it is installed");
    let is_evil = shown.contains("echo: Returns its arguments.");
    assert_eq!(installed == evil.component, is_evil, "{shown}");
    assert_eq!(installed == good.component, !is_evil, "{shown}");
    let removed = stage.home.run(&["plugin", "remove", id]);
    assert!(removed.status.success(), "{}", text(&removed));
    Vec::new()
}
