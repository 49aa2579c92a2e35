//! What the tests share: a temporary home, the built `isartor` in a clean environment, a gateway that is stopped
//! when the test is over, the guests as components, packages of others.

pub(crate) mod packages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

#[path = "../host/build/component.rs"]
#[expect(clippy::disallowed_methods, reason = "cargo tells the tests by their environment where it is")]
mod component;

/// A fresh `HOME` with an `ISARTOR_HOME` in it, and embedding switched off unless a test switches it on.
pub(crate) struct Home {
    dir: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        Self { dir, variables: vec![("ISARTOR__EMBEDDING__ENABLED".into(), "false".into())] }
    }

    /// With the real model, which is pulled once for all tests.
    pub(crate) fn with_model() -> Self {
        let home = Self { variables: Vec::new(), ..Self::new() };
        home.and("ISARTOR__EMBEDDING__DIR", model_dir().to_str().expect("UTF-8"))
    }

    /// The same with a variable set for every command.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// `HOME`.
    pub(crate) fn user(&self) -> &Path {
        self.dir.path()
    }

    /// `ISARTOR_HOME`.
    pub(crate) fn state(&self) -> PathBuf {
        self.dir.path().join(".isartor")
    }

    pub(crate) fn write_settings(&self, text: &str) {
        fs::create_dir_all(self.state()).expect("the home can be made");
        fs::write(self.state().join("isartor.toml"), text).expect("the settings can be written");
    }

    /// `isartor` with nothing inherited but the search path.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_isartor"));
        command.args(arguments).env_clear().env("HOME", self.dir.path()).stdin(Stdio::null());
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin").envs(self.variables.iter().cloned());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("isartor runs")
    }

    /// `isartor up --detach` on a free port; stopped when the value is dropped.
    pub(crate) fn up(&self) -> Gateway<'_> {
        self.up_at(0)
    }

    /// The same on a port that a client was told before.
    pub(crate) fn up_at(&self, port: u16) -> Gateway<'_> {
        let output = self.run(&["up", "--detach", "--port", &port.to_string()]);
        assert!(output.status.success(), "isartor up: {}", text(&output));
        self.answering()
    }

    /// The same where a bridge may start it, too: whoever comes first.
    pub(crate) fn up_or_found_at(&self, port: u16) -> Gateway<'_> {
        let output = self.run(&["up", "--detach", "--port", &port.to_string()]);
        let (message, url) = (text(&output), format!("http://localhost:{port}"));
        let is_found = message.contains("already runs") && message.contains(&url) || message.contains("is starting");
        assert!(output.status.success() || is_found, "isartor up: {message}");
        self.answering()
    }

    fn answering(&self) -> Gateway<'_> {
        let url = self.status()["url"].as_str().expect("a running gateway has a URL").to_owned();
        self.await_plugins();
        Gateway { home: self, url }
    }

    /// Waits until no plugin is on its way any more.
    pub(crate) fn await_plugins(&self) {
        for _ in 0..1_200 {
            if self.status()["plugins"]["loading"] == json!([]) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("plugins are still loading: {}", self.status());
    }

    pub(crate) fn status(&self) -> Value {
        let output = self.run(&["status", "--json"]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output)))
    }

    /// A guest in a folder of its own, as its author would hand it over. Built once for all tests.
    pub(crate) fn guest(&self, name: &str) -> PathBuf {
        let manifest = fs::read_to_string(guest_folder(name).join("plugin.toml")).expect("the guest has a manifest");
        self.guest_as(name, &format!("guests/{name}"), &manifest)
    }

    /// The same guest with another manifest, in the folder `place` of the user's.
    pub(crate) fn guest_as(&self, name: &str, place: &str, manifest: &str) -> PathBuf {
        let folder = self.user().join(place);
        fs::create_dir_all(&folder).expect("the folder can be made");
        let component = component::componentise(guests(), name, manifest.as_bytes()).expect("the guest is a component");
        fs::write(folder.join("plugin.wasm"), component).expect("it can be written");
        fs::write(folder.join("plugin.toml"), manifest).expect("it can be written");
        folder
    }

    /// `isartor plugin install --yes` with further arguments; it must succeed.
    pub(crate) fn install(&self, folder: &Path, more: &[&str]) {
        let folder = folder.to_str().expect("UTF-8");
        let output = self.run(&[&["plugin", "install", folder, "--yes"], more].concat());
        assert!(output.status.success(), "isartor plugin install: {}", text(&output));
    }

    /// Builds a guest and has it installed with no grant.
    pub(crate) fn install_guest(&self, name: &str) {
        self.install(&self.guest(name), &[]);
    }
}

/// A running gateway.
pub(crate) struct Gateway<'a> {
    home: &'a Home,
    pub url: String,
}

