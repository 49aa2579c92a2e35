//! The life of a gateway process, from the lock to its release. The lock comes first and goes last, so that nobody
//! else touches the home meanwhile.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::signals::Signals;
use super::up::announce;
use super::{Hinted, ProgressPrinter, explained};
use crate::audit::{Audit, AuditFile, EndOfRun, Event, Start};
use crate::keys;
use crate::model::Progress;
use crate::server::assemble::{assemble, load_model};
use crate::server::instance::{InstanceInfo, Lock};
use crate::server::log::{self, Audience, LogError};
use crate::server::port::{self, PortError};
use crate::server::{self, Gateway, Listeners, LocalListener, VERSION};
use crate::settings::{Home, Settings};

/// How long background work, such as fetching the model, may hold up the end of the process.
const BACKGROUND_PATIENCE: Duration = Duration::from_secs(1);
/// How often expired entries are removed from the disk, and the time and the statistics are written down.
const HOUSEKEEPING_PERIOD: Duration = Duration::from_secs(60);
/// How soon clients hear of an entry that has expired.
const EXPIRY_PERIOD: Duration = Duration::from_secs(5);
/// What a shell says of a program that an interrupt ended.
const INTERRUPTED: u8 = 130;

/// Serves until told to stop.
pub(super) fn serve(settings: &Settings, audience: Audience) -> anyhow::Result<ExitCode> {
    check_reach(settings)?;
    let home = &settings.home;
    home.create().with_context(|| format!("cannot create {}", home.root().display()))?;
    let lock = Lock::acquire(home).map_err(explained)?;
    let sockets = || home.control_socket().display().to_string();
    home.create_socket_dir().with_context(|| format!("cannot create the directory of {}", sockets()))?;
    let runtime = Runtime::new().context("cannot start the asynchronous runtime")?;
    let ended = runtime.block_on(live(settings, &lock, audience));
    runtime.shutdown_timeout(BACKGROUND_PATIENCE);
    if let Err(error) = home.remove_socket_dir() {
        tracing::debug!(%error, "cannot remove the directory of {}; the next start uses it", sockets());
    }
    drop(lock);
    ended
}

/// Asked before anything is created, in the foreground and in the background.
pub(super) fn check_reach(settings: &Settings) -> anyhow::Result<()> {
    let (keys, _) = keys::identified(&settings.home.keys_file())?;
    Ok(settings.check_reach(settings.gateway_api_key.is_some() || keys.were_ever_made())?)
}

async fn live(settings: &Settings, lock: &Lock, audience: Audience) -> anyhow::Result<ExitCode> {
    let home = &settings.home;
    let http = port::bind(settings.host, settings.port).await.map_err(port_refused)?;
    log::start(settings, audience).map_err(log_refused)?;
    let info = info(&http)?;
    let bind = http.local_addr().context("cannot read the address listened on")?;
    let listeners = Listeners { http, control: listen(home.control_socket())?, mcp: listen(home.mcp_socket())? };
    let audit = Audit::start(AuditFile::of(settings)).context("cannot start the audit log")?;
    let (gateway, reload) = assemble(Arc::new(settings.clone()), audit.clone()).await?;
    let signals = Signals::listen(audience).context("cannot listen for signals")?;
    lock.announce(&info)?;
    allow_starting_by_itself(home)?;
    tracing::info!(url = info.url, version = VERSION, pid = info.pid, "running");
    audit.record(started(&gateway, bind));
    // It serves all the same when who started it no longer reads.
    if audience == Audience::Terminal
        && let Err(error) = announce(&info, home)
    {
        tracing::warn!(%error, "cannot print where it runs");
    }
    tokio::spawn(fetch_and_load_model(gateway.clone(), audience));
    let housekeeping = tokio::spawn(keep_house(gateway.clone()));
    let following = [tokio::spawn(reload.follow()), tokio::spawn(Arc::clone(&gateway.keys).follow())];
    let ended = until_stopped(listeners, gateway.clone(), info, signals).await;
    housekeeping.abort();
    write_down(&gateway);
    following.iter().for_each(JoinHandle::abort);
    let how = *ended.as_ref().unwrap_or(&EndOfRun::Failed);
    audit.record(Event::Stopped { how });
    audit.end();
    ended.map(|how| match how {
        EndOfRun::Drained => ExitCode::SUCCESS,
        EndOfRun::AtOnce => ExitCode::from(INTERRUPTED),
        EndOfRun::Failed => ExitCode::FAILURE,
    })
}

