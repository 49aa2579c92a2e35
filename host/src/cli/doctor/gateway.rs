//! The local gateway: whether it runs, answers, and is this version.

use super::finding::Finding;
use crate::chat::LayerState;
use crate::server::control::{self, Request};
use crate::server::instance;
use crate::server::{Layers, VERSION};
use crate::settings::Settings;

const NAME: &str = "gateway";

pub(super) fn examine(settings: &Settings) -> anyhow::Result<Finding> {
    let Some(running) = instance::running(&settings.home)? else {
        let found = Finding::odd(NAME, "it is not running; clients that start isartor start it");
        return Ok(found.hint("start it with 'isartor up --detach'"));
    };
    let reply = match control::ask(&settings.home.control_socket(), Request::Status) {
        Ok(reply) => reply,
        Err(error) => {
            let found = Finding::ill(NAME, format!("{} runs and does not answer: {error}", running.url));
            return Ok(found.hint(format!("see 'isartor logs'; if process {} hangs, end it", running.pid)));
        }
    };
    let health = reply.health;
    if health.version != VERSION {
        let found = Finding::odd(NAME, format!("{} is version {}, this is {VERSION}", running.url, health.version));
        return Ok(found.hint("run 'isartor stop' and 'isartor up --detach'"));
    }
    let semantic = match &health.layers.semantic_reason {
        Some(reason) => format!("{} ({reason})", health.layers.semantic),
        None => health.layers.semantic.clone(),
    };
    let what = format!(
        "{} is {}, with {} entries; the semantic tier is {semantic}",
        running.url, health.status, health.entries
    );
    if let Some(trouble) = &health.audit_trouble {
        return Ok(Finding::ill(NAME, format!("{}: {trouble}", running.url)).hint("see 'isartor logs'"));
    }
    match health.status.as_str() {
        "ok" | "starting" if is_less_than_wanted(&health.layers) => {
            Ok(Finding::odd(NAME, what).hint("see 'isartor logs'; prompts are answered word for word meanwhile"))
        }
        "ok" | "starting" => Ok(Finding::well(NAME, what)),
        _ => Ok(Finding::ill(NAME, what).hint("see 'isartor logs'")),
    }
}

/// A reason is a reason to worry unless the tier is on its way.
fn is_less_than_wanted(layers: &Layers) -> bool {
    layers.semantic_reason.is_some() && layers.semantic != LayerState::Loading.as_str()
}
