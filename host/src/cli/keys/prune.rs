//! `isartor keys prune`: keys that ended long ago leave the list. Asks nothing: what they opened they do not open now.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::json;

use super::end::{duration, moment};
use super::{shown, table, takeover, tell, uses};
use crate::audit::Event;
use crate::cli::output::line;
use crate::keys::{self, Key};
use crate::settings::Settings;

/// Of the keys that one line of the audit log names.
const KEYS_PER_EVENT: usize = 100;

#[derive(Debug, Args)]
pub(in crate::cli) struct PruneArgs {
    /// How long ago a key must have ended.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30d")]
    ended_before: Duration,
    /// Also those that ended just now.
    #[arg(long, conflicts_with = "ended_before")]
    all_ended: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(settings: &Settings, args: &PruneArgs, now: SystemTime) -> anyhow::Result<()> {
    let ended_for = if args.all_ended { Duration::ZERO } else { args.ended_before };
    let removed = removed(settings, ended_for, now)?;
    if args.json {
        let uses = uses(settings)?;
        let keys: Vec<_> = removed.iter().map(|key| table::as_json(key, &uses, now)).collect();
        let shown = json!({ "removed": keys, "in_effect": takeover::is_in_effect(settings)? });
        return Ok(line(serde_json::to_string_pretty(&shown)?)?);
    }
    for key in &removed {
        let end = key.ended_at(now).map(moment).unwrap_or_default();
        line(format!("removed the key {} (id {}), which ended {end}", key.name, key.id))?;
    }
    match (removed.is_empty(), args.all_ended) {
        (true, true) => Ok(line("no key has ended")?),
        (true, false) => {
            let since = now.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(ended_for);
            Ok(line(format!("no key ended before {}", moment(since.as_secs())))?)
        }
        (false, _) => takeover::wait(settings),
    }
}

/// Nothing is made where nothing is.
fn removed(settings: &Settings, ended_for: Duration, now: SystemTime) -> anyhow::Result<Vec<Key>> {
    let file = settings.home.keys_file();
    if keys::identified(&file)?.0.all().is_empty() {
        return Ok(Vec::new());
    }
    let removed = keys::change(&file, |keys| keys.prune(ended_for, now))?;
    for some in removed.chunks(KEYS_PER_EVENT) {
        tell(settings, &Event::KeysRemoved { keys: some.iter().map(shown).collect() }, now)?;
    }
    Ok(removed)
}
