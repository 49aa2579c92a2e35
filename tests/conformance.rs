//! MCP's own conformance suite against a running gateway. What the suite wants to call comes from the guest
//! `conformance-tool`, whose names stay as they are. Needs npm with its registry; what is installed is kept between runs.
//!
//! `conformance/expected-failures.yml` lists what isartor does not offer, with a reason each; an entry that passes fails
//! the test as well as a failure that is not in it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{Gateway, Home, text};

const TRANSPARENT: &str = "[tools]\ntransparent = \"conformance-tool\"\n";

#[test]
fn the_suite_of_2025_11_25_passes() {
    passes("2025-11-25");
}

#[test]
fn the_suite_of_2026_07_28_passes() {
    passes("2026-07-28");
}

#[test]
fn names_are_prefixed_unless_the_user_says_otherwise_and_a_taken_one_is_left_out() {
    let home = Home::new();
    home.install(&home.guest("conformance-tool"), &["--grant", "client"]);
    {
        let gateway = home.up();
        let offered = offered(&gateway);
        for name in ["conformance-tool__isartor_chat", "conformance-tool__test_simple_text"] {
            assert!(offered.contains(name), "{offered}");
        }
        assert!(offered.contains("conformance-tool__test_simple_prompt"), "{offered}");
        let refused = gateway.get("/health").1.to_string();
        assert!(!offered.contains("test://"), "{offered}");
        assert!(refused.contains("the scheme of its URI is not the plugin's id: conformance-tool://"), "{refused}");
    }
    home.write_settings(TRANSPARENT);
    let gateway = home.up();
    let offered = offered(&gateway);
    for name in
        ["\"test_simple_text\"", "\"test_simple_prompt\"", "\"test://static-text\"", "test://template/{id}/data"]
    {
        assert!(offered.contains(name), "{name} is not in {offered}");
    }
    assert!(!offered.contains("conformance-tool__"), "{offered}");
    assert_eq!(offered.matches("\"isartor_chat\"").count(), 1, "{offered}");
    let refused = gateway.get("/health").1.to_string();
    assert!(refused.contains("another tool has this name"), "{refused}");
}

/// All that a client finds in the lists.
fn offered(gateway: &Gateway<'_>) -> String {
    let lists = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"];
    lists.map(|method| gateway.mcp(method, &json!({})).to_string()).concat()
}

/// Runs all that the suite has for one version of the protocol.
fn passes(version: &str) {
    let suite = Suite::installed();
    let home = Home::new();
    home.write_settings(TRANSPARENT);
    home.install(&home.guest("conformance-tool"), &["--grant", "client"]);
    let gateway = home.up();
    let output = suite.run(&format!("{}/mcp", gateway.url), version, home.user());
    assert!(output.status.success(), "{}", text(&output));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("Baseline check passed"), "{said}");
}

/// The suite as npm installed it.
struct Suite {
    directory: PathBuf,
}

impl Suite {
    /// Installs it where the lock file is not what is there; one test at a time.
    fn installed() -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance");
        fs::create_dir_all(&directory).expect("the directory can be made");
        let waiting = File::create(directory.join(".lock")).expect("it can be written");
        waiting.lock().expect("it can be locked");
        let read = |name: &str| fs::read(source().join(name)).expect("it is in the repository");
        let suite = Self { directory };
        let lock = read("package-lock.json");
        if fs::read(suite.directory.join("installed")).is_ok_and(|installed| installed == lock) {
            return suite;
        }
        for name in ["package.json", "package-lock.json"] {
            fs::write(suite.directory.join(name), read(name)).expect("it can be written");
        }
        suite.install();
        fs::write(suite.directory.join("installed"), lock).expect("it can be written");
        suite
    }

    /// With the scripts of its packages: one of them fetches the program of Node.js.
    fn install(&self) {
        let hint = "install Node.js with npm, whose registry must be within reach";
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefer-offline"]);
        npm.current_dir(&self.directory).stdin(Stdio::null());
        let output = npm.output().unwrap_or_else(|error| panic!("npm does not start: {error}; {hint}"));
        assert!(output.status.success(), "{}\n{hint}", text(&output));
    }

    fn run(&self, url: &str, version: &str, results: &Path) -> std::process::Output {
        let modules = self.directory.join("node_modules");
        let mut node = Command::new(modules.join(".bin/node"));
        node.arg(modules.join("@modelcontextprotocol/conformance/dist/index.js"));
        node.args(["server", "--url", url, "--requirements", version, "--expected-failures"]);
        node.arg(source().join("expected-failures.yml")).arg("-o").arg(results.join("conformance"));
        node.stdin(Stdio::null()).output().expect("node starts")
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance")
}
