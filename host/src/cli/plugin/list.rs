//! `isartor plugin list` and `inspect`: which plugins there are, and what each may do. Changes nothing.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::{hinted, installation, open_here, refused, tell_ill};
use crate::cli::output::line;
use crate::plugin::{Inspection, LeftOutPlugin, Origin, Plugin, printable};
use crate::settings::Settings;

pub(super) fn list(settings: &Settings, json: bool) -> anyhow::Result<ExitCode> {
    let plugins = open_here(settings)?;
    if json {
        let listed: Vec<Value> = plugins.all().iter().map(|plugin| summary(plugin)).collect();
        let left_out: Vec<Value> = plugins.left_out().iter().map(left_out).collect();
        line(serde_json::to_string_pretty(&json!({ "plugins": listed, "left_out": left_out }))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    line(format!("{:<20} {:<10} {:<9} {:<12} WHAT IT IS", "NAME", "KIND", "VERSION", "FROM"))?;
    for plugin in plugins.all() {
        let manifest = plugin.manifest();
        let (kind, from) = (manifest.kind.as_str(), origin(plugin));
        line(format!("{:<20} {kind:<10} {:<9} {from:<12} {}", manifest.id, manifest.version, manifest.title))?;
    }
    for left_out in plugins.left_out() {
        tell_ill(&left_out.name, left_out.standing, &left_out.reason, left_out.hint.as_deref())?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn inspect(settings: &Settings, name: &str, json: bool) -> anyhow::Result<ExitCode> {
    let plugins = open_here(settings)?;
    let plugin = plugins.get(name).map_err(hinted)?;
    let inspection = plugin.inspect().map_err(hinted)?;
    if json {
        line(serde_json::to_string_pretty(&details(plugin, &inspection))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let manifest = plugin.manifest();
    let publisher = manifest.publisher.clone().unwrap_or_else(|| "unnamed".to_owned());
    let rows = [
        ("name", manifest.id.clone()),
        ("title", manifest.title.clone()),
        ("what it does", manifest.description.clone()),
        ("kind", manifest.kind.as_str().to_owned()),
        ("version", manifest.version.to_string()),
        ("publisher", publisher),
        ("made for", manifest.wit.clone()),
        ("from", place(plugin)),
        ("digest", format!("sha256:{}", plugin.digest())),
        ("size", format!("{} bytes", inspection.size_bytes)),
        ("imports", or_none(&inspection.imports)),
        ("grants", or_none(&inspection.grants)),
        ("limits", limits(plugin)),
    ];
    for (label, value) in rows.into_iter().chain(consent(settings, plugin)?) {
        line(format!("{label:<13} {}", printable(&value)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What the user accepted of a third-party plugin, and what waits for a yes.
fn consent(settings: &Settings, plugin: &Plugin) -> anyhow::Result<Vec<(&'static str, String)>> {
    let lock = installation(settings).lock().map_err(refused)?;
    let Some(locked) = lock.find(&plugin.manifest().id) else { return Ok(Vec::new()) };
    let mut rows = vec![("source", locked.source.clone())];
    rows.extend(locked.publisher_key.iter().map(|key| ("signed", format!("by the key {key}"))));
    for grant in &locked.grants {
        rows.extend(grant.allows.iter().map(|allows| ("it may", format!("{allows} ({})", grant.capability))));
    }
    rows.extend(locked.files.iter().map(|file| ("it may", format!("edit {}", file.path))));
    let waiting: Vec<String> = plugin.grants().waiting().iter().map(ToString::to_string).collect();
    if !waiting.is_empty() {
        rows.push(("not granted", waiting.join(", ")));
    }
    rows.extend(plugin.check_imports().err().map(|error| ("suspended", error.chain())));
    Ok(rows)
}

fn left_out(plugin: &LeftOutPlugin) -> Value {
    let LeftOutPlugin { name, standing, reason, hint } = plugin;
    json!({ "name": name, "standing": standing.as_str(), "reason": reason, "hint": hint })
}

fn summary(plugin: &Plugin) -> Value {
    let manifest = plugin.manifest();
    json!({
        "name": manifest.id,
        "title": manifest.title,
        "kind": manifest.kind.as_str(),
        "version": manifest.version.to_string(),
        "origin": origin(plugin),
        "digest": plugin.digest(),
        "size_bytes": plugin.size_bytes(),
    })
}

fn details(plugin: &Plugin, inspection: &Inspection) -> Value {
    let mut details = summary(plugin);
    let limits = plugin.limits();
    details["description"] = plugin.manifest().description.clone().into();
    details["wit"] = plugin.manifest().wit.clone().into();
    details["imports"] = inspection.imports.clone().into();
    details["grants"] = inspection.grants.clone().into();
    details["publisher"] = plugin.manifest().publisher.clone().into();
    let waiting = plugin.grants().waiting().iter().map(ToString::to_string);
    details["not_granted"] = waiting.collect::<Vec<_>>().into();
    details["limits"] = json!({
        "deadline_milliseconds": limits.deadline.as_millis(),
        "memory_max_bytes": limits.memory_max_bytes,
        "data_max_bytes": limits.data_max_bytes,
        "concurrent_calls": limits.concurrent_calls,
    });
    details
}

fn origin(plugin: &Plugin) -> &'static str {
    match plugin.origin() {
        Origin::Bundled => "isartor",
        Origin::Directory(_) => "plugins dir",
    }
}

fn place(plugin: &Plugin) -> String {
    match plugin.origin() {
        Origin::Bundled => "bundled with isartor".to_owned(),
        Origin::Directory(dir) => dir.display().to_string(),
    }
}

fn limits(plugin: &Plugin) -> String {
    let limits = plugin.limits();
    format!(
        "{} ms a call, {} MiB of memory, {} KiB of data out, {} calls at once",
        limits.deadline.as_millis(),
        limits.memory_max_bytes >> 20,
        limits.data_max_bytes >> 10,
        limits.concurrent_calls
    )
}

fn or_none(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
