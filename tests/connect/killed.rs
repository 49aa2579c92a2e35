//! SIGKILL at random moments of connecting and disconnecting: the file is the old or the new one, the next run cleans
//! up, and the original comes back. `ISARTOR_KILLS=all cargo test -p isartor --test main connect::killed -- --nocapture` kills
//! 2,000 runs; without it a hundred, whose moments follow from a seed that is printed.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::machine::{Machine, success};

const ORIGINAL: &str = "{\n  // mine\n  \"mcpServers\": {\n    \"other\": { \"command\": \"x\" }\n  }\n}\n";
const SELECTION: u32 = 100;
const ALL: u32 = 2_000;
const MEASURED_RUNS: usize = 5;

const CONNECT: &[&str] = &["connect", "claude-desktop", "--gateway-url", "http://127.0.0.1:9"];
const DISCONNECT: &[&str] = &["connect", "claude-desktop", "--disconnect"];

/// What the kills hit.
#[derive(Debug, Default)]
struct Tally {
    old: u32,
    new: u32,
    /// Kills after the change was begun and before it was known to have ended.
    inside: u32,
}

#[test]
fn killed_runs_leave_the_old_file_or_the_new_and_nothing_else() {
    let kills = if variable("ISARTOR_KILLS").as_deref() == Some("all") { ALL } else { SELECTION };
    let seed = variable("ISARTOR_KILLS_SEED").unwrap_or_else(of_this_moment);
    // With the seed the same moments can be tried again.
    println!("ISARTOR_KILLS_SEED={seed} decides when {kills} runs are killed");
    let begun = Instant::now();
    let tallies = thread::scope(|scope| {
        let settings = [("there", Some(ORIGINAL)), ("not there", None)];
        let seed = &seed;
        let stages = settings.map(|(name, original)| {
            scope.spawn(move || Stage::new(original).kill(kills / 2, &format!("{seed} {name}")))
        });
        stages.map(|stage| stage.join().expect("the stage stood"))
    });
    println!("the file was there: {:?}, not there: {:?}, in {:?}", tallies[0], tallies[1], begun.elapsed());
    for tally in tallies {
        assert!(tally.old > 0 && tally.new > 0 && tally.inside > 0, "the kills missed the write: {tally:?}");
    }
}

struct Stage {
    machine: Machine,
    original: Option<String>,
    connected: Option<String>,
    connecting: Duration,
    disconnecting: Duration,
}

impl Stage {
    fn new(original: Option<&str>) -> Self {
        let machine = original.map_or_else(Machine::new, Machine::with);
        success(machine.run(CONNECT));
        let connected = Some(machine.text());
        success(machine.run(DISCONNECT));
        let mut took = [Vec::new(), Vec::new()];
        for _ in 0..MEASURED_RUNS {
            for (arguments, took) in [CONNECT, DISCONNECT].into_iter().zip(&mut took) {
                let begun = Instant::now();
                success(machine.run(arguments));
                took.push(begun.elapsed());
            }
        }
        let [connecting, disconnecting] = took.map(|mut took| {
            took.sort();
            took[MEASURED_RUNS / 2]
        });
        Self { machine, original: original.map(str::to_owned), connected, connecting, disconnecting }
    }

    fn kill(&self, kills: u32, seed: &str) -> Tally {
        let mut tally = Tally::default();
        for pair in 0..kills / 2 {
            self.run_killed(CONNECT, self.connecting, &format!("{seed} connect {pair}"), &mut tally);
            success(self.machine.run(CONNECT));
            assert_eq!(self.text(), self.connected, "after a killed connect {pair}");
            self.check_tidy(true);
            self.run_killed(DISCONNECT, self.disconnecting, &format!("{seed} disconnect {pair}"), &mut tally);
            success(self.machine.run(DISCONNECT));
            assert_eq!(self.text(), self.original, "after a killed disconnect {pair}");
            self.check_tidy(false);
        }
        tally
    }

    /// At any moment of the run, or every second time soon after the change was begun.
    fn run_killed(&self, arguments: &[&str], usual: Duration, seed: &str, tally: &mut Tally) {
        let (old, new) = match arguments == CONNECT {
            true => (&self.original, &self.connected),
            false => (&self.connected, &self.original),
        };
        let [share, half] = random(seed);
        let mut child =
            self.machine.command_for(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if half < 0.5 {
            thread::sleep(usual.mul_f64(share * 1.1));
        } else {
            while !self.has_begun() && child.try_wait().unwrap().is_none() {
                thread::yield_now();
            }
            thread::sleep(usual.mul_f64(share * 0.2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let found = self.text();
        assert!(found == *old || found == *new, "killed by {seed:?}, the file holds {found:?}");
        tally.old += u32::from(found == *old);
        tally.new += u32::from(found == *new);
        tally.inside += u32::from(self.check_journal());
    }

    fn has_begun(&self) -> bool {
        !self.journal()["pending"].is_null()
    }

    fn journal(&self) -> Value {
        serde_json::from_slice(&fs::read(self.backups_dir().join("journal.json")).unwrap()).unwrap()
    }

    fn backups_dir(&self) -> PathBuf {
        self.machine.home().join(".isartor/backups")
    }

    fn text(&self) -> Option<String> {
        self.machine.config().exists().then(|| self.machine.text())
    }

    /// Every change it knows has its copy, whole. Whether one was begun and did not end.
    fn check_journal(&self) -> bool {
        let journal = self.journal();
        for change in journal["changes"].as_array().unwrap() {
            let Some(digest) = change["before"]["sha256"].as_str() else { continue };
            let copy = self.backups_dir().join(copy_of(change));
            assert_eq!(sha256(&copy), digest, "{}", copy.display());
        }
        !journal["pending"].is_null()
    }

    /// Nothing temporary, no copy that nobody needs, no directory of ours.
    fn check_tidy(&self, is_connected: bool) {
        assert!(!self.check_journal(), "the run after a killed one ends what that one began");
        let machine = &self.machine;
        match (&self.original, is_connected) {
            (Some(_), _) => {
                assert_eq!(machine.backups().len(), usize::from(is_connected), "{:?}", machine.names_beside());
                assert_eq!(machine.names_beside().len(), 1 + usize::from(is_connected), "{:?}", machine.names_beside());
            }
            (None, true) => assert_eq!(machine.names_beside(), ["claude_desktop_config.json"]),
            (None, false) => assert_eq!(machine.names_at_home(), [".isartor"]),
        }
        let known: Vec<String> = self.journal()["changes"].as_array().unwrap().iter().map(copy_of).collect();
        for entry in fs::read_dir(self.backups_dir()).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(name == "journal.json" || name == "lock" || known.contains(&name), "{name} is litter");
        }
    }
}

fn copy_of(change: &Value) -> String {
    format!("{}.backup", change["id"].as_str().unwrap())
}

fn sha256(path: &Path) -> String {
    Sha256::digest(fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Two numbers from 0 to 1.
fn random(seed: &str) -> [f64; 2] {
    let digest = Sha256::digest(seed);
    let number =
        |at: usize| f64::from(u32::from_be_bytes(digest[at..at + 4].try_into().unwrap())) / f64::from(u32::MAX);
    [number(0), number(4)]
}

fn of_this_moment() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    since.as_nanos().to_string()
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the test says by a variable how much of it")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