impl Gateway<'_> {
    /// POSTs JSON; the status and the answer, which must be JSON too.
    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        block_on(async {
            let request = reqwest::Client::new().post(format!("{}{path}", self.url)).json(body);
            let response = request.send().await.expect("the gateway answers");
            (response.status().as_u16(), response.json().await.expect("the answer is JSON"))
        })
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        block_on(async {
            let response = reqwest::get(format!("{}{path}", self.url)).await.expect("the gateway answers");
            (response.status().as_u16(), response.json().await.expect("the answer is JSON"))
        })
    }

    /// One request of the stateless MCP of 2026-07-28; its result.
    pub(crate) fn mcp(&self, method: &str, params: &Value) -> Value {
        let mut params = params.clone();
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": { "name": "tests", "version": "1" },
        });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer: Value = block_on(async {
            let mut request = reqwest::Client::new().post(format!("{}/mcp", self.url)).json(&body);
            request = request.header("accept", "application/json, text/event-stream");
            request = request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
            if let Some(name) = params["name"].as_str() {
                request = request.header("mcp-name", name);
            }
            let answer = request.send().await.expect("the gateway answers").text().await.expect("it is text");
            // An event stream carries the message behind `data:`, a plain answer is the message.
            let data = answer.lines().filter_map(|line| line.strip_prefix("data:")).rfind(|data| data.len() > 1);
            serde_json::from_str(data.unwrap_or(&answer)).unwrap_or_else(|_| panic!("not JSON: {answer}"))
        });
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    pub(crate) fn store(&self, prompt: &str, response: &str) -> String {
        let (status, answer) = self.post("/api/v1/cache/store", &json!({ "prompt": prompt, "response": response }));
        assert_eq!((status, &answer["stored"]), (200, &json!(true)), "{answer}");
        answer["entry"].as_str().expect("an entry is a string").to_owned()
    }

    pub(crate) fn lookup(&self, prompt: &str) -> Value {
        let (status, answer) = self.post("/api/v1/cache/lookup", &json!({ "prompt": prompt }));
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Waits until `/health` says that the semantic tier is in `state`.
    pub(crate) fn await_semantic(&self, state: &str) {
        for _ in 0..1_200 {
            if self.get("/health").1["layers"]["semantic"] == state {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the semantic tier is not {state}: {}", self.get("/health").1);
    }

    /// The gateway's process, as it says itself.
    pub(crate) fn pid(&self) -> u32 {
        let pid = self.home.status()["pid"].as_u64().expect("a running gateway has a pid");
        u32::try_from(pid).expect("a pid fits")
    }

    /// `kill -9`.
    pub(crate) fn kill(self) {
        let pid = i32::try_from(self.pid()).expect("a pid fits");
        let pid = rustix::process::Pid::from_raw(pid).expect("a pid is positive");
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it is ours");
    }
}

impl Drop for Gateway<'_> {
    fn drop(&mut self) {
        let output = self.home.run(&["stop"]);
        if !std::thread::panicking() {
            assert!(output.status.success(), "isartor stop: {}", text(&output));
        }
    }
}

/// What a command printed, for the message of an assertion.
pub(crate) fn text(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    format!("{}\nstdout: {out}\nstderr: {error}", output.status)
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

/// Where the guests' core modules are, built once for this test run.
fn guests() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let target_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests");
        let folders = fs::read_dir(root.join("tests/guests")).expect("there are guests");
        let names = folders.map(|folder| folder.expect("it can be read").file_name().into_string().expect("UTF-8"));
        component::build(&root, &target_dir, &names.collect::<Vec<_>>()).expect("the guests build");
        target_dir
    })
}

/// A guest as cargo left it: a core module.
pub(crate) fn guest_module(name: &str) -> Vec<u8> {
    component::core_module(guests(), name).expect("the guest was built")
}

fn guest_folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/guests").join(name)
}

/// The model, pulled from pip once for all test runs of this target directory.
pub(crate) fn model_dir() -> &'static Path {
    static PULLED: OnceLock<PathBuf> = OnceLock::new();
    PULLED.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("model");
        let home =
            Home { variables: Vec::new(), ..Home::new() }.and("ISARTOR__EMBEDDING__DIR", dir.to_str().expect("UTF-8"));
        let mut pull = home.command(&["model", "pull", "--source", "pip"]);
        #[expect(clippy::disallowed_methods, reason = "python and pip are found as they are for the developer")]
        let path = std::env::var_os("PATH").expect("there is a search path");
        let output = pull.env("PATH", path).output().expect("isartor runs");
        assert!(output.status.success(), "isartor model pull: {}", text(&output));
        dir
    })
}
