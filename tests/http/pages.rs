//! Pages of other origins: a listed one is told exactly what it may do, every other one nothing.

use super::raw::{Answer, Connection, port, request};
use super::{LOOKUP, code, routes};
use crate::support::Home;

const PAGE: &str = "https://page.example";
const SETTINGS: &str = "\
external_url = 'https://isartor.example/below'
gateway_api_key = 's3cret'
[server]
allowed_origins = ['https://page.example', 'http://localhost:6274']
";

fn ask(url: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let host = format!("localhost:{}", port(url));
    let headers = [&[("host", host.as_str()), ("content-type", "application/json")], headers].concat();
    let mut connection = Connection::open(url);
    connection.send(request(method, path, &headers, if method == "POST" { b"{}" } else { b"" }));
    connection.answer().expect("an answer")
}

/// What an answer says to pages, and on what it depends.
fn said_to_pages(answer: &Answer) -> Vec<&str> {
    let is_for_pages = |line: &&str| line.starts_with("access-control-") || line.starts_with("vary:");
    let mut lines: Vec<&str> = answer.head.lines().filter(is_for_pages).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_listed_page_may_read_every_answer_and_no_other_page_any() {
    let home = Home::new();
    home.write_settings(SETTINGS);
    let gateway = home.up();
    let own = format!("http://localhost:{}", port(&gateway.url));
    let pages = [
        (Some(PAGE), "cross-site", true),
        (Some("http://localhost:6274"), "same-site", true),
        (Some(own.as_str()), "same-origin", false),
        (Some("https://isartor.example"), "same-origin", false),
        (Some("https://evil.example"), "cross-site", false),
        (Some("http://page.example"), "cross-site", false),
        (Some("null"), "cross-site", false),
        (None, "none", false),
    ];
    for (method, path) in &routes() {
        for key in ["s3cret", "wrong"] {
            for (page, site, may_read) in pages {
                let mut headers = vec![("sec-fetch-site", site), ("x-api-key", key)];
                headers.extend(page.map(|page| ("origin", page)));
                let answer = ask(&gateway.url, method, path, &headers);
                let allowed = page.map(|page| format!("access-control-allow-origin: {page}")).unwrap_or_default();
                let exposed = "access-control-expose-headers: WWW-Authenticate, Mcp-Session-Id";
                let expected = if may_read { vec![&*allowed, exposed, "vary: Origin"] } else { Vec::new() };
                assert_eq!(said_to_pages(&answer), expected, "{method} {path} {headers:?}: {}", answer.head);
            }
        }
    }
}

#[test]
fn a_preflight_is_answered_to_listed_pages_on_every_path() {
    let home = Home::new();
    home.write_settings(SETTINGS);
    let gateway = home.up();
    let asked = "content-type, mcp-param-city, x-evil, Mcp-Param-Evil:";
    for (_, path) in &routes() {
        let wanted = [("access-control-request-method", "POST"), ("access-control-request-headers", asked)];
        let from =
            |page| [&wanted[..], &[("origin", page), ("access-control-request-private-network", "true")]].concat();
        let answer = ask(&gateway.url, "OPTIONS", path, &from(PAGE));
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{path}: {}", answer.head);
        let expected = [
            "access-control-allow-headers: Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, \
             Mcp-Protocol-Version, Mcp-Session-Id, X-API-Key, mcp-param-city",
            "access-control-allow-methods: GET, POST, DELETE",
            "access-control-allow-origin: https://page.example",
            "access-control-expose-headers: WWW-Authenticate, Mcp-Session-Id",
            "access-control-max-age: 600",
            "vary: Origin",
            "vary: access-control-request-headers",
        ];
        assert_eq!(said_to_pages(&answer), expected, "{path}: {}", answer.head);
        for page in ["https://evil.example", "null", "https://sub.page.example"] {
            let answer = ask(&gateway.url, "OPTIONS", path, &from(page));
            assert_eq!(code(&answer), (403, "origin_not_allowed".to_owned()), "{path} {page}");
            assert!(said_to_pages(&answer).is_empty(), "{path} {page}: {}", answer.head);
        }
        let own = ask(&gateway.url, "OPTIONS", path, &from("https://isartor.example"));
        assert!([401, 405].contains(&own.status), "our own pages need not ask: {path}: {}", own.head);
        assert!(said_to_pages(&own).is_empty(), "{path}: {}", own.head);
    }
}

#[test]
fn without_a_list_there_is_no_page_that_may_read() {
    let home = Home::new();
    let gateway = home.up();
    for page in [PAGE, "null", "*"] {
        for (method, wanted) in [("OPTIONS", Some(("access-control-request-method", "POST"))), ("POST", None)] {
            let headers: Vec<_> = [("origin", page)].into_iter().chain(wanted).collect();
            let answer = ask(&gateway.url, method, LOOKUP, &headers);
            assert_eq!(code(&answer), (403, "origin_not_allowed".to_owned()), "{method} {page}");
            assert!(said_to_pages(&answer).is_empty(), "{method} {page}: {}", answer.head);
        }
    }
}
