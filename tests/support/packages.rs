//! Packages from npm and PyPI, which tests install into the target directory once and keep between runs. Each version
//! is in a file of the repository.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::text;

/// What the package.json of a folder of the tests names, with the scripts beside it.
pub(crate) struct NodePackages {
    directory: PathBuf,
}

impl NodePackages {
    /// Installs them from `tests/SOURCE` where its lock file is not what is there; one test at a time. Of all packages
    /// only `with_scripts` may run scripts of their own.
    pub(crate) fn installed(source: &str, with_scripts: &[&str]) -> Self {
        let place = Place::of(source, "npm");
        for name in names_in(&place.source).filter(|name| name.starts_with("package") || name.ends_with(".mjs")) {
            place.copy(&name);
        }
        let packages = Self { directory: place.directory.clone() };
        place.unless_installed("package-lock.json", || {
            packages.npm(&["install", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"]);
            if !with_scripts.is_empty() {
                packages.npm(&[&["rebuild"], with_scripts].concat());
            }
        });
        packages
    }

    fn npm(&self, arguments: &[&str]) {
        let hint = "install Node.js 20 or later with npm, whose registry must be within reach";
        let mut npm = Command::new("npm");
        npm.args(arguments).current_dir(&self.directory).stdin(Stdio::null());
        npm.env("npm_config_cache", kept("npm")).env("npm_config_prefer_offline", "true");
        let output = npm.output().unwrap_or_else(|error| panic!("npm does not start: {error}; {hint}"));
        assert!(output.status.success(), "{}\n{hint}", text(&output));
    }

    /// Where a script or a package's file is.
    pub(crate) fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.directory.join(file)
    }

    /// The Node that the packages brought, else the one on the search path.
    pub(crate) fn node_program(&self) -> PathBuf {
        let own = self.path("node_modules/node/bin/node");
        if own.is_file() { own } else { "node".into() }
    }

    /// Node, about to run a script that is here.
    pub(crate) fn node(&self, script: impl AsRef<Path>) -> Command {
        let mut command = Command::new(self.node_program());
        command.arg(self.path(script)).current_dir(&self.directory).stdin(Stdio::null());
        command
    }
}

/// What the requirements.txt of a folder of the tests names, in a virtual environment, with the scripts beside it.
pub(crate) struct PythonPackages {
    directory: PathBuf,
}

impl PythonPackages {
    pub(crate) fn installed(source: &str) -> Self {
        let place = Place::of(source, "pip");
        for name in names_in(&place.source).filter(|name| name == "requirements.txt" || name.ends_with(".py")) {
            place.copy(&name);
        }
        let packages = Self { directory: place.directory.clone() };
        place.unless_installed("requirements.txt", || {
            packages.run("python3".as_ref(), &["-m", "venv", "--clear", "environment"]);
            packages.run(&packages.python_program(), &["-m", "pip", "install", "--quiet", "-r", "requirements.txt"]);
        });
        packages
    }

    fn run(&self, program: &Path, arguments: &[&str]) {
        let hint = "install Python 3.10 or later with pip and venv, whose index must be within reach";
        let mut python = Command::new(program);
        python.args(arguments).current_dir(&self.directory).stdin(Stdio::null()).env("PIP_CACHE_DIR", kept("pip"));
        let output = python.output().unwrap_or_else(|error| panic!("Python does not start: {error}; {hint}"));
        assert!(output.status.success(), "{}\n{hint}", text(&output));
    }

    fn python_program(&self) -> PathBuf {
        self.directory.join("environment/bin/python")
    }

    /// Python, about to run a script that is here.
    pub(crate) fn python(&self, script: &str) -> Command {
        let mut command = Command::new(self.python_program());
        command.args(["-B", script]).current_dir(&self.directory).stdin(Stdio::null());
        command
    }
}

/// Where the packages of a folder of the tests are installed.
struct Place {
    source: PathBuf,
    directory: PathBuf,
    /// Until it is dropped, other tests wait.
    _waiting: File,
}

impl Place {
    fn of(source: &str, kind: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages").join(kind).join(source);
        fs::create_dir_all(&directory).expect("the folder can be made");
        let waiting = File::create(directory.join(".lock")).expect("the folder can be written");
        waiting.lock().expect("files can be locked");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests").join(source);
        Self { source, directory, _waiting: waiting }
    }

    /// Another test may be reading what has not changed.
    fn copy(&self, name: &str) {
        let wanted = fs::read(self.source.join(name)).expect("it is there");
        let copy = self.directory.join(name);
        if fs::read(&copy).ok().as_ref() != Some(&wanted) {
            fs::write(copy, wanted).expect("it can be written");
        }
    }

    /// Runs `install` unless it has succeeded with this `list` before.
    fn unless_installed(&self, list: &str, install: impl FnOnce()) {
        let (wanted, mark) = (fs::read(self.source.join(list)).expect("it is there"), self.directory.join("installed"));
        if fs::read(&mark).ok().as_ref() != Some(&wanted) {
            install();
            fs::write(mark, wanted).expect("it can be written");
        }
    }
}

fn names_in(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("it can be read").file_name().into_string().expect("UTF-8"))
}

/// What the package managers of all tests fetch.
fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("author").join(name)
}
