//! Builds every plugin under plugins/ as a WebAssembly component and embeds it, so that `cargo build` alone yields
//! the complete binary.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_encoder::{CustomSection, Encode, Section};
use wit_component::ComponentEncoder;

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "plugin";

/// Variables of the outer cargo that would change what the inner one builds.
const NOT_INHERITED: [&str; 7] =
    ["RUSTFLAGS", "RUSTC", "RUSTDOC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS", "CARGO_MAKEFLAGS"];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..").canonicalize()?;
    for input in ["plugins", "sdk", "wit", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    let plugins = plugins(&root.join("plugins"))?;
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    // A nested build in the same target directory would wait for the lock that this build holds.
    let target_dir = target_dir(&out_dir)?.join("plugins");
    require_target()?;
    build(&root, &target_dir, &plugins)?;
    let mut list = String::from("const BUNDLED: &[(&str, &str, &[u8])] = &[\n");
    for name in &plugins {
        let manifest = root.join("plugins").join(name).join("plugin.toml");
        let core = target_dir.join(TARGET).join(PROFILE).join(format!("{}.wasm", name.replace('-', "_")));
        let component = out_dir.join(format!("{name}.wasm"));
        fs::write(&component, componentise(&core, &fs::read(&manifest)?)?)?;
        writeln!(list, "    ({name:?}, include_str!({manifest:?}), include_bytes!({component:?})),")?;
    }
    list.push_str("];\n");
    fs::write(out_dir.join("bundled.rs"), list)?;
    Ok(())
}

/// The folders that hold a plugin.toml, in name order.
fn plugins(dir: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.path().join("plugin.toml").is_file() {
            names.push(entry.file_name().into_string().map_err(|name| format!("{name:?} is not UTF-8"))?);
        }
    }
    names.sort();
    Ok(names)
}

/// `OUT_DIR` is `<target>/<profile>/build/<package>/out`, with the triple in between when one is given.
fn target_dir(out_dir: &Path) -> Result<PathBuf> {
    let found = out_dir.ancestors().find(|dir| dir.join("CACHEDIR.TAG").is_file() || dir.ends_with("target"));
    match found {
        Some(dir) => Ok(dir.to_owned()),
        None => out_dir.ancestors().nth(4).map(Path::to_owned).ok_or_else(|| "OUT_DIR is too short".into()),
    }
}

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

fn build(root: &Path, target_dir: &Path, plugins: &[String]) -> Result<()> {
    if plugins.is_empty() {
        return Ok(());
    }
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.current_dir(root).args(["build", "--locked", "--profile", PROFILE, "--target", TARGET]);
    cargo.arg("--target-dir").arg(target_dir);
    for name in plugins {
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

/// Makes a component of a core module and puts the manifest inside it.
fn componentise(core: &Path, manifest: &[u8]) -> Result<Vec<u8>> {
    let module = fs::read(core).map_err(|error| format!("cannot read {}: {error}", core.display()))?;
    let mut component = ComponentEncoder::default().validate(true).module(&module)?.encode()?;
    let section = CustomSection { name: "isartor:manifest".into(), data: manifest.into() };
    component.push(section.id());
    section.encode(&mut component);
    Ok(component)
}
