//! What isartor writes, as the clients' own packages and independent parsers from npm read it. Needs node and npm with
//! their registry; what is installed is kept between runs.
//!
//! Auggie lists the servers of Augment's file, and Qwen Code those of its own; Continue's schema parses its file; the
//! schema of Claude Desktop's extensions takes its entry, and the tool that validates these the bundle of `isartor pack`.
//! Every other client is read by jsonc-parser, json5, smol-toml or yaml and compared with its documented spelling.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::cases::plugins;
use super::machine::{Machine, failure, success, text};
use crate::support::packages::NodePackages;

const GATEWAY: &str = "http://localhost:9";
const KEY: &str = "k \"1\" \\ é";

#[test]
fn every_client_reads_what_is_written() {
    let packages = NodePackages::installed("connect/schemas", &[]);
    let machines: Vec<Machine> = fs::read_dir(plugins()).unwrap().map(|_| Machine::new()).collect();
    let mut written = Vec::new();
    for (entry, machine) in fs::read_dir(plugins()).unwrap().zip(&machines) {
        let client = entry.unwrap().file_name().into_string().unwrap();
        let manifest = fs::read_to_string(plugins().join(&client).join("plugin.toml")).unwrap();
        if manifest.contains("\n[[file]]") {
            written.extend(["stdio", "http"].iter().filter_map(|transport| connect(machine, &client, transport)));
        }
    }
    let mut node =
        packages.node("check.mjs").arg(plugins()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    node.stdin.take().unwrap().write_all(json!(written).to_string().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let own = "augment http, augment stdio, claude-desktop stdio, continue http, continue stdio, qwen-code http, \
               qwen-code stdio by the client's own package";
    assert!(String::from_utf8_lossy(&output.stdout).contains(own), "{}", text(&output));
}

/// Where the entry was written, and what it has to mean; none where the client reaches no URLs.
fn connect(machine: &Machine, client: &str, transport: &str) -> Option<Value> {
    let name = format!("isartor-{transport}");
    let common = ["connect", client, "--force", "--transport", transport, "--name", &name];
    let gateway = ["--gateway-url", GATEWAY, "--gateway-api-key", KEY];
    let in_scope = |scope| machine.run(&[&common[..], &gateway, &["--scope", scope]].concat());
    let says = |output: &Output, words: &str| String::from_utf8_lossy(&output.stderr).contains(words);
    let mut output = in_scope("user");
    if says(&output, "for projects only") {
        output = in_scope("project");
    }
    if transport == "http" && says(&output, "holds programs only") {
        return None;
    }
    let said = success(output);
    let path = said.lines().find_map(|line| line.strip_prefix("wrote ")).unwrap();
    let expected = match transport {
        "stdio" => json!({
            "command": env!("CARGO_BIN_EXE_isartor"),
            "args": ["mcp"],
            "env": { "ISARTOR_GATEWAY_URL": GATEWAY, "ISARTOR__GATEWAY_API_KEY": KEY },
        }),
        _ => json!({ "url": format!("{GATEWAY}/mcp"), "headers": { "X-API-Key": KEY } }),
    };
    let home = machine.home();
    Some(json!({
        "client": client, "transport": transport, "name": name, "path": path, "home": home, "expected": expected,
    }))
}

#[test]
fn a_packed_bundle_is_valid_and_its_program_answers() {
    let packages = NodePackages::installed("connect/schemas", &[]);
    let machine = Machine::new();
    let bundle = machine.home().join("isartor.mcpb");
    let pack = ["pack", "claude-desktop", "-o", bundle.to_str().unwrap()];
    let said = success(machine.run(&pack));
    assert!(said.contains("packed ") && said.contains("next: open the file with Claude Desktop"), "{said}");
    let first = fs::read(&bundle).unwrap();
    failure(&machine.run(&pack), "is there already");
    success(machine.run(&[&pack[..], &["--force"]].concat()));
    assert!(fs::read(&bundle).unwrap() == first, "the same program gives the same bytes");

    let unpacked = machine.home().join("unpacked");
    let mcpb = |arguments: &[&str]| {
        let cli = packages.path("node_modules/@anthropic-ai/mcpb/dist/cli/cli.js");
        success(packages.node(cli).args(arguments).output().unwrap())
    };
    mcpb(&["unpack", bundle.to_str().unwrap(), unpacked.to_str().unwrap()]);
    let said = mcpb(&["validate", unpacked.join("manifest.json").to_str().unwrap()]);
    assert!(said.contains("passes"), "{said}");
    mcpb(&["info", bundle.to_str().unwrap()]);
    let manifest: Value = serde_json::from_slice(&fs::read(unpacked.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["manifest_version"], "0.3");
    assert_eq!(manifest["user_config"]["gateway_api_key"]["sensitive"], true);
    let config = &manifest["server"]["mcp_config"];
    assert_eq!(config["env"]["ISARTOR__GATEWAY_API_KEY"], "${user_config.gateway_api_key}");
    answers_as_the_manifest_says(&machine, &unpacked, config);
    failure(&machine.run(&["pack", "zed"]), "zed takes no bundles");
}

/// Starts the program with the defaults of the settings, and asks it to begin.
fn answers_as_the_manifest_says(machine: &Machine, unpacked: &Path, config: &Value) {
    let program = config["command"].as_str().unwrap().replace("${__dirname}", unpacked.to_str().unwrap());
    let arguments = config["args"].as_array().unwrap().iter().map(|argument| argument.as_str().unwrap());
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("HOME", machine.home())
        .env("ISARTOR_GATEWAY_URL", "http://192.0.2.1:9")
        .env("ISARTOR__GATEWAY_API_KEY", "")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let initialize = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": { "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } },
    });
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{initialize}").unwrap();
    let mut answer = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut answer).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["result"]["serverInfo"]["name"], "isartor", "{answer}");
    drop(input);
    child.wait().unwrap();
}
