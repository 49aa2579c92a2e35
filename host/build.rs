//! Builds every plugin under plugins/ as a WebAssembly component and embeds it, with what plugin authors need, so that
//! `cargo build` alone yields the complete binary.
#![expect(clippy::disallowed_methods, reason = "a build script is told everything by its environment")]

#[path = "build/carried.rs"]
mod carried;
#[path = "build/component.rs"]
mod component;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use component::Result;
use sha2::{Digest, Sha256};

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..").canonicalize()?;
    for input in ["plugins", "sdk", "wit", "host/build", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    let plugins = plugins(&root.join("plugins"))?;
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    // A nested build in the same target directory would wait for the lock that this build holds.
    let target_dir = target_dir(&out_dir)?.join("plugins");
    carried::write(&root, &out_dir)?;
    component::build(&root, &target_dir, &plugins)?;
    let mut list = String::from("const BUNDLED: &[(&str, &str, &[u8], &str)] = &[\n");
    for name in &plugins {
        let manifest = root.join("plugins").join(name).join("plugin.toml");
        let path = out_dir.join(format!("{name}.wasm"));
        let component = component::componentise(&target_dir, name, &fs::read(&manifest)?)?;
        fs::write(&path, &component)?;
        let digest = hexadecimal(&Sha256::digest(&component));
        writeln!(list, "    ({name:?}, include_str!({manifest:?}), include_bytes!({path:?}), {digest:?}),")?;
    }
    list.push_str("];\n");
    fs::write(out_dir.join("bundled.rs"), list)?;
    if understands_packed_relocations()? {
        // `isartor mcp` runs once in every client: unpacked, they are 2 MiB that each of these processes reads.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    Ok(())
}

/// Whether the C library that the program will be loaded by is this machine's, and glibc from 2.36 on.
fn understands_packed_relocations() -> Result<bool> {
    let is_glibc = env::var("CARGO_CFG_TARGET_OS")? == "linux" && env::var("CARGO_CFG_TARGET_ENV")? == "gnu";
    if !is_glibc || env::var("HOST")? != env::var("TARGET")? {
        return Ok(false);
    }
    // Without the command, or with an answer of another kind, nobody knows.
    let Ok(output) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else { return Ok(false) };
    let answer = String::from_utf8_lossy(&output.stdout);
    let version = answer.trim().strip_prefix("glibc 2.").and_then(|minor| minor.split('.').next()?.parse::<u32>().ok());
    Ok(version.is_some_and(|minor| minor >= 36))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
    let marked = out_dir.ancestors().find(|dir| dir.join("CACHEDIR.TAG").is_file());
    let found = marked.or_else(|| out_dir.ancestors().nth(4));
    found.map(Path::to_owned).ok_or_else(|| "OUT_DIR is too short".into())
}
