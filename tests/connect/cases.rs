//! Runs every folder under plugins/*/cases of a connector. A case is data; the files are found by name, whatever comes
//! after the dot:
//!
//! - `before`: the configuration at first; without it there is none.
//! - `arguments`: what is typed besides the client's name.
//! - `after-connect`, and then `between` where the user changes the file, and then `after-disconnect`, without which
//!   there is no file in the end. `${ISARTOR}` stands for the program's path.
//! - `meaning`: what a parser that is not ours finds as the entry after connecting.
//! - or `error`: both commands fail with exit code 1 and each of these lines, and the file stays as it was.
//! - or `refused`: the same for connecting; disconnecting finds nothing to do.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use serde_json::Value;

use super::machine::{Machine, failure, success};
use super::parsed::Layout;
use super::{forms, servers};

/// Fewer would leave out what can go wrong.
const MIN_CASES: usize = 8;

const FILES: [&str; 8] =
    ["before", "arguments", "after-connect", "between", "after-disconnect", "meaning", "error", "refused"];

#[test]
fn every_case_of_every_connector() {
    let names = connectors();
    assert!(!names.is_empty(), "there are connectors");
    let waiting = Mutex::new(names.into_iter());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                // The lock is held for taking one, not for running it.
                let next = || waiting.lock().unwrap().next();
                while let Some(name) = next() {
                    run_all(&name);
                }
            });
        }
    });
}

fn run_all(connector: &str) {
    let client = Client::new(connector);
    let cases = cases(connector);
    assert!(cases.len() >= MIN_CASES, "{connector} has {} cases", cases.len());
    let mut proven = Vec::new();
    for case in &cases {
        case.run(&client);
        proven.extend(case.file("meaning").map(|_| case.is_over_http()));
    }
    let state_dir = client.warm.home().join(".isartor");
    servers::nothing_is_lost(connector, &cases, &client.layout, &state_dir);
    forms::every_form_of_a_file(connector, &cases, &client.layout, &state_dir);
    assert!(proven.contains(&false), "{connector}: a case over stdio says what the entry means");
    let knows_http = cases.iter().any(|case| case.is_over_http() && case.file("refused").is_none());
    assert!(!knows_http || proven.contains(&true), "{connector}: a case over HTTP says what the entry means");
}

/// What its cases share.
struct Client {
    connector: String,
    layout: Layout,
    /// Has the connector compiled, so that not every case compiles it again.
    warm: Machine,
    /// Where the file is, by the arguments that decide it.
    places: Mutex<BTreeMap<Vec<String>, PathBuf>>,
}

impl Client {
    fn new(connector: &str) -> Self {
        let warm = Machine::new();
        fs::create_dir(warm.home().join(".isartor")).unwrap();
        warm.run(&["connect", connector, "--disconnect"]);
        Self { connector: connector.to_owned(), layout: Layout::of(connector), warm, places: Mutex::default() }
    }

    /// Where the file of a machine without one would be: what a dry run says.
    fn place(&self, arguments: &[String]) -> PathBuf {
        let deciding: Vec<String> = deciding(arguments);
        let place = || {
            let mut command = vec!["connect", &self.connector, "--dry-run", "--force"];
            command.extend(deciding.iter().map(String::as_str));
            let shown = success(self.warm.run(&command));
            let path = shown.lines().find_map(|line| line.strip_prefix("+++ "));
            self.warm.relative(path.unwrap_or_else(|| panic!("no path is shown: {shown}")))
        };
        self.places.lock().unwrap().entry(deciding.clone()).or_insert_with(place).clone()
    }
}

/// The arguments by which a client's file is chosen.
fn deciding(arguments: &[String]) -> Vec<String> {
    let scope = arguments.iter().position(|argument| argument == "--scope");
    scope.map_or_else(Vec::new, |index| arguments[index..index + 2].to_vec())
}

pub(super) struct Case {
    pub(super) name: String,
    folder: PathBuf,
}

impl Case {
    fn run(&self, client: &Client) {
        let arguments = self.arguments();
        let machine = Machine::of(client.place(&arguments));
        machine.take_compiled_code(&client.warm);
        if let Some(before) = self.file("before") {
            machine.write(before);
        }
        let mut connect = vec!["connect", &client.connector];
        connect.extend(arguments.iter().map(String::as_str));
        match (self.file("error"), self.file("refused")) {
            (None, None) => self.succeeds(&machine, &connect, &client.layout),
            (Some(words), _) => self.fails(&machine, &connect, &String::from_utf8(words).unwrap()),
            (None, Some(words)) => self.is_refused(&machine, &connect, &String::from_utf8(words).unwrap()),
        }
    }

