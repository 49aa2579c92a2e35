//! The entry that a client gets: this program, and where the gateway is. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use url::Url;

use crate::plugin::connector::{HttpServer, ServerEntry, StdioServer, Transport};
use crate::plugin::manifest::TransportKind;

/// The name our entry has unless the user wants another.
pub const DEFAULT_NAME: &str = "isartor";

/// Tells `isartor mcp` where the gateway is.
pub const GATEWAY_URL: &str = "ISARTOR_GATEWAY_URL";
/// Tells it the gateway's key.
pub const GATEWAY_API_KEY: &str = "ISARTOR__GATEWAY_API_KEY";
/// Tells it which home to start a gateway in.
const HOME: &str = "ISARTOR_HOME";

/// The header that a client over HTTP sends the key in.
pub const KEY_HEADER: &str = "X-API-Key";
/// Where the gateway serves MCP, below its URL.
pub(super) const MCP_PATH: &str = "/mcp";

/// The gateway's key, as an entry gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// The key itself.
    Literal(&'a str),
    /// The client looks it up in an environment variable; `reference` is how it spells that.
    Variable { name: &'a str, reference: &'a str },
}

/// What an entry is made of.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    pub name: &'a str,
    /// Absolute path of isartor.
    pub program: &'a Path,
    pub gateway_url: &'a str,
    pub gateway_api_key: Option<Key<'a>>,
    pub transport: TransportKind,
    /// None for the default home.
    pub home: Option<&'a Path>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("cannot use the gateway URL {url:?}: {reason}")]
    GatewayUrl { url: String, reason: String },
    #[error("cannot use the gateway's key: {reason}")]
    GatewayApiKey { reason: &'static str },
    #[error("cannot use the name {name:?}: {reason}")]
    Name { name: String, reason: &'static str },
    #[error("cannot name {} in a configuration: {reason}", path.display())]
    Path { path: PathBuf, reason: &'static str },
    #[error("cannot use {name:?} as an environment variable: it is not letters, digits and underscores")]
    Variable { name: String },
    #[error("{title} cannot look a key up in an environment variable")]
    NoReferences { title: String },
    #[error("the configured port is 0, and no gateway is running to say which port it took")]
    NoPort,
}

impl EntryError {
    pub fn hint(&self) -> String {
        match self {
            Self::GatewayUrl { .. } => "give a URL such as --gateway-url http://localhost:8080".into(),
            Self::GatewayApiKey { .. } => "check --gateway-api-key, ISARTOR__GATEWAY_API_KEY and isartor.toml".into(),
            Self::Name { .. } => "give a name such as --name isartor".into(),
            Self::Path { .. } => "move it to a path that is absolute and UTF-8".into(),
            Self::Variable { .. } => "give a name such as --key-env ISARTOR__GATEWAY_API_KEY".into(),
            Self::NoReferences { .. } => {
                "leave --key-env out: the key itself is written, and the file made private".into()
            }
            Self::NoPort => "start the gateway with 'isartor up --detach' first, or give --gateway-url".into(),
        }
    }
}

/// The entry, checked.
pub fn server_entry(parts: Parts) -> Result<ServerEntry, EntryError> {
    check_name(parts.name)?;
    check_gateway_url(parts.gateway_url)?;
    let key = parts.gateway_api_key.map(checked_key).transpose()?;
    let transport = match parts.transport {
        TransportKind::Stdio => {
            let mut env = vec![(GATEWAY_URL.to_owned(), parts.gateway_url.to_owned())];
            env.extend(key.map(|key| (GATEWAY_API_KEY.to_owned(), key)));
            if let Some(home) = parts.home {
                env.push((HOME.to_owned(), absolute(home)?));
            }
            let command = absolute(parts.program)?;
            Transport::Stdio(StdioServer { command, args: vec!["mcp".to_owned()], env })
        }
        TransportKind::Http => {
            let url = format!("{}{MCP_PATH}", parts.gateway_url.trim_end_matches('/'));
            let headers = key.map(|key| (KEY_HEADER.to_owned(), key)).into_iter().collect();
            Transport::Http(HttpServer { url, headers })
        }
    };
    let key_variable = match parts.gateway_api_key {
        Some(Key::Variable { name, .. }) => Some(name.to_owned()),
        Some(Key::Literal(_)) | None => None,
    };
    Ok(ServerEntry { name: parts.name.to_owned(), transport, key_variable })
}

/// What is written for a key.
fn checked_key(key: Key) -> Result<String, EntryError> {
    match key {
        Key::Literal(key) => match unusable(key) {
            Some(reason) => Err(EntryError::GatewayApiKey { reason }),
            None => Ok(key.to_owned()),
        },
        Key::Variable { name, reference } => check_variable(name).map(|()| reference.to_owned()),
    }
}

/// Whether an environment variable can be called so.
pub fn check_variable(name: &str) -> Result<(), EntryError> {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    match starts_well && name.chars().all(is_allowed) {
        true => Ok(()),
        false => Err(EntryError::Variable { name: name.to_owned() }),
    }
}

/// Whether an entry can be called so.
pub fn check_name(name: &str) -> Result<(), EntryError> {
    match unusable(name) {
        Some(reason) => Err(EntryError::Name { name: name.to_owned(), reason }),
        None => Ok(()),
    }
}

/// The URL of a gateway on this machine. Clients know the usual addresses by their name.
pub fn local_gateway_url(host: IpAddr, port: u16) -> Result<String, EntryError> {
    const LOCALHOST_V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const LOCALHOST_V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
    match (host, port) {
        (_, 0) => Err(EntryError::NoPort),
        (LOCALHOST_V4 | LOCALHOST_V6, port) => Ok(format!("http://localhost:{port}")),
        (IpAddr::V4(host), port) => Ok(format!("http://{host}:{port}")),
        (IpAddr::V6(host), port) => Ok(format!("http://[{host}]:{port}")),
    }
}

fn check_gateway_url(text: &str) -> Result<(), EntryError> {
    let refuse = |reason: &str| Err(EntryError::GatewayUrl { url: text.to_owned(), reason: reason.to_owned() });
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return refuse(&error.to_string()),
    };
    if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return refuse("it has white space in it");
    }
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("it must start with http:// or https://");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return refuse("it names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("it must not hold a user name or a password; use --gateway-api-key");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("it must not have a query or a fragment");
    }
    if url.port() == Some(0) {
        return refuse("port 0 is no port to connect to");
    }
    Ok(())
}

