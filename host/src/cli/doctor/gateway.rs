//! The local gateway: whether it runs, answers, and is this version.

use super::finding::Finding;
use crate::server::VERSION;
use crate::server::control::{self, Request};
use crate::server::instance;
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
    let semantic = &health.layers.semantic;
    let what = format!(
        "{} is {}, with {} entries; the semantic tier is {semantic}",
        running.url, health.status, health.entries
    );
    match health.status.as_str() {
        "ok" | "starting" => Ok(Finding::well(NAME, what)),
        _ => Ok(Finding::ill(NAME, what).hint("see 'isartor logs'")),
    }
}
