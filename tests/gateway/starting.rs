//! `up`, once and twice, and when somebody is in the way.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use rustix::process::Signal;

use super::{Running, stderr, stdout};
use crate::http::raw::port;
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
    let gateway = home.up();
    gateway.store("a", "b");
    drop(gateway);
    assert_eq!(home.run(&["status"]).status.code(), Some(3));
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
