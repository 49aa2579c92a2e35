//! Asks a gateway at any URL whether it is there and takes a key. Sends nothing else, and follows nothing.

use std::time::Duration;

use anyhow::Context;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use url::Url;

use crate::connect::entry::KEY_HEADER;

const PATIENCE: Duration = Duration::from_secs(2);

/// Answers with a code of its own to whoever may come in, and asks for nothing.
const GUARDED_PATH: &str = "/api/v1/cache/lookup";
const HEALTH_PATH: &str = "/health";

/// Asks gateways.
pub(in crate::cli) struct Gateway {
    runtime: tokio::runtime::Runtime,
}

/// What a gateway said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum GatewayAnswer {
    /// It is isartor, and lets us in.
    Welcome,
    /// It does not take the key, or wants one.
    Refused,
    /// Something answers there that is not isartor.
    Another,
    /// Nothing answers.
    Silent(String),
}

impl Gateway {
    pub(in crate::cli) fn new() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self { runtime: runtime.context("cannot start the asynchronous runtime")? })
    }

    /// Asks the gateway at `url` whether it is there and takes `key`.
    pub(in crate::cli) fn ask(&self, url: &str, key: Option<&str>) -> GatewayAnswer {
        match self.runtime.block_on(ask(url.trim_end_matches('/'), key)) {
            Ok(answer) => answer,
            Err(error) => GatewayAnswer::Silent(innermost(&error)),
        }
    }
}

async fn ask(url: &str, key: Option<&str>) -> reqwest::Result<GatewayAnswer> {
    let mut client = Client::builder().timeout(PATIENCE).redirect(Policy::none());
    if is_this_machine(url) {
        client = client.no_proxy();
    }
    let client = client.build()?;
    let get = |path: &str| {
        let request = client.get(format!("{url}{path}"));
        match key {
            Some(key) => request.header(KEY_HEADER, key),
            None => request,
        }
    };
    let health = get(HEALTH_PATH).send().await?;
    if health.status() == StatusCode::UNAUTHORIZED {
        return Ok(GatewayAnswer::Refused);
    }
    let said: Option<serde_json::Value> = health.json().await.ok();
    if !said.is_some_and(|said| said["status"].is_string()) {
        return Ok(GatewayAnswer::Another);
    }
    match get(GUARDED_PATH).send().await?.status() {
        StatusCode::UNAUTHORIZED => Ok(GatewayAnswer::Refused),
        _ => Ok(GatewayAnswer::Welcome),
    }
}

fn is_this_machine(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The cause at the bottom says it best: `Connection refused`.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
