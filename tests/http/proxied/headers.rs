//! What of a proxy's headers is believed, and of whom. Traefik is no package of Debian's: what it sends is sent here as
//! its manual has it.

use super::super::raw::{Answer, get};
use super::super::{LOOKUP, code};
use super::{Proxy, caddy, free_port, started};
use crate::support::{Gateway, Home, block_on};

const TRUSTING: &str = "trusted_proxies = ['127.0.0.1/32']\n";
/// More than may come from one address while they are sent.
const REQUESTS: usize = 40;

fn home_behind(port: u16, trust: &str) -> Home {
    let home = Home::new();
    let external = format!("external_url = 'http://localhost:{port}/isartor'");
    home.write_settings(&format!("{external}\n[server]\nrequests_per_second_per_address = 1\n{trust}"));
    home
}

/// How often somebody is sent away who says to come from elsewhere.
fn refusals(proxy: &Proxy, below: &str, address: &str) -> usize {
    let ask = |_| get(&proxy.url(), &format!("{below}/health"), &[("x-forwarded-for", address)]).status;
    (0..REQUESTS).map(ask).filter(|status| *status == 429).count()
}

#[test]
fn what_a_client_says_of_itself_ends_at_caddy_unless_that_trusts_it() {
    let port = free_port();
    let home = home_behind(port, TRUSTING);
    let gateway = home.up();
    let proxy = started(caddy::start, port, &gateway);
    assert_eq!(refusals(&proxy, "/isartor", "203.0.113.9"), 0, "nobody came from there");
    assert!(refusals(&proxy, "/chained", "203.0.113.9") > 0, "one came, through two proxies");
    let asked_for =
        |below: &str| get(&proxy.url(), &format!("{below}/health"), &[("x-forwarded-host", "evil.example")]);
    assert_eq!(asked_for("/isartor").status, 200);
    assert_eq!(code(&asked_for("/chained")), (403, "host_not_allowed".to_owned()));
}

#[test]
fn a_caddy_that_nobody_trusts_says_nothing_of_its_clients() {
    let port = free_port();
    let home = home_behind(port, "");
    let gateway = home.up();
    let proxy = started(caddy::start, port, &gateway);
    assert_eq!(refusals(&proxy, "/chained", "203.0.113.9"), 0);
    assert_eq!(get(&proxy.url(), "/isartor/health", &[("x-forwarded-host", "evil.example")]).status, 200);
}

/// As Traefik passes a request on: to a router with `StripPrefix`, or with none.
fn through_traefik(gateway: &Gateway<'_>, path: &str, client: &str, stripped: Option<&str>) -> Answer {
    let mut headers = vec![
        ("x-forwarded-for", client),
        ("x-forwarded-host", "isartor.example"),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-server", "traefik-7d9f"),
        ("x-real-ip", client),
    ];
    headers.extend(stripped.map(|prefix| ("x-forwarded-prefix", prefix)));
    get(&gateway.url, path, &headers)
}

#[test]
fn what_traefik_says_is_understood() {
    let home = Home::new();
    let external = "external_url = 'https://isartor.example/isartor'\n[server]\nrequests_per_second_per_address = 1\n";
    home.write_settings(&format!("{external}{TRUSTING}"));
    let gateway = home.up();
    for (path, stripped) in [("/isartor/health", None), ("/health", Some("/isartor")), ("/health", Some("/other"))] {
        let asked = (0..REQUESTS).map(|_| through_traefik(&gateway, path, "203.0.113.9", stripped).status);
        let statuses: Vec<u16> = asked.collect();
        assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{path} {stripped:?}: {statuses:?}");
        assert!(statuses.contains(&429), "each client has its share: {path} {stripped:?}");
    }
    let not_there = through_traefik(&gateway, LOOKUP, "203.0.113.10", Some("/isartor"));
    assert_eq!(code(&not_there), (405, "method_not_allowed".to_owned()));
    let endpoint = block_on(async {
        let get = reqwest::Client::new().get(format!("{}/sse", gateway.url)).header("x-forwarded-prefix", "/other");
        let mut stream = super::sent(get.header("x-forwarded-host", "isartor.example")).await;
        super::heard(&mut stream, "sessionId=").await
    });
    assert!(endpoint.starts_with("/other/messages?"), "{endpoint}");
}
