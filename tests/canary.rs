//! Secrets and prompts are planted everywhere they can enter, everything is used with the loudest log, and then they
//! are looked for wherever they must not be. The tour runs without a umask: what it leaves is closed by itself.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{Home, block_on, text};

/// What each canary is, and the files of the user's home that must hold it.
const CANARIES: [(&str, &[&str]); 11] = [
    (GATEWAY_KEY, &[".isartor/isartor.toml", ".cursor/mcp.json", ".isartor/backups/"]),
    (PLUGIN_SETTING, &[".isartor/isartor.toml"]),
    (PLUGIN_SECRET, &[".isartor/secrets.toml"]),
    (PROMPT, &[".isartor/cache.redb"]),
    (ANSWER, &[".isartor/cache.redb"]),
    (MISSED, &[]),
    (MALFORMED, &[]),
    (WRONG_KEY, &[]),
    (WRONG_BEARER, &[]),
    (IN_QUERY, &[]),
    (IN_VARIABLE, &[]),
];
const GATEWAY_KEY: &str = "canary-gateway-key-1f6c";
const PLUGIN_SETTING: &str = "canary-plugin-setting-8f07";
const PLUGIN_SECRET: &str = "canary-plugin-secret-93be";
const PROMPT: &str = "canary-prompt-5ad2";
const ANSWER: &str = "canary-answer-e077";
const MISSED: &str = "canary-missed-c41d";
const MALFORMED: &str = "canary-malformed-77aa";
const WRONG_KEY: &str = "canary-wrong-key-0b9e";
const WRONG_BEARER: &str = "canary-wrong-bearer-2c58";
const IN_QUERY: &str = "canary-in-a-query-6e13";
const IN_VARIABLE: &str = "canary-in-a-variable-d2f4";

/// Everything that the guest asks for.
const GRANTS: &str = "log,clock,store,cache,http,secret,config";

/// Everything, and what is quiet unless it is named.
const LOUDEST: &str = "trace,rmcp=trace,hyper=trace,hyper_util=trace,reqwest=trace,axum=trace";

/// Where a canary was seen and what it is.
type Sighting = (String, String);

struct Tour {
    home: Home,
    /// What is looked for, and the files that must hold it.
    canaries: Vec<(String, &'static [&'static str])>,
    sightings: Vec<Sighting>,
    /// Once it runs.
    gateway_url: Option<String>,
}

impl Tour {
    fn new() -> Self {
        let home = Home::new().and("ISARTOR__LOG", LOUDEST).and("RUST_LOG", "trace");
        let canaries = CANARIES.map(|(canary, places)| (canary.to_owned(), places)).to_vec();
        let tour = Self { home, canaries, sightings: Vec::new(), gateway_url: None };
        let toml = format!("gateway_api_key = '{GATEWAY_KEY}'\n[plugin.weather]\napi_key = '{PLUGIN_SETTING}'\n");
        tour.home.write_settings(&toml);
        // What a person makes has the mode that the person gives it.
        for (path, mode) in [("isartor.toml", 0o600), ("", 0o700)] {
            let path = tour.home.state().join(path);
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
        }
        tour
    }

    /// `isartor` without a umask, with `input`; what it prints is looked at.
    fn run(&mut self, arguments: &[&str], input: &str) -> Output {
        let plain = self.home.command(arguments);
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(plain.get_program()).args(arguments).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.envs(self.gateway_url.iter().map(|url| ("ISARTOR_GATEWAY_URL", url)));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the shell runs");
        // A command that reads nothing may have ended.
        drop(child.stdin.take().expect("it is piped").write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("it ends");
        self.look_at(&format!("what {arguments:?} prints"), &[&output.stdout[..], &output.stderr].concat());
        output
    }

    /// Makes a key, which from now on is nowhere but with whoever made it.
    fn created_key(&mut self) -> String {
        let output = self.run(&["keys", "create", "--name", "canary", "--json"], "");
        let made: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
        let key = made["key"].as_str().expect("it is shown this once").to_owned();
        let secret = key.rsplit('_').next().expect("it has a last part").to_owned();
        self.canaries.push((secret, &[]));
        key
    }

    fn look_at(&mut self, place: &str, bytes: &[u8]) {
        let found = self.canaries.iter().filter(|(canary, _)| contains(bytes, canary));
        self.sightings.extend(found.map(|(canary, _)| (place.to_owned(), canary.clone())));
    }

    /// The processes of this machine, as everybody can list them.
    fn look_at_processes(&mut self) {
        for process in fs::read_dir("/proc").expect("there is /proc").flatten() {
            // It may have ended.
            if let Ok(line) = fs::read(process.path().join("cmdline")) {
                self.look_at(&format!("{}", process.path().display()), &line);
            }
        }
    }

    fn look_at_files(&mut self) {
        let root = self.home.user().to_owned();
        for path in files(&root) {
            let Ok(bytes) = fs::read(&path) else { continue };
            let name = path.strip_prefix(&root).expect("it is inside").display().to_string();
            for (canary, places) in &self.canaries {
                if contains(&bytes, canary) && !places.iter().any(|place| name.starts_with(place)) {
                    self.sightings.push((name.clone(), canary.clone()));
                }
            }
        }
    }
}

fn contains(bytes: &[u8], canary: &str) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary.as_bytes())
}

