//! The commands about all clients: `connect --all|list|status`, `doctor`, `app …`, and how the gateway has a say.

mod app;
mod conflicts;
mod doctor;
mod gateway;
mod survey;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::{Home, text};

const CURSOR: &str = ".cursor/mcp.json";
const GIT: &str = r#"{
  "mcpServers": {
    "git": {
      "command": "uvx",
      "args": ["mcp-server-git", "--token", "s3cret-argument"],
      "env": { "GIT_TOKEN": "s3cret-variable" },
      "cwd": "/srv/repository",
      "disabled": true
    },
    "docs": {
      "url": "https://docs.example/mcp",
      "headers": { "Authorization": "Bearer s3cret-header" },
      "timeout": 30
    }
  }
}
"#;

/// Writes a file of the user's, with the directories around it.
fn write(home: &Home, name: &str, content: &str) -> PathBuf {
    let path = home.user().join(name);
    fs::create_dir_all(path.parent().expect("it is in a directory")).expect("they can be made");
    fs::write(&path, content).expect("it can be written");
    path
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("it is there")
}

/// What a run printed that must succeed.
fn success(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(output));
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// What a run said that must fail.
fn failure(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", text(output));
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn json(home: &Home, arguments: &[&str]) -> Value {
    let output = home.run(&[arguments, &["--json"]].concat());
    serde_json::from_str(&success(&output)).unwrap_or_else(|error| panic!("{error}: {}", text(&output)))
}

/// What `connect status` says of a client's file in one scope.
fn status(home: &Home, client: &str) -> Value {
    let status = json(home, &["connect", "status"]);
    let found = status["clients"].as_array().and_then(|clients| clients.iter().find(|found| found["client"] == client));
    found.unwrap_or_else(|| panic!("{client} is not in {status}")).clone()
}
