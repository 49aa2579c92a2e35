//! One gateway that lives through many attacks, a stdio bridge to it, and what both must be like after each.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::innocent::Innocent;
use super::package::{Package, digest};
use super::placed::{Installed, Planted};
use super::stdio::Bridge;
use crate::support::{Gateway, Home, text};

/// How much larger than at first the gateway may be once an attack is over: less than the smallest bomb, 64 MiB. It is
/// not far less because the system's allocator keeps pages of its own, for each thread, once blocks of megabytes went
/// through it: up to 32 MiB were seen after all cases, most of it after a hundred calls at once, and no more however
/// often a plugin came and went, which a case of its own checks.
const MEMORY_SLACK_KIB: u64 = 40 << 10;

/// Until the memory of an attack must be given back, in steps.
const SETTLING_STEPS: usize = 300;
const STEP: Duration = Duration::from_millis(50);

pub(super) struct Stage<'a> {
    pub(super) home: &'a Home,
    pub(super) gateway: &'a Gateway<'a>,
    pub(super) innocent: Innocent,
    bridge: Mutex<Bridge>,
    pid: u32,
    usual_memory_kib: u64,
}

impl<'a> Stage<'a> {
    /// A gateway and its memory after a plugin came, was called and went.
    pub(super) fn new(home: &'a Home, gateway: &'a Gateway<'a>, well_behaved: &Package) -> Self {
        let mut stage = Self {
            home,
            gateway,
            innocent: Innocent::new(&gateway.url),
            bridge: Mutex::new(Bridge::open(home, &gateway.url)),
            pid: gateway.pid(),
            usual_memory_kib: 0,
        };
        for _ in 0..3 {
            stage.warm_up(well_behaved);
        }
        stage.usual_memory_kib = stage.memory_kib();
        stage
    }

    /// A day at work: plugins come and go, and many call them at once.
    fn warm_up(&self, well_behaved: &Package) {
        let _installed = self.install(well_behaved, &[]);
        let call = json!({ "name": format!("{}__go", well_behaved.id), "arguments": {} });
        let together = |_| {
            thread::scope(|scope| {
                let calls: Vec<_> = (0..32).map(|_| scope.spawn(|| self.gateway.mcp("tools/call", &call))).collect();
                for call in calls {
                    let said = call.join().expect("it is answered");
                    assert_eq!(said["isError"], json!(false), "{said}");
                }
            });
        };
        (0..3).for_each(together);
        self.innocent.usual();
    }

    /// Ends the bridge; how many lines it wrote, all of them valid.
    pub(super) fn finish(self) -> usize {
        self.bridge.into_inner().unwrap_or_else(PoisonError::into_inner).finish()
    }

    /// Calls the tool `go` of a plugin through the bridge.
    pub(super) fn call(&self, plugin: &str, arguments: &Value) -> Value {
        self.call_tool(&format!("{plugin}__go"), arguments)
    }

    pub(super) fn call_tool(&self, tool: &str, arguments: &Value) -> Value {
        let answer = self.bridge().call(tool, arguments);
        assert!(answer["result"].is_object(), "{answer}");
        answer["result"].clone()
    }

    /// What a client is told when it calls the tool `go` of a plugin, which must be an error.
    pub(super) fn call_fails(&self, plugin: &str) -> String {
        let result = self.call(plugin, &json!({}));
        assert_eq!(result["isError"], json!(true), "{result}");
        result["content"][0]["text"].as_str().expect("an error has a text").to_owned()
    }

    /// The whole answer to a request through the bridge.
    pub(super) fn ask(&self, method: &str, params: &Value) -> Value {
        self.bridge().ask(method, params)
    }

    pub(super) fn tools(&self) -> Vec<Value> {
        let answer = self.bridge().ask("tools/list", &json!({}));
        answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// Installs a package that can be installed, until the value is dropped.
    pub(super) fn install(&self, package: &Package, more: &[&str]) -> Installed<'_> {
        let folder = self.write(package);
        self.home.install(&folder, more);
        Installed { home: self.home, id: package.id.clone() }
    }

    /// Checks that a package is neither installed nor, where a lock says that it was, put to use. What is said then.
    pub(super) fn refused(&self, package: &Package) -> Vec<String> {
        vec![self.install_refused(package), self.left_out(package)]
    }

    /// Checks that a package is not installed and leaves no trace. What is said about it.
    pub(super) fn install_refused(&self, package: &Package) -> String {
        let folder = self.write(package);
        self.refused_source(folder.to_str().expect("UTF-8"))
    }