/// Everything below, directories included.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).expect("it can be listed").map(|entry| entry.expect("it can be read").path());
    entries
        .flat_map(|path| {
            let inside = if path.is_dir() && !path.is_symlink() { files(&path) } else { Vec::new() };
            [vec![path], inside].concat()
        })
        .collect()
}

/// What is sent over HTTP, with the header of each; the answers are looked at, too.
fn requests(url: &str, key: &str) -> Vec<(String, (&'static str, String), Value)> {
    let right = || ("x-api-key", GATEWAY_KEY.to_owned());
    let made = || ("authorization", format!("Bearer {key}"));
    let api = |name: &str| format!("{url}/api/v1/cache/{name}");
    let call = |id: u32, tool: &str, arguments: Value| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": tool, "arguments": arguments } });
    let stored = json!({ "prompt": PROMPT, "response": ANSWER });
    vec![
        (api("store"), right(), stored.clone()),
        (api("lookup"), right(), json!({ "prompt": PROMPT })),
        (api("lookup"), right(), json!({ "prompt": MISSED, "no_such_field": MALFORMED })),
        (api("lookup"), right(), json!({ "prompt": MISSED })),
        (api("lookup"), made(), json!({ "prompt": MISSED })),
        (api("stats"), made(), json!({ "prompt": MISSED })),
        (format!("{url}/mcp?token={key}"), made(), call(0, "isartor_chat", json!({ "prompt": MISSED }))),
        (format!("{url}/mcp"), made(), call(0, "isartor_chat", json!({ "prompt": MISSED }))),
        (api("lookup"), right(), json!(MALFORMED)),
        (api("lookup"), ("x-api-key", WRONG_KEY.to_owned()), json!({ "prompt": MISSED })),
        (api("lookup"), ("authorization", format!("Bearer {WRONG_BEARER}")), json!({ "prompt": MISSED })),
        (api("lookup"), ("authorization", format!("Basic {WRONG_BEARER}")), json!({ "prompt": MISSED })),
        (format!("{url}/mcp?api_key={IN_QUERY}"), ("x-api-key", WRONG_KEY.to_owned()), stored.clone()),
        (format!("{url}/{IN_QUERY}?api_key={IN_QUERY}"), right(), stored.clone()),
        (format!("{url}/mcp"), right(), call(1, "isartor_chat", json!({ "prompt": PROMPT }))),
        (format!("{url}/mcp"), right(), call(2, "isartor_cache_store", stored)),
        (format!("{url}/mcp"), right(), call(3, MALFORMED, json!({ "prompt": MISSED }))),
        (format!("{url}/mcp"), right(), json!({ "jsonrpc": "2.0", "id": 4, "method": MALFORMED })),
        (format!("{url}/mcp"), right(), json!([MALFORMED])),
        (format!("{url}/mcp"), right(), call(5, "text-tools__word_count", json!({ "text": MISSED }))),
        (format!("{url}/mcp"), right(), call(6, "text-tools__word_count", json!({ "text": [MISSED], MALFORMED: 1 }))),
    ]
}

fn send(url: &str, key: &str) {
    block_on(async {
        let client = reqwest::Client::new();
        for (url, (header, value), body) in requests(url, key) {
            let request = client.post(&url).header(header, &value).json(&body);
            let request = request.header("accept", "application/json, text/event-stream");
            let request = request.header("mcp-protocol-version", "2025-06-18");
            request.send().await.expect("the gateway answers").bytes().await.expect("the answer ends");
        }
    });
}

/// What an AI client would say to `isartor mcp`, and what none should.
fn conversation() -> String {
    let initialize =
        json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let call = |tool: &str, arguments: Value| json!({ "name": tool, "arguments": arguments });
    let lines = [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize }).to_string(),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string(),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call("isartor_chat", json!({ "prompt": MISSED })) })
            .to_string(),
        json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": call("no_such_tool", json!({ "prompt": MALFORMED })) })
            .to_string(),
        json!({ "jsonrpc": "2.0", "id": 4, "method": 17, "params": MALFORMED }).to_string(),
        json!(MALFORMED).to_string(),
        format!("{{\"{MALFORMED}"),
    ];
    lines.map(|line| line + "\n").concat()
}

