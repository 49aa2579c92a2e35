//! What tests/fuzz throws at the guard and at the bodies of the HTTP API, and what must hold of whatever gets in. Says
//! in its own words what the guard's doors are; shares no line with them.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri};
use serde_json::Value;

use super::guard::{Admitted, Guard};
use super::keys::KeysInUse;
use super::request;
use crate::audit::{Audit, AuditFile};
use crate::settings::{Environment, Flags, Settings};

const ADDRESS: ([u8; 4], u16) = ([127, 0, 0, 1], 8080);
const OWN_HOSTS: [&str; 3] = ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"];
const KEY: &str = "key";

/// What is taken for a request of the HTTP API is an object that a parser of whole values reads, too.
pub fn body(body: &[u8]) {
    let taken = [request::lookup(body).is_ok(), request::store(body).is_ok(), request::feedback(body).is_ok()];
    if taken.contains(&true) {
        let whole = serde_json::from_slice::<Value>(body).expect("what was read is JSON");
        let fields = whole.as_object().expect("it is an object");
        assert!(fields.contains_key("prompt") || fields.contains_key("entry"), "{whole}");
    }
}

/// The doors of two gateways: one asks for a key.
pub struct Doors(Vec<(Option<&'static str>, Guard)>);

impl Default for Doors {
    fn default() -> Self {
        let mut environment = Environment::empty().with("ISARTOR_HOME", "/nowhere/isartor");
        environment.cache_dir = Some("/nowhere".into());
        let settings = Settings::load(&environment, &Flags::default()).expect("the defaults are right");
        let guard = |key| {
            let audit = Audit::start(AuditFile::at("/dev/null".into(), 1, 0)).expect("a thread can be started");
            Guard::new(SocketAddr::from(ADDRESS), &settings, Arc::new(KeysInUse::of_settings(key)), audit)
        };
        Self([None, Some(KEY)].map(|key| (key, guard(key))).into())
    }
}

impl Doors {
    /// A head gets past a guard only if it may.
    pub fn knock(&self, text: &[u8]) {
        for (key, guard) in &self.0 {
            let Some(mut request) = parse(text) else { return };
            let peer = guard.peer(ADDRESS.0.into(), ADDRESS.0.into());
            match guard.admit(&mut request, &peer).verdict {
                Ok(Admitted::Request(access)) => {
                    assert!(is_for_us(&request) && is_no_strangers_page(&request) && is_json_if_it_writes(&request));
                    assert!(key.is_none_or(|key| has_the_key(&request, key)) || access.is_none(), "a key is asked for");
                    assert!(access.is_some() || request.uri().path() == "/health", "only health is for everybody");
                }
                Ok(Admitted::Preflight) => panic!("no page is listed"),
                Err(_) => {}
            }
        }
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
        let value = line[colon + 1..].trim_ascii();
        request
            .headers_mut()
            .append(HeaderName::from_bytes(&line[..colon]).ok()?, HeaderValue::from_bytes(value).ok()?);
    }
    *request.body_mut() = Body::from(lines.collect::<Vec<_>>().join(&b'\n'));
    Some(request)
}

fn values<'r>(request: &'r Request<Body>, name: &'static str) -> Vec<&'r str> {
    // What is no text is in none of the lists below.
    request.headers().get_all(name).iter().map(|value| value.to_str().unwrap_or("\0")).collect()
}

fn is_for_us(request: &Request<Body>) -> bool {
    let is_ours = |host: &str| OWN_HOSTS.contains(&host.to_ascii_lowercase().as_str());
    let hosts = values(request, "host");
    hosts.len() == 1 && is_ours(hosts[0]) && request.uri().authority().is_none_or(|host| is_ours(host.as_str()))
}

fn is_no_strangers_page(request: &Request<Body>) -> bool {
    let is_own = |origin: &&str| OWN_HOSTS.iter().any(|host| format!("http://{host}") == **origin);
    values(request, "origin").iter().all(is_own)
        && values(request, "sec-fetch-site").iter().all(|site| ["same-origin", "none"].contains(site))
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
