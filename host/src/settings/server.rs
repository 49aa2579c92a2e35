//! `[server]` of isartor.toml: what the gateway lets in, how much of it, and for how long.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use super::SettingsError;
use super::file::{MEBIBYTE, within};

#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Where clients reach us when it is not the address we listen on: behind a proxy, perhaps under a path.
    pub external_url: Option<Url>,
    /// Host headers that are let in beside our own names, `name` or `name:port`.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may use the gateway beside our own, such as `https://claude.ai`.
    pub allowed_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether to serve other machines although nothing encrypts what goes over the network.
    pub allow_plain_http: bool,
    pub limits: LimitSettings,
    pub sessions: SessionSettings,
    pub max_body_bytes: usize,
    pub max_connections: usize,
    /// How long the head of a request may take from the moment its connection is free for it.
    pub head_timeout: Duration,
    /// How long a body may take once it is waited for.
    pub body_timeout: Duration,
    /// How long requests in flight may take to finish once the gateway was told to stop.
    pub shutdown_grace: Duration,
}

/// How much is served at a time.
#[derive(Debug, Clone)]
pub struct LimitSettings {
    /// Requests that are worked on at once; one more is sent away.
    pub max_requests_in_flight: usize,
    /// Bytes of all bodies that are received or worked on at once; one more body is sent away. Short ones do not count.
    pub max_total_body_bytes: usize,
    /// Connections of one address that is neither this machine nor a trusted proxy; one more is closed.
    pub max_connections_per_address: usize,
    /// How deep the JSON of a body may be nested.
    pub max_json_depth: usize,
    /// Requests a second of one key; none sets no limit.
    pub requests_per_second_per_key: Option<NonZeroU32>,
    /// Requests a second from one address that is not this machine.
    pub requests_per_second_per_address: NonZeroU32,
}

/// MCP sessions over HTTP.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    pub max_sessions: usize,
    pub max_sessions_per_principal: usize,
    /// How long a session lives that nobody uses.
    pub idle: Duration,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Server {
    allowed_hosts: Vec<String>,
    allowed_origins: Vec<String>,
    trusted_proxies: Vec<String>,
    allow_plain_http: Option<bool>,
    max_requests_in_flight: Option<usize>,
    max_total_body_bytes: Option<usize>,
    max_connections_per_address: Option<usize>,
    max_json_depth: Option<usize>,
    requests_per_second_per_key: Option<NonZeroU32>,
    requests_per_second_per_address: Option<NonZeroU32>,
    max_sessions: Option<usize>,
    max_sessions_per_principal: Option<usize>,
    session_idle_seconds: Option<u64>,
    max_body_bytes: Option<usize>,
    max_connections: Option<usize>,
    head_timeout_seconds: Option<u64>,
    body_timeout_seconds: Option<u64>,
    shutdown_grace_seconds: Option<u64>,
}

