//! `isartor keys create|list|revoke|rotate|prune`: who may ask the gateway over HTTP. A key is printed once, when it is made.

mod end;
mod problem;
mod prune;
mod table;
mod takeover;

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::JsonArgs;
use super::output::line;
use crate::audit::{AuditFile, Event, KeyGrant, PeerText};
use crate::chat::Permission;
use crate::keys::{self, Key, Keys, Rotation, SecretKey, Uses, Wanted};
use crate::settings::Settings;

use end::moment;
pub(super) use problem::{in_words, problem};

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Make a key. It is shown this once.
    Create(CreateArgs),
    /// Show the keys, also those that ended; never the secrets.
    List(JsonArgs),
    /// End a key at once; a name ends all keys of that name.
    Revoke {
        #[arg(value_name = "NAME|ID")]
        key: String,
    },
    /// Make a key that takes the place of another, with its name, namespace and scopes.
    Rotate(RotateArgs),
    /// Remove keys that ended long ago from the list. Whoever needed a key goes on needing one.
    Prune(prune::PruneArgs),
}

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// What the key is called, in lists and logs. [default: after its id]
    #[arg(long)]
    name: Option<String>,
    /// Whose answers it reaches: `local` are those of this machine's user. [default: its own, called as the key is]
    #[arg(long)]
    namespace: Option<String>,
    /// What it may do.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["read", "write"])]
    scope: Vec<Scope>,
    /// When it ends: a time from now, such as 90d, or a date. [default: never]
    #[arg(long, value_name = "90d|2027-01-31", value_parser = end::end)]
    expires: Option<end::End>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    #[arg(value_name = "NAME|ID")]
    key: String,
    /// How long the old key goes on, such as 1h or 7d. [default: not at all]
    #[arg(long, value_parser = end::duration)]
    grace: Option<Duration>,
    /// When the new key ends. [default: it lives as long as the old one was to]
    #[arg(long, value_name = "90d|2027-01-31", value_parser = end::end)]
    expires: Option<end::End>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scope {
    /// Look up answers, list the namespace's own, call tools that change nothing.
    Read,
    /// Store, judge and delete answers, call tools that change something.
    Write,
    /// Figures over all keys, and the database as a whole.
    Admin,
}

impl From<Scope> for Permission {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Write => Self::Write,
            Scope::Admin => Self::Admin,
        }
    }
}

