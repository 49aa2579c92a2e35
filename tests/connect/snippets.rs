//! `isartor connect generic`: what is printed for pasting, as parsers that are not ours read it. Nothing is written.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use serde_json::{Value, json};

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

/// Each block below its title, without what is said of the gateway.
fn snippets(printed: &str) -> Vec<Value> {
    let is_remark = |line: &&str| ["note: ", "warning: ", "next: "].iter().any(|start| line.starts_with(start));
    let printed = printed.lines().filter(|line| !is_remark(line)).collect::<Vec<_>>().join("\n");
    let blocks = printed.split("\n\n").filter(|block| block.starts_with(['{', '[']));
    blocks.map(|block| serde_json::from_str(block).unwrap_or_else(|_| toml::from_str(block).unwrap())).collect()
}
