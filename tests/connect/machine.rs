//! A user's machine with a client's configuration in it, Claude Desktop's unless another is named, and `isartor` to run
//! there. Nothing is inherited.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const NOBODY: u32 = 65_534;

pub(super) struct Machine {
    dir: TempDir,
    /// The client's file, below `dir`.
    config: PathBuf,
    variables: Vec<(String, String)>,
}

impl Machine {
    /// Without a configuration.
    pub(super) fn new() -> Self {
        let directory = if cfg!(target_os = "macos") { "Library/Application Support/Claude" } else { ".config/Claude" };
        Self::of(Path::new("home").join(directory).join("claude_desktop_config.json"))
    }

    /// Without a configuration, of which it is known where it would be: in `home` or in `project`.
    pub(super) fn of(config: PathBuf) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("home")).unwrap();
        fs::create_dir(dir.path().join("project")).unwrap();
        Self { dir, config, variables: Vec::new() }
    }

    /// With this configuration.
    pub(super) fn with(config: impl AsRef<[u8]>) -> Self {
        let machine = Self::new();
        machine.write(config);
        machine
    }

    /// Writes the configuration as the client or its user would.
    pub(super) fn write(&self, config: impl AsRef<[u8]>) {
        self.make_directory();
        fs::write(self.config(), config).unwrap();
    }

    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub(super) fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// Where commands are run.
    fn project(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    pub(super) fn config(&self) -> PathBuf {
        self.dir.path().join(&self.config)
    }

    /// What a path that a command printed is for any machine.
    pub(super) fn relative(&self, path: &str) -> PathBuf {
        Path::new(path).strip_prefix(self.dir.path()).unwrap_or_else(|_| panic!("{path} is elsewhere")).to_owned()
    }

    pub(super) fn make_directory(&self) {
        fs::create_dir_all(self.config().parent().unwrap()).unwrap();
    }

    pub(super) fn set_mode(&self, mode: u32) {
        fs::set_permissions(self.config(), Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn write_settings(&self, text: &str) {
        fs::create_dir_all(self.home().join(".isartor")).unwrap();
        fs::write(self.home().join(".isartor/isartor.toml"), text).unwrap();
    }

    /// What another machine's isartor keeps of the plugins it compiled.
    pub(super) fn take_compiled_code(&self, other: &Self) {
        let (from, to) = (other.home().join(".isartor/compiled"), self.home().join(".isartor/compiled"));
        fs::create_dir_all(&to).unwrap();
        fs::set_permissions(to.parent().unwrap(), Permissions::from_mode(0o700)).unwrap();
        for name in names(&from) {
            fs::copy(from.join(&name), to.join(&name)).unwrap();
        }
    }

    pub(super) fn text(&self) -> String {
        fs::read_to_string(self.config()).unwrap()
    }

    /// A variable of our entry.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        let config: Value = serde_json::from_str(&self.text()).unwrap();
        config["mcpServers"]["isartor"]["env"][name].as_str().map(str::to_owned)
    }

    pub(super) fn names_beside(&self) -> Vec<String> {
        names(self.config().parent().unwrap())
    }

    pub(super) fn names_at_home(&self) -> Vec<String> {
        names(&self.home())
    }

    pub(super) fn backups(&self) -> Vec<PathBuf> {
        let names = self.names_beside().into_iter().filter(|name| name.contains(".isartor-backup-"));
        names.map(|name| self.config().with_file_name(name)).collect()
    }

    /// Every file and directory of the home and the project; files with their bytes.
    pub(super) fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut found, mut open) = (BTreeMap::new(), vec![self.home(), self.project()]);
        while let Some(directory) = open.pop() {
            for name in names(&directory) {
                let path = directory.join(name);
                let bytes = if path.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
                found.insert(path.clone(), bytes);
                if path.is_dir() {
                    open.push(path);
                }
            }
        }
        found
    }

    pub(super) fn connect(&self, arguments: &[&str]) -> Output {
        self.run(&[&["connect", "claude-desktop"], arguments].concat())
    }

    pub(super) fn disconnect(&self, arguments: &[&str]) -> Output {
        self.connect(&[&["--disconnect"], arguments].concat())
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        self.command_for(arguments).output().unwrap()
    }

    /// Makes everything here belong to a user without any rights, when we are root and could give it away.
    pub(super) fn give_to_nobody(&self) {
        if rustix::process::geteuid().is_root() {
            for path in self.everything().into_keys().chain([self.home(), self.project(), self.dir.path().to_owned()]) {
                chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
    }

    /// As a user whom modes bind: ourselves, or nobody when we are root.
    pub(super) fn run_as_nobody(&self, arguments: &[&str]) -> Output {
        if !rustix::process::geteuid().is_root() {
            return self.run(arguments);
        }
        let program = self.dir.path().join("isartor");
        if !program.exists() {
            fs::hard_link(env!("CARGO_BIN_EXE_isartor"), &program)
                .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_isartor"), &program).map(drop))
                .unwrap();
        }
        let mut command = self.command(Path::new("setpriv"));
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program).args(arguments);
        command.output().expect("setpriv is part of util-linux, and needed to test as root")
    }

    /// `isartor` as it would run here, for a test that needs the process.
    pub(super) fn command_for(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_isartor")));
        command.args(arguments);
        command
    }

    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("HOME", self.home()).env("PATH", "/usr/local/bin:/usr/bin:/bin").stdin(Stdio::null());
        command.envs(self.variables.iter().cloned()).current_dir(self.project());
        command
    }
}

/// What a successful run printed.
pub(super) fn success(output: Output) -> String {
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Checks that a run failed with 1 and these words.
pub(super) fn failure(output: &Output, words: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", text(output));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains(words), "{error:?} does not say {words:?}");
}

pub(super) fn text(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    format!("{}\nstdout: {out}\nstderr: {error}", output.status)
}

pub(super) fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