    pub(super) fn refused_source(&self, source: &str) -> String {
        let before = self.traces();
        let output = self.home.run(&["plugin", "install", source, "--yes"]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        assert_eq!(self.traces(), before, "nothing stays of {source}");
        String::from_utf8(output.stderr).expect("UTF-8")
    }

    /// Puts a package where the installed ones are, with a lock that accepts it. What the gateway says about it.
    pub(super) fn left_out(&self, package: &Package) -> String {
        let planted = self.plant(package);
        self.await_lock();
        self.home.await_plugins();
        let complaints = self.complaints(&package.id);
        // Connectors and policies are compiled when they are needed, which is when the doctor looks at them.
        let complaints = if complaints.is_empty() { vec![self.diagnosis(&package.id)] } else { complaints };
        drop(planted);
        self.await_lock();
        complaints.concat()
    }

    /// What `/health` says of a plugin, its tools, prompts and resources.
    pub(super) fn complaints(&self, plugin: &str) -> Vec<String> {
        self.home.await_plugins();
        let health = self.gateway.get("/health").1;
        let failed = health["plugins"]["failed"].as_array().expect("a list").iter();
        let is_ours = |name: &str| {
            let rest = name.strip_prefix(plugin);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("__") || rest.starts_with(':'))
        };
        let ours = failed.filter(|failed| is_ours(failed["name"].as_str().expect("a name")));
        ours.map(|failed| format!("{} {}", text_of(&failed["name"]), text_of(&failed["reason"]))).collect()
    }

    fn diagnosis(&self, plugin: &str) -> String {
        let output = self.home.run(&["plugin", "doctor", plugin]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// What a user sees who is asked whether to install a package, and says no.
    pub(super) fn shown(&self, package: &Package) -> String {
        let folder = self.write(package);
        let output = self.home.run(&["plugin", "install", folder.to_str().expect("UTF-8")]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn plant(&self, package: &Package) -> Planted {
        let folder = self.home.state().join("plugins").join(&package.id);
        package.write(&folder);
        let lock = self.home.state().join("isartor-plugins.lock");
        let before = fs::read_to_string(&lock).expect("there is a lock");
        let planted = Planted { folder, lock, before };
        planted.write_lock(&format!("format = 1\n{}", package.locked()));
        planted
    }

    /// Until the gateway goes by what the lock says now.
    fn await_lock(&self) {
        let lock = fs::read(self.home.state().join("isartor-plugins.lock")).expect("there is a lock");
        let wanted = digest(&lock);
        for _ in 0..400 {
            if self.gateway.get("/health").1["plugins"]["lock"] == wanted.as_str() {
                return;
            }
            thread::sleep(STEP);
        }
        panic!("the gateway does not follow the lock");
    }

    /// The folder of a package as its author would hand it over.
    pub(super) fn write(&self, package: &Package) -> PathBuf {
        let folder = self.home.user().join("packages").join(&package.id);
        package.write(&folder);
        folder
    }

    /// What a refused installation must leave as it was: the folders of plugins, what was accepted of them, the lock.
    fn traces(&self) -> (Vec<String>, Vec<String>, Option<Vec<u8>>) {
        let plugins = self.home.state().join("plugins");
        let lock = fs::read(self.home.state().join("isartor-plugins.lock")).ok();
        (names(&plugins), names(&plugins.join(".accepted")), lock)
    }

    /// The same process answers, to everybody.
    pub(super) fn assert_up(&self) {
        assert_eq!(self.gateway.pid(), self.pid, "the gateway is the one that was started");
        let (status, health) = self.gateway.get("/health");
        assert_eq!((status, &health["status"]), (200, &json!("ok")), "{health}");
        let said = self.call_tool("text-tools__statistics", &json!({ "text": "two words" }));
        assert_eq!(said["structuredContent"]["words"], json!(2), "{said}");
    }

    /// How much larger than at first the gateway is when it has settled; an error where that is too much.
    pub(super) fn settled_memory_kib(&self) -> Result<u64, String> {
        let mut more = u64::MAX;
        for _ in 0..SETTLING_STEPS {
            more = self.memory_kib().saturating_sub(self.usual_memory_kib);
            if more <= MEMORY_SLACK_KIB {
                return Ok(more);
            }
            thread::sleep(STEP);
        }
        Err(format!("{more} KiB more than the usual {} KiB are still in use", self.usual_memory_kib))
    }

    pub(super) fn memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).expect("the process is there");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it says how large it is");
        line.trim().trim_end_matches(" kB").parse().expect("it is a number")
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.home.state().join("run/isartor.log")).expect("there is a log")
    }

    fn bridge(&self) -> std::sync::MutexGuard<'_, Bridge> {
        self.bridge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text_of(value: &Value) -> &str {
    value.as_str().expect("it is a text")
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
