//! What is wanted of a client, from what was typed, the settings and the gateway that runs.

use crate::cli::clients::Clients;
use crate::cli::output::Hinted;
use crate::connect::Intent;
use crate::connect::entry::{self, EntryError, Key, Parts};
use crate::plugin::manifest::TransportKind;
use crate::plugin::{Manifest, connector::ServerEntry};
use crate::server::instance;

use super::ClientArgs;

/// A gateway as clients are told of it, and the key we have for it.
pub(super) struct WantedGateway {
    pub(super) url: String,
    /// None where there is none, or it is in a variable that is not set here.
    pub(super) key: Option<String>,
}

impl WantedGateway {
    /// For what needs none.
    pub(super) fn none() -> Self {
        Self { url: String::new(), key: None }
    }
}

pub(super) fn gateway(clients: &Clients, args: &ClientArgs) -> anyhow::Result<WantedGateway> {
    let settings = clients.settings;
    let url = match &args.gateway_url {
        Some(given) => given.clone(),
        None => match instance::running(&settings.home)? {
            Some(running) => running.url,
            None => entry::local_gateway_url(settings.host, settings.port).map_err(with_hint)?,
        },
    };
    let key = match &args.key_env {
        Some(variable) => clients.environment.var(variable).map(str::to_owned),
        None => args.gateway_api_key.clone().or_else(|| settings.gateway_api_key.clone()),
    };
    Ok(WantedGateway { url, key })
}

pub(super) fn intent(
    clients: &Clients,
    args: &ClientArgs,
    manifest: &Manifest,
    gateway: &WantedGateway,
) -> anyhow::Result<Intent> {
    if args.disconnect {
        entry::check_name(&args.name).map_err(with_hint)?;
        return Ok(Intent::Disconnect { name: args.name.clone() });
    }
    entry(clients, args, manifest, gateway, args.transport.into()).map(Intent::Connect)
}

/// The entry for a client, or for one of its snippets.
pub(super) fn entry(
    clients: &Clients,
    args: &ClientArgs,
    manifest: &Manifest,
    gateway: &WantedGateway,
    transport: TransportKind,
) -> anyhow::Result<ServerEntry> {
    let (settings, environment) = (clients.settings, clients.environment);
    let reference = match &args.key_env {
        Some(variable) => Some(reference(manifest, variable)?),
        None => None,
    };
    let key = match (&args.key_env, &reference) {
        (Some(name), Some(reference)) => Some(Key::Variable { name, reference }),
        _ => gateway.key.as_deref().map(Key::Literal),
    };
    let parts = Parts {
        name: &args.name,
        program: &environment.program,
        gateway_url: &gateway.url,
        gateway_api_key: key,
        transport,
        home: (!settings.home.is_default()).then(|| settings.home.root()),
    };
    Ok(entry::server_entry(parts).map_err(with_hint)?)
}

fn reference(manifest: &Manifest, variable: &str) -> Result<String, Hinted> {
    let reference = manifest.servers.as_ref().and_then(|servers| servers.reference_to(variable));
    reference.ok_or_else(|| with_hint(EntryError::NoReferences { title: manifest.title.clone() }))
}

fn with_hint(error: EntryError) -> Hinted {
    Hinted::new(error.to_string(), error.hint())
}