impl Server {
    pub(super) fn check_together(&self) -> Result<(), SettingsError> {
        let one = self.max_body_bytes();
        match self.max_total_body_bytes {
            Some(all) if all < one => {
                let message = format!("one body may have {one}, as server.max_body_bytes says");
                Err(SettingsError::Value { key: "server.max_total_body_bytes", value: all.to_string(), message })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn max_body_bytes(&self) -> usize {
        self.max_body_bytes.unwrap_or(2 * MEBIBYTE)
    }

    pub(super) fn into_settings(self, external_url: Option<String>) -> Result<ServerSettings, SettingsError> {
        let seconds = |key, value: Option<u64>, default, range| {
            within(key, value.unwrap_or(default), range).map(Duration::from_secs)
        };
        let max_body_bytes = within("server.max_body_bytes", self.max_body_bytes(), 1..=1024 * MEBIBYTE)?;
        let max_connections = self.max_connections.unwrap_or(1024);
        Ok(ServerSettings {
            limits: self.limits()?,
            sessions: self.sessions()?,
            external_url: external_url.map(external).transpose()?,
            allowed_hosts: self.allowed_hosts.into_iter().map(host).collect::<Result<_, _>>()?,
            allowed_origins: self.allowed_origins.into_iter().map(origin).collect::<Result<_, _>>()?,
            trusted_proxies: self.trusted_proxies.into_iter().map(network).collect::<Result<_, _>>()?,
            allow_plain_http: self.allow_plain_http.unwrap_or(false),
            max_body_bytes,
            max_connections: within("server.max_connections", max_connections, 1..=65_536)?,
            head_timeout: seconds("server.head_timeout_seconds", self.head_timeout_seconds, 10, 1..=300)?,
            body_timeout: seconds("server.body_timeout_seconds", self.body_timeout_seconds, 30, 1..=3600)?,
            shutdown_grace: seconds("server.shutdown_grace_seconds", self.shutdown_grace_seconds, 5, 0..=3600)?,
        })
    }

    fn limits(&self) -> Result<LimitSettings, SettingsError> {
        let in_flight = self.max_requests_in_flight.unwrap_or(256);
        let in_all = self.max_total_body_bytes.unwrap_or(self.max_body_bytes().max(256 * MEBIBYTE));
        let per_address = self.max_connections_per_address.unwrap_or(256);
        Ok(LimitSettings {
            max_requests_in_flight: within("server.max_requests_in_flight", in_flight, 1..=65_536)?,
            max_total_body_bytes: within("server.max_total_body_bytes", in_all, 1..=65_536 * MEBIBYTE)?,
            max_connections_per_address: within("server.max_connections_per_address", per_address, 1..=65_536)?,
            max_json_depth: within("server.max_json_depth", self.max_json_depth.unwrap_or(64), 4..=100)?,
            requests_per_second_per_key: self.requests_per_second_per_key,
            requests_per_second_per_address: self
                .requests_per_second_per_address
                .unwrap_or(NonZeroU32::new(100).expect("100 is not 0")),
        })
    }

    fn sessions(&self) -> Result<SessionSettings, SettingsError> {
        let most = self.max_sessions.unwrap_or(1_024);
        let most_each = self.max_sessions_per_principal.unwrap_or(64);
        let idle = self.session_idle_seconds.unwrap_or(24 * 60 * 60);
        Ok(SessionSettings {
            max_sessions: within("server.max_sessions", most, 1..=65_536)?,
            max_sessions_per_principal: within("server.max_sessions_per_principal", most_each, 1..=65_536)?,
            idle: Duration::from_secs(within("server.session_idle_seconds", idle, 1..=31_536_000)?),
        })
    }
}

fn external(text: String) -> Result<Url, SettingsError> {
    let refused =
        |message: &str| SettingsError::Value { key: "external_url", value: text.clone(), message: message.to_owned() };
    let url: Url = text.parse().map_err(|error: url::ParseError| refused(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(refused("it must be an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(refused("it must not have a user, a query or a fragment"));
    }
    Ok(url)
}

/// A name with or without a port, as a Host header has it. No pattern: that would let in what nobody listed.
fn host(text: String) -> Result<String, SettingsError> {
    let is_name = |url: &Url| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte)) && url.has_host()
    };
    match Url::parse(&format!("http://{text}")) {
        Ok(url) if is_name(&url) => Ok(text),
        Ok(_) | Err(_) => {
            let message = "it must be a name like isartor.example or isartor.example:8080".to_owned();
            Err(SettingsError::Value { key: "server.allowed_hosts", value: text, message })
        }
    }
}

/// As browsers send it: scheme, host and port, no path.
fn origin(text: String) -> Result<String, SettingsError> {
    match Url::parse(&text) {
        Ok(url)
            if url.has_host()
                && !text.contains('*')
                && url.as_str().trim_end_matches('/') == url.origin().ascii_serialization() =>
        {
            Ok(url.origin().ascii_serialization())
        }
        Ok(_) | Err(_) => {
            let message = "it must be an origin like https://claude.ai".to_owned();
            Err(SettingsError::Value { key: "server.allowed_origins", value: text, message })
        }
    }
}

/// One address is a network of its own.
fn network(text: String) -> Result<IpNet, SettingsError> {
    let address = |_| text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(address).map_err(|_| {
        let message = "it must be an address, or a network like 10.0.0.0/8".to_owned();
        SettingsError::Value { key: "server.trusted_proxies", value: text.clone(), message }
    })
}
