//! The HTTP gateway: listeners, guard, routes, and the life of the process around them. Never answers a request that
//! the guard has not passed.

mod accept;
pub mod alone;
pub mod assemble;
mod audited;
pub(crate) mod body;
mod cache_routes;
mod clock;
pub mod control;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guard;
mod head_timer;
mod health;
mod http;
pub mod instance;
mod json_rpc;
mod keys;
mod limits;
mod listened;
pub(crate) mod log;
mod metrics;
mod patient_stream;
mod plugins;
pub mod port;
pub(crate) mod probe;
pub mod relay;
pub mod reload;
mod request;
mod routes;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::accept::Limits;
use self::http::Http;
use self::instance::InstanceInfo;
use crate::audit::Audit;
use crate::chat::Chat;
use crate::settings::Settings;
use crate::system::LocalStream;

pub use crate::system::LocalListener;
pub use clock::SteadyClock;
pub use guard::PublicPrefix;
pub use health::{Health, Layers, VERSION};
pub(crate) use keys::SOCKET_ROUTE;
pub use keys::{KeysInUse, KeysReport};
pub(crate) use listened::EndOfAdmission;
pub use plugins::{PluginReport, PluginsInUse};
pub use routes::{Need, ROUTES, Route};

/// `stop` and `status` come one at a time; this many may come at once.
const MAX_CONTROL_CONNECTIONS: usize = 32;

/// Everything a running gateway serves. Only the plugins and keys in use change while it runs.
#[derive(Clone)]
pub struct Gateway {
    pub settings: Arc<Settings>,
    pub chat: Arc<Chat>,
    pub plugins: Arc<PluginsInUse>,
    pub keys: Arc<KeysInUse>,
    /// Where the cache is that could not be read when this gateway started.
    pub set_aside: Option<PathBuf>,
    pub clock: SteadyClock,
    pub audit: Audit,
    pub started: Instant,
}

/// Where the gateway is reached. All are bound before it counts as running.
#[derive(Debug)]
pub struct Listeners {
    pub http: TcpListener,
    pub control: LocalListener,
    pub mcp: LocalListener,
}

/// Serves until `shutdown`; then nothing new is accepted, and what runs gets the grace of the settings to finish.
pub async fn run(
    listeners: Listeners,
    gateway: Gateway,
    info: InstanceInfo,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let address = listeners.http.local_addr()?;
    let router = router(&gateway, mcp_routes(&gateway, &shutdown));
    let http = Http::new(router, address, &gateway);
    let http = Arc::new(http);
    let grace = gateway.settings.server.shutdown_grace;
    let max_connections = gateway.settings.server.max_connections;
    let clients = Limits { max_connections, grace };
    let commands = Limits { max_connections: MAX_CONTROL_CONNECTIONS, grace };
    tokio::join!(
        accept::run(listeners.http, clients, shutdown.clone(), |stream| {
            http.welcome(stream, shutdown.child_token())
        }),
        accept::run(listeners.mcp, clients, shutdown.clone(), |stream| {
            Some(serve_mcp(gateway.clone(), stream, shutdown.child_token()))
        }),
        accept::run(listeners.control, commands, shutdown.clone(), |stream| {
            Some(control::serve(stream, gateway.clone(), info.clone(), shutdown.clone()))
        }),
    );
    Ok(())
}

/// Every HTTP route. Behind the guard only: a request without its word is refused.
pub fn router(gateway: &Gateway, extra: Router) -> Router {
    routes::router(&Arc::new(gateway.clone()), extra)
}

/// MCP over HTTP plugs in here: `/mcp` and `/mcp/`.
fn mcp_routes(gateway: &Gateway, shutdown: &CancellationToken) -> Router {
    crate::mcp::router(gateway, shutdown.clone())
}

/// MCP over the Unix socket plugs in here. A session must end soon after `shutdown`: until then the gateway waits
/// for it.
async fn serve_mcp(gateway: Gateway, stream: LocalStream, shutdown: CancellationToken) {
    crate::mcp::serve_stream(gateway, stream, shutdown).await;
}
