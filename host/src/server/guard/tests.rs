//! The guard's decisions as tables.

use axum::body::Body;

use super::*;
use crate::audit::AuditFile;
use crate::settings::{Environment, Flags};

const MAX_BODY_BYTES: usize = 100;

fn settings() -> Settings {
    let mut environment = Environment::empty().with("ISARTOR_HOME", "/nowhere/isartor");
    environment.cache_dir = Some("/nowhere".into());
    let mut settings = Settings::load(&environment, &Flags::default()).unwrap();
    settings.server.max_body_bytes = MAX_BODY_BYTES;
    settings
}

fn guard(address: &str, key: Option<&str>) -> Guard {
    guard_of(address, key, &settings())
}

fn guard_of(address: &str, key: Option<&str>, settings: &Settings) -> Guard {
    let audit = Audit::start(AuditFile::at("/dev/null".into(), 1, 0)).unwrap();
    Guard::new(address.parse().unwrap(), settings, Arc::new(KeysInUse::of_settings(key)), audit)
}

/// At `isartor.example`, behind a proxy on this machine, with one page elsewhere.
fn public_guard(key: Option<&str>) -> Guard {
    let mut settings = settings();
    settings.server.external_url = Some("https://isartor.example/below/".parse().unwrap());
    settings.server.allowed_hosts = vec!["inner".to_owned(), "other:99".to_owned(), "[fd00::1]".to_owned()];
    settings.server.allowed_origins = vec!["https://page.example".to_owned(), "https://isartor.example".to_owned()];
    settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    guard_of("0.0.0.0:8080", key, &settings)
}

fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: &'static str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body)).unwrap()
}

fn verdict(guard: &Guard, mut request: Request<Body>) -> &'static str {
    verdict_from("127.0.0.1", guard, &mut request)
}

fn verdict_from(address: &str, guard: &Guard, request: &mut Request<Body>) -> &'static str {
    let peer = guard.peer(address.parse().unwrap(), [192, 168, 7, 7].into());
    match guard.admit(request, &peer).verdict {
        Ok(Admitted::Request(Some(_))) => "local",
        Ok(Admitted::Request(None)) => "nobody",
        Ok(Admitted::Preflight) => "preflight",
        Err(error) => error.code(),
    }
}

#[test]
fn a_host_must_name_us_with_our_port() {
    let (ours, refused) = ("local", "host_not_allowed");
    let cases: [(&str, &[&str], &str); 23] = [
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
        ("0.0.0.0:8080", &["0.0.0.0:8080"], refused),
        ("[::]:8080", &["[::]:8080"], refused),
        ("192.168.7.7:8080", &["192.168.7.7:8080"], ours),
        ("127.0.0.1:8080", &["evil.example:8080"], refused),
        ("127.0.0.1:8080", &["localhost:8080.evil.example"], refused),
        ("127.0.0.1:8080", &["evil.example@localhost:8080"], refused),
        ("127.0.0.1:8080", &["localhost:8080", "localhost:8080"], refused),
        ("127.0.0.1:8080", &["localhost:8080", "evil.example"], refused),
    ];
    for (address, hosts, expected) in cases {
        let headers: Vec<(&str, &str)> = hosts.iter().map(|host| ("host", *host)).collect();
        assert_eq!(verdict(&guard(address, None), request("GET", "/x", &headers, "")), expected, "{hosts:?}");
    }
}

#[test]
fn an_absolute_target_must_name_us_too() {
    let guard = guard("127.0.0.1:8080", None);
    let host = [("host", "localhost:8080")];
    assert_eq!(verdict(&guard, request("GET", "http://localhost:8080/x", &host, "")), "local");
    assert_eq!(verdict(&guard, request("GET", "http://evil.example/x", &host, "")), "host_not_allowed");
    assert_eq!(verdict(&guard, request("CONNECT", "evil.example:443", &host, "")), "host_not_allowed");
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
        let found = verdict(&guard("127.0.0.1:8080", None), request("GET", "/x", &headers, ""));
        assert_eq!(found, expected, "{name}: {value}");
    }
    let two = [("host", "localhost:8080"), ("origin", "http://localhost:8080"), ("origin", "http://evil.example")];
    assert_eq!(verdict(&guard("127.0.0.1:8080", None), request("GET", "/x", &two, "")), refused);
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
        let found = verdict(&guard("127.0.0.1:8080", None), request(method, "/x", &headers, body));
        assert_eq!(found, expected, "{method} {content_type:?} {body}");
    }
    let two = [("host", "localhost:8080"), ("content-type", "application/json"), ("content-type", "text/plain")];
    assert_eq!(verdict(&guard("127.0.0.1:8080", None), request("POST", "/x", &two, "{}")), refused);
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
        let found = verdict(&guard("127.0.0.1:8080", Some("secret")), request("GET", path, &headers, ""));
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
    assert_eq!(verdict(&guard, sized(body.clone())), "local");
    assert_eq!(verdict(&guard, sized(body + "1")), "body_too_large");
}

