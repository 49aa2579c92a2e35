//! Plugins as their authors make them, with the real tools of each language: begun, built, checked, packed, installed,
//! called. Needs cargo, npm and python3 with their registries; what they fetch is kept between runs.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Gateway, Home, text};

#[test]
fn rust_plugins_of_every_kind_are_made_and_used() {
    let author = Author::new();
    for kind in ["tool", "policy", "connector"] {
        author.made_and_checked(kind, "rust");
    }
    author.installed_and_called("rust-tool");
    let home = &author.home;
    let connector = author.folder("rust-connector").display().to_string();
    let file = if cfg!(target_os = "macos") { "macos" } else { "linux" };
    succeeded(home.run(&["plugin", "install", &connector, "--yes", "--accept-file", file]));
    let said = succeeded(home.run(&["connect", "rust-connector"]));
    assert!(said.contains("wrote ") && said.contains("mcp.json"), "{said}");
    succeeded(home.run(&["plugin", "install", &author.folder("rust-policy").display().to_string(), "--yes"]));
    let said = succeeded(home.run(&["plugin", "doctor", "rust-policy"]));
    assert!(said.contains("ok: a policy"), "{said}");
    author.panics_with_a_message();
}

#[test]
fn javascript_plugins_are_made_and_used_and_follow_their_source() {
    let author = Author::new();
    author.made_and_checked("policy", "js");
    author.made_and_checked("connector", "js");
    author.made_and_checked("tool", "js");
    author.installed_and_called("js-tool");

    let folder = author.folder("js-tool");
    let gateway = author.home.up();
    let mut dev = Dev::start(&author, &folder);
    dev.await_line("waiting for a change");
    replace(&folder.join("plugin.toml"), "# [[capability]]", "[[capability]]\nname = \"log\"\nreason = \"to tell\"\n#");
    let source = folder.join("src/plugin.js");
    fs::write(folder.join("src/words.js"), "export const separator = ',';\n").unwrap();
    let import =
        "import { log } from 'isartor:plugin/log@0.1.0';\nimport { separator } from './words.js';\n\nconst countWords";
    replace(&source, "const countWords", import);
    replace(&source, "/\\s+/u", "separator");
    dev.await_line("three-words/expected.json expects");
    dev.await_line("waiting for a change");
    for case in ["call.json", "expected.json"] {
        replace(&folder.join("cases/three-words").join(case), "one two  three", "one,two,three");
    }
    dev.await_line("imports   isartor:plugin/log@0.1.0");
    dev.await_line("installed js-tool 0.1.0");
    succeeded(author.home.run(&["plugin", "grant", "js-tool", "log"]));
    await_result(&gateway, "js-tool__count_words", "a,b c,d", &json!({ "words": 3 }));
    dev.interrupt();
}

#[test]
fn python_plugins_are_made_and_used() {
    let author = Author::new();
    author.made_and_checked("policy", "python");
    author.made_and_checked("connector", "python");
    author.made_and_checked("tool", "python");
    author.installed_and_called("python-tool");
}

#[test]
fn what_stands_in_an_authors_way_is_said_with_a_way_out() {
    let home = Home::new();
    let dir = home.user().join("mine");
    let dir = dir.to_str().unwrap();
    let failed = |arguments: &[&str], words: &str, hint: &str| {
        let output = home.command(arguments).env("PATH", "/nowhere").output().unwrap();
        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words) && said.contains(&format!("hint: {hint}")), "{said}");
    };
    let new = |name, kind, lang| ["plugin", "new", name, "--kind", kind, "--lang", lang, "--dir", dir];
    failed(&new("../mine", "tool", "rust"), "a plugin cannot be called \"../mine\"", "choose a name");
    failed(&["plugin", "build", dir], "cannot open", "make");
    succeeded(home.run(&new("mine", "tool", "rust")));
    failed(&new("mine", "tool", "js"), "is there already", "nothing was written");
    failed(&["plugin", "check", dir], "has not been built", "run 'isartor plugin build");
    failed(&["plugin", "build", dir], "rustc is not installed", "install Rust");
    fs::write(Path::new(dir).join("package.json"), "{}").unwrap();
    failed(&["plugin", "build", dir], "cannot tell in which language", "keep exactly one");
    fs::remove_file(Path::new(dir).join("plugin.toml")).unwrap();
    failed(&["plugin", "build", dir], "holds no plugin.toml", "run 'isartor plugin new");
    for (lang, words) in [("js", "npm is not installed"), ("python", "python3 is not installed")] {
        fs::remove_dir_all(dir).unwrap();
        succeeded(home.run(&new("mine", "tool", lang)));
        failed(&["plugin", "build", dir], words, "install ");
    }
}

/// Somebody with the tools of every language, and a home for what is installed.
struct Author {
    home: Home,
    plugins: TempDir,
}

impl Author {
    fn new() -> Self {
        // With a home there is, compiled code is kept: what was checked starts at once.
        let home = Home::new();
        fs::create_dir_all(home.state()).unwrap();
        Self { home, plugins: tempfile::tempdir().unwrap() }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.plugins.path().join(name)
    }

