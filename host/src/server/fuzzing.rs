//! What tests/fuzz throws at the guard and at bodies, and what must hold of whatever gets in. Says in its own words who
//! may enter; shares no line with the guard.

use std::collections::HashSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri};
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::guard::{Admitted, Guard, let_read, preflight};
use super::keys::KeysInUse;
use super::limits::json_shape::{is_ambiguous_message, is_deeper_than};
use super::request;
use crate::audit::{Audit, AuditFile};
use crate::settings::{Environment, Flags, Settings};

const ADDRESS: ([u8; 4], u16) = ([127, 0, 0, 1], 8080);
const CLIENT: [u8; 4] = [192, 168, 7, 7];
const OWN_HOSTS: [&str; 3] = ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"];
const OUTER_HOSTS: [&str; 2] = ["isartor.example", "isartor.example:443"];
const OUTER_URL: &str = "https://isartor.example/below/";
const OUTER_ORIGIN: &str = "https://isartor.example";
const LISTED_ORIGIN: &str = "https://page.example";
const KEY: &str = "key";
const MAX_DEPTH: usize = 8;

/// What is taken for a request of the HTTP API is an object that a parser of whole values reads, too.
pub fn body(body: &[u8]) {
    let taken = [request::lookup(body).is_ok(), request::store(body).is_ok(), request::feedback(body).is_ok()];
    let whole = serde_json::from_slice::<Value>(body);
    assert!(!taken.contains(&true) || whole.as_ref().is_ok_and(Value::is_object), "what was read is an object");
    let Ok(whole) = whole else { return };
    assert_eq!(is_deeper_than(body, MAX_DEPTH), depth(&whole) > MAX_DEPTH);
    // A parser that takes the first of two members, and one that takes the last, have to read the same.
    if whole.is_object() && !is_ambiguous_message(body) {
        let names = serde_json::Deserializer::from_slice(body).deserialize_map(Names).expect("it was read before");
        let known = names.iter().filter(|name| ["id", "method", "params", "result", "error"].contains(&name.as_str()));
        let (count, distinct) = (known.clone().count(), known.collect::<HashSet<_>>().len());
        assert_eq!(count, distinct, "{names:?}");
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Reads the names of an object's members, as often as they are there, in lower case.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Vec<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
            names.push(name.to_ascii_lowercase());
        }
        Ok(names)
    }
}

/// The doors of gateways: one asks for a key, one is known under another name, too, and lists a page.
pub struct Doors([Door; 3]);

struct Door {
    guard: Guard,
    hosts: Vec<&'static str>,
    origins: Vec<String>,
    key: Option<&'static str>,
}

impl Default for Doors {
    fn default() -> Self {
        Self([Door::new(None, false), Door::new(Some(KEY), false), Door::new(Some(KEY), true)])
    }
}

impl Doors {
    /// A head gets past a guard only if it may.
    pub fn knock(&self, head: &[u8]) {
        self.0.iter().for_each(|door| door.knock(head));
    }
}

impl Door {
    fn new(key: Option<&'static str>, is_public: bool) -> Self {
        let mut environment = Environment::empty().with("ISARTOR_HOME", "/nowhere/isartor");
        environment.cache_dir = Some("/nowhere".into());
        let mut settings = Settings::load(&environment, &Flags::default()).expect("the defaults are settings");
        let mut hosts = OWN_HOSTS.to_vec();
        let mut origins: Vec<String> = OWN_HOSTS.iter().map(|host| format!("http://{host}")).collect();
        if is_public {
            settings.server.external_url = Some(OUTER_URL.parse().expect("it is a URL"));
            settings.server.allowed_origins = vec![LISTED_ORIGIN.to_owned()];
            hosts.extend(OUTER_HOSTS);
            origins.extend([OUTER_ORIGIN, LISTED_ORIGIN].map(str::to_owned));
        }
        let audit = Audit::start(AuditFile::at("/dev/null".into(), 1, 0)).expect("a thread can be started");
        let keys = Arc::new(KeysInUse::of_settings(key));
        Self { guard: Guard::new(SocketAddr::from(ADDRESS), &settings, keys, audit), hosts, origins, key }
    }

    fn knock(&self, head: &[u8]) {
        let Some(mut request) = parse(head) else { return };
        let peer = self.guard.peer(CLIENT.into(), ADDRESS.0.into());
        let admission = self.guard.admit(&mut request, &peer);
        let Ok(admitted) = admission.verdict else { return };
        assert!(self.is_for_us(&request) && self.is_no_strangers_page(&request));
        let mut answer = match admitted {
            Admitted::Preflight => preflight(request.headers()),
            Admitted::Request(access) => {
                assert!(is_json_if_it_writes(&request));
                let has_key = self.key.is_none_or(|key| has_the_key(&request, key));
                assert!(has_key || access.is_none() && request.uri().path() == "/health", "a key is asked for");
                axum::response::Response::default()
            }
        };
        if let Some(page) = admission.page {
            assert_eq!((page.to_str().ok(), values(&request, "origin").len()), (Some(LISTED_ORIGIN), 1));
            let_read(page, &mut answer);
        }
    }

    fn is_for_us(&self, request: &Request<Body>) -> bool {
        let is_ours = |host: &str| self.hosts.contains(&host.to_ascii_lowercase().as_str());
        let hosts = values(request, "host");
        hosts.len() == 1 && is_ours(hosts[0]) && request.uri().authority().is_none_or(|host| is_ours(host.as_str()))
    }

    fn is_no_strangers_page(&self, request: &Request<Body>) -> bool {
        let origins = values(request, "origin");
        let near = if origins.contains(&LISTED_ORIGIN) { 4 } else { 2 };
        origins.iter().all(|origin| self.origins.iter().any(|own| own == origin))
            && values(request, "sec-fetch-site")
                .iter()
                .all(|site| ["same-origin", "none", "same-site", "cross-site"][..near].contains(site))
    }
}

/// `METHOD TARGET`, then `name: value` lines; what follows an empty line is the body.
fn parse(text: &[u8]) -> Option<Request<Body>> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let mut first = lines.next()?.splitn(2, |byte| *byte == b' ');
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::from_bytes(first.next()?).ok()?;
    *request.uri_mut() = Uri::try_from(first.next()?).ok()?;
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        request.headers_mut().append(name, value);
    }
    *request.body_mut() = Body::from(lines.collect::<Vec<_>>().join(&b'\n'));
    Some(request)
}

fn values<'r>(request: &'r Request<Body>, name: &'static str) -> Vec<&'r str> {
    // What is no text is in none of the lists.
    request.headers().get_all(name).iter().map(|value| value.to_str().unwrap_or("\0")).collect()
}

fn is_json_if_it_writes(request: &Request<Body>) -> bool {
    let types = values(request, "content-type");
    let is_json = types.len() == 1 && types[0].to_ascii_lowercase().starts_with("application/json");
    is_json || ![Method::POST, Method::PUT, Method::PATCH].contains(request.method())
}

fn has_the_key(request: &Request<Body>, key: &str) -> bool {
    let (keys, tokens) = (values(request, "x-api-key"), values(request, "authorization"));
    let is_token = |token: &&str| token.to_ascii_lowercase().starts_with("bearer ") && token[7..] == *key;
    keys.len() + tokens.len() > 0 && keys.iter().all(|value| *value == key) && tokens.iter().all(is_token)
}
