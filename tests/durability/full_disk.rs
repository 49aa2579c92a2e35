//! A disk that fills up: what is there is served, nothing is stored, `/health` says so, and it is over with the
//! shortage.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Home, block_on};

/// Run in a mount namespace of its own, so that the small disk is nobody else's and goes by itself. Obeys lines.
const ON_A_SMALL_DISK: &str = r#"
    mount -t tmpfs -o size=48m,mode=0700 tmpfs "$ISARTOR_HOME" || exit 77
    echo mounted
    while read -r line; do eval "$line" >&2; echo done; done
"#;

/// A shell whose home of isartor is on a small disk.
struct SmallDisk {
    shell: Child,
    lines: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl SmallDisk {
    /// None where nothing can be mounted.
    fn mount(home: &Home) -> Option<Self> {
        fs::create_dir_all(home.state()).expect("the home can be made");
        let mut command = Command::new("unshare");
        command.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-rm" });
        command
            .args(["sh", "-c", ON_A_SMALL_DISK])
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("HOME", home.user()).env("ISARTOR_HOME", home.state()).env("ISARTOR__EMBEDDING__ENABLED", "false");
        command.env("ISARTOR", env!("CARGO_BIN_EXE_isartor")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = command.spawn().expect("unshare is part of util-linux");
        let lines = shell.stdin.take().expect("it is piped");
        let answers = BufReader::new(shell.stdout.take().expect("it is piped"));
        let mut disk = Self { shell, lines, answers };
        (disk.answer() == "mounted").then_some(disk)
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the shell answers");
        line.trim().to_owned()
    }

    fn run(&mut self, line: &str) {
        writeln!(self.lines, "{line}").expect("the shell listens");
        assert_eq!(self.answer(), "done", "{line}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A shell that is gone already cannot be told to stop the gateway, and has taken it along.
        if writeln!(self.lines, "\"$ISARTOR\" stop").is_ok() {
            self.answer();
        }
        self.shell.kill().expect("the shell is ours");
        self.shell.wait().expect("it ends");
    }
}

fn post(url: &str, path: &str, body: &Value) -> (u16, Value) {
    block_on(async {
        let sent = reqwest::Client::new().post(format!("{url}{path}")).json(body).send().await;
        let response = sent.expect("the gateway answers");
        (response.status().as_u16(), response.json().await.expect("JSON"))
    })
}

fn store(url: &str, number: u32) -> (u16, Value) {
    let body = json!({ "prompt": format!("riddle {number}"), "response": "x".repeat(20_000) });
    post(url, "/api/v1/cache/store", &body)
}

fn is_found(url: &str, number: u32) -> bool {
    post(url, "/api/v1/cache/lookup", &json!({ "prompt": format!("riddle {number}") })).1["hit"] == json!(true)
}

fn health(url: &str) -> Value {
    block_on(async {
        let response = reqwest::get(format!("{url}/health")).await.expect("the gateway answers");
        response.json().await.expect("JSON")
    })
}

fn url(file: &Path) -> String {
    let status = fs::read_to_string(file).expect("the shell wrote it");
    let status: Value = serde_json::from_str(&status).expect("JSON");
    status["url"].as_str().expect("a running gateway has a URL").to_owned()
}

#[test]
fn a_full_disk_leaves_the_reading() {
    let home = Home::new();
    let Some(mut disk) = SmallDisk::mount(&home) else {
        println!("no small disk can be mounted here: nothing about full disks was tested");
        return;
    };
    let status = home.user().join("status.json");
    disk.run("\"$ISARTOR\" up --detach --port 0");
    disk.run(&format!("\"$ISARTOR\" status --json > {}", status.display()));
    let url = url(&status);
    for number in 0..20 {
        assert_eq!(store(&url, number).0, 200);
    }
    disk.run("head -c 64m /dev/zero > \"$ISARTOR_HOME/filler\"");
    let refused = (20..400).find(|number| store(&url, *number).0 != 200).expect("the disk is full");
    let (code, answer) = store(&url, refused);
    assert_eq!((code, &answer["error"]["code"]), (503, &json!("cannot_store")), "{answer}");
    for number in 0..refused {
        assert!(is_found(&url, number), "{number} of {refused}");
    }
    assert!(!is_found(&url, refused));
    let degraded = health(&url);
    let trouble = degraded["cache"]["trouble"].as_str().unwrap_or_default();
    assert!(degraded["status"] == "degraded" && trouble.contains("space"), "{degraded}");

    disk.run("rm \"$ISARTOR_HOME/filler\"");
    assert_eq!(store(&url, refused).0, 200, "{}", health(&url));
    assert!(is_found(&url, refused) && is_found(&url, 0));
    assert_eq!(health(&url)["status"], "ok");
}
