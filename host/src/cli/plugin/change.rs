//! `isartor plugin remove|enable|disable|grant|revoke`: one change of the lock each, and what it means now.

use std::process::ExitCode;

use super::{hinted, installation, open_here, refused, takeover};
use crate::cli::output::{Hinted, line};
use crate::plugin::manifest::capability::CapabilityName;
use crate::plugin::{PluginError, Secrets};
use crate::settings::Settings;

pub(super) fn remove(settings: &Settings, name: &str) -> anyhow::Result<ExitCode> {
    if crate::plugin::Plugins::is_bundled(name) {
        let hint = format!("run 'isartor plugin disable {name}' to switch it off");
        return Err(Hinted::new(format!("{name} is part of isartor"), hint).into());
    }
    installation(settings).remove(name).map_err(refused)?;
    let forgotten = Secrets::at(settings.home.secrets_file()).remove_all(name);
    forgotten.map_err(|error| Hinted::new(error.chain(), error.hint()))?;
    line(format!("removed {name}"))?;
    takeover::wait(settings)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn set_enabled(settings: &Settings, name: &str, enabled: bool) -> anyhow::Result<ExitCode> {
    let changed = installation(settings).set_enabled(name, enabled).map_err(refused)?;
    let state = if enabled { "on" } else { "off" };
    let already = if changed { "" } else { "already " };
    line(format!("{name} is {already}switched {state}"))?;
    takeover::wait(settings)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn grant(settings: &Settings, name: &str, capabilities: &[CapabilityName]) -> anyhow::Result<ExitCode> {
    let plugins = open_here(settings)?;
    let plugin = plugins.get(name).map_err(hinted)?;
    installation(settings).grant(plugin.manifest(), capabilities).map_err(refused)?;
    for request in plugin.manifest().capabilities.iter().filter(|request| capabilities.contains(&request.name())) {
        line(format!("{name} may now {}", request.allows()))?;
    }
    takeover::wait(settings)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn revoke(settings: &Settings, name: &str, capabilities: &[CapabilityName]) -> anyhow::Result<ExitCode> {
    let had = installation(settings).revoke(name, capabilities).map_err(refused)?;
    for &capability in capabilities {
        match had.contains(&capability) {
            true => line(format!("{name} has lost the capability {capability}"))?,
            false => line(format!("{name} did not have the capability {capability}"))?,
        }
    }
    let plugins = open_here(settings)?;
    if let Ok(plugin) = plugins.get(name)
        && let Err(error @ PluginError::NotGranted { .. }) = plugin.check_imports()
    {
        line(format!("it is suspended now: {error}"))?;
    }
    takeover::wait(settings)?;
    Ok(ExitCode::SUCCESS)
}
