//! A desktop extension: isartor in one file that a client installs with a double click and asks its settings for. The
//! same program gives the same bytes. Knows no client: that one takes such files is its manifest's word.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::NamedTempFile;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use crate::connect::entry::{GATEWAY_API_KEY, GATEWAY_URL};
use crate::system;

/// The version of the extensions' format that is written.
const MANIFEST_VERSION: &str = "0.3";

/// Anybody may read the bundle and what is in it, and run the program.
const READABLE: u32 = 0o644;
const RUNNABLE: u32 = 0o755;

/// What a bundle is made of.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    /// The program that is packed; it runs on this system only.
    pub program: &'a Path,
    /// Where the gateway is unless the user says otherwise.
    pub gateway_url: &'a str,
    /// Names and titles of the tools that are there without any plugin.
    pub tools: &'a [(String, String)],
}

#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("{} is there already", path.display())]
    Exists { path: PathBuf },
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot pack {}", path.display())]
    Pack { path: PathBuf, source: ZipError },
}

/// Writes the bundle and says how many bytes it has. What is at `path` stays until it is complete.
pub fn write(path: &Path, contents: Contents, overwrite: bool) -> Result<u64, BundleError> {
    let failed = |source| BundleError::Write { path: path.to_owned(), source };
    let exists = || BundleError::Exists { path: path.to_owned() };
    if !overwrite && path.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let draft = NamedTempFile::new_in(directory).map_err(failed)?;
    let program = File::open(contents.program)
        .map_err(|source| BundleError::Read { path: contents.program.to_owned(), source })?;
    pack(draft.as_file(), program, &manifest(contents))
        .map_err(|source| BundleError::Pack { path: path.to_owned(), source })?;
    system::give_to(draft.as_file(), None, READABLE).map_err(failed)?;
    let done = if overwrite { draft.persist(path) } else { draft.persist_noclobber(path) };
    match done {
        Ok(file) => Ok(file.metadata().map_err(failed)?.len()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists()),
        Err(error) => Err(failed(error.error)),
    }
}

fn pack(to: impl Write + Seek, mut program: impl io::Read, manifest: &Value) -> Result<(), ZipError> {
    let mut archive = ZipWriter::new(to);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    archive.start_file("manifest.json", options.unix_permissions(READABLE))?;
    writeln!(archive, "{manifest:#}")?;
    archive.start_file(entry_point(), options.unix_permissions(RUNNABLE))?;
    io::copy(&mut program, &mut archive)?;
    archive.finish()?;
    Ok(())
}

/// The program's place in the bundle.
fn entry_point() -> String {
    format!("server/isartor{}", std::env::consts::EXE_SUFFIX)
}

/// The extension's manifest.json. An optional setting has a default: without one its placeholder would be the value.
fn manifest(contents: Contents) -> Value {
    let tools: Vec<Value> =
        contents.tools.iter().map(|(name, title)| json!({ "name": name, "description": title })).collect();
    json!({
        "manifest_version": MANIFEST_VERSION,
        "name": "isartor",
        "display_name": "isartor",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Answers repeated and rephrased questions from a cache on your machine.",
        "long_description": "isartor keeps answers in a local cache and gives them again when a question comes back, \
                             in the same words or in others. Plugins in a sandbox add tools. This extension starts \
                             the gateway when none runs.",
        "author": { "name": "The isartor authors" },
        "license": env!("CARGO_PKG_LICENSE"),
        "server": {
            "type": "binary",
            "entry_point": entry_point(),
            "mcp_config": {
                "command": format!("${{__dirname}}/{}", entry_point()),
                "args": ["mcp"],
                "env": {
                    GATEWAY_URL: "${user_config.gateway_url}",
                    GATEWAY_API_KEY: "${user_config.gateway_api_key}",
                },
            },
        },
        "tools": tools,
        "tools_generated": true,
        "compatibility": { "platforms": [platform()] },
        "user_config": {
            "gateway_url": {
                "type": "string",
                "title": "Gateway URL",
                "description": "Where the isartor gateway is. One on this machine is started when it does not run.",
                "required": false,
                "default": contents.gateway_url,
            },
            "gateway_api_key": {
                "type": "string",
                "title": "Gateway key",
                "description": "The gateway's API key. Leave it empty where the gateway wants none.",
                "required": false,
                "sensitive": true,
                "default": "",
            },
        },
    })
}

/// The system that the program runs on, as the format calls it.
fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        _ => "linux",
    }
}
