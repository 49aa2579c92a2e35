//! What a plugin can ask the host for: one `[[capability]]` of plugin.toml each. Grants nothing by itself.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// Everything that can be granted. One WIT file, one Rust file and one grant each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CapabilityName {
    Log,
    Clock,
    Store,
    Cache,
    Http,
    Secret,
    Config,
    Client,
}

impl CapabilityName {
    pub const ALL: [Self; 8] =
        [Self::Log, Self::Clock, Self::Store, Self::Cache, Self::Http, Self::Secret, Self::Config, Self::Client];

    /// As plugin.toml, the lock and the command line spell it; also the name of its WIT interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Clock => "clock",
            Self::Store => "store",
            Self::Cache => "cache",
            Self::Http => "http",
            Self::Secret => "secret",
            Self::Config => "config",
            Self::Client => "client",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }

    /// The capability whose interface `import` is, such as `isartor:plugin/http@0.1.0`.
    pub fn of_import(import: &str) -> Option<Self> {
        let (interface, version) = import.strip_prefix("isartor:plugin/")?.split_once('@')?;
        // Within 0.1 each version has at least what an earlier one has.
        version.starts_with("0.1.").then(|| Self::parse(interface)).flatten()
    }
}

impl Display for CapabilityName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One request, with what it needs to be granted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase", deny_unknown_fields)]
pub enum CapabilityRequest {
    Log { reason: String },
    Clock { reason: String },
    Store(StoreRequest),
    Cache { reason: String },
    Http(HttpRequest),
    Secret(SecretRequest),
    Config { reason: String },
    Client { reason: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreRequest {
    /// Keys and values together.
    #[serde(default = "default_quota_bytes")]
    pub quota_bytes: u64,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRequest {
    pub hosts: Vec<HostPattern>,
    #[serde(default = "default_methods")]
    pub methods: BTreeSet<String>,
    /// Whether `http://` is asked for besides `https://`.
    #[serde(default)]
    pub plain: bool,
    /// Whether loopback, private, link-local and metadata addresses are asked for.
    #[serde(default)]
    pub private_addresses: bool,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretRequest {
    /// What the user sets it by: `[A-Z][A-Z0-9_]*`, at most 64 characters.
    pub key: String,
    /// The request header that carries it.
    pub header: String,
    /// What stands before the value in the header, such as `Bearer `.
    #[serde(default)]
    pub prefix: String,
    /// Which of the hosts of the `http` capability get it.
    pub hosts: Vec<HostPattern>,
    pub reason: String,
}

/// `example.com`, `*.example.com` (any subdomain, not the domain itself) or `127.0.0.1`, each with an optional port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct HostPattern {
    /// In lower case, without the leading `*.`.
    pub domain: String,
    pub subdomains: bool,
    /// None is the default port of the scheme.
    pub port: Option<u16>,
}

/// One mebibyte.
const QUOTA_DEFAULT_BYTES: u64 = 1 << 20;
const QUOTA_MAX_BYTES: u64 = 1 << 30;
const REASON_MAX_CHARACTERS: usize = 300;

fn default_quota_bytes() -> u64 {
    QUOTA_DEFAULT_BYTES
}

fn default_methods() -> BTreeSet<String> {
    BTreeSet::from(["GET".to_owned(), "HEAD".to_owned()])
}

impl CapabilityRequest {
    pub fn name(&self) -> CapabilityName {
        match self {
            Self::Log { .. } => CapabilityName::Log,
            Self::Clock { .. } => CapabilityName::Clock,
            Self::Store(_) => CapabilityName::Store,
            Self::Cache { .. } => CapabilityName::Cache,
            Self::Http(_) => CapabilityName::Http,
            Self::Secret(_) => CapabilityName::Secret,
            Self::Config { .. } => CapabilityName::Config,
            Self::Client { .. } => CapabilityName::Client,
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Self::Log { reason }
            | Self::Clock { reason }
            | Self::Cache { reason }
            | Self::Config { reason }
            | Self::Client { reason } => reason,
            Self::Store(request) => &request.reason,
            Self::Http(request) => &request.reason,
            Self::Secret(request) => &request.reason,
        }
    }

    /// The request, when it is for the store.
    pub fn store(&self) -> Option<&StoreRequest> {
        if let Self::Store(request) = self { Some(request) } else { None }
    }

    /// The request, when it is for HTTP.
    pub fn http(&self) -> Option<&HttpRequest> {
        if let Self::Http(request) = self { Some(request) } else { None }
    }

    /// The request, when it is for a secret.
    pub fn secret(&self) -> Option<&SecretRequest> {
        if let Self::Secret(request) = self { Some(request) } else { None }
    }

    /// What granting it allows, in one line for a person.
    pub fn allows(&self) -> String {
        match self {
            Self::Log { .. } => "write lines to isartor's log".to_owned(),
            Self::Clock { .. } => "read the time".to_owned(),
            Self::Store(request) => format!("keep up to {} bytes of its own on this disk", request.quota_bytes),
            Self::Cache { .. } => "look up and store answers in the cache of whoever calls it".to_owned(),
            Self::Http(request) => request.allows(),
            Self::Secret(request) => {
                format!(
                    "have the secret {} sent as the header {} to {}",
                    request.key,
                    request.header,
                    list(&request.hosts)
                )
            }
            Self::Config { .. } => "read its section of isartor.toml".to_owned(),
            Self::Client { .. } => {
                "send messages and progress to the client that calls it, and say which of its resources have changed"
                    .to_owned()
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        let name = self.name();
        let length = self.reason().chars().count();
        if self.reason().trim().is_empty() || length > REASON_MAX_CHARACTERS {
            return Err(format!("the capability {name} needs a reason of 1 to {REASON_MAX_CHARACTERS} characters"));
        }
        match self {
            Self::Store(request) if !(1..=QUOTA_MAX_BYTES).contains(&request.quota_bytes) => {
                Err(format!("the quota_bytes of the capability store is not 1 to {QUOTA_MAX_BYTES}"))
            }
            Self::Http(request) => request.check(),
            Self::Secret(request) => request.check(),
            Self::Log { .. }
            | Self::Clock { .. }
            | Self::Store(_)
            | Self::Cache { .. }
            | Self::Config { .. }
            | Self::Client { .. } => Ok(()),
        }
    }
}

impl HttpRequest {
    fn allows(&self) -> String {
        let methods = self.methods.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let scheme = if self.plain { "http and https" } else { "https" };
        let addresses = if self.private_addresses { ", also on this machine and in your network" } else { "" };
        format!("send {methods} over {scheme} to {}{addresses}", list(&self.hosts))
    }

    fn check(&self) -> Result<(), String> {
        if self.hosts.is_empty() {
            return Err("the capability http names no hosts".to_owned());
        }
        let is_method = |method: &String| !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        match self.methods.iter().find(|method| !is_method(method)) {
            Some(method) => Err(format!("the capability http names {method:?}, which is no method in upper case")),
            None if self.methods.is_empty() => Err("the capability http names no methods".to_owned()),
            None => Ok(()),
        }
    }
}

impl SecretRequest {
    fn check(&self) -> Result<(), String> {
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let starts = self.key.starts_with(|first: char| first.is_ascii_uppercase());
        if !starts || self.key.len() > 64 || !self.key.bytes().all(allowed) {
            return Err(format!("the secret {:?} is not [A-Z][A-Z0-9_]*, at most 64 characters", self.key));
        }
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if self.header.is_empty() || !self.header.bytes().all(is_token) {
            return Err(format!("the secret {} names the header {:?}, which is none", self.key, self.header));
        }
        if self.prefix.chars().any(char::is_control) {
            return Err(format!("the prefix of the secret {} holds control characters", self.key));
        }
        if self.hosts.is_empty() {
            return Err(format!("the secret {} names no hosts", self.key));
        }
        Ok(())
    }
}

/// Checks the requests of one manifest together; the error says which is wrong, and how.
pub(super) fn check(requests: &[CapabilityRequest]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for request in requests {
        request.check()?;
        // One plugin may need several secrets, and one of everything else.
        let key = if let CapabilityRequest::Secret(secret) = request { secret.key.as_str() } else { "" };
        if !seen.insert((request.name(), key)) {
            return Err(format!("the capability {} is asked for twice", request.name()));
        }
    }
    Ok(())
}

impl HostPattern {
    /// Whether a request to `host` (in lower case, as a URL gives it) at `port` is meant. `default_port` is the scheme's.
    pub fn covers(&self, host: &str, port: u16, default_port: u16) -> bool {
        let named = match self.subdomains {
            true => host.strip_suffix(self.domain.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            false => host == self.domain,
        };
        named && port == self.port.unwrap_or(default_port)
    }
}

impl TryFrom<String> for HostPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a host such as example.com, *.example.com or example.com:8443");
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) => (name, Some(port.parse().map_err(|_| wrong())?)),
            None => (text.as_str(), None),
        };
        let (domain, subdomains) = match name.strip_prefix("*.") {
            Some(domain) => (domain, true),
            None => (name, false),
        };
        let is_label = |label: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            (1..=63).contains(&label.len()) && label.bytes().all(allowed)
        };
        // A wildcard needs two labels: `*.com` would be most of the world.
        let few = subdomains && !domain.contains('.');
        if few || port == Some(0) || domain.len() > 253 || !domain.split('.').all(is_label) {
            return Err(wrong());
        }
        Ok(Self { domain: domain.to_ascii_lowercase(), subdomains, port })
    }
}

impl Display for HostPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wildcard = if self.subdomains { "*." } else { "" };
        match self.port {
            Some(port) => write!(formatter, "{wildcard}{}:{port}", self.domain),
            None => write!(formatter, "{wildcard}{}", self.domain),
        }
    }
}

