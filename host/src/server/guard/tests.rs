//! The guard's decisions as tables.

use axum::body::Body;

use super::*;

const MAX_BODY_BYTES: usize = 100;

fn guard(address: &str, key: Option<&str>) -> Guard {
    Guard::new(address.parse().unwrap(), Arc::new(KeysInUse::of_settings(key)), MAX_BODY_BYTES)
}

fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: &'static str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body)).unwrap()
}

fn verdict(guard: &Guard, request: &Request<Body>) -> &'static str {
    match guard.admit(request) {
        Ok(Some(_)) => "local",
        Ok(None) => "nobody",
        Err(error) => error.code(),
    }
}

#[test]
fn a_host_must_name_us_with_our_port() {
    let (ours, refused) = ("local", "host_not_allowed");
    let cases: [(&str, &[&str], &str); 20] = [
        ("127.0.0.1:8080", &["localhost:8080"], ours),
        ("127.0.0.1:8080", &["LocalHost:8080"], ours),
        ("127.0.0.1:8080", &["127.0.0.1:8080"], ours),
        ("127.0.0.1:8080", &["[::1]:8080"], ours),
        ("127.0.0.9:8080", &["127.0.0.9:8080"], ours),
        ("127.0.0.1:80", &["localhost"], ours),
        ("127.0.0.1:80", &["localhost:80"], ours),
        ("127.0.0.1:8080", &[], refused),
        ("127.0.0.1:8080", &[""], refused),
        ("127.0.0.1:8080", &["localhost"], refused),
        ("127.0.0.1:8080", &["localhost:"], refused),
        ("127.0.0.1:8080", &["localhost:80"], refused),
        ("127.0.0.1:8080", &["localhost.:8080"], refused),
        ("127.0.0.1:8080", &["127.0.0.2:8080"], refused),
        ("127.0.0.1:8080", &["0.0.0.0:8080"], refused),
        ("127.0.0.1:8080", &["evil.example:8080"], refused),
        ("127.0.0.1:8080", &["localhost:8080.evil.example"], refused),
        ("127.0.0.1:8080", &["evil.example@localhost:8080"], refused),
        ("127.0.0.1:8080", &["localhost:8080", "localhost:8080"], refused),
        ("127.0.0.1:8080", &["localhost:8080", "evil.example"], refused),
    ];
    for (address, hosts, expected) in cases {
        let headers: Vec<(&str, &str)> = hosts.iter().map(|host| ("host", *host)).collect();
        assert_eq!(verdict(&guard(address, None), &request("GET", "/x", &headers, "")), expected, "{hosts:?}");
    }
}

#[test]
fn an_absolute_target_must_name_us_too() {
    let guard = guard("127.0.0.1:8080", None);
    let host = [("host", "localhost:8080")];
    assert_eq!(verdict(&guard, &request("GET", "http://localhost:8080/x", &host, "")), "local");
    assert_eq!(verdict(&guard, &request("GET", "http://evil.example/x", &host, "")), "host_not_allowed");
    assert_eq!(verdict(&guard, &request("CONNECT", "evil.example:443", &host, "")), "host_not_allowed");
}

#[test]
fn only_our_own_pages_may_ask() {
    let (ours, refused) = ("local", "origin_not_allowed");
    let cases = [
        ("origin", "http://localhost:8080", ours),
        ("origin", "http://127.0.0.1:8080", ours),
        ("origin", "http://[::1]:8080", ours),
        ("origin", "http://localhost", refused),
        ("origin", "http://localhost:3000", refused),
        ("origin", "https://localhost:8080", refused),
        ("origin", "http://evil.example", refused),
        ("origin", "http://localhost:8080.evil.example", refused),
        ("origin", "null", refused),
        ("origin", "", refused),
        ("sec-fetch-site", "same-origin", ours),
        ("sec-fetch-site", "none", ours),
        ("sec-fetch-site", "same-site", refused),
        ("sec-fetch-site", "cross-site", refused),
        ("sec-fetch-site", "new-value", refused),
    ];
    for (name, value, expected) in cases {
        let headers = [("host", "localhost:8080"), (name, value)];
        let found = verdict(&guard("127.0.0.1:8080", None), &request("GET", "/x", &headers, ""));
        assert_eq!(found, expected, "{name}: {value}");
    }
    let two = [("host", "localhost:8080"), ("origin", "http://localhost:8080"), ("origin", "http://evil.example")];
    assert_eq!(verdict(&guard("127.0.0.1:8080", None), &request("GET", "/x", &two, "")), refused);
}

