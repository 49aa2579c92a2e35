//! What the audit log tells of. A secret has no place in any event; what others wrote comes as `PeerText`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::Serialize;

use super::PeerText;
use super::flood::Kind;

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Started(Box<Start>),
    Stopped {
        how: EndOfRun,
    },
    /// Somebody came without a credential that opens what they wanted.
    AuthFailed {
        reason: AuthFailure,
        route: PeerText,
        #[serde(skip_serializing_if = "Option::is_none")]
        peer: Option<IpAddr>,
        /// The key that was recognised and does not suffice.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<PeerText>,
        /// The tool that it was not to call, or whatever else was asked for over MCP.
        #[serde(skip_serializing_if = "Option::is_none")]
        wanted: Option<PeerText>,
    },
    /// The guard sent a request away for what its head says.
    Rejected {
        because_of: Rejection,
        value: PeerText,
        route: PeerText,
        #[serde(skip_serializing_if = "Option::is_none")]
        peer: Option<IpAddr>,
    },
    KeyCreated(KeyGrant),
    /// The key has another secret now.
    KeyRotated(KeyGrant),
    KeyRevoked {
        key: PeerText,
    },
    /// Keys that had ended are not kept any more.
    KeysRemoved {
        keys: Vec<PeerText>,
    },
    PluginInstalled(PluginChange),
    PluginUpdated(PluginChange),
    PluginRemoved {
        plugin: String,
    },
    PluginEnabled {
        plugin: String,
    },
    PluginDisabled {
        plugin: String,
    },
    PluginGranted {
        plugin: String,
        capabilities: Vec<String>,
    },
    PluginRevoked {
        plugin: String,
        capabilities: Vec<String>,
    },
    /// A secret was set for a plugin, or, without a name, all were forgotten.
    PluginSecretSet {
        plugin: String,
        name: String,
    },
    PluginSecretRemoved {
        plugin: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    ConfigEdited(Box<ConfigEdit>),
    /// Entries of the cache went by somebody's will.
    CacheRemoved {
        by: CacheRemoval,
        entries: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<PeerText>,
    },
    /// As `of`, so often more than was written.
    Repeated {
        of: &'static str,
        reason: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        peer: Option<IpAddr>,
        times: u64,
        within_seconds: u64,
    },
    /// So many events could not be written.
    Lost {
        events: u64,
    },
}

/// As what a gateway began to serve.
#[derive(Debug, Clone, Serialize)]
pub struct Start {
    pub version: &'static str,
    pub bind: SocketAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_url: Option<String>,
    pub authentication: bool,
    /// Of every setting but secrets.
    pub settings_sha256: String,
    pub max_connections: usize,
    pub max_requests_in_flight: usize,
    pub max_body_bytes: usize,
    pub max_sessions: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndOfRun {
    /// Requests in flight had their time.
    Drained,
    AtOnce,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthFailure {
    Missing,
    Malformed,
    Unknown,
    Expired,
    Revoked,
    /// The key is good, and does not allow this.
    NotPermitted,
}

impl AuthFailure {
    fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::NotPermitted => "not_permitted",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    Host,
    Origin,
    FetchSite,
    Forwarded,
}

impl Rejection {
    fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Origin => "origin",
            Self::FetchSite => "fetch_site",
            Self::Forwarded => "forwarded",
        }
    }
}

/// What a key opens.
#[derive(Debug, Clone, Serialize)]
pub struct KeyGrant {
    /// Its name, never any part of its secret.
    pub key: PeerText,
    pub permissions: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<PeerText>,
    /// As RFC 3339 writes a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// A plugin as it was accepted.
#[derive(Debug, Clone, Serialize)]
pub struct PluginChange {
    pub plugin: String,
    pub version: String,
    pub sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    pub source: PeerText,
    pub capabilities: Vec<String>,
    /// Ids of the files that it may edit.
    pub files: Vec<String>,
}

/// What was done to a client's file.
#[derive(Debug, Clone, Serialize)]
pub struct ConfigEdit {
    pub client: String,
    pub action: ConfigAction,
    pub file: PathBuf,
    /// None: there was no file.
    pub sha256_before: Option<String>,
    /// None: the file went.
    pub sha256_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigAction {
    Connect,
    Disconnect,
    Restore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheRemoval {
    Cleared,
    Deleted,
}

impl Event {
    /// `path` as it was asked for; its query is left out.
    pub fn auth_failed(reason: AuthFailure, path: &str, peer: Option<IpAddr>) -> Self {
        Self::AuthFailed { reason, route: PeerText::path(path), peer, key: None, wanted: None }
    }

    /// The same with the key that was recognised.
    pub fn auth_failed_of(key: &str, reason: AuthFailure, path: &str, peer: Option<IpAddr>) -> Self {
        Self::AuthFailed { reason, route: PeerText::path(path), peer, key: Some(key.into()), wanted: None }
    }

    /// A key that is good wanted something over MCP that it does not open.
    pub fn not_permitted(key: &str, wanted: &str, path: &str) -> Self {
        let (key, wanted) = (Some(key.into()), Some(wanted.into()));
        Self::AuthFailed { reason: AuthFailure::NotPermitted, route: PeerText::path(path), peer: None, key, wanted }
    }

    /// `value` is that of the header.
    pub fn rejected(because_of: Rejection, value: &[u8], path: &str, peer: Option<IpAddr>) -> Self {
        Self::Rejected { because_of, value: value.into(), route: PeerText::path(path), peer }
    }

    /// As what it is counted when there are many; none for what is always written.
    pub(super) fn kind(&self) -> Option<Kind> {
        match self {
            Self::AuthFailed { reason, peer, .. } => {
                Some(Kind { event: "auth_failed", reason: reason.as_str(), peer: *peer })
            }
            Self::Rejected { because_of, peer, .. } => {
                Some(Kind { event: "rejected", reason: because_of.as_str(), peer: *peer })
            }
            Self::Started(_)
            | Self::Stopped { .. }
            | Self::KeyCreated(_)
            | Self::KeyRotated(_)
            | Self::KeyRevoked { .. }
            | Self::KeysRemoved { .. }
            | Self::PluginInstalled(_)
            | Self::PluginUpdated(_)
            | Self::PluginRemoved { .. }
            | Self::PluginEnabled { .. }
            | Self::PluginDisabled { .. }
            | Self::PluginGranted { .. }
            | Self::PluginRevoked { .. }
            | Self::PluginSecretSet { .. }
            | Self::PluginSecretRemoved { .. }
            | Self::ConfigEdited(_)
            | Self::CacheRemoved { .. }
            | Self::Repeated { .. }
            | Self::Lost { .. } => None,
        }
    }
}
