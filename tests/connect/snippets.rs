//! `isartor connect generic`: what is printed for pasting, as parsers that are not ours read it. Nothing is written.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::cases::plugins;
use super::machine::{Machine, failure, success};

const PROGRAM: &str = env!("CARGO_BIN_EXE_isartor");

#[test]
fn four_spellings_are_printed_and_nothing_is_written() {
    let machine = Machine::new();
    let before = machine.everything();
    let printed =
        success(machine.run(&["connect", "generic", "--name", "cache", "--gateway-url", "http://localhost:9"]));
    assert_eq!(machine.everything(), before);
    let program =
        json!({ "command": PROGRAM, "args": ["mcp"], "env": { "ISARTOR_GATEWAY_URL": "http://localhost:9" } });
    let mut typed = program.clone();
    typed["type"] = json!("stdio");
    let expected = [
        json!({ "mcpServers": { "cache": program } }),
        json!({ "mcpServers": { "cache": { "type": "http", "url": "http://localhost:9/mcp" } } }),
        json!({ "servers": { "cache": typed } }),
        json!({ "mcp_servers": { "cache": program } }),
    ];
    assert_eq!(snippets(&printed), expected, "{printed}");
}

#[test]
fn a_key_is_never_printed() {
    let machine = Machine::new();
    let printed = success(machine.run(&["connect", "generic", "--gateway-api-key", "top-secret"]));
    assert!(!printed.contains("top-secret") && printed.contains("note: put the gateway's key where ****"), "{printed}");
    let snippets = snippets(&printed);
    assert_eq!(snippets[0]["mcpServers"]["isartor"]["env"]["ISARTOR__GATEWAY_API_KEY"], "********");
    assert_eq!(snippets[1]["mcpServers"]["isartor"]["headers"], json!({ "X-API-Key": "********" }));
    assert_eq!(snippets[3]["mcp_servers"]["isartor"]["env"]["ISARTOR__GATEWAY_API_KEY"], "********");
}

#[test]
fn there_is_nothing_to_disconnect() {
    let output = Machine::new().run(&["connect", "generic", "--disconnect"]);
    failure(&output, "has no file that isartor edits");
}

/// A case of a client without files: `arguments.json`, and what is then printed, or an error's words.
#[test]
fn every_case_of_what_is_printed() {
    let mut count = 0;
    for plugin in folders(&plugins()) {
        let manifest = fs::read_to_string(plugin.join("plugin.toml")).unwrap();
        if !manifest.contains("\n[[snippet]]") {
            continue;
        }
        let id = plugin.file_name().unwrap().to_str().unwrap().to_owned();
        for case in folders(&plugin.join("cases")) {
            count += 1;
            let read = |name: &str| fs::read_to_string(case.join(name)).map(|text| text.replace("${ISARTOR}", PROGRAM));
            let arguments: Vec<String> = serde_json::from_str(&read("arguments.json").unwrap()).unwrap();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let (machine, command) = (Machine::new(), [&["connect", &id], &arguments[..]].concat());
            let before = machine.everything();
            match (read("printed.txt"), read("error.txt")) {
                (Ok(printed), _) => assert_eq!(success(machine.run(&command)), printed, "{}", case.display()),
                (Err(_), words) => failure(&machine.run(&command), words.unwrap().trim_end()),
            }
            assert_eq!(machine.everything(), before, "{}", case.display());
        }
    }
    assert!(count >= 8, "{count} cases");
}

fn folders(directory: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

/// Each block below its title, without what is said of the gateway.
fn snippets(printed: &str) -> Vec<Value> {
    let is_remark = |line: &&str| ["note: ", "warning: ", "next: "].iter().any(|start| line.starts_with(start));
    let printed = printed.lines().filter(|line| !is_remark(line)).collect::<Vec<_>>().join("\n");
    let blocks = printed.split("\n\n").filter(|block| block.starts_with(['{', '[']));
    blocks.map(|block| serde_json::from_str(block).unwrap_or_else(|_| toml::from_str(block).unwrap())).collect()
}