    fn fails(&self, machine: &Machine, connect: &[&str], words: &str) {
        let disconnect = [connect, &["--disconnect"]].concat();
        for arguments in [connect, &[connect, &["--dry-run"]].concat(), &disconnect] {
            self.fails_with(machine, arguments, &format!("{words}\n{}", machine.config().display()));
        }
    }

    fn is_refused(&self, machine: &Machine, connect: &[&str], words: &str) {
        let before = machine.everything();
        self.fails_with(machine, connect, words);
        let said = success(machine.run(&[connect, &["--disconnect"]].concat()));
        assert!(said.contains("is not connected"), "{}: {said}", self.name);
        assert_eq!(machine.everything(), before, "{}: something was written", self.name);
    }

    fn fails_with(&self, machine: &Machine, arguments: &[&str], words: &str) {
        let before = machine.everything();
        let output = machine.run(arguments);
        for line in words.lines().chain(["hint: "]) {
            failure(&output, line);
        }
        assert_eq!(machine.everything(), before, "{}: something was written", self.name);
    }

    fn succeeds(&self, machine: &Machine, connect: &[&str], layout: &Layout) {
        let disconnect = [connect, &["--disconnect"]].concat();
        for round in ["once", "twice"] {
            success(machine.run(connect));
            self.expect(machine, "after-connect", round);
        }
        if let Some(meaning) = self.file("meaning") {
            let meaning: Value = self.json(&meaning);
            let name = self.entry_name();
            assert_eq!(layout.entry(&machine.text(), &name), Some(meaning), "{}: what it means", self.name);
        }
        if let Some(between) = self.file("between") {
            machine.write(between);
        }
        for round in ["once", "twice"] {
            success(machine.run(&disconnect));
            self.expect(machine, "after-disconnect", round);
        }
    }

    fn expect(&self, machine: &Machine, file: &str, round: &str) {
        let found = fs::read(machine.config()).ok().map(|bytes| String::from_utf8(bytes).unwrap());
        let expected = self.file(file).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(found, expected, "{}: {file}, {round}", self.name);
    }

    fn arguments(&self) -> Vec<String> {
        self.file("arguments").map_or_else(Vec::new, |bytes| self.json(&bytes))
    }

    fn is_over_http(&self) -> bool {
        self.arguments().iter().any(|argument| argument == "http")
    }

    /// What our entry is called in this case.
    fn entry_name(&self) -> String {
        let arguments = self.arguments();
        let named = arguments.iter().position(|argument| argument == "--name");
        named.map_or_else(|| "isartor".to_owned(), |index| arguments[index + 1].clone())
    }

    fn json<T: serde::de::DeserializeOwned>(&self, bytes: &[u8]) -> T {
        serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// One of the case's files.
    pub(super) fn file(&self, name: &str) -> Option<Vec<u8>> {
        let path = files(&self.folder).into_iter().find(|path| path.file_stem().is_some_and(|stem| stem == name))?;
        match String::from_utf8(fs::read(path).unwrap()) {
            Ok(text) => Some(text.replace("${ISARTOR}", env!("CARGO_BIN_EXE_isartor")).into_bytes()),
            Err(error) => Some(error.into_bytes()),
        }
    }
}

/// The folder under plugins/ of every connector that edits a file, in name order.
pub(super) fn connectors() -> Vec<String> {
    let is_connector = |name: &String| {
        let manifest = fs::read_to_string(plugins().join(name).join("plugin.toml"));
        manifest.is_ok_and(|text| text.contains("kind = \"connector\"") && text.contains("[[file]]"))
    };
    let mut names = names(&plugins());
    names.retain(is_connector);
    names
}

/// The cases of a connector, with no file in them that nobody reads.
fn cases(connector: &str) -> Vec<Case> {
    let folder = plugins().join(connector).join("cases");
    let case = |name: String| Case { folder: folder.join(&name), name: format!("{connector}/{name}") };
    let cases: Vec<Case> = names(&folder).into_iter().map(case).collect();
    for path in cases.iter().flat_map(|case| files(&case.folder)) {
        let is_known = FILES.iter().any(|known| path.file_stem().is_some_and(|stem| stem == *known));
        assert!(is_known, "{}: nothing reads it", path.display());
    }
    cases
}

pub(super) fn plugins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins")
}

fn names(directory: &Path) -> Vec<String> {
    let names = files(directory).into_iter().filter(|path| path.is_dir());
    names.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