fn unusable(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("it is empty")
    } else if text.chars().any(char::is_control) {
        Some("it has a control character in it")
    } else {
        None
    }
}

fn absolute(path: &Path) -> Result<String, EntryError> {
    let refuse = |reason| EntryError::Path { path: path.to_owned(), reason };
    if !path.is_absolute() {
        return Err(refuse("it is not absolute"));
    }
    path.to_str().map(str::to_owned).ok_or_else(|| refuse("it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Parts<'static> {
        Parts {
            name: "isartor",
            program: Path::new("/bin/isartor"),
            gateway_url: "http://localhost:8080",
            gateway_api_key: None,
            transport: TransportKind::Stdio,
            home: None,
        }
    }

    fn variables(parts: Parts) -> Vec<(String, String)> {
        match server_entry(parts).unwrap().transport {
            Transport::Stdio(server) => server.env,
            Transport::Http(_) => panic!("clients start isartor"),
        }
    }

    #[test]
    fn the_entry_holds_what_is_needed_and_no_more() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let url = pair("ISARTOR_GATEWAY_URL", "http://localhost:8080");
        assert_eq!(variables(parts()), std::slice::from_ref(&url));
        let all = Parts { gateway_api_key: Some(Key::Literal("k")), home: Some(Path::new("/h")), ..parts() };
        assert_eq!(variables(all), [url, pair("ISARTOR__GATEWAY_API_KEY", "k"), pair("ISARTOR_HOME", "/h")]);
    }

    #[test]
    fn an_entry_over_http_holds_the_url_and_the_key() {
        let key = Key::Variable { name: "MY_KEY", reference: "${env:MY_KEY}" };
        let http = Parts { transport: TransportKind::Http, home: Some(Path::new("/h")), ..parts() };
        for (gateway_url, gateway_api_key, headers, variable) in [
            ("http://localhost:8080", None, vec![], None),
            ("http://localhost:8080/", Some(Key::Literal("k")), vec![("X-API-Key", "k")], None),
            ("http://localhost:8080", Some(key), vec![("X-API-Key", "${env:MY_KEY}")], Some("MY_KEY")),
        ] {
            let entry = server_entry(Parts { gateway_url, gateway_api_key, ..http }).unwrap();
            let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let headers: Vec<(String, String)> = headers;
            let Transport::Http(server) = entry.transport else { panic!("it is reached over HTTP") };
            assert_eq!((server.url.as_str(), server.headers), ("http://localhost:8080/mcp", headers));
            assert_eq!(entry.key_variable.as_deref(), variable);
        }
    }

    #[test]
    fn each_part_is_checked() {
        let bad_variable = Key::Variable { name: "1KEY", reference: "$1KEY" };
        let cases = [
            (
                Parts { gateway_api_key: Some(bad_variable), ..parts() },
                "cannot use \"1KEY\" as an environment variable",
            ),
            (Parts { name: "", ..parts() }, "the name \"\": it is empty"),
            (Parts { name: " ", ..parts() }, "it is empty"),
            (Parts { name: "a\nb", ..parts() }, "control character"),
            (Parts { gateway_api_key: Some(Key::Literal("")), ..parts() }, "the gateway's key: it is empty"),
            (
                Parts { gateway_api_key: Some(Key::Literal("a\u{7}")), ..parts() },
                "the gateway's key: it has a control character",
            ),
            (Parts { program: Path::new("isartor"), ..parts() }, "cannot name isartor in a configuration"),
            (Parts { gateway_url: "localhost:8080", ..parts() }, "must start with http://"),
            (Parts { gateway_url: "", ..parts() }, "relative URL"),
            (Parts { gateway_url: "ftp://host", ..parts() }, "must start with http://"),
            (Parts { gateway_url: "http://", ..parts() }, "empty host"),
            (Parts { gateway_url: "http://a:b@host", ..parts() }, "user name"),
            (Parts { gateway_url: "http://host:99999", ..parts() }, "invalid port"),
            (Parts { gateway_url: "http://host:0", ..parts() }, "port 0"),
            (Parts { gateway_url: "http://host/?a=b", ..parts() }, "query"),
            (Parts { gateway_url: "http://host\n", ..parts() }, "white space"),
        ];
        for (parts, words) in cases {
            let message = server_entry(parts).expect_err(words).to_string();
            assert!(message.contains(words), "{message:?} does not say {words:?}");
        }
        for url in ["http://localhost:8080", "https://gate.example/isartor/", "http://[::1]:1", "http://127.0.0.2:9"] {
            assert!(server_entry(Parts { gateway_url: url, ..parts() }).is_ok(), "{url}");
        }
    }

    #[test]
    fn the_local_gateway_is_called_by_its_name() {
        let cases = [
            ("127.0.0.1", 8080, Ok("http://localhost:8080")),
            ("::1", 1, Ok("http://localhost:1")),
            ("127.0.0.2", 80, Ok("http://127.0.0.2:80")),
            ("fe80::1", 80, Ok("http://[fe80::1]:80")),
            ("127.0.0.1", 0, Err(EntryError::NoPort)),
        ];
        for (host, port, url) in cases {
            assert_eq!(local_gateway_url(host.parse().unwrap(), port), url.map(str::to_owned));
        }
    }
}
