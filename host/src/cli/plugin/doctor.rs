//! `isartor plugin doctor`: loads every plugin as the gateway would and says what is wrong, and what to do about it.

use std::process::ExitCode;
use std::sync::Arc;

use super::{hinted, open_here, runtime, tell_ill};
use crate::cli::output::line;
use crate::plugin::{Connector, Kind, Plugin, PluginError, Plugins, Standing, ToolPlugin};
use crate::server::control::{self, Request};
use crate::server::instance;
use crate::settings::Settings;

pub(super) fn run(settings: &Settings, only: Option<&str>) -> anyhow::Result<ExitCode> {
    let plugins = open_here(settings)?;
    if let Some(name) = only
        && !plugins.left_out().iter().any(|left_out| left_out.name == name)
    {
        plugins.get(name).map_err(hinted)?;
    }
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let runtime = runtime()?;
    let mut ill = 0;
    for plugin in plugins.all().iter().filter(|plugin| wanted(&plugin.manifest().id)) {
        let found = runtime.block_on(examine(settings, &plugins, plugin));
        ill += usize::from(found.is_err());
        tell(&plugin.manifest().id, &found)?;
    }
    for left_out in plugins.left_out().iter().filter(|left_out| wanted(&left_out.name)) {
        ill += usize::from(left_out.standing != Standing::Disabled);
        tell_ill(&left_out.name, left_out.standing, &left_out.reason, left_out.hint.as_deref())?;
    }
    ill += in_the_gateway(settings, &wanted)?;
    match ill {
        0 => line("every plugin that is switched on works")?,
        1 => line("1 plugin does not work")?,
        _ => line(format!("{ill} plugins do not work"))?,
    }
    Ok(if ill == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the running gateway has seen of the plugins; how many it has suspended.
fn in_the_gateway(settings: &Settings, wanted: &dyn Fn(&str) -> bool) -> anyhow::Result<usize> {
    if instance::running(&settings.home)?.is_none() {
        return Ok(0);
    }
    let plugins = control::ask(&settings.home.control_socket(), Request::Status)?.health.plugins;
    for (name, used) in plugins.used.iter().filter(|(name, _)| wanted(name)) {
        line(format!("{name:<20} in the running gateway: {} calls, {} faults", used.calls, used.faults))?;
    }
    let mut suspended = 0;
    for (name, seconds) in plugins.suspended.iter().filter(|(name, _)| wanted(name)) {
        suspended += 1;
        line(format!("{name:<20} suspended: it kept failing; it is tried again in {seconds} s"))?;
        line(format!("{:<20} hint: 'isartor logs' shows each failure", ""))?;
    }
    Ok(suspended)
}

/// What it is good for, when it works.
async fn examine(settings: &Settings, plugins: &Plugins, plugin: &Arc<Plugin>) -> Result<String, PluginError> {
    let manifest = plugin.manifest();
    Ok(match manifest.kind {
        Kind::Tool => {
            let count = ToolPlugin::load(Arc::clone(plugin), Arc::default())?.definitions().await?.len();
            if count == 1 { "1 tool".to_owned() } else { format!("{count} tools") }
        }
        Kind::Policy => {
            let in_use = settings.policy.name.as_deref() == Some(&manifest.id);
            let with = if in_use || manifest.default { &settings.policy.settings[..] } else { &[] };
            plugins.policy(Some(&manifest.id), with).map(|_| "a policy".to_owned())?
        }
        Kind::Connector => Connector::load(Arc::clone(plugin)).map(|_| "a connector".to_owned())?,
    })
}

fn tell(name: &str, found: &Result<String, PluginError>) -> anyhow::Result<()> {
    match found {
        Ok(what) => line(format!("{name:<20} ok: {what}"))?,
        Err(error) => tell_ill(name, error.standing(), &error.chain(), error.hint().as_deref())?,
    }
    Ok(())
}