#[test]
fn nothing_secret_is_where_it_must_not_be() {
    let mut tour = Tour::new();
    let cursor = tour.home.user().join(".cursor");
    fs::create_dir(&cursor).expect("it can be made");
    fs::write(cursor.join("mcp.json"), "{}").expect("it can be written");
    let manifest = include_str!("guests/capable-tool/plugin.toml").replace("PORT", "1");
    let package = tour.home.guest_as("capable-tool", "capable-tool", &manifest);
    let package = package.to_str().expect("UTF-8");
    let installed = tour.run(&["plugin", "install", package, "--yes", "--grant", GRANTS], "");
    assert!(installed.status.success(), "{}", text(&installed));
    let set = tour.run(&["plugin", "secret", "set", "capable-tool", "TOKEN"], &format!("{PLUGIN_SECRET}\n"));
    assert!(set.status.success(), "{}", text(&set));
    let up = tour.run(&["up", "--detach", "--port", "0"], "");
    assert!(up.status.success(), "{}", text(&up));
    tour.home.await_plugins();
    let url = tour.home.status()["url"].as_str().expect("it runs").to_owned();
    tour.gateway_url = Some(url.clone());
    let key = tour.created_key();
    send(&url, &key);
    tour.run(&["keys", "revoke", "canary"], "");
    send(&url, &key);
    let talked = tour.run(&["mcp"], &conversation());
    assert!(String::from_utf8_lossy(&talked.stdout).contains("\"hit\":false"), "{}", text(&talked));
    for arguments in [
        &["connect", "cursor", "--dry-run"][..],
        &["connect", "cursor"],
        &["connect", "cursor", "--show-config"],
        &["connect", "status"],
        &["connect", "status", "--json"],
        &["app", "discover", "--json"],
        &["app", "restore", "cursor", "--dry-run"],
        &["status"],
        &["status", "--json"],
        &["doctor"],
        &["config", "show"],
        &["config", "show", "--json"],
        &["config", "check"],
        &["plugin", "list", "--json"],
        &["plugin", "secret", "list", "capable-tool"],
        &["plugin", "inspect", "capable-tool", "--json"],
        &["cache", "stats"],
        &["keys", "list"],
        &["keys", "list", "--json"],
        &["logs"],
    ] {
        tour.run(arguments, "");
    }
    tour.look_at_processes();
    tour.look_at_files();
    let open = open_to_others(&tour.home.state());
    tour.run(&["stop"], "");
    tour.look_at_files();
    let log = fs::read_to_string(tour.home.state().join("run/isartor.log")).expect("there is a log");
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "the log was loud: {log}");
    assert_eq!(tour.sightings, Vec::<Sighting>::new(), "where it was seen, and what");
    assert_eq!(open, Vec::<String>::new(), "with its mode");
    refused_settings_show_no_secret();
}

/// What is wrong in the settings is said without the secrets that are beside it.
fn refused_settings_show_no_secret() {
    let mut tour = Tour::new();
    for settings in [
        format!("gateway_api_key = '{GATEWAY_KEY}\n"),
        format!("gateway_api_key = '{GATEWAY_KEY} x'\n"),
        format!("gateway_api_key = ['{GATEWAY_KEY}']\n"),
        format!("gateway_api_key = {{ key = '{GATEWAY_KEY}' }}\n"),
        format!("gateway_api_key '{GATEWAY_KEY}'\n"),
        format!("[plugin.weather]\napi_key = ['{PLUGIN_SETTING}']\n"),
    ] {
        tour.home.write_settings(&settings);
        for arguments in [&["config", "check"][..], &["config", "show"], &["status"], &["up", "--port", "0"]] {
            let output = tour.run(arguments, "");
            assert_eq!(output.status.code(), Some(1), "{settings}: {}", text(&output));
        }
    }
    tour.home = Home::new().and("ISARTOR__GATEWAY_API_KEY", &format!("{IN_VARIABLE} x"));
    for arguments in [&["config", "check"][..], &["config", "show", "--json"], &["status"]] {
        let output = tour.run(arguments, "");
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    }
    assert_eq!(tour.sightings, Vec::<Sighting>::new(), "where it was seen, and what");
}

/// What others could look into, although nobody told them by a umask not to.
fn open_to_others(state: &Path) -> Vec<String> {
    let wrong = |path: &PathBuf| {
        let metadata = path.symlink_metadata().expect("it is there");
        let mode = metadata.permissions().mode() & 0o777;
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        let is_right = mode == expected || metadata.is_symlink();
        let kind = if metadata.file_type().is_socket() { " (socket)" } else { "" };
        (!is_right).then(|| format!("{mode:03o} {}{kind}", path.strip_prefix(state).expect("it is inside").display()))
    };
    files(state).iter().filter_map(wrong).collect()
}

#[test]
fn prompts_are_logged_where_somebody_wants_them_and_it_is_said() {
    for (variable, expected) in [("true", true), ("false", false)] {
        let home = Home::new().and("ISARTOR__LOG_PROMPTS", variable).and("ISARTOR__LOG", "error");
        let gateway = home.up();
        gateway.store(&format!("{PROMPT}\nline"), ANSWER);
        gateway.lookup(&format!("{PROMPT}\nline"));
        gateway.lookup(MISSED);
        let log = fs::read_to_string(home.state().join("run/isartor.log")).expect("there is a log");
        let has = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
        assert_eq!(has(&["WARN", "log_prompts is on"]), expected, "{log}");
        assert_eq!(has(&["INFO", "to be stored", &format!("{PROMPT}\\nline")]), expected, "{log}");
        assert_eq!(has(&["INFO", "looked up", PROMPT, "hit=true"]), expected, "{log}");
        assert_eq!(has(&["INFO", "looked up", MISSED, "hit=false"]), expected, "{log}");
        assert!(!log.contains(ANSWER), "{log}");
    }
}
