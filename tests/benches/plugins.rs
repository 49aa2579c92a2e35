//! What plugins cost: a policy's decision, a tool's call and its parts, and the start with thirty of them.

use std::fs;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use isartor_host::plugin::policy::{Candidate, Question};
use isartor_host::plugin::tool::Asker;
use isartor_host::plugin::{Kind, Lock, Outside, Places, Plugin, Plugins, ToolPlugin};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wasm_encoder::{CustomSection, Encode, Section};

const ISARTOR: &str = env!("CARGO_BIN_EXE_isartor");
const INSTALLED: usize = 27;
const SHORT_PROMPT: &str = "how do I reset the password of my account";

fn open(home: &Path) -> Plugins {
    let places = Places { plugins_dir: &home.join("plugins"), state_dir: Some(home), program: Path::new(ISARTOR) };
    Plugins::open(places, &Lock::default()).expect("the bundled plugins")
}

fn first_tool(plugins: &Plugins) -> Arc<Plugin> {
    Arc::clone(plugins.of_kind(Kind::Tool).next().expect("there is a tool plugin"))
}

fn policy(criterion: &mut Criterion) {
    let home = tempfile::tempdir().expect("a temporary directory");
    let policy = open(home.path()).policy(None, &[]).expect("there is a default policy");
    let describe = |text: &str| policy.describe(text).expect("it describes");
    let question = Question { features: describe(SHORT_PROMPT) };
    let candidates: Vec<Candidate> = (0..5)
        .map(|number| Candidate {
            cosine: 0.93 - number as f32 / 100.0,
            age_seconds: 60,
            threshold: 0.0,
            complaints: 0,
            features: describe(&format!("how can I reset password number {number} of this account")),
        })
        .collect();
    criterion.bench_function("policy: decide, 5 candidates", |bencher| {
        bencher.iter(|| black_box(policy.decide(&question, &candidates)));
    });
    criterion.bench_function("policy: describe", |bencher| bencher.iter(|| black_box(policy.describe(SHORT_PROMPT))));
}

fn tool(criterion: &mut Criterion) {
    let home = tempfile::tempdir().expect("a temporary directory");
    let load = |plugin| ToolPlugin::load(plugin, Arc::new(Outside::default())).expect("it loads");
    let tool = load(first_tool(&open(home.path())));
    let runtime = Runtime::new().expect("a runtime");
    let first = runtime.block_on(tool.definitions()).expect("it says what it offers").swap_remove(0);
    let arguments = r#"{"text":"isartor"}"#;
    let call = || runtime.block_on(tool.call(&first.name, arguments, Asker::silent("bench"), Ok));
    assert!(!call().expect("it answers").is_error, "{} answers {arguments}", first.name);
    criterion.bench_function("tool: a fresh instance and one call", |bencher| bencher.iter(|| black_box(call())));
    criterion.bench_function("tool: a fresh instance alone", |bencher| {
        bencher.iter(|| runtime.block_on(tool.start()).expect("it starts"));
    });
    criterion.bench_function("tool: load with its code compiled before", |bencher| {
        bencher.iter_batched(|| first_tool(&open(home.path())), load, BatchSize::PerIteration);
    });
    let parse = || serde_json::from_str::<Value>(arguments);
    criterion.bench_function("the same arguments parsed natively", |bencher| bencher.iter(|| black_box(parse())));
}

/// A home with as many plugins as the start is measured with, whose code was compiled before.
struct ManyPlugins {
    home: TempDir,
    /// Of plugins.
    tools: usize,
}

impl ManyPlugins {
    fn new() -> Self {
        let mut home = Self { home: tempfile::tempdir().expect("a temporary directory"), tools: 0 };
        let bundled = first_tool(&open(&home.state()));
        for number in 0..INSTALLED {
            home.install(&bundled.manifest().id, &format!("copy-{number}"));
        }
        let tool = ToolPlugin::load(bundled, Arc::new(Outside::default())).expect("it loads");
        let runtime = Runtime::new().expect("a runtime");
        let offered = runtime.block_on(tool.definitions()).expect("it says what it offers").len();
        home.tools = (INSTALLED + 1) * offered;
        home
    }

