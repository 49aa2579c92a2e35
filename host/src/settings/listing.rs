//! Every setting by its key, with its value and where that comes from. A secret is only ever said to be set.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use sha2::{Digest, Sha256};
use toml::Value;

use super::document::Document;
use super::problem::is_secret_name;
use super::sources::Sources;
use super::{
    AuditSettings, CacheSettings, ConnectSettings, EmbeddingSettings, Flags, LimitSettings, ModelSource, NearestKind,
    PolicySettings, ServerSettings, SessionSettings, Settings,
};

const SECRET: &str = "(set)";

/// A key, its value and where that comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    pub key: String,
    /// None: nothing is set. A secret is not here.
    pub value: Option<Value>,
    pub from: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Default,
    File { path: PathBuf, line: usize },
    Variable(String),
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { path, line } => write!(formatter, "{}:{line}", path.display()),
            Self::Variable(name) => formatter.write_str(name),
            Self::Flag(flag) => formatter.write_str(flag),
        }
    }
}

impl Settings {
    /// SHA-256 of every key and value but secrets: tells whether two gateways were set up alike.
    pub fn digest(&self) -> String {
        let listed = values(self).into_iter().map(|(key, value)| format!("{key} = {:?}\n", shown(&key, value)));
        let digest = Sha256::digest(listed.collect::<String>());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

pub(super) fn explained(settings: &Settings, sources: &Sources<'_>, flags: &Flags) -> Vec<Setting> {
    let document = Document::parse(sources.text.as_deref().unwrap_or_default());
    let explain = |(key, value): (String, Option<Value>)| {
        let from = origin(&key, sources, &document, flags);
        Setting { value: shown(&key, value), key, from }
    };
    values(settings).into_iter().map(explain).collect()
}

/// The winner: a flag, a variable, the file.
fn origin(key: &str, sources: &Sources<'_>, document: &Document, flags: &Flags) -> Origin {
    let Flags { host, port, external_url } = flags;
    let flag = match key {
        "host" => host.map(|_| "--host"),
        "port" => port.map(|_| "--port"),
        "external_url" => external_url.as_ref().map(|_| "--external-url"),
        _ => None,
    };
    let variable = || sources.variables().find(|variable| variable.path.join(".") == key);
    let leaf = || document.leaves.iter().find(|leaf| leaf.path.join(".") == key);
    if let Some(flag) = flag {
        Origin::Flag(flag)
    } else if let Some(variable) = variable() {
        Origin::Variable(variable.name.to_owned())
    } else if let Some(leaf) = leaf() {
        Origin::File { path: sources.path.clone(), line: leaf.value_at.line }
    } else {
        Origin::Default
    }
}

fn shown(key: &str, value: Option<Value>) -> Option<Value> {
    if is_secret_name(key) { value.map(|_| Value::from(SECRET)) } else { value }
}

/// Every key that isartor.toml may have; whoever adds a setting adds it here, or this does not compile.
pub(super) fn values(settings: &Settings) -> Vec<(String, Option<Value>)> {
    let Settings {
        home: _,
        host,
        port,
        gateway_api_key,
        server,
        cache,
        embedding,
        policy,
        connect: ConnectSettings { backups_kept },
        plugin_config,
        log,
        log_prompts,
        audit: AuditSettings { max_bytes, files_kept },
        transparent_plugin,
        program: _,
    } = settings;
    let mut all = Values(Vec::new());
    all.put("host", text(host));
    all.put("port", i64::from(*port));
    all.put_option("external_url", server.external_url.as_ref().map(text));
    all.put_option("gateway_api_key", gateway_api_key.as_deref());
    all.put("log", log.as_str());
    all.put("log_prompts", *log_prompts);
    server_values(&mut all, server);
    cache_values(&mut all, cache);
    embedding_values(&mut all, embedding);
    policy_values(&mut all, policy);
    all.put("connect.backups_kept", whole(*backups_kept));
    all.put_option("tools.transparent", transparent_plugin.as_deref());
    all.put("audit.max_mebibytes", whole(max_bytes >> 20));
    all.put("audit.files_kept", whole(*files_kept));
    for (plugin, told) in plugin_config {
        all.put_texts(&format!("plugin.{plugin}"), told);
    }
    all.0
}

fn server_values(all: &mut Values, server: &ServerSettings) {
    let ServerSettings {
        external_url: _,
        allowed_hosts,
        allowed_origins,
        trusted_proxies,
        allow_plain_http,
        limits,
        sessions: SessionSettings { max_sessions, max_sessions_per_principal, idle },
        max_body_bytes,
        max_connections,
        head_timeout,
        body_timeout,
        shutdown_grace,
    } = server;
    let LimitSettings {
        max_requests_in_flight,
        max_total_body_bytes,
        max_connections_per_address,
        max_json_depth,
        requests_per_second_per_key,
        requests_per_second_per_address,
    } = limits;
    all.put("server.allowed_hosts", allowed_hosts.clone());
    all.put("server.allowed_origins", allowed_origins.clone());
    all.put("server.trusted_proxies", trusted_proxies.iter().map(text).collect::<Vec<_>>());
    all.put("server.allow_plain_http", *allow_plain_http);
    all.put("server.max_requests_in_flight", whole(*max_requests_in_flight));
    all.put("server.max_json_depth", whole(*max_json_depth));
    let per_key = requests_per_second_per_key.map(|rate| i64::from(rate.get()));
    all.put_option("server.requests_per_second_per_key", per_key);
    all.put("server.requests_per_second_per_address", i64::from(requests_per_second_per_address.get()));
    all.put("server.max_sessions", whole(*max_sessions));
    all.put("server.max_sessions_per_principal", whole(*max_sessions_per_principal));
    all.put("server.session_idle_seconds", whole(idle.as_secs()));
    all.put("server.max_body_bytes", whole(*max_body_bytes));
    all.put("server.max_total_body_bytes", whole(*max_total_body_bytes));
    all.put("server.max_connections", whole(*max_connections));
    all.put("server.max_connections_per_address", whole(*max_connections_per_address));
    all.put("server.head_timeout_seconds", whole(head_timeout.as_secs()));
    all.put("server.body_timeout_seconds", whole(body_timeout.as_secs()));
    all.put("server.shutdown_grace_seconds", whole(shutdown_grace.as_secs()));
}

fn cache_values(all: &mut Values, cache: &CacheSettings) {
    let CacheSettings { nearest, default_ttl, page_cache_bytes, max_entries, max_bytes, explore } = cache;
    let nearest = match nearest {
        NearestKind::Auto => "auto",
        NearestKind::Scan => "scan",
        NearestKind::Hora => "hora",
    };
    all.put("cache.nearest", nearest);
    all.put_option("cache.default_ttl_seconds", default_ttl.map(|ttl| whole(ttl.as_secs())));
    all.put("cache.page_cache_mebibytes", whole(page_cache_bytes >> 20));
    all.put("cache.max_entries", whole(*max_entries));
    all.put("cache.max_mebibytes", whole(max_bytes >> 20));
    all.put("cache.explore", *explore);
}

fn embedding_values(all: &mut Values, embedding: &EmbeddingSettings) {
    // The runtime library is a variable of its own.
    let EmbeddingSettings { enabled, dir, precision, source, runtime_library: _, sessions } = embedding;
    let source = match source {
        ModelSource::Auto => "auto".to_owned(),
        ModelSource::Hub => "hub".to_owned(),
        ModelSource::Pip => "pip".to_owned(),
        ModelSource::Path(path) => path.display().to_string(),
    };
    all.put("embedding.enabled", *enabled);
    all.put("embedding.dir", dir.display().to_string());
    all.put("embedding.precision", precision.as_str());
    all.put("embedding.source", source);
    all.put("embedding.sessions", whole(*sessions));
}

fn policy_values(all: &mut Values, policy: &PolicySettings) {
    let PolicySettings { name, settings, shadow } = policy;
    all.put_option("policy.name", name.as_deref());
    all.put_option("policy.shadow", shadow.as_ref().map(|shadow| shadow.name.as_str()));
    all.put_texts("policy.settings", settings);
    if let Some(shadow) = shadow {
        all.put_texts("policy.shadow_settings", &shadow.settings);
    }
}

struct Values(Vec<(String, Option<Value>)>);

impl Values {
    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.put_option(key, Some(value));
    }

    fn put_option(&mut self, key: &str, value: Option<impl Into<Value>>) {
        self.0.push((key.to_owned(), value.map(Into::into)));
    }

    /// A table whose keys are somebody else's.
    fn put_texts(&mut self, table: &str, texts: &[(String, String)]) {
        for (key, value) in texts {
            self.put(&format!("{table}.{key}"), value.as_str());
        }
    }
}

fn text(value: impl ToString) -> String {
    value.to_string()
}

/// No setting is as large as what TOML cannot write.
fn whole(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}