    /// `isartor` with what the tools find in the environment of whoever runs the tests.
    fn command(&self, arguments: &[&str]) -> Command {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("author");
        let mut command = Command::new(env!("CARGO_BIN_EXE_isartor"));
        command.args(arguments).stdin(Stdio::null()).current_dir(self.plugins.path());
        command.env("ISARTOR_HOME", self.home.state()).env("ISARTOR__EMBEDDING__ENABLED", "false");
        command.env("CARGO_TARGET_DIR", kept.join("cargo")).env("PIP_CACHE_DIR", kept.join("pip"));
        command.env("npm_config_cache", kept.join("npm")).env("npm_config_prefer_offline", "true");
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        succeeded(self.command(arguments).output().unwrap())
    }

    /// Begins `LANG-KIND` from its template, which must build and pass its own cases as it is.
    fn made_and_checked(&self, kind: &str, lang: &str) {
        let name = format!("{lang}-{kind}");
        self.run(&["plugin", "new", &name, "--kind", kind, "--lang", lang]);
        let said = self.run(&["plugin", "build", &name]);
        assert!(said.contains("plugin.wasm"), "{said}");
        let said = self.run(&["plugin", "check", &name]);
        let cases = fs::read_dir(self.folder(&name).join("cases")).unwrap().count();
        for words in
            [&format!("{name} 0.1.0, a {kind}"), "imports   none", &format!("cases     {cases} passed"), "\nok\n"]
        {
            assert!(said.contains(words), "{said} does not say {words:?}");
        }
        assert!(!said.contains("note"), "{said}");
    }

    /// The message of a panic is in the log of a tool that may log.
    fn panics_with_a_message(&self) {
        let folder = self.folder("rust-tool");
        let asked = "[[capability]]\nname = \"log\"\nreason = \"to tell why it panics\"\n#";
        replace(&folder.join("plugin.toml"), "# [[capability]]", asked);
        let source = folder.join("src/lib.rs");
        replace(&source, "isartor_plugin::tool::export!", "isartor_plugin::tool::export_with_log!");
        replace(&source, "arguments.text.split_whitespace()", "arguments.text.strip_prefix('!').unwrap().split(' ')");
        self.run(&["plugin", "build", "rust-tool"]);
        succeeded(self.home.run(&["plugin", "install", folder.to_str().unwrap(), "--yes", "--grant", "log"]));
        let gateway = self.home.up();
        let name = "rust-tool__count_words";
        await_result(&gateway, name, "!one two", &json!({ "words": 2 }));
        let result = gateway.mcp("tools/call", &json!({ "name": name, "arguments": { "text": "one" } }));
        assert!(result.to_string().contains("panicked"), "{result}");
        let log = fs::read_to_string(self.home.state().join("run/isartor.log")).unwrap();
        assert!(log.contains("panicked at src/lib.rs"), "{log}");
    }

    /// Packs a template's tool, installs the packed file, and calls the tool through a gateway.
    fn installed_and_called(&self, name: &str) {
        let said = self.run(&["plugin", "pack", name]);
        assert!(said.contains(&format!("packed {name}/{name}-0.1.0.wasm")), "{said}");
        let packed = self.folder(name).join(format!("{name}-0.1.0.wasm"));
        succeeded(self.home.run(&["plugin", "install", packed.to_str().unwrap(), "--yes"]));
        let gateway = self.home.up();
        await_result(&gateway, &format!("{name}__count_words"), "one two", &json!({ "words": 2 }));
        let wrong = json!({ "name": format!("{name}__count_words"), "arguments": { "text": 1 } });
        let result = gateway.mcp("tools/call", &wrong);
        assert_eq!(result["isError"], json!(true), "{result}");
        assert!(result["content"][0]["text"].to_string().contains("argument 'text'"), "{result}");
    }
}

/// A running `isartor plugin dev`, with what it prints.
struct Dev {
    child: Child,
    lines: Receiver<String>,
}

impl Dev {
    fn start(author: &Author, folder: &Path) -> Self {
        let mut command = author.command(&["plugin", "dev", folder.to_str().unwrap()]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        // Ends with the output, or when nobody listens any more.
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// Reads on until a line says `words`.
    fn await_line(&mut self, words: &str) {
        let mut said = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(120)) {
            let is_it = line.contains(words);
            said.push(line);
            if is_it {
                return;
            }
        }
        panic!("nothing said {words:?}: {said:#?}");
    }

    /// Ctrl-C, which is no failure.
    fn interrupt(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        self.await_line("stopped");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        if self.child.kill().is_ok() {
            self.child.wait().unwrap();
        }
    }
}

/// Calls until the gateway has taken the plugin, and its new version.
fn await_result(gateway: &Gateway<'_>, tool: &str, argument: &str, structured: &Value) {
    let mut last = json!(null);
    for _ in 0..600 {
        if gateway.mcp("tools/list", &json!({})).to_string().contains(&format!("\"{tool}\"")) {
            last = gateway.mcp("tools/call", &json!({ "name": tool, "arguments": { "text": argument } }));
            if last["structuredContent"] == *structured {
                return;
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{tool} gave {last} and not {structured}");
}

fn succeeded(output: Output) -> String {
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Replaces in a file, as an editor would save it. What is not there is left.
fn replace(path: &Path, old: &str, new: &str) {
    let before = fs::read_to_string(path).unwrap();
    fs::write(path, before.replace(old, new)).unwrap();
}
