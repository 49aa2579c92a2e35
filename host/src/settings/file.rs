//! What isartor.toml may say, key by key, and what is made of it. Checks each value; decides no behaviour.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::{Table, Value};

use super::server::Server;
use super::{
    AuditSettings, CacheSettings, ConnectSettings, DEFAULT_BACKUPS_KEPT, EmbeddingSettings, Environment, Flags, Home,
    ModelSource, NearestKind, PolicySettings, Precision, Settings, SettingsError, ShadowSettings,
};

pub(super) const MEBIBYTE: usize = 1 << 20;
/// Ten years.
const MAX_TTL_SECONDS: u64 = 315_360_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    host: Option<IpAddr>,
    port: Option<u16>,
    external_url: Option<String>,
    gateway_api_key: Option<String>,
    log: Option<String>,
    log_prompts: Option<bool>,
    server: Server,
    cache: Cache,
    embedding: Embedding,
    policy: Policy,
    connect: Connect,
    tools: Tools,
    audit: Audit,
    plugin: BTreeMap<String, Table>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Cache {
    nearest: Option<NearestKind>,
    default_ttl_seconds: Option<u64>,
    page_cache_mebibytes: Option<u64>,
    max_entries: Option<usize>,
    max_mebibytes: Option<u64>,
    explore: Option<f64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Embedding {
    enabled: Option<bool>,
    dir: Option<PathBuf>,
    precision: Option<Precision>,
    source: Option<String>,
    sessions: Option<usize>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Policy {
    name: Option<String>,
    settings: Table,
    shadow: Option<String>,
    shadow_settings: Table,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Connect {
    backups_kept: Option<usize>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tools {
    transparent: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Audit {
    max_mebibytes: Option<u64>,
    files_kept: Option<usize>,
}

impl File {
    /// What no key can be told alone.
    pub(super) fn check_together(&self) -> Result<(), SettingsError> {
        self.server.check_together()?;
        let Policy { shadow, shadow_settings, .. } = &self.policy;
        match shadow_settings.iter().next() {
            Some((key, value)) if shadow.is_none() => {
                let message = "policy.shadow names no policy to tell it to".to_owned();
                let value = format!("{{ {key} = {value}, ... }}");
                Err(SettingsError::Value { key: "policy.shadow_settings", value, message })
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn into_settings(
        self,
        home: Home,
        environment: &Environment,
        flags: &Flags,
    ) -> Result<Settings, SettingsError> {
        let external_url = flags.external_url.clone().or(self.external_url);
        Ok(Settings {
            home,
            host: flags.host.or(self.host).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            port: flags.port.or(self.port).unwrap_or(8080),
            gateway_api_key: self.gateway_api_key.map(key).transpose()?,
            server: self.server.into_settings(external_url)?,
            cache: self.cache.into_settings()?,
            embedding: self.embedding.into_settings(environment)?,
            policy: self.policy.into_settings()?,
            connect: self.connect.into_settings()?,
            plugin_config: plugin_config(self.plugin)?,
            log: self.log.unwrap_or_else(|| "info".to_owned()),
            log_prompts: self.log_prompts.unwrap_or(false),
            audit: self.audit.into_settings()?,
            transparent_plugin: self.tools.transparent,
            program: environment.program.clone(),
        })
    }
}

impl Cache {
    fn into_settings(self) -> Result<CacheSettings, SettingsError> {
        let default_ttl = match self.default_ttl_seconds {
            Some(seconds) => Some(within("cache.default_ttl_seconds", seconds, 1..=MAX_TTL_SECONDS)?),
            None => None,
        };
        let default = CacheSettings::default();
        let mebibytes = |key, value: Option<u64>, default, most| match value {
            Some(mebibytes) => within(key, mebibytes, 1..=most).map(|mebibytes| mebibytes << 20),
            None => Ok(default),
        };
        let page_cache_bytes = mebibytes(
            "cache.page_cache_mebibytes",
            self.page_cache_mebibytes,
            default.page_cache_bytes as u64,
            65_536,
        )?;
        Ok(CacheSettings {
            nearest: self.nearest.unwrap_or(default.nearest),
            default_ttl: default_ttl.map(Duration::from_secs),
            page_cache_bytes: usize::try_from(page_cache_bytes).unwrap_or(usize::MAX),
            max_entries: within("cache.max_entries", self.max_entries.unwrap_or(default.max_entries), 1..=10_000_000)?,
            max_bytes: mebibytes("cache.max_mebibytes", self.max_mebibytes, default.max_bytes, 1 << 20)?,
            explore: within("cache.explore", self.explore.unwrap_or(default.explore), 0.0..=0.5)?,
        })
    }
}

impl Embedding {
    fn into_settings(self, environment: &Environment) -> Result<EmbeddingSettings, SettingsError> {
        let default_dir = || environment.cache_dir.as_ref().map(|dir| dir.join("isartor"));
        let source = match self.source.as_deref().map_or(ModelSource::Auto, ModelSource::from) {
            ModelSource::Path(path) => ModelSource::Path(absolute(&path)?),
            source @ (ModelSource::Auto | ModelSource::Hub | ModelSource::Pip) => source,
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let runtime_library = environment.var("ORT_DYLIB_PATH").map(Path::new).map(absolute).transpose()?;
        Ok(EmbeddingSettings {
            enabled: self.enabled.unwrap_or(true),
            dir: absolute(&self.dir.or_else(default_dir).ok_or(SettingsError::NoHome)?)?,
            precision: self.precision.unwrap_or(Precision::Int8),
            source,
            runtime_library,
            sessions: within("embedding.sessions", self.sessions.unwrap_or(cores.min(4)), 1..=256)?,
        })
    }
}

impl Policy {
    fn into_settings(self) -> Result<PolicySettings, SettingsError> {
        let shadow_settings = texts("policy.shadow_settings", self.shadow_settings)?;
        let shadow = self.shadow.map(|name| ShadowSettings { name, settings: shadow_settings });
        Ok(PolicySettings { name: self.name, settings: texts("policy.settings", self.settings)?, shadow })
    }
}

impl Connect {
    fn into_settings(self) -> Result<ConnectSettings, SettingsError> {
        let backups_kept = self.backups_kept.unwrap_or(DEFAULT_BACKUPS_KEPT);
        Ok(ConnectSettings { backups_kept: within("connect.backups_kept", backups_kept, 1..=10_000)? })
    }
}

impl Audit {
    fn into_settings(self) -> Result<AuditSettings, SettingsError> {
        let mebibytes = within("audit.max_mebibytes", self.max_mebibytes.unwrap_or(8), 1..=1024)?;
        let files_kept = within("audit.files_kept", self.files_kept.unwrap_or(4), 1..=100)?;
        Ok(AuditSettings { max_bytes: mebibytes << 20, files_kept })
    }
}

fn plugin_config(tables: BTreeMap<String, Table>) -> Result<BTreeMap<String, Vec<(String, String)>>, SettingsError> {
    tables.into_iter().map(|(id, table)| Ok((id, texts("plugin", table)?))).collect()
}

/// What a plugin is told: strings, numbers and booleans, as text.
fn texts(table: &'static str, settings: Table) -> Result<Vec<(String, String)>, SettingsError> {
    let mut texts = Vec::new();
    for (key, value) in settings {
        let text = match value {
            Value::String(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Boolean(flag) => flag.to_string(),
            Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                let message = format!("{key} must be a string, a number or a boolean");
                return Err(SettingsError::Value { key: table, value: value.to_string(), message });
            }
        };
        texts.push((key, text));
    }
    Ok(texts)
}

/// What a header can carry and a person can copy.
fn key(key: String) -> Result<String, SettingsError> {
    if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(key);
    }
    let message = "it must be visible ASCII characters without spaces, at least one".to_owned();
    Err(SettingsError::Value { key: "gateway_api_key", value: "(not shown)".to_owned(), message })
}

/// The gateway leaves the directory it was started in.
fn absolute(path: &Path) -> Result<PathBuf, SettingsError> {
    std::path::absolute(path).map_err(|source| SettingsError::Read { path: path.into(), source })
}

pub(super) fn within<T: PartialOrd + Display>(
    key: &'static str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<T, SettingsError> {
    if range.contains(&value) {
        return Ok(value);
    }
    let message = format!("it must be between {} and {}", range.start(), range.end());
    Err(SettingsError::Value { key, value: value.to_string(), message })
}
