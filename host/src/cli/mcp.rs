//! `isartor mcp`: hands standard input and output to the bridge. Logs go to standard error, answers nowhere else.

use std::io;
use std::process::ExitCode;

use anyhow::Context;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::output::Hinted;
use crate::mcp::bridge::{self, GatewayUrl, Options};
use crate::server::log;
use crate::settings::{Environment, Settings};
use crate::system::standard_output;

const GATEWAY_URL: &str = "ISARTOR_GATEWAY_URL";

pub(super) fn serve(settings: &Settings, environment: &Environment) -> anyhow::Result<ExitCode> {
    // A client may close the standard error; complaining about that, there, would be a panic.
    let to_stderr = fmt::layer().with_writer(io::stderr).with_ansi(false).log_internal_errors(false);
    tracing_subscriber::registry().with(log::filter(settings)?).with(to_stderr).init();
    let options = Options {
        gateway: gateway(settings, environment)?,
        api_key: settings.gateway_api_key.clone(),
        home: settings.home.clone(),
        program: environment.program.clone(),
        configured_port: settings.port,
    };
    let output = standard_output().context("cannot use the standard output")?;
    bridge::run(options, io::stdin(), output)?;
    Ok(ExitCode::SUCCESS)
}

fn gateway(settings: &Settings, environment: &Environment) -> anyhow::Result<GatewayUrl> {
    let Some(text) = environment.var(GATEWAY_URL) else { return Ok(GatewayUrl::local(settings.port)) };
    text.parse().map_err(|error: bridge::GatewayUrlError| {
        let hint = format!("set {GATEWAY_URL} to a URL such as {}, or unset it", GatewayUrl::local(settings.port));
        Hinted::new(format!("cannot use {GATEWAY_URL}: {error}"), hint).into()
    })
}
