//! From a Rust crate to a WebAssembly component: what `build.rs` does with the bundled plugins, and the tests with
//! their own.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_encoder::{CustomSection, Encode, Section};
use wit_component::ComponentEncoder;

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "plugin";

/// Variables of the outer cargo that would change what the inner one builds.
const NOT_INHERITED: [&str; 7] =
    ["RUSTFLAGS", "RUSTC", "RUSTDOC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS", "CARGO_MAKEFLAGS"];

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Builds the packages `names` of the workspace at `root` as core modules.
pub(crate) fn build(root: &Path, target_dir: &Path, names: &[String]) -> Result<()> {
    require_target()?;
    if names.is_empty() {
        return Ok(());
    }
    let mut cargo = Command::new(env::var_os("CARGO").ok_or("cargo did not say where it is")?);
    cargo.current_dir(root).args(["build", "--locked", "--profile", PROFILE, "--target", TARGET]);
    cargo.arg("--target-dir").arg(target_dir);
    for name in names {
        cargo.args(["-p", name]);
    }
    for (name, _) in env::vars() {
        if NOT_INHERITED.contains(&name.as_str()) || name.starts_with("CARGO_BUILD_") {
            cargo.env_remove(name);
        }
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", "");
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(format!("cannot build the plugins:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(())
}

/// The component of a package that [`build`] has built, with its manifest inside.
pub(crate) fn componentise(target_dir: &Path, name: &str, manifest: &[u8]) -> Result<Vec<u8>> {
    let module = core_module(target_dir, name)?;
    let mut component = ComponentEncoder::default().validate(true).module(&module)?.encode()?;
    let section = CustomSection { name: "isartor:manifest".into(), data: manifest.into() };
    component.push(section.id());
    section.encode(&mut component);
    Ok(component)
}

/// What [`build`] made of a package.
pub(crate) fn core_module(target_dir: &Path, name: &str) -> Result<Vec<u8>> {
    let core = target_dir.join(TARGET).join(PROFILE).join(format!("{}.wasm", name.replace('-', "_")));
    fs::read(&core).map_err(|error| format!("cannot read {}: {error}", core.display()).into())
}

/// rust-toolchain.toml asks for the target; a toolchain that came another way may lack it.
fn require_target() -> Result<()> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let library = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output()?;
    if Path::new(String::from_utf8(library.stdout)?.trim()).is_dir() {
        return Ok(());
    }
    match Command::new("rustup").args(["target", "add", TARGET]).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) | Err(_) => {
            Err(format!("plugins need the Rust target {TARGET}: run 'rustup target add {TARGET}'").into())
        }
    }
}
