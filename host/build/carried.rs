//! The trees that the binary carries for plugin authors: the SDK, made to stand alone, the WIT package, the templates.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

use super::Result;

/// Writes `carried.rs` into `out_dir`: one list of (path inside the tree, bytes) for each tree.
pub(crate) fn write(root: &Path, out_dir: &Path) -> Result<()> {
    let manifest = out_dir.join("sdk-Cargo.toml");
    fs::write(&manifest, stand_alone(&root.join("Cargo.toml"), &root.join("sdk/Cargo.toml"))?)?;
    let mut text = String::new();
    for (name, dir) in [("SDK", "sdk/src"), ("WIT", "wit"), ("TEMPLATES", "sdk/templates")] {
        writeln!(text, "const {name}: &[(&str, &[u8])] = &[")?;
        for file in files(&root.join(dir), "")? {
            writeln!(text, "    ({file:?}, include_bytes!({:?})),", root.join(dir).join(&file))?;
        }
        text.push_str("];\n");
    }
    writeln!(text, "const SDK_MANIFEST: &str = include_str!({manifest:?});")?;
    writeln!(text, "const GUIDE: &str = include_str!({:?});", root.join("sdk/GUIDE.md"))?;
    Ok(fs::write(out_dir.join("carried.rs"), text)?)
}

/// The regular files under `dir`, as paths relative to it with `/` in between, in name order.
fn files(dir: &Path, prefix: &str) -> Result<Vec<String>> {
    let mut entries = fs::read_dir(dir)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.file_name().into_string().map_err(|name| format!("{name:?} is not UTF-8"))?;
        let path = format!("{prefix}{name}");
        match entry.file_type()?.is_dir() {
            true => found.extend(files(&entry.path(), &format!("{path}/"))?),
            false => found.push(path),
        }
    }
    Ok(found)
}

/// The manifest of a member with everything in it that the workspace says for it.
fn stand_alone(workspace: &Path, member: &Path) -> Result<String> {
    let workspace: Table = fs::read_to_string(workspace)?.parse()?;
    let workspace = workspace.get("workspace").and_then(Value::as_table).ok_or("the root is a workspace")?;
    let mut manifest: Table = fs::read_to_string(member)?.parse()?;
    for section in ["package", "dependencies", "dev-dependencies"] {
        // The workspace knows no dependency as one of a kind.
        let source = if section == "package" { "package" } else { "dependencies" };
        if let Some(table) = manifest.get_mut(section).and_then(Value::as_table_mut) {
            for (key, value) in table.iter_mut() {
                resolve(value, workspace.get(source).and_then(|source| source.get(key)))
                    .ok_or_else(|| format!("the workspace says nothing about {key}"))?;
            }
        }
    }
    if let Some(lints) = manifest.get_mut("lints") {
        resolve(lints, workspace.get("lints")).ok_or("the workspace has lints")?;
    }
    Ok(toml::to_string(&manifest)?)
}

/// Replaces `{ workspace = true, ... }` by what the workspace says, with the other keys kept.
fn resolve(value: &mut Value, inherited: Option<&Value>) -> Option<()> {
    let Some(own) = value.as_table_mut().filter(|table| table.contains_key("workspace")) else { return Some(()) };
    own.remove("workspace");
    let own = std::mem::take(own);
    let mut resolved = inherited?.clone();
    if !own.is_empty() {
        if let Value::String(version) = resolved {
            resolved = Value::Table(Table::from_iter([("version".to_owned(), Value::String(version))]));
        }
        resolved.as_table_mut()?.extend(own);
    }
    *value = resolved;
    Some(())
}
