//! `isartor status`: what runs, for a person or a program. Changes nothing.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

use super::{ask, output};
use crate::server::control::{Reply, Request};
use crate::server::instance::{Presence, presence};
use crate::server::{Health, Layers};
use crate::settings::{Home, Settings};

/// What init scripts call "not running".
const NOT_RUNNING: u8 = 3;
/// How long a gateway that does not answer any more may take to end.
const PATIENCE_WITH_THE_DYING: Duration = Duration::from_secs(1);

enum Found {
    Nothing,
    Starting,
    Running(Box<Reply>),
}

pub(in crate::cli) fn status(settings: &Settings, json: bool) -> anyhow::Result<ExitCode> {
    let home = &settings.home;
    let found = look(home)?;
    if json {
        output::line(as_json(&found, home).to_string())?;
    } else {
        for line in as_text(&found, home) {
            output::line(line)?;
        }
    }
    Ok(match found {
        Found::Running(_) => ExitCode::SUCCESS,
        Found::Nothing | Found::Starting => ExitCode::from(NOT_RUNNING),
    })
}

fn look(home: &Home) -> anyhow::Result<Found> {
    Ok(match presence(home)? {
        Presence::Absent => Found::Nothing,
        Presence::Starting => Found::Starting,
        Presence::Running(info) => {
            let reply = ask(home, &info, Request::Status, PATIENCE_WITH_THE_DYING)?;
            reply.map_or(Found::Nothing, |reply| Found::Running(Box::new(reply)))
        }
    })
}

fn as_json(found: &Found, home: &Home) -> Value {
    let mut status = match found {
        Found::Nothing => json!({"running": false, "state": "stopped"}),
        Found::Starting => json!({"running": false, "state": "starting"}),
        Found::Running(reply) => {
            let mut status = json!({"running": true, "state": "running"});
            let reply = serde_json::to_value(reply).expect("a reply is strings, numbers and lists of them");
            let fields = status.as_object_mut().expect("written as an object above");
            fields.extend(reply.as_object().cloned().unwrap_or_default());
            status
        }
    };
    status["home"] = json!(home.root());
    status["log"] = json!(home.log_file());
    status
}

fn as_text(found: &Found, home: &Home) -> Vec<String> {
    match found {
        Found::Nothing => vec!["isartor is not running".to_owned()],
        Found::Starting => vec!["isartor is starting".to_owned()],
        Found::Running(reply) => running_text(reply, home),
    }
}

fn running_text(reply: &Reply, home: &Home) -> Vec<String> {
    let health = &reply.health;
    let mut lines = vec![
        format!("isartor {} is running at {} (process {})", health.version, reply.url, reply.pid),
        format!("uptime:  {}", duration(health.uptime_seconds)),
        layers(&health.layers),
        entries(health),
        format!("plugins: {} loaded", health.plugins.loaded),
    ];
    lines.extend(reply.keys.trouble.iter().map(|trouble| format!("keys:    none of keys.json is taken: {trouble}")));
    lines.extend(health.cache.trouble.iter().map(|trouble| format!("storage: nothing can be stored: {trouble}")));
    lines.extend(
        health.cache.set_aside.iter().map(|file| format!("storage: the cache could not be read; it is now {file}")),
    );
    lines.extend(health.audit_trouble.iter().map(|trouble| format!("audit:   {trouble}")));
    lines.extend(health.plugins.loading.iter().map(|name| format!("  {name} is still loading")));
    lines.extend(health.plugins.failed.iter().map(|plugin| format!("  {} failed: {}", plugin.name, plugin.reason)));
    lines.push(format!("log:     {}", home.log_file().display()));
    lines
}

fn layers(layers: &Layers) -> String {
    let Layers { exact, semantic, semantic_reason } = layers;
    match semantic_reason {
        Some(reason) => format!("layers:  exact {exact}, semantic {semantic}: {reason}"),
        None => format!("layers:  exact {exact}, semantic {semantic}"),
    }
}

fn entries(health: &Health) -> String {
    match health.semantic_lag {
        0 => format!("entries: {}", health.entries),
        lag => format!("entries: {}, of which {lag} are not in the semantic tier yet", health.entries),
    }
}

fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uptime_is_read_at_a_glance() {
        let cases = [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3_725, "1 h 2 min"), (183_600, "2 d 3 h")];
        for (seconds, expected) in cases {
            assert_eq!(duration(seconds), expected);
        }
    }
}