#[test]
fn names_that_the_settings_give_are_ours_too() {
    let (ours, refused) = ("local", "host_not_allowed");
    let cases: [(&str, &[&str], &str); 20] = [
        ("isartor.example", &[], ours),
        ("Isartor.Example:443", &[], ours),
        ("isartor.example:8080", &[], refused),
        ("isartor.example:80", &[], refused),
        ("inner", &[], ours),
        ("inner:8080", &[], ours),
        ("inner:99", &[], refused),
        ("other:99", &[], ours),
        ("other", &[], refused),
        ("other:8080", &[], refused),
        ("[fd00::1]:8080", &[], ours),
        ("localhost:8080", &[], ours),
        ("localhost:8080", &["isartor.example"], ours),
        ("localhost:8080", &["isartor.example, inner"], ours),
        ("localhost:8080", &["evil.example"], refused),
        ("localhost:8080", &["isartor.example, evil.example"], refused),
        ("localhost:8080", &["isartor.example", "evil.example"], refused),
        ("localhost:8080", &[""], refused),
        ("evil.example", &["isartor.example"], refused),
        ("", &["isartor.example"], refused),
    ];
    for (host, forwarded, expected) in cases {
        let mut headers = vec![("host", host)];
        headers.extend(forwarded.iter().map(|host| ("x-forwarded-host", *host)));
        assert_eq!(verdict(&public_guard(None), request("GET", "/x", &headers, "")), expected, "{host} {forwarded:?}");
    }
    let from_elsewhere = [("host", "evil.example"), ("x-forwarded-host", "isartor.example")];
    let mut believed_of_nobody = request("GET", "/x", &from_elsewhere, "");
    assert_eq!(verdict_from("192.0.2.1", &public_guard(None), &mut believed_of_nobody), refused);
    let mut ignored = request("GET", "/x", &[("host", "inner"), ("x-forwarded-host", "evil.example")], "");
    assert_eq!(verdict_from("192.0.2.1", &public_guard(None), &mut ignored), ours);
}

/// Origin, Sec-Fetch-Site, the verdict, and which origin is told that it may read.
type Page<'a> = (&'a str, Option<&'a str>, &'a str, Option<&'a str>);

#[test]
fn only_a_listed_page_may_be_elsewhere_and_only_it_is_told() {
    let (ours, refused) = ("local", "origin_not_allowed");
    let listed = Some("https://page.example");
    let cases: [Page<'_>; 16] = [
        ("https://page.example", None, ours, listed),
        ("https://page.example", Some("cross-site"), ours, listed),
        ("https://page.example", Some("same-site"), ours, listed),
        ("https://page.example", Some("new-value"), refused, None),
        ("https://Page.example", None, refused, None),
        ("http://page.example", None, refused, None),
        ("https://page.example:443", None, refused, None),
        ("https://sub.page.example", None, refused, None),
        ("https://page.example.evil.example", None, refused, None),
        ("https://isartor.example", None, ours, None),
        ("https://isartor.example", Some("same-origin"), ours, None),
        ("https://isartor.example", Some("cross-site"), refused, None),
        ("http://isartor.example", None, refused, None),
        ("http://localhost:8080", None, ours, None),
        ("http://localhost:8080", Some("cross-site"), refused, None),
        ("null", Some("cross-site"), refused, None),
    ];
    let guard = public_guard(None);
    let peer = guard.peer([127, 0, 0, 1].into(), [127, 0, 0, 1].into());
    for (origin, site, expected, told) in cases {
        let mut headers = vec![("host", "isartor.example"), ("origin", origin)];
        headers.extend(site.map(|site| ("sec-fetch-site", site)));
        assert_eq!(verdict(&guard, request("GET", "/x", &headers, "")), expected, "{origin} {site:?}");
        let page = guard.admit(&mut request("GET", "/x", &headers, ""), &peer).page;
        assert_eq!(page.as_ref().and_then(|page| page.to_str().ok()), told, "{origin} {site:?}");
    }
}

#[test]
fn a_preflight_is_answered_for_listed_pages_alone_and_before_any_key() {
    let guard = public_guard(Some("secret"));
    let (page, wanted) = (("origin", "https://page.example"), ("access-control-request-method", "POST"));
    let host = ("host", "isartor.example");
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 7] = [
        ("OPTIONS", &[host, page, wanted], "preflight"),
        ("OPTIONS", &[host, page], "unauthorized"),
        ("OPTIONS", &[host, wanted], "unauthorized"),
        ("OPTIONS", &[host, ("origin", "https://isartor.example"), wanted], "unauthorized"),
        ("OPTIONS", &[host, ("origin", "https://evil.example"), wanted], "origin_not_allowed"),
        ("OPTIONS", &[("host", "evil.example"), page, wanted], "host_not_allowed"),
        ("GET", &[host, page, wanted], "unauthorized"),
    ];
    for (method, headers, expected) in cases {
        assert_eq!(verdict(&guard, request(method, "/x", headers, "")), expected, "{method} {headers:?}");
    }
}

#[test]
fn below_a_prefix_health_is_still_the_one_path_without_a_key() {
    let guard = public_guard(Some("secret"));
    for (path, expected) in [
        ("/health", "nobody"),
        ("/below/health", "nobody"),
        ("/below/below/health", "unauthorized"),
        ("/below/mcp", "unauthorized"),
        ("/belowhealth", "unauthorized"),
    ] {
        assert_eq!(verdict(&guard, request("GET", path, &[("host", "isartor.example")], "")), expected, "{path}");
    }
}

#[test]
fn a_path_has_an_end() {
    let guard = guard("127.0.0.1:8080", None);
    for (length, expected) in [(MAX_URI_BYTES, "local"), (MAX_URI_BYTES + 1, "uri_too_long")] {
        let path = format!("/{}?{}", "x".repeat(100), "y".repeat(length - 102));
        assert_eq!(verdict(&guard, request("GET", &path, &[("host", "localhost:8080")], "")), expected);
    }
}
