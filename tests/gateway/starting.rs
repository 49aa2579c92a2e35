//! `up`, once and twice, and when somebody is in the way.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Running, await_that, mode, stderr, stdout};
use crate::http::raw::{get, port};
use crate::support::{Home, text};

#[test]
fn a_first_start_in_the_background_returns_when_it_answers() {
    let home = Home::new();
    let output = home.run(&["up", "--detach", "--port", "0"]);
    assert!(output.status.success(), "{}", text(&output));
    let url = home.status()["url"].as_str().unwrap().to_owned();
    let log = home.state().join("run/isartor.log");
    let expected = format!("isartor {} is running at {url}\nlog: {}\n", env!("CARGO_PKG_VERSION"), log.display());
    assert_eq!(stdout(&output), expected);
    assert!(stderr(&output).is_empty(), "{}", text(&output));
    assert!(home.run(&["stop"]).status.success());
}

#[test]
fn the_background_half_outlives_a_hang_up() {
    let home = Home::new();
    let gateway = home.up();
    let pid = rustix::process::Pid::from_raw(gateway.pid().try_into().unwrap()).unwrap();
    assert_eq!(rustix::process::getsid(Some(pid)).unwrap(), pid, "it has a session of its own");
    rustix::process::kill_process(pid, Signal::HUP).unwrap();
    gateway.store("a", "b");
    let output = home.run(&["stop"]);
    assert_eq!(stdout(&output), format!("isartor at {} has stopped\n", gateway.url));
}

#[test]
fn a_second_instance_is_refused_and_changes_nothing() {
    let home = Home::new();
    let gateway = home.up();
    let run = home.state().join("run");
    let sockets = || ["control.sock", "mcp.sock"].map(|name| fs::metadata(run.join(name)).unwrap().ino());
    let texts = || ["lock", "isartor.log"].map(|name| fs::read(run.join(name)).unwrap());
    let before = (sockets(), texts());
    let own_port = port(&gateway.url).to_string();
    for arguments in [&["up"][..], &["up", "--port", "0"], &["up", "--detach"], &["up", "--port", &own_port]] {
        let output = home.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        let expected =
            format!("already runs for {} at {} (process {})", home.state().display(), gateway.url, gateway.pid());
        assert!(stderr(&output).contains(&expected), "{expected}: {}", text(&output));
        assert!(stderr(&output).contains("hint: stop it with `isartor stop`"), "{}", text(&output));
    }
    assert!(before == (sockets(), texts()), "something changed");
    gateway.store("a", "b");
}

#[test]
fn of_many_that_start_at_once_one_runs() {
    let home = Home::new();
    let started: Vec<_> = (0..6)
        .map(|_| home.command(&["up", "--detach", "--port", "0"]).stderr(std::process::Stdio::piped()).spawn().unwrap())
        .collect();
    let outputs: Vec<_> = started.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let (started, refused): (Vec<_>, Vec<_>) = outputs.iter().partition(|output| output.status.success());
    assert_eq!(started.len(), 1, "{:?}", outputs.iter().map(text).collect::<Vec<_>>());
    for output in refused {
        let error = stderr(output);
        assert!(error.contains("already runs") || error.contains("is starting"), "{}", text(output));
    }
    assert!(home.run(&["stop"]).status.success());
}

#[test]
fn a_busy_port_is_refused_and_its_holder_named() {
    let home = Home::new();
    let gateway = home.up();
    let other = Home::new();
    let taken = port(&gateway.url).to_string();
    let by_us = format!("port {taken} is in use by isartor {} (process {})", env!("CARGO_PKG_VERSION"), gateway.pid());
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let strange = stranger.local_addr().unwrap().port().to_string();
    let by_stranger = format!("(process {})", std::process::id());
    for (port, holder) in [(&taken, &by_us), (&strange, &by_stranger)] {
        for background in [&[][..], &["--detach"]] {
            let output = other.run(&[&["up", "--port", port][..], background].concat());
            assert_eq!(output.status.code(), Some(1), "{}", text(&output));
            assert!(stderr(&output).starts_with(&format!("error: port {port} is in use by ")), "{}", text(&output));
            assert!(stderr(&output).contains(holder), "{holder}: {}", text(&output));
            assert!(stderr(&output).contains("hint: choose another port"), "{}", text(&output));
            assert_eq!(other.status()["state"], "stopped");
        }
    }
    gateway.store("a", "b");
}

#[test]
fn after_kill_9_the_next_start_needs_no_help() {
    let home = Home::new();
    let gateway = home.up();
    let url = gateway.url.clone();
    gateway.kill();
    assert_eq!(home.run(&["status"]).status.code(), Some(3));
    assert!(home.state().join("run/control.sock").exists(), "the dead leave their sockets behind");
    let output = home.run(&["up", "--detach", "--port", &port(&url).to_string()]);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(home.status()["url"], url.as_str());
    assert!(home.run(&["stop"]).status.success());
}

