//! `isartor plugin list|inspect`: which plugins there are, and what each may do.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::output::{Hinted, line};
use crate::plugin::{Inspection, Origin, Plugin, PluginError, Plugins};
use crate::settings::Settings;

pub(super) fn list(settings: &Settings, json: bool) -> anyhow::Result<ExitCode> {
    let plugins = open(settings)?;
    if json {
        let listed: Vec<Value> = plugins.all().iter().map(|plugin| summary(plugin)).collect();
        let failed: Vec<Value> =
            plugins.failed().iter().map(|failed| json!({ "name": failed.name, "reason": failed.reason })).collect();
        line(serde_json::to_string_pretty(&json!({ "plugins": listed, "failed": failed }))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    line(format!("{:<20} {:<10} {:<9} {:<12} WHAT IT IS", "NAME", "KIND", "VERSION", "FROM"))?;
    for plugin in plugins.all() {
        let manifest = plugin.manifest();
        let (kind, from) = (manifest.kind.as_str(), origin(plugin));
        line(format!("{:<20} {kind:<10} {:<9} {from:<12} {}", manifest.id, manifest.version, manifest.title))?;
    }
    for failed in plugins.failed() {
        line(format!("{:<20} left out: {}", failed.name, failed.reason))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn inspect(settings: &Settings, name: &str, json: bool) -> anyhow::Result<ExitCode> {
    let plugins = open(settings)?;
    let plugin = plugins.get(name).map_err(hinted)?;
    let inspection = plugin.inspect().map_err(hinted)?;
    if json {
        line(serde_json::to_string_pretty(&details(plugin, &inspection))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let manifest = plugin.manifest();
    let rows = [
        ("name", manifest.id.clone()),
        ("title", manifest.title.clone()),
        ("what it does", manifest.description.clone()),
        ("kind", manifest.kind.as_str().to_owned()),
        ("version", manifest.version.to_string()),
        ("made for", manifest.wit.clone()),
        ("from", place(plugin)),
        ("digest", format!("sha256:{}", plugin.digest())),
        ("size", format!("{} bytes", inspection.size_bytes)),
        ("imports", or_none(&inspection.imports)),
        ("grants", or_none(&inspection.grants)),
        ("limits", limits(plugin)),
    ];
    for (label, value) in rows {
        line(format!("{label:<13} {value}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn open(settings: &Settings) -> anyhow::Result<Plugins> {
    let state_dir = settings.home.root().is_dir().then(|| settings.home.root());
    Ok(Plugins::open(&settings.home.plugins_dir(), state_dir).map_err(hinted)?)
}

/// The error with its chain on one line, and the hint it has.
fn hinted(error: PluginError) -> Hinted {
    let hint = error.hint().unwrap_or_else(|| "run 'isartor plugin list' to see every plugin".to_owned());
    Hinted::new(error.chain(), hint)
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
