//! A component from a cargo package: cargo makes a core module without a single import of WASI, and it is wrapped here.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wit_component::ComponentEncoder;

use super::toolchain::Tool;
use super::{AuthorError, Project};

const TARGET: &str = "wasm32-unknown-unknown";

const CARGO: Tool =
    Tool { program: "cargo", hint: "install Rust with rustup, then run 'rustup target add wasm32-unknown-unknown'" };
const RUSTC: Tool = Tool { program: "rustc", hint: CARGO.hint };

/// Variables of an outer cargo, or of a developer's shell, that would change what is built for WebAssembly.
const NOT_INHERITED: [&str; 11] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC",
    "RUSTDOC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_ARGS",
    "CARGO_MAKEFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_RUSTC_WRAPPER",
];

pub(super) fn component(project: &Project) -> Result<Vec<u8>, AuthorError> {
    require_target(&project.dir)?;
    let mut cargo = CARGO.command(&project.dir);
    cargo.args(["build", "--release", "--target", TARGET, "--message-format", "json-render-diagnostics"]);
    for name in NOT_INHERITED {
        cargo.env_remove(name);
    }
    let output = CARGO.answer(&mut cargo)?;
    if !output.status.success() {
        return Err(AuthorError::Failed { program: CARGO.program.to_owned(), status: output.status });
    }
    let path = module(&String::from_utf8_lossy(&output.stdout), &project.dir.join("Cargo.toml"))
        .ok_or_else(|| AuthorError::NoModule { dir: project.dir.clone() })?;
    componentise(&path)
}

fn require_target(dir: &Path) -> Result<(), AuthorError> {
    let mut command = RUSTC.command(dir);
    command.args(["--print", "target-libdir", "--target", TARGET]).env_remove("RUSTC_WRAPPER");
    let answer = RUSTC.answer(&mut command)?;
    match Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_dir() {
        true => Ok(()),
        false => Err(AuthorError::MissingTarget { target: TARGET }),
    }
}

/// One line of what cargo says with `--message-format json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// The module that cargo says it made of the package itself, wherever its target directory is.
fn module(messages: &str, manifest: &Path) -> Option<PathBuf> {
    // What is no such message, such as a build script's output, tells nothing about artefacts.
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let own = messages
        .filter(|message| message.reason == "compiler-artifact" && message.manifest_path.as_deref() == Some(manifest));
    own.flat_map(|message| message.filenames).find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

fn componentise(path: &Path) -> Result<Vec<u8>, AuthorError> {
    let module = fs::read(path).map_err(|source| AuthorError::file("read", path, source))?;
    let encoded = ComponentEncoder::default().validate(true).module(&module).and_then(|encoder| encoder.encode());
    encoded.map_err(|error| AuthorError::Componentise { path: path.to_owned(), message: format!("{error:#}") })
}
