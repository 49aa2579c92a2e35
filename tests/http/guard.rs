//! The guard from outside: every combination of headers on every route, and keys.

use super::raw::{Connection, get, port, request};
use super::{LOOKUP, code, routes};
use crate::support::Home;

struct Sent<'a> {
    host: (&'a str, bool),
    origin: (Option<&'a str>, bool),
    site: (Option<&'a str>, bool),
    content_type: (Option<&'a str>, bool),
    method: &'a str,
    path: &'a str,
}

/// What the guard must say of it; empty when it must let it through.
fn expected(sent: &Sent<'_>) -> &'static str {
    if !sent.host.1 {
        "host_not_allowed"
    } else if !sent.origin.1 || !sent.site.1 {
        "origin_not_allowed"
    } else if sent.method == "POST" && !sent.content_type.1 {
        "unsupported_media_type"
    } else {
        ""
    }
}

#[test]
fn only_our_own_name_pages_and_json_get_in_anywhere() {
    let home = Home::new();
    let gateway = home.up();
    let (url, routes) = (gateway.url.as_str(), routes());
    let sent: usize = std::thread::scope(|scope| {
        let halves = routes.chunks(routes.len().div_ceil(2));
        let halves: Vec<_> = halves.map(|routes| scope.spawn(move || try_every_combination(url, routes))).collect();
        halves.into_iter().map(|half| half.join().expect("nothing else got in")).sum()
    });
    assert_eq!(sent, 9 * 9 * 4 * 4 * routes.len());
    assert_eq!(gateway.get("/health").1["entries"], 0);
}

fn try_every_combination(url: &str, routes: &[(String, String)]) -> usize {
    let mut connection = Connection::open(url);
    let mut sent = 0;
    for_each_combination(port(url), routes, |request_of| {
        let answer = exchange(&mut connection, url, request_of);
        let (expected, found) = (expected(request_of), answer.1.as_str());
        let shown = format!("{} {} {:?}", request_of.method, request_of.path, headers(request_of));
        if expected.is_empty() {
            let refused = ["host_not_allowed", "origin_not_allowed", "unsupported_media_type", "unauthorized"];
            assert!(!refused.contains(&found), "{shown}: {answer:?}");
        } else {
            assert_eq!(found, expected, "{shown}: {answer:?}");
        }
        sent += 1;
    });
    sent
}

fn exchange(connection: &mut Connection, url: &str, sent: &Sent<'_>) -> (u16, String) {
    let body: &[u8] = if sent.method == "POST" { b"{}" } else { b"" };
    connection.send(request(sent.method, sent.path, &headers(sent), body));
    let answer = match connection.answer() {
        Some(answer) => answer,
        None => panic!("{} {} {:?} ended the connection", sent.method, sent.path, headers(sent)),
    };
    if answer.head.contains("connection: close") || !answer.head.contains("content-length") {
        *connection = Connection::open(url);
    }
    code(&answer)
}

fn headers<'a>(sent: &Sent<'a>) -> Vec<(&'static str, &'a str)> {
    let mut headers = vec![("host", sent.host.0)];
    headers.extend(sent.origin.0.map(|value| ("origin", value)));
    headers.extend(sent.site.0.map(|value| ("sec-fetch-site", value)));
    headers.extend(sent.content_type.0.map(|value| ("content-type", value)));
    headers
}

fn for_each_combination(port: u16, routes: &[(String, String)], mut visit: impl FnMut(&Sent<'_>)) {
    let at = |name: &str| format!("{name}:{port}");
    let page = |name: &str| format!("http://{name}:{port}");
    let (localhost, numeric, six) = (at("localhost"), at("127.0.0.1"), at("[::1]"));
    let (evil, zero, lookalike) = (at("evil.example"), at("0.0.0.0"), at("localhost.evil.example"));
    let hosts = [
        (localhost.as_str(), true),
        (&numeric, true),
        (&six, true),
        ("localhost", false),
        ("localhost:1", false),
        ("", false),
        (&evil, false),
        (&zero, false),
        (&lookalike, false),
    ];
    let (own, own_numeric, own_six, secure) =
        (page("localhost"), page("127.0.0.1"), page("[::1]"), format!("https://{localhost}"));
    let origins = [
        (None, true),
        (Some(own.as_str()), true),
        (Some(&own_numeric), true),
        (Some(&own_six), true),
        (Some("null"), false),
        (Some("http://localhost"), false),
        (Some("http://localhost:3000"), false),
        (Some("https://evil.example"), false),
        (Some(&secure), false),
    ];
    let sites = [(None, true), (Some("same-origin"), true), (Some("same-site"), false), (Some("cross-site"), false)];
    let types = [
        (Some("application/json"), true),
        (Some("text/plain; charset=application/json"), false),
        (Some("application/x-www-form-urlencoded"), false),
        (None, false),
    ];
    for host in hosts {
        for origin in origins {
            for site in sites {
                for content_type in types {
                    for (method, path) in routes {
                        visit(&Sent { host, origin, site, content_type, method, path });
                    }
                }
            }
        }
    }
}

#[test]
fn a_host_must_be_there_once() {
    let home = Home::new();
    let gateway = home.up();
    let own = format!("localhost:{}", port(&gateway.url));
    let cases: [&[(&str, &str)]; 3] =
        [&[], &[("host", &own), ("host", &own)], &[("host", &own), ("host", "evil.example")]];
    for headers in cases {
        for path in ["/health", "/nowhere"] {
            let mut connection = Connection::open(&gateway.url);
            connection.send(request("GET", path, headers, b""));
            let answer = connection.answer().expect("an answer");
            assert_eq!(code(&answer), (403, "host_not_allowed".to_owned()), "{path} {headers:?}");
        }
    }
    let mut connection = Connection::open(&gateway.url);
    connection.send(request("GET", "http://evil.example/health", &[("host", &own)], b""));
    assert_eq!(code(&connection.answer().expect("an answer")), (403, "host_not_allowed".to_owned()));
}

#[test]
fn a_key_is_wanted_everywhere_but_for_health() {
    let home = Home::new().and("ISARTOR__GATEWAY_API_KEY", "s3cret");
    let gateway = home.up();
    let url = &gateway.url;
    let refused = (401, "unauthorized".to_owned());
    for path in ["/nowhere", LOOKUP, "/mcp", "/health/"] {
        assert_eq!(code(&get(url, path, &[])), refused, "{path}");
        assert_eq!(code(&get(url, path, &[("x-api-key", "s3cre")])), refused, "{path}");
        assert_eq!(code(&get(url, path, &[("authorization", "Bearer s3cret "), ("x-api-key", "")])), refused, "{path}");
    }
    assert_eq!(get(url, "/health", &[]).status, 200);
    assert_eq!(code(&get(url, "/health", &[("x-api-key", "wrong")])), refused);
    for right in [("x-api-key", "s3cret"), ("authorization", "Bearer s3cret"), ("authorization", "bearer s3cret")] {
        assert_eq!(code(&get(url, "/nowhere", &[right])).0, 404, "{right:?}");
    }
    assert!(get(url, "/nowhere", &[]).head.contains("\r\nwww-authenticate: Bearer"));
}

#[test]
fn who_comes_with_a_wrong_name_or_from_a_wrong_page_is_in_the_audit_log() {
    let home = Home::new();
    home.write_settings("[server]\ntrusted_proxies = ['127.0.0.1/32']\n");
    let gateway = home.up();
    let mut connection = Connection::open(&gateway.url);
    connection.send(request("GET", "/health?secret", &[("host", "evil.example")], b""));
    assert_eq!(connection.answer().expect("an answer").status, 403);
    for (name, value) in
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("x-forwarded-host", "rebound.example")]
    {
        let headers = [(name, value), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(get(&gateway.url, "/health?secret", &headers).status, 403, "{name}");
    }
    drop(gateway);
    let log = std::fs::read_to_string(home.state().join("audit.jsonl")).expect("there is an audit log");
    let rejected: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("each line is JSON"))
        .filter(|event| event["event"] == "rejected")
        .map(|event| format!("{} {} {} {}", event["because_of"], event["value"], event["route"], event["peer"]))
        .collect();
    let expected = [
        r#""host" "evil.example" "/health" "127.0.0.1""#,
        r#""origin" "https://evil.example" "/health" "203.0.113.9""#,
        r#""fetch_site" "cross-site" "/health" "203.0.113.9""#,
        r#""forwarded" "rebound.example" "/health" "203.0.113.9""#,
    ];
    assert_eq!(rejected, expected, "{log}");
}