#[test]
fn what_writes_or_carries_a_body_must_be_json() {
    let (json, text) = (Some("application/json; charset=utf-8"), Some("text/plain"));
    let (passes, refused) = ("local", "unsupported_media_type");
    let cases = [
        ("GET", None, "", passes),
        ("GET", text, "", passes),
        ("GET", text, "body", refused),
        ("OPTIONS", None, "", passes),
        ("DELETE", None, "", passes),
        ("DELETE", text, "body", refused),
        ("DELETE", json, "{}", passes),
        ("POST", None, "", refused),
        ("POST", text, "{}", refused),
        ("POST", json, "{}", passes),
        ("PUT", None, "", refused),
        ("PATCH", text, "", refused),
        ("QUERY", text, "body", refused),
    ];
    for (method, content_type, body, expected) in cases {
        let mut headers = vec![("host", "localhost:8080")];
        headers.extend(content_type.map(|value| ("content-type", value)));
        let found = verdict(&guard("127.0.0.1:8080", None), &request(method, "/x", &headers, body));
        assert_eq!(found, expected, "{method} {content_type:?} {body}");
    }
    let two = [("host", "localhost:8080"), ("content-type", "application/json"), ("content-type", "text/plain")];
    assert_eq!(verdict(&guard("127.0.0.1:8080", None), &request("POST", "/x", &two, "{}")), refused);
}

#[test]
fn with_a_key_every_credential_must_be_right() {
    let (known, refused) = ("local", "unauthorized");
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 16] = [
        ("/x", &[("x-api-key", "secret")], known),
        ("/x", &[("authorization", "Bearer secret")], known),
        ("/x", &[("authorization", "bearer secret")], known),
        ("/x", &[("x-api-key", "secret"), ("authorization", "Bearer secret")], known),
        ("/health", &[], "nobody"),
        ("/health", &[("x-api-key", "secret")], known),
        ("/health", &[("x-api-key", "wrong")], refused),
        ("/health/", &[], refused),
        ("/x", &[], refused),
        ("/x", &[("x-api-key", "")], refused),
        ("/x", &[("x-api-key", "secre")], refused),
        ("/x", &[("x-api-key", "secrets")], refused),
        ("/x", &[("x-api-key", "Secret")], refused),
        ("/x", &[("authorization", "Basic secret")], refused),
        ("/x", &[("authorization", "secret")], refused),
        ("/x", &[("x-api-key", "secret"), ("authorization", "Bearer wrong")], refused),
    ];
    for (path, credentials, expected) in cases {
        let mut headers = vec![("host", "localhost:8080")];
        headers.extend_from_slice(credentials);
        let found = verdict(&guard("127.0.0.1:8080", Some("secret")), &request("GET", path, &headers, ""));
        assert_eq!(found, expected, "{path} {credentials:?}");
    }
}

#[test]
fn a_body_that_says_it_is_too_long_is_refused_unread() {
    let headers = [("host", "localhost:8080"), ("content-type", "application/json")];
    let body = "123456789 ".repeat(10);
    let sized = |body: String| {
        let mut request = request("POST", "/x", &headers, "");
        *request.body_mut() = Body::from(body);
        request
    };
    let guard = guard("127.0.0.1:8080", None);
    assert_eq!(verdict(&guard, &sized(body.clone())), "local");
    assert_eq!(verdict(&guard, &sized(body + "1")), "body_too_large");
}