pub(super) fn run(settings: &Settings, command: KeysCommand) -> anyhow::Result<ExitCode> {
    let now = SystemTime::now();
    match command {
        KeysCommand::Create(args) => create(settings, args, now)?,
        KeysCommand::List(args) => list(settings, args.json, now)?,
        KeysCommand::Revoke { key } => revoke(settings, &key, now)?,
        KeysCommand::Rotate(args) => rotate(settings, &args, now)?,
        KeysCommand::Prune(args) => prune::run(settings, &args, now)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn create(settings: &Settings, args: CreateArgs, now: SystemTime) -> anyhow::Result<()> {
    let CreateArgs { name, namespace, scope, expires, json } = args;
    let expires = expires.map(|end| end.from(now)).transpose()?;
    let wanted = Wanted { name, namespace, scopes: scope.into_iter().map(Permission::from).collect(), expires };
    let secret = SecretKey::generate()?;
    settings.home.create().with_context(|| format!("cannot create {}", settings.home.root().display()))?;
    let (key, is_first) = keys::change(&settings.home.keys_file(), |keys| {
        let is_first = !keys.were_ever_made();
        keys.create(wanted, &secret, now).map(|key| (key, is_first))
    })?;
    if json {
        show_json(settings, &key, &secret, now)?;
        return tell(settings, &Event::KeyCreated(grant(&key)), now);
    }
    line(format!("created the key {} (id {}) for the namespace {}", key.name, key.id, key.namespace))?;
    show(&key, &secret)?;
    tell(settings, &Event::KeyCreated(grant(&key)), now)?;
    if is_first && settings.gateway_api_key.is_none() {
        line("note: from now on the gateway answers nobody over HTTP without a key")?;
    }
    takeover::wait(settings)
}

fn rotate(settings: &Settings, args: &RotateArgs, now: SystemTime) -> anyhow::Result<()> {
    let expires = args.expires.as_ref().map(|end| end.from(now)).transpose()?;
    let rotation = Rotation { grace: args.grace.unwrap_or_default(), expires };
    let secret = SecretKey::generate()?;
    let (key, old) = keys::change(&settings.home.keys_file(), |keys| {
        let key = keys.rotate(&args.key, rotation, &secret, now)?;
        let old = keys.all().iter().find(|old| old.replaced_by == Some(key.id)).cloned();
        Ok((key, old))
    })?;
    if args.json {
        show_json(settings, &key, &secret, now)?;
        return tell(settings, &Event::KeyRotated(grant(&key)), now);
    }
    line(format!("the key {} has the id {} from now on", key.name, key.id))?;
    show(&key, &secret)?;
    tell(settings, &Event::KeyRotated(grant(&key)), now)?;
    if let Some(old) = old {
        line(match old.expires_at.filter(|_| old.revoked_at.is_none()) {
            Some(end) => format!("the old one, {}, goes on until {}", old.id, moment(end)),
            None => format!("the old one, {}, has ended", old.id),
        })?;
    }
    takeover::wait(settings)
}

/// The one time that the key is seen.
fn show(key: &Key, secret: &SecretKey) -> anyhow::Result<()> {
    line("")?;
    line(secret.expose())?;
    line("")?;
    line("this is the only time it is shown; send it as the header X-API-Key, or as a bearer token")?;
    let end = key.expires_at.map_or("it does not end by itself".to_owned(), |end| format!("it ends {}", moment(end)));
    line(format!("scopes: {}; {end}", table::scopes(key)))?;
    Ok(())
}

fn show_json(settings: &Settings, key: &Key, secret: &SecretKey, now: SystemTime) -> anyhow::Result<()> {
    let mut shown = table::as_json(key, &Uses::default(), now);
    shown["key"] = json!(secret.expose());
    shown["in_effect"] = json!(takeover::is_in_effect(settings)?);
    Ok(line(serde_json::to_string_pretty(&shown)?)?)
}

fn revoke(settings: &Settings, wanted: &str, now: SystemTime) -> anyhow::Result<()> {
    let revoked = keys::change(&settings.home.keys_file(), |keys| keys.revoke(wanted, now))?;
    for key in &revoked {
        tell(settings, &Event::KeyRevoked { key: shown(key) }, now)?;
        line(format!("revoked the key {} (id {})", key.name, key.id))?;
    }
    if revoked.is_empty() {
        line(format!("the key {wanted} was revoked before"))?;
    }
    takeover::wait(settings)
}

fn grant(key: &Key) -> KeyGrant {
    KeyGrant {
        key: shown(key),
        permissions: key.scopes.iter().copied().map(Permission::as_str).collect(),
        namespace: Some(key.namespace.as_str().into()),
        expires: key.expires_at.map(moment),
    }
}

/// Keys that took one another's place share a name.
fn shown(key: &Key) -> PeerText {
    format!("{} ({})", key.name, key.id).as_str().into()
}

fn tell(settings: &Settings, event: &Event, now: SystemTime) -> anyhow::Result<()> {
    let told = AuditFile::of(settings).append(now, event);
    told.context("it is done, but the audit log does not tell of it")
}

fn list(settings: &Settings, json: bool, now: SystemTime) -> anyhow::Result<()> {
    let (keys, _) = keys::identified(&settings.home.keys_file())?;
    let uses = uses(settings)?;
    if json {
        let shown: Vec<_> = keys.all().iter().map(|key| table::as_json(key, &uses, now)).collect();
        return Ok(line(serde_json::to_string_pretty(&json!({ "keys": shown }))?)?);
    }
    for row in table::rows(&keys, &uses, now) {
        line(row)?;
    }
    conclude(settings, &keys)
}

fn uses(settings: &Settings) -> anyhow::Result<Uses> {
    let file = settings.home.key_uses_file();
    Uses::read(&file).with_context(|| format!("cannot read {}", file.display()))
}

fn conclude(settings: &Settings, keys: &Keys) -> anyhow::Result<()> {
    match (keys.all().is_empty(), settings.gateway_api_key.is_some()) {
        (true, false) if keys.were_ever_made() => line("there is no key any more, and nobody is answered without one")?,
        (true, false) => line("there is no key: whoever reaches the gateway on this machine may use it")?,
        (true, true) => line("there is no key but gateway_api_key of the settings")?,
        (false, true) => line("gateway_api_key of the settings is a key as well")?,
        (false, false) => {}
    }
    Ok(())
}