    fn state(&self) -> PathBuf {
        self.home.path().join(".isartor")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(ISARTOR);
        command.args(arguments).env_clear().env("HOME", self.home.path()).env("ISARTOR__EMBEDDING__ENABLED", "false");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// A bundled plugin once more, under another id and so with another digest.
    fn install(&self, bundled: &str, id: &str) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let manifest = fs::read_to_string(root.join("plugins").join(bundled).join("plugin.toml")).expect("a manifest");
        let mut component = fs::read(Path::new(env!("OUT_DIR")).join(format!("{bundled}.wasm"))).expect("a component");
        let encoded = |text: &str| {
            let section = CustomSection { name: "isartor:manifest".into(), data: text.as_bytes().into() };
            let mut bytes = vec![section.id()];
            section.encode(&mut bytes);
            bytes
        };
        component.truncate(component.len() - encoded(&manifest).len());
        let manifest = manifest.replace(&format!("id = {bundled:?}"), &format!("id = {id:?}"));
        component.extend(encoded(&manifest));
        let folder = self.home.path().join(id);
        fs::create_dir_all(&folder).expect("it can be made");
        fs::write(folder.join("plugin.toml"), manifest).expect("it can be written");
        fs::write(folder.join("plugin.wasm"), component).expect("it can be written");
        let folder = folder.to_str().expect("UTF-8");
        assert!(self.command(&["plugin", "install", folder, "--yes"]).status().expect("isartor runs").success());
    }

    /// From starting the process to the answer of the first `tools/list`.
    fn first_list(&self) -> Duration {
        let started = Instant::now();
        let mut gateway = self.command(&["up", "--port", "0"]).spawn().expect("isartor runs");
        let socket = self.state().join("run/mcp.sock");
        let stream = loop {
            match UnixStream::connect(&socket) {
                Ok(stream) => break stream,
                Err(_) => std::thread::sleep(Duration::from_micros(200)),
            }
        };
        let listed = list(&stream);
        let took = started.elapsed();
        assert_eq!(listed, self.tools, "every plugin was ready");
        gateway.kill().expect("it is our child");
        gateway.wait().expect("it is our child");
        took
    }

    /// The digests of which there is compiled code.
    fn compiled(&self) -> Vec<String> {
        let kept = fs::read_dir(self.state().join("compiled")).expect("compiled code is kept");
        kept.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned()).collect()
    }
}

/// Begins a session and lists the tools; how many of them are of plugins.
fn list(mut stream: &UnixStream) -> usize {
    let client = json!({ "name": "bench", "version": "1" });
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
    for message in [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }),
    ] {
        writeln!(stream, "{message}").expect("the gateway reads");
    }
    let answers = BufReader::new(stream).lines().map(|line| line.expect("the gateway answers"));
    let messages = answers.map(|line| serde_json::from_str::<Value>(&line).expect("it is JSON"));
    let listed = messages.into_iter().find(|message| message["id"] == json!(2)).expect("the list is answered");
    let tools = listed["result"]["tools"].as_array().expect("it is a list");
    tools.iter().filter(|tool| !tool["name"].as_str().expect("a tool has a name").starts_with("isartor_")).count()
}

fn cold_start(criterion: &mut Criterion) {
    let home = ManyPlugins::new();
    let mut group = criterion.benchmark_group("start");
    group.sample_size(10).bench_function("first tools/list, 30 plugins, code compiled before", |bencher| {
        bencher.iter_custom(|times| (0..times).map(|_| home.first_list()).sum());
    });
    let compiled = home.compiled();
    for connector in open(&home.state()).of_kind(Kind::Connector) {
        assert!(
            !compiled.iter().any(|name| name.starts_with(connector.digest())),
            "{} was compiled",
            connector.digest()
        );
    }
}

criterion_group!(benches, policy, tool, cold_start);
criterion_main!(benches);