fn list(hosts: &[HostPattern]) -> String {
    hosts.iter().map(HostPattern::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Holder {
        capability: Vec<CapabilityRequest>,
    }

    fn parse(text: &str) -> Result<Vec<CapabilityRequest>, String> {
        let parsed: Holder = toml::from_str(text).map_err(|error| error.to_string())?;
        check(&parsed.capability).map(|()| parsed.capability)
    }

    #[test]
    fn each_wrong_request_says_what_is_wrong() {
        let cases = [
            ("name = \"fs\"\nreason = \"x\"", "unknown variant `fs`"),
            ("name = \"log\"", "missing field `reason`"),
            ("name = \"log\"\nreason = \" \"", "needs a reason"),
            ("name = \"log\"\nreason = \"x\"\nlevel = 1", "unknown field `level`"),
            ("name = \"http\"\nhosts = []\nreason = \"x\"", "names no hosts"),
            ("name = \"http\"\nhosts = [\"*.com\"]\nreason = \"x\"", "is not a host"),
            ("name = \"http\"\nhosts = [\"a b\"]\nreason = \"x\"", "is not a host"),
            ("name = \"http\"\nhosts = [\"https://a.b\"]\nreason = \"x\"", "is not a host"),
            ("name = \"http\"\nhosts = [\"a.b\"]\nmethods = [\"get\"]\nreason = \"x\"", "upper case"),
            ("name = \"store\"\nquota_bytes = 0\nreason = \"x\"", "quota_bytes"),
            ("name = \"secret\"\nkey = \"a\"\nheader = \"b\"\nhosts = [\"a.b\"]\nreason = \"x\"", "[A-Z]"),
            ("name = \"log\"\nreason = \"x\"\n[[capability]]\nname = \"log\"\nreason = \"y\"", "asked for twice"),
        ];
        for (text, words) in cases {
            let message = parse(&format!("[[capability]]\n{text}\n")).expect_err(words);
            assert!(message.contains(words), "{message:?} does not say {words:?}");
        }
    }

    #[test]
    fn a_host_pattern_covers_what_it_says_and_no_more() {
        let covers = |pattern: &str, host: &str, port| {
            HostPattern::try_from(pattern.to_owned()).expect("it is a pattern").covers(host, port, 443)
        };
        assert!(covers("Example.com", "example.com", 443));
        assert!(covers("example.com:8443", "example.com", 8443));
        assert!(covers("*.example.com", "a.b.example.com", 443));
        for (pattern, host, port) in [
            ("example.com", "example.com", 8443),
            ("example.com:8443", "example.com", 443),
            ("example.com", "www.example.com", 443),
            ("*.example.com", "example.com", 443),
            ("*.example.com", ".example.com", 443),
            ("*.example.com", "badexample.com", 443),
            ("example.com", "example.com.evil.org", 443),
        ] {
            assert!(!covers(pattern, host, port), "{pattern} covers {host}:{port}");
        }
    }
}
