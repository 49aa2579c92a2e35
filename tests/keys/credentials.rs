//! Credentials that are none, on every route: each is refused, however near it is to one that opens.

use std::collections::BTreeSet;

use isartor_host::server::ROUTES;
use serde_json::{Value, json};

use super::{LOOKUP, Made, ask, ask_on, create, keys, made, opens};
use crate::http::raw::Connection;
use crate::support::Home;

type Headers = Vec<(&'static str, String)>;

#[test]
fn no_malformed_credential_opens_any_route() {
    let home = Home::new();
    home.write_settings("gateway_api_key = \"s3cret-of-the-settings\"\n");
    let old = create(&home, "right", &["--scope", "read,write,admin"]);
    let right = made(&home, &["rotate", "right"]);
    let other = create(&home, "other", &[]);
    let revoked = create(&home, "revoked", &[]);
    keys(&home, &["revoke", "revoked"]);
    let gateway = home.up();
    let wrong = wrong(&right, &other, &[&old, &revoked]);
    assert!(wrong.len() >= 200, "{}", wrong.len());
    assert_eq!(wrong.iter().collect::<BTreeSet<_>>().len(), wrong.len(), "no two are the same");
    let mut connection = Connection::open(&gateway.url);
    for route in ROUTES {
        let (method, path) = (route.method.as_str(), route.path.replace("{entry}", "1"));
        for headers in &wrong {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = ask_on(&mut connection, &gateway.url, method, &path, &headers, &Value::Null);
            let shown = format!("{method} {path} {headers:?}: {answer:?}");
            assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"), "{shown}");
            let challenge = "\r\nwww-authenticate: Bearer realm=\"isartor\", error=\"invalid_token\"\r\n";
            assert!(answer.head.contains(challenge), "{shown}");
        }
    }
    assert!(opens(&gateway.url, &right.key) && opens(&gateway.url, &other.key), "those that open still do");
}

fn wrong(right: &Made, other: &Made, ended: &[&Made]) -> Vec<Headers> {
    let (key, settings) = (right.key.as_str(), "s3cret-of-the-settings");
    let mut texts: Vec<String> = vec![String::new(), "null".into(), "undefined".into(), "*".into(), "x".repeat(16_000)];
    texts.extend((0..key.len()).map(|at| {
        let mut bytes = key.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
        String::from_utf8(bytes).expect("ASCII")
    }));
    texts.extend((1..key.len()).step_by(3).map(|end| key[..end].to_owned()));
    texts.extend((1..key.len()).step_by(3).map(|start| key[start..].to_owned()));
    texts.extend(ended.iter().map(|key| key.key.clone()));
    texts.extend([
        format!("isk_{}_{}", right.id, &other.key[17..]),
        format!("isk_{}_{}", other.id, &key[17..]),
        format!("isk_{}_{}", "0".repeat(12), &key[17..]),
        format!("isk_{}_{}", right.id, "0".repeat(64)),
        key.to_uppercase(),
        key.replace('_', "-"),
        key.replace('_', "__"),
        format!("{key}{key}"),
        format!("{key},{key}"),
        format!("{key};{key}"),
        format!("{key} {key}"),
        format!("\"{key}\""),
        format!("'{key}'"),
        format!("{key}%00"),
        format!("{key}%0a"),
        format!("key={key}"),
        format!("Bearer {key}"),
        format!("{key}\u{e9}"),
        key.replacen("isk", "%69sk", 1),
        settings.to_uppercase(),
        format!("{settings}x"),
        settings[1..].to_owned(),
        format!("isk_{settings}"),
    ]);
    let mut wrong: Vec<Headers> = texts.iter().map(|text| vec![("x-api-key", text.clone())]).collect();
    wrong.extend(texts.iter().step_by(2).map(|text| vec![("authorization", format!("Bearer {text}"))]));
    let schemes =
        ["", "Basic ", "Token ", "ApiKey ", "Key ", "Digest ", "Bearer", "Bearer:", "Bearer  ", "Bearer\t", "X "];
    wrong.extend(schemes.iter().map(|scheme| vec![("authorization", format!("{scheme}{key}"))]));
    let bearer = format!("Bearer {key}");
    wrong.extend([
        vec![("authorization", "Basic czNjcmV0Om5vdGhpbmc=".to_owned())],
        vec![("authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJsb2NhbCJ9.".to_owned())],
        vec![("x-api-key", key.to_owned()), ("x-api-key", "wrong".to_owned())],
        vec![("x-api-key", "wrong".to_owned()), ("x-api-key", key.to_owned())],
        vec![("x-api-key", key.to_owned()), ("x-api-key", String::new())],
        vec![("x-api-key", key.to_owned()), ("authorization", "Bearer wrong".to_owned())],
        vec![("x-api-key", "wrong".to_owned()), ("authorization", bearer.clone())],
        vec![("x-api-key", key.to_owned()), ("authorization", key.to_owned())],
        vec![("authorization", bearer.clone()), ("authorization", "Bearer wrong".to_owned())],
        vec![("authorization", bearer), ("authorization", format!("Bearer {}", other.key))],
        vec![("x-api-key", key.to_owned()), ("x-api-key", other.key.clone())],
        vec![("x-api-key", key.to_owned()), ("authorization", format!("Bearer {settings}"))],
        vec![("x-api-key", settings.to_owned()), ("authorization", format!("Bearer {key}"))],
    ]);
    wrong
}

#[test]
fn a_key_elsewhere_than_in_its_headers_is_no_key() {
    let home = Home::new();
    let key = create(&home, "right", &["--scope", "read,write,admin"]).key;
    let gateway = home.up();
    let (url, body) = (&gateway.url, json!({ "prompt": "q" }));
    for (name, value) in [
        ("cookie", format!("isartor={key}; x-api-key={key}")),
        ("proxy-authorization", format!("Bearer {key}")),
        ("x-auth-token", key.clone()),
        ("x-forwarded-for", "127.0.0.1".to_owned()),
        ("api-key", key.clone()),
        ("mcp-session-id", key.clone()),
    ] {
        assert_eq!(ask(url, "POST", LOOKUP, &[(name, &value)], &body).status, 401, "{name}");
    }
    for query in [format!("api_key={key}"), format!("access_token={key}"), format!("prompt={key}"), "token=".to_owned()]
    {
        for headers in [&[][..], &[("x-api-key", key.as_str())]] {
            let answer = ask(url, "POST", &format!("{LOOKUP}?{query}"), headers, &body);
            assert_eq!(answer.status, 401, "{query} {headers:?}: {answer:?}");
        }
    }
    let with_key = |credentials: &[(&str, &str)]| ask(url, "POST", LOOKUP, credentials, &body).status;
    let (bearer, lower) = (format!("Bearer {key}"), format!("bearer {key}"));
    assert_eq!(with_key(&[("authorization", &bearer)]), 200);
    assert_eq!(with_key(&[("authorization", &lower)]), 200);
    assert_eq!(with_key(&[("x-api-key", &key), ("authorization", &bearer)]), 200, "the same twice is one");
}
