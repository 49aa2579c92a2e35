//! Runs every folder under plugins/*/cases of a connector. A case is data:
//!
//! - `before.json`: the configuration at first; without it there is none.
//! - `arguments.json`: what is typed besides the client's name.
//! - `after-connect.json`, and then `between.json` where the user changes the file, and then `after-disconnect.json`,
//!   without which there is no file in the end. `${ISARTOR}` stands for the program's path.
//! - or `error.txt`: connecting fails with exit code 1 and each of these lines, and the file stays as it was.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use super::machine::{Machine, failure, success};

#[test]
fn every_case_of_every_connector() {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    let connectors: Vec<String> =
        folders(&plugins).into_iter().filter(|name| is_connector(&plugins.join(name))).collect();
    assert!(!connectors.is_empty(), "there are connectors");
    for connector in connectors {
        let warm = Machine::new();
        success(warm.run(&["connect", &connector]));
        success(warm.run(&["connect", &connector, "--disconnect"]));
        let cases = plugins.join(&connector).join("cases");
        let names = folders(&cases);
        assert!(names.len() >= 20, "{connector} has {} cases", names.len());
        for name in names {
            Case { name: format!("{connector}/{name}"), folder: cases.join(&name) }.run(&connector, &warm);
        }
    }
}

struct Case {
    name: String,
    folder: PathBuf,
}

impl Case {
    /// `warm` has the connector compiled, so that not every case compiles it again.
    fn run(&self, connector: &str, warm: &Machine) {
        let before = self.file("before.json");
        let machine = before.as_ref().map_or_else(Machine::new, Machine::with);
        machine.take_compiled_code(warm);
        let arguments: Vec<String> = self.file("arguments.json").map_or_else(Vec::new, |bytes| {
            serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", self.name))
        });
        let mut connect = vec!["connect", connector];
        connect.extend(arguments.iter().map(String::as_str));
        match self.file("error.txt") {
            Some(words) => self.fails(&machine, &connect, &String::from_utf8(words).unwrap()),
            None => self.succeeds(&machine, &connect),
        }
    }

    fn fails(&self, machine: &Machine, connect: &[&str], words: &str) {
        let before = machine.everything();
        for arguments in [connect, &[connect, &["--disconnect"]].concat(), &[connect, &["--dry-run"]].concat()] {
            let output = machine.run(arguments);
            for line in words.lines() {
                failure(&output, line);
            }
            failure(&output, machine.config().to_str().unwrap());
            failure(&output, "hint: ");
            assert_eq!(machine.everything(), before, "{}: something was written", self.name);
        }
    }

    fn succeeds(&self, machine: &Machine, connect: &[&str]) {
        let disconnect = [connect, &["--disconnect"]].concat();
        for round in ["once", "twice"] {
            success(machine.run(connect));
            self.expect(machine, "after-connect.json", round);
        }
        if let Some(between) = self.file("between.json") {
            fs::write(machine.config(), between).unwrap();
        }
        for round in ["once", "twice"] {
            success(machine.run(&disconnect));
            self.expect(machine, "after-disconnect.json", round);
        }
    }

    fn expect(&self, machine: &Machine, file: &str, round: &str) {
        let found = fs::read(machine.config()).ok().map(|bytes| String::from_utf8(bytes).unwrap());
        let expected = self.file(file).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(found, expected, "{}: {file}, {round}", self.name);
    }

    fn file(&self, name: &str) -> Option<Vec<u8>> {
        let bytes = fs::read(self.folder.join(name)).ok()?;
        match String::from_utf8(bytes) {
            Ok(text) => Some(text.replace("${ISARTOR}", env!("CARGO_BIN_EXE_isartor")).into_bytes()),
            Err(error) => Some(error.into_bytes()),
        }
    }
}

fn is_connector(plugin: &Path) -> bool {
    fs::read_to_string(plugin.join("plugin.toml")).is_ok_and(|text| text.contains("kind = \"connector\""))
}

fn folders(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
