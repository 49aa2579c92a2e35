//! Many writers of one file: isartors, which queue, and a program that knows nothing of us and truncates.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::machine::{Machine, text};

const WRITERS: usize = 8;
/// Each connects, disconnects, connects …; an odd number, so that all are connected in the end.
const RUNS: usize = 5;
const CONFIG: &str = "{\"rude\": 0, \"mcpServers\": {\"other\": {\"command\": \"x\"}}}\n";

/// The last thing that a writer did.
struct Last {
    name: String,
    is_connected: bool,
    begun: Instant,
}

/// One write of the program that knows nothing of us.
struct RudeWrite {
    ended: Instant,
    names: BTreeSet<String>,
}

#[test]
fn cooperating_writers_lose_nothing() {
    let machine = Machine::with(CONFIG);
    let lasts = write_side_by_side(&machine, |output| panic!("nobody comes between isartors: {output}"));
    let names = names(&parsed(&machine.config()));
    assert_eq!(names.len(), WRITERS + 1, "{names:?}");
    assert!(lasts.iter().all(|last| last.is_connected && names.contains(&last.name)));
    for last in lasts {
        let output = machine.run(&["connect", "claude-desktop", "--name", &last.name, "--disconnect"]);
        assert!(output.status.success(), "{}", text(&output));
    }
    assert_eq!(parsed(&machine.config()), serde_json::from_str::<Value>(CONFIG).unwrap());
}

#[test]
fn a_rude_writer_loses_nothing_by_us_and_is_noticed() {
    let machine = Machine::with(CONFIG);
    let is_over = AtomicBool::new(false);
    let (lasts, rude, refused) = thread::scope(|scope| {
        let rude = scope.spawn(|| write_rudely(&machine.config(), &is_over));
        let refused = Mutex::new(Vec::new());
        let lasts = write_side_by_side(&machine, |output| refused.lock().unwrap().push(output));
        is_over.store(true, Ordering::Relaxed);
        (lasts, rude.join().expect("it wrote"), refused.into_inner().unwrap())
    });
    for output in &refused {
        // On a busy machine the rude writer may also be stopped in the middle for longer than anybody waits.
        let words = ["changed by another program", "may have changed it", "it is not valid JSON"];
        assert!(words.iter().any(|words| output.contains(words)), "a run failed for another reason: {output}");
    }
    let config = parsed(&machine.config());
    assert_eq!(config["rude"], json!(rude.len()), "the last rude write is still there");
    assert_eq!(config["mcpServers"]["other"], json!({ "command": "x" }));
    for last in lasts.iter().filter(|last| last.is_connected && !names(&config).contains(&last.name)) {
        let is_rude = rude.iter().any(|write| write.ended > last.begun && !write.names.contains(&last.name));
        assert!(is_rude, "{} is gone, and it was not the rude writer", last.name);
    }
    let left = fs::read_dir(machine.config().parent().unwrap()).unwrap();
    let temporary = left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with("-tmp"));
    assert_eq!(temporary.count(), 0, "nothing temporary is left");
}

/// What each writer did last. `refused` is told what runs that failed said.
fn write_side_by_side(machine: &Machine, refused: impl Fn(String) + Sync) -> Vec<Last> {
    thread::scope(|scope| {
        let refused = &refused;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| scope.spawn(move || write_in_turn(machine, &format!("writer-{writer}"), refused)))
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("the writer wrote")).collect()
    })
}

fn write_in_turn(machine: &Machine, name: &str, refused: &(impl Fn(String) + Sync)) -> Last {
    let mut last = Last { name: name.to_owned(), is_connected: false, begun: Instant::now() };
    for run in 0..RUNS {
        let mut arguments = vec!["connect", "claude-desktop", "--gateway-url", "http://127.0.0.1:9", "--name", name];
        let is_connecting = run % 2 == 0;
        if !is_connecting {
            arguments.push("--disconnect");
        }
        let begun = Instant::now();
        let output = machine.run(&arguments);
        match output.status.success() {
            true => last = Last { name: name.to_owned(), is_connected: is_connecting, begun },
            false => refused(text(&output)),
        }
    }
    last
}

/// Reads, counts one on, truncates, and writes in two pieces, as a program does that thinks the file its own.
fn write_rudely(path: &Path, is_over: &AtomicBool) -> Vec<RudeWrite> {
    let mut writes = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let mut config = parsed(path);
        if config["rude"] != json!(writes.len()) {
            // Between two exchanges, the second of which gives the file back: at most for an instant.
            thread::sleep(Duration::from_millis(10));
            config = parsed(path);
        }
        assert_eq!(config["rude"], json!(writes.len()), "an isartor took back a rude write");
        config["rude"] = json!(writes.len() + 1);
        let bytes = serde_json::to_vec(&config).unwrap();
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let mut file = File::create(path).unwrap();
        thread::sleep(Duration::from_millis(1));
        file.write_all(first).unwrap();
        thread::sleep(Duration::from_millis(1));
        file.write_all(second).unwrap();
        drop(file);
        writes.push(RudeWrite { ended: Instant::now(), names: names(&config) });
        thread::sleep(Duration::from_millis(20));
    }
    writes
}

fn parsed(path: &Path) -> Value {
    let bytes = fs::read(path).unwrap();
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&bytes)))
}

fn names(config: &Value) -> BTreeSet<String> {
    config["mcpServers"].as_object().unwrap().keys().cloned().collect()
}