/// What the audit log says of a beginning.
fn started(gateway: &Gateway, bind: SocketAddr) -> Event {
    let server = &gateway.settings.server;
    Event::Started(Box::new(Start {
        version: VERSION,
        bind,
        external_url: server.external_url.as_ref().map(ToString::to_string),
        authentication: gateway.keys.are_wanted(),
        settings_sha256: gateway.settings.digest(),
        max_connections: server.max_connections,
        max_requests_in_flight: server.limits.max_requests_in_flight,
        max_body_bytes: server.max_body_bytes,
        max_sessions: server.sessions.max_sessions,
    }))
}

async fn keep_house(gateway: Gateway) {
    let mut ticks = tokio::time::interval(HOUSEKEEPING_PERIOD);
    let mut looks = tokio::time::interval(EXPIRY_PERIOD);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                gateway.chat.sweep().await;
                write_down(&gateway);
            }
            _ = looks.tick() => gateway.chat.notice_expired(),
        }
    }
}

/// What the next gateway wants to know. Figures that cannot be written are no reason to stop.
fn write_down(gateway: &Gateway) {
    gateway.clock.remember();
    gateway.keys.remember_uses();
    if let Err(error) = gateway.chat.save_figures(&gateway.settings.home.statistics_file()) {
        tracing::warn!(error = &error as &dyn std::error::Error, "the statistics are not saved");
    }
}

/// The exact tier serves meanwhile.
async fn fetch_and_load_model(gateway: Gateway, audience: Audience) {
    match audience {
        Audience::Terminal => {
            let printer = ProgressPrinter::new();
            load_model(gateway, &|progress| printer.show(progress)).await;
        }
        Audience::LogOnly => load_model(gateway, &log_progress).await,
    }
}

fn log_progress(progress: Progress) {
    match progress {
        Progress::Step(step) => tracing::info!("{step}"),
        Progress::Bytes { done, total } => tracing::debug!(done, total, "bytes"),
    }
}

async fn until_stopped(
    listeners: Listeners,
    gateway: Gateway,
    info: InstanceInfo,
    signals: Signals,
) -> anyhow::Result<EndOfRun> {
    let shutdown = CancellationToken::new();
    tokio::select! {
        ended = server::run(listeners, gateway, info, shutdown.clone()) => {
            ended?;
            tracing::info!("stopped");
            Ok(EndOfRun::Drained)
        }
        () = signals.obey(shutdown.clone()) => {
            tracing::warn!("stopped at once, without waiting for requests in flight");
            Ok(EndOfRun::AtOnce)
        }
    }
}

fn info(http: &TcpListener) -> anyhow::Result<InstanceInfo> {
    let started = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    Ok(InstanceInfo {
        pid: std::process::id(),
        url: port::url(http.local_addr().context("cannot read the address listened on")?),
        version: VERSION.to_owned(),
        started: started.as_secs(),
    })
}

fn listen(path: std::path::PathBuf) -> anyhow::Result<LocalListener> {
    let shown = path.display().to_string();
    LocalListener::bind(path).with_context(|| format!("cannot listen on {shown}"))
}

fn port_refused(error: PortError) -> anyhow::Error {
    match error {
        PortError::Busy { .. } => {
            Hinted::new(error.to_string(), "choose another port with --port, or end the other process").into()
        }
        PortError::Bind { .. } => error.into(),
    }
}

fn log_refused(error: LogError) -> anyhow::Error {
    match error {
        LogError::Filter { .. } => {
            Hinted::new(error.to_string(), "a filter is `info`, or `warn,isartor_host=debug`").into()
        }
        LogError::Open { .. } | LogError::Start(_) => error.into(),
    }
}

/// Ends the effect of `isartor stop`.
fn allow_starting_by_itself(home: &Home) -> anyhow::Result<()> {
    let marker = home.stopped_marker();
    match fs::remove_file(&marker) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot remove {}", marker.display())),
    }
}
