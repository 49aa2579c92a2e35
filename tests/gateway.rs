//! The life of a gateway as its user sees it: up, status, logs, stop, and what may go wrong with each.

mod settings;
mod starting;
mod stopping;

use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::support::{Home, text};

/// Longer than anything takes; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again until it is so.
fn await_that(what: &str, is_so: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "{what}: still not so");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

/// A command that goes on while the test does, and ends with it.
struct Running {
    child: Child,
    lines: BufReader<PipeReader>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let (reader, writer) = io::pipe().expect("a pipe");
        Self::printing(command, writer, reader)
    }

    /// Whoever would read what it prints has gone.
    fn start_unread(command: &mut Command) -> Self {
        let (gone, writer) = io::pipe().expect("a pipe");
        drop(gone);
        let (nothing, _) = io::pipe().expect("a pipe");
        Self::printing(command, writer, nothing)
    }

    fn printing(command: &mut Command, writer: PipeWriter, lines: PipeReader) -> Self {
        let child = command.stdout(writer).stderr(Stdio::null()).spawn().expect("isartor runs");
        Self { child, lines: BufReader::new(lines) }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("it runs");
    }

    fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().expect("it was started here").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        match self.child.kill().and_then(|()| self.child.wait()) {
            // It may have ended before.
            Ok(_) | Err(_) => {}
        }
    }
}

#[test]
fn status_tells_what_runs() {
    let home = Home::new();
    let nothing = home.run(&["status"]);
    assert_eq!((nothing.status.code(), stdout(&nothing).as_str()), (Some(3), "isartor is not running\n"));
    let state = home.state();
    let stopped = json!({ "running": false, "state": "stopped", "home": state, "log": state.join("run/isartor.log") });
    assert_eq!(home.status(), stopped);
    assert_eq!(home.run(&["status", "--json"]).status.code(), Some(3));
    assert!(!home.state().exists(), "looking creates nothing");

    let gateway = home.up();
    gateway.store("a", "b");
    let running = home.run(&["status"]);
    assert_eq!(running.status.code(), Some(0));
    let version = env!("CARGO_PKG_VERSION");
    let expected = [
        format!("isartor {version} is running at {} (process {})", gateway.url, gateway.pid()),
        "layers:  exact active, semantic off".to_owned(),
        "entries: 1".to_owned(),
        format!("log:     {}", state.join("run/isartor.log").display()),
    ];
    for line in expected {
        assert!(stdout(&running).lines().any(|found| found == line), "{line}: {}", text(&running));
    }
    let status = home.status();
    assert_eq!(
        (&status["running"], &status["state"], &status["url"]),
        (&json!(true), &json!("running"), &json!(gateway.url))
    );
    let health = gateway.get("/health").1;
    for (key, value) in health.as_object().unwrap() {
        assert!(key == "uptime_seconds" || status[key] == *value, "{key}: {status}");
    }
}

#[test]
fn state_is_for_its_owner_only_whatever_the_umask() {
    let home = Home::new();
    let isartor = home.command(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$0\" up --detach --port 0"]).arg(isartor.get_program()).env_clear();
    shell.envs(isartor.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.stdin(Stdio::null()).output().expect("sh runs");
    assert!(output.status.success(), "{}", text(&output));
    let run = home.state().join("run");
    assert_eq!((mode(&home.state()), mode(&run)), (0o700, 0o700));
    for name in ["lock", "isartor.log", "control.sock", "mcp.sock"] {
        assert_eq!(mode(&run.join(name)), 0o600, "{name}");
    }
    assert!(home.run(&["stop"]).status.success());
    assert_eq!(mode(&run.join("stopped")), 0o600);
}

#[test]
fn logs_shows_the_log_and_what_is_added() {
    let home = Home::new();
    let log = home.state().join("run/isartor.log");
    let none = home.run(&["logs"]);
    assert_eq!((none.status.code(), stdout(&none)), (Some(0), format!("there is no log yet: {}\n", log.display())));

    let mut follower = Running::start(&mut home.command(&["logs", "--follow"]));
    assert_eq!(follower.line(), format!("there is no log yet: {}", log.display()));
    let gateway = home.up();
    let first = follower.line();
    assert!(first.contains("INFO") && first.contains(&gateway.url), "{first}");
    let shown = home.run(&["logs"]);
    assert_eq!(stdout(&shown).lines().next(), Some(first.as_str()));
    drop(gateway);
    let added: Vec<String> =
        std::iter::from_fn(|| Some(follower.line())).take_while(|line| !line.ends_with("stopped")).collect();
    assert!(added.iter().any(|line| line.ends_with("told to stop")), "{added:?}");
}

#[test]
fn prompts_stay_out_of_the_log_and_on_one_line() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store("a secret prompt\nINFO forged line", "a secret answer");
    gateway.lookup("a secret prompt\nINFO forged line");
    let (status, _) = gateway.post("/api/v1/cache/store", &json!({ "prompt": "a secret prompt" }));
    assert_eq!(status, 400);
    drop(gateway);
    let log = stdout(&home.run(&["logs"]));
    assert!(!log.contains("secret") && !log.contains("forged"), "{log}");
}