#[test]
fn a_lock_that_nobody_holds_means_nothing_whatever_it_says() {
    let texts = ["", "nonsense", r#"{"pid":1,"url":"http://localhost:1","version":"9","started":0}"#];
    for lock in texts {
        let home = Home::new();
        fs::create_dir_all(home.state().join("run")).unwrap();
        fs::write(home.state().join("run/lock"), lock).unwrap();
        assert_eq!(home.run(&["status"]).status.code(), Some(3), "{lock}");
        assert_eq!(stdout(&home.run(&["stop"])), "isartor is not running\n", "{lock}");
        home.up().store("a", "b");
    }
}

#[test]
fn a_home_with_a_long_path_works() {
    let home = Home::new();
    let long = home.user().join("x".repeat(150));
    let home = home.and("ISARTOR_HOME", long.to_str().unwrap());
    let digest = Sha256::digest(long.as_os_str().as_encoded_bytes());
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let sockets = Path::new("/tmp").join(format!("isartor-{hex}"));
    assert!(home.run(&["stop"]).status.success());
    assert!(long.is_dir() && !sockets.exists(), "only a gateway needs it");
    let gateway = home.up();
    gateway.store("a", "b");
    assert_eq!(mode(&sockets), 0o700);
    drop(gateway);
    assert_eq!(home.run(&["status"]).status.code(), Some(3));
    assert!(!sockets.exists(), "nothing is left behind");
}

#[test]
fn in_the_foreground_it_says_where_it_is_and_ends_when_told() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let home = Home::new();
        let mut gateway = Running::start(&mut home.command(&["up", "--port", "0"]));
        let first = gateway.line();
        let url = home.status()["url"].as_str().unwrap().to_owned();
        assert_eq!(first, format!("isartor {} is running at {url}", env!("CARGO_PKG_VERSION")));
        assert_eq!(gateway.line(), format!("log: {}", home.state().join("run/isartor.log").display()));
        gateway.signal(signal);
        assert_eq!(gateway.exit_code(), Some(0), "{signal:?}");
        assert_eq!(home.run(&["status"]).status.code(), Some(3));
    }
}

#[test]
fn in_the_foreground_it_serves_though_nobody_reads_what_it_prints() {
    let home = Home::new();
    let mut gateway = Running::start_unread(&mut home.command(&["up", "--port", "0"]));
    await_that("it runs", || home.status()["state"] == "running");
    assert!(home.run(&["stop"]).status.success());
    assert_eq!(gateway.exit_code(), Some(0));
    let events = fs::read_to_string(home.state().join("audit.jsonl")).unwrap();
    assert!(events.contains(r#""event":"stopped""#), "{events}");
}

#[test]
fn up_runs_from_any_directory_and_leaves_it() {
    let home = Home::new();
    let directory = home.user().join("mounted");
    fs::create_dir(&directory).unwrap();
    let mut up: Command = home.command(&["up", "--detach", "--port", "0"]);
    assert!(up.current_dir(&directory).output().unwrap().status.success());
    let pid = home.status()["pid"].as_u64().unwrap();
    if let Ok(found) = fs::read_link(format!("/proc/{pid}/cwd")) {
        assert_eq!(found.to_str(), Some("/"));
    }
    assert!(home.run(&["stop"]).status.success());
}

/// A model that is on its way until somebody says so. What fetches it is asked for by its name.
fn home_with_slow_model() -> Home {
    let home = Home::new();
    let programs = home.user().join("programs");
    fs::create_dir(&programs).expect("it can be made");
    let script = "#!/bin/sh\nwhile [ ! -e \"$HOME/go-on\" ]; do sleep 0.05; done\nexit 1\n";
    fs::write(programs.join("python3"), script).expect("it can be written");
    fs::set_permissions(programs.join("python3"), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let path = format!("{}:/usr/bin:/bin", programs.display());
    let dir = home.user().join("models").display().to_string();
    let home = home.and("PATH", &path).and("ISARTOR__EMBEDDING__DIR", &dir).and("ISARTOR__EMBEDDING__ENABLED", "true");
    home.and("ISARTOR__EMBEDDING__SOURCE", "pip").and("ISARTOR__GATEWAY_API_KEY", "k")
}

#[test]
fn while_it_starts_health_says_so_and_only_that_to_who_has_no_key() {
    let home = home_with_slow_model();
    let gateway = home.up();
    let health = |headers: &[(&str, &str)]| get(&gateway.url, "/health", headers);
    assert_eq!(health(&[]).json(), json!({ "status": "starting" }));
    let known = health(&[("x-api-key", "k")]).json();
    assert_eq!(json!([known["status"], known["layers"]["semantic"]]), json!(["starting", "loading"]), "{known}");
    assert_eq!(health(&[("x-api-key", "wrong")]).status, 401);
    assert_eq!(get(&gateway.url, "/metrics", &[]).status, 401, "starting opens nothing else");
    fs::write(home.user().join("go-on"), "").unwrap();
    let mut last = health(&[]).json();
    for _ in 0..1_000 {
        if last == json!({ "status": "ok" }) {
            return;
        }
        assert_eq!(last, json!({ "status": "starting" }));
        std::thread::sleep(std::time::Duration::from_millis(20));
        last = health(&[]).json();
    }
    panic!("it never came to an end: {last}");
}
