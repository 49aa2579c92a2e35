//! What isartor.toml and the `ISARTOR__*` variables may say. Parses and checks; decides no behaviour.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::{Table, Value};

use super::{
    CacheSettings, EmbeddingSettings, Environment, Flags, Home, ModelSource, NearestKind, PolicySettings, Precision,
    ServerSettings, Settings, SettingsError,
};

const VARIABLE_PREFIX: &str = "ISARTOR__";
const MEBIBYTE: usize = 1 << 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    host: Option<IpAddr>,
    port: Option<u16>,
    gateway_api_key: Option<String>,
    log: Option<String>,
    server: Server,
    cache: Cache,
    embedding: Embedding,
    policy: Policy,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Server {
    max_body_bytes: Option<usize>,
    max_connections: Option<usize>,
    shutdown_grace_seconds: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Cache {
    nearest: Option<NearestKind>,
    default_ttl_seconds: Option<u64>,
    page_cache_mebibytes: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Embedding {
    enabled: Option<bool>,
    dir: Option<PathBuf>,
    precision: Option<Precision>,
    source: Option<String>,
    sessions: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Policy {
    name: Option<String>,
    settings: Table,
}

/// The file with the variables laid over it. Each is checked alone first, so that an error names its origin.
pub(super) fn merged(path: &Path, environment: &Environment) -> Result<File, SettingsError> {
    let mut table = read(path)?;
    for (variable, value) in environment.with_prefix(VARIABLE_PREFIX) {
        let single = single_value(variable, value)?;
        overlay(&mut table, single);
    }
    File::deserialize(Value::Table(table)).map_err(|error| file_error(path, &error))
}

fn read(path: &Path) -> Result<Table, SettingsError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Table::new()),
        Err(source) => return Err(SettingsError::Read { path: path.into(), source }),
    };
    toml::from_str::<File>(&text).map_err(|error| file_error(path, &error))?;
    text.parse::<Table>().map_err(|error| file_error(path, &error))
}

fn file_error(path: &Path, error: &toml::de::Error) -> SettingsError {
    SettingsError::File { path: path.into(), message: error.to_string().trim_end().to_owned() }
}

/// `ISARTOR__EMBEDDING__DIR=/x` as `{embedding: {dir: "/x"}}`, checked by itself.
fn single_value(variable: &str, value: &str) -> Result<Table, SettingsError> {
    let path: Vec<String> = variable[VARIABLE_PREFIX.len()..].split("__").map(str::to_ascii_lowercase).collect();
    let attempts = [typed(value), Value::String(value.to_owned())];
    let mut message = String::new();
    for attempt in attempts {
        let table = nested(&path, attempt);
        match File::deserialize(Value::Table(table.clone())) {
            Ok(_) => return Ok(table),
            Err(error) => message = error.message().to_owned(),
        }
    }
    Err(SettingsError::Variable { variable: variable.to_owned(), message })
}

/// Numbers and booleans as TOML would read them; anything else is a string.
fn typed(value: &str) -> Value {
    if let Ok(number) = value.parse::<i64>() {
        Value::Integer(number)
    } else if let Ok(flag) = value.parse::<bool>() {
        Value::Boolean(flag)
    } else {
        Value::String(value.to_owned())
    }
}

fn nested(path: &[String], value: Value) -> Table {
    let (last, parents) = path.split_last().expect("split gives at least one part");
    let leaf = Table::from_iter([(last.clone(), value)]);
    parents.iter().rev().fold(leaf, |inner, key| Table::from_iter([(key.clone(), Value::Table(inner))]))
}

fn overlay(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => overlay(inner, value),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

impl File {
    pub(super) fn into_settings(
        self,
        home: Home,
        environment: &Environment,
        flags: &Flags,
    ) -> Result<Settings, SettingsError> {
        Ok(Settings {
            home,
            host: flags.host.or(self.host).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            port: flags.port.or(self.port).unwrap_or(8080),
            gateway_api_key: self.gateway_api_key,
            server: self.server.into_settings()?,
            cache: self.cache.into_settings(),
            embedding: self.embedding.into_settings(environment)?,
            policy: self.policy.into_settings()?,
            log: self.log.unwrap_or_else(|| "info".to_owned()),
        })
    }
}

impl Server {
    fn into_settings(self) -> Result<ServerSettings, SettingsError> {
        Ok(ServerSettings {
            max_body_bytes: at_least_one("server.max_body_bytes", self.max_body_bytes.unwrap_or(2 * MEBIBYTE))?,
            max_connections: at_least_one("server.max_connections", self.max_connections.unwrap_or(1024))?,
            shutdown_grace: Duration::from_secs(self.shutdown_grace_seconds.unwrap_or(5)),
        })
    }
}

impl Cache {
    fn into_settings(self) -> CacheSettings {
        CacheSettings {
            nearest: self.nearest.unwrap_or(NearestKind::Auto),
            default_ttl: self.default_ttl_seconds.map(Duration::from_secs),
            page_cache_bytes: self.page_cache_mebibytes.unwrap_or(32) * MEBIBYTE,
        }
    }
}

impl Embedding {
    fn into_settings(self, environment: &Environment) -> Result<EmbeddingSettings, SettingsError> {
        let default_dir = || environment.cache_dir.as_ref().map(|dir| dir.join("isartor"));
        let source = self.source.as_deref().map_or(ModelSource::Auto, ModelSource::from);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(EmbeddingSettings {
            enabled: self.enabled.unwrap_or(true),
            dir: self.dir.or_else(default_dir).ok_or(SettingsError::NoHome)?,
            precision: self.precision.unwrap_or(Precision::Int8),
            source,
            runtime_library: environment.var("ORT_DYLIB_PATH").map(PathBuf::from),
            sessions: at_least_one("embedding.sessions", self.sessions.unwrap_or(cores.min(4)))?,
        })
    }
}

impl Policy {
    fn into_settings(self) -> Result<PolicySettings, SettingsError> {
        let mut settings = Vec::new();
        for (key, value) in self.settings {
            let text = match value {
                Value::String(text) => text,
                Value::Integer(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Boolean(flag) => flag.to_string(),
                Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                    let message = format!("{key} must be a string, a number or a boolean");
                    return Err(SettingsError::Value { key: "policy.settings", value: value.to_string(), message });
                }
            };
            settings.push((key, text));
        }
        Ok(PolicySettings { name: self.name, settings })
    }
}

fn at_least_one(key: &'static str, value: usize) -> Result<usize, SettingsError> {
    if value == 0 {
        return Err(SettingsError::Value { key, value: "0".into(), message: "it must be at least 1".into() });
    }
    Ok(value)
}
