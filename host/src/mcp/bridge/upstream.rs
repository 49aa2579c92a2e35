//! The way to the gateway as it is now, and how it is found: a link, a gateway that is starting, or nothing yet.
//! Guarded by the relay's lock.

use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use std::{io, mem};

use rmcp::model::RequestId;

use super::Options;
use super::answers::{self, Handshake};
use super::client::Client;
use super::http_link::{HttpLink, HttpTarget};
use super::ledger::{Carrier, Kind, Open};
use super::link::{Link, SocketLink};
use super::message;
use super::reconnection::Reconnection;
use super::relay::{Answers, Relay};
use super::route::{self, MayStart, Route};
use super::unavailable::Unavailable;
use super::wishes::Wishes;
use crate::mcp::credential;
use crate::server::instance::{self, LaunchError};

/// A link can die unnoticed; the next one is new.
const ATTEMPTS: usize = 2;
const PROBE_TIMEOUT: Duration = Duration::from_millis(200);
/// How long requests wait for a gateway that is starting.
const START_PATIENCE: Duration = Duration::from_secs(20);

/// How the client began.
#[derive(Debug)]
pub(super) enum Opening {
    Unopened,
    Initialized(Handshake),
    /// With a protocol version that knows no `initialize`.
    Modern,
}

pub(super) enum Path {
    Idle,
    Starting { since: Instant, waiting: Vec<(RequestId, Vec<u8>)> },
    Up { number: u64, link: Link },
}

pub(super) struct Upstream {
    pub(super) opening: Opening,
    pub(super) wishes: Wishes,
    path: Path,
    links: u64,
    has_started: bool,
    /// None before anything was lost, and when nothing is wanted any more.
    reconnection: Option<Reconnection>,
}

/// Why a gateway is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Request,
    /// Starts nothing: nobody has asked for anything.
    Reconnection,
}

impl Upstream {
    pub(super) fn new() -> Self {
        Self {
            opening: Opening::Unopened,
            wishes: Wishes::default(),
            path: Path::Idle,
            links: 0,
            has_started: false,
            reconnection: None,
        }
    }

    /// Whether the client is a modern one, which its first request says; none when it has not begun in any way.
    pub(super) fn recognise(&mut self, kind: Kind, line: &[u8]) -> Option<bool> {
        if matches!(self.opening, Opening::Unopened)
            && (kind == Kind::Discover || message::own_protocol_version(&message::params(line)).is_some())
        {
            self.opening = Opening::Modern;
        }
        match self.opening {
            Opening::Unopened => None,
            Opening::Initialized(_) => Some(false),
            Opening::Modern => Some(true),
        }
    }

    /// Sends a request, or keeps it for a gateway that is starting.
    pub(super) fn carry(
        &mut self,
        relay: &Arc<Relay>,
        id: &RequestId,
        open: Open,
        line: &[u8],
    ) -> Result<(), Unavailable> {
        for _ in 0..ATTEMPTS {
            self.reach(relay)?;
            match &mut self.path {
                Path::Idle => {}
                Path::Starting { waiting, .. } => {
                    relay.client.ledger.open(id.clone(), Open { carrier: Carrier::Waiting, ..open });
                    waiting.push((id.clone(), line.to_vec()));
                    return Ok(());
                }
                Path::Up { number, link } => {
                    relay.client.ledger.open(id.clone(), Open { carrier: Carrier::Link(*number), ..open });
                    let Err(error) = link.send(line) else { return Ok(()) };
                    tracing::debug!(%error, "the link to the gateway is dead");
                    relay.client.ledger.forget(id);
                    self.drop_link();
                }
            }
        }
        Err(Unavailable::Lost)
    }

    /// Sends what wants no answer; without a gateway nobody misses it.
    pub(super) fn pass(&mut self, line: &[u8]) {
        if let Path::Up { link, .. } = &mut self.path
            && let Err(error) = link.send(line)
        {
            tracing::debug!(%error, "the link to the gateway is dead");
            self.drop_link();
        }
    }

    /// The client no longer wants what may still wait here.
    pub(super) fn forget(&mut self, id: &RequestId) {
        if let Path::Starting { waiting, .. } = &mut self.path {
            waiting.retain(|(waiting, _)| waiting != id);
        }
    }

    /// Ends the link of this number, if it is still the one in use. A gateway that wants nothing from us is left alone
    /// until the client asks for something.
    pub(super) fn lose(&mut self, lost: u64, reason: &Unavailable) {
        if matches!(&self.path, Path::Up { number, .. } if *number == lost) {
            self.drop_link();
            if !matches!(reason, Unavailable::Lost | Unavailable::NotRunning) {
                self.reconnection = None;
            }
        }
    }

    fn drop_link(&mut self) {
        self.path = Path::Idle;
        self.reconnection = Some(Reconnection::after_loss(self.reconnection, Instant::now()));
    }

    /// Begins a lost session again before the client asks for anything: the gateway may have something to say.
    pub(super) fn reconnect(&mut self, relay: &Arc<Relay>) {
        let is_wanted = matches!((&self.path, &self.opening), (Path::Idle, Opening::Initialized(_)));
        let Some(reconnection) = self.reconnection.as_mut().filter(|_| is_wanted) else { return };
        if !reconnection.is_due(Instant::now(), relay.options.gateway.is_loopback()) {
            return;
        }
        if let Err(reason) = self.reach_for(relay, Purpose::Reconnection) {
            tracing::debug!(?reason, "the gateway is not back yet");
        }
        if let Path::Up { link: Link::Http(_), .. } = &self.path {
            // Over HTTP nothing begins before there is something to say.
            self.pass(&answers::own_ping());
        }
    }

    /// The same, and nothing is looked for any more.
    pub(super) fn leave_for_good(&mut self) -> Option<Link> {
        self.opening = Opening::Unopened;
        self.leave()
    }

    /// Leaves whatever link there is; a gateway that is starting goes on starting.
    pub(super) fn leave(&mut self) -> Option<Link> {
        match mem::replace(&mut self.path, Path::Idle) {
            Path::Up { link, .. } => Some(link),
            Path::Idle => None,
            starting @ Path::Starting { .. } => {
                self.path = starting;
                None
            }
        }
    }

    /// Whether requests have waited long enough; from then on they go where the next ones go.
    pub(super) fn loses_patience(&mut self) -> bool {
        let too_long = matches!(&self.path, Path::Starting { since, .. } if since.elapsed() >= START_PATIENCE);
        if too_long {
            self.path = Path::Idle;
        }
        too_long
    }

    /// Makes sure that there is a link, or one on its way.
    pub(super) fn reach(&mut self, relay: &Arc<Relay>) -> Result<(), Unavailable> {
        self.reach_for(relay, Purpose::Request)
    }

    fn reach_for(&mut self, relay: &Arc<Relay>, purpose: Purpose) -> Result<(), Unavailable> {
        if !matches!(self.path, Path::Idle) {
            return Ok(());
        }
        match self.choose(&relay.options, purpose)? {
            Route::Socket => self.connect(relay, |options, _, answers| {
                Ok(Link::Socket(SocketLink::connect(&options.home.mcp_socket(), answers)?))
            }),
            Route::Http => self.connect(relay, |options, handshake, answers| {
                let (gateway, api_key) = (options.gateway.clone(), options.api_key.clone());
                Ok(Link::Http(HttpLink::open(HttpTarget { gateway, api_key, handshake }, answers)?))
            }),
            Route::Start => self.start(relay),
            Route::Nowhere(reason) => Err(reason),
        }
    }

    fn choose(&self, options: &Options, purpose: Purpose) -> Result<Route, Unavailable> {
        let running = instance::running(&options.home).map_err(failed)?;
        let may_not = self.has_started || purpose == Purpose::Reconnection;
        let may_start = match (options.home.stopped_marker().exists(), may_not) {
            (true, _) => MayStart::Stopped,
            (false, true) => MayStart::Already,
            (false, false) => MayStart::Yes,
        };
        let running_at = running.as_ref().map(|instance| instance.url.as_str());
        Ok(route::choose(&options.gateway, running_at, may_start, || {
            listens(options.gateway.host(), options.gateway.port())
        }))
    }

    fn connect(
        &mut self,
        relay: &Arc<Relay>,
        open: impl FnOnce(&Options, Option<Handshake>, Answers) -> io::Result<Link>,
    ) -> Result<(), Unavailable> {
        self.links += 1;
        let handshake = match &self.opening {
            Opening::Initialized(handshake) => Some(handshake.clone()),
            Opening::Unopened | Opening::Modern => None,
        };
        let answers = Answers::new(Arc::clone(relay), self.links);
        let mut link = open(&relay.options, handshake.clone(), answers).map_err(failed)?;
        if let Link::Socket(_) = &link {
            let mut first = relay.options.api_key.as_deref().map(credential::request).unwrap_or_default();
            if let Some(Handshake { initialize, initialized }) = handshake {
                first.extend([initialize, initialized, self.first_requests(&relay.client)].concat());
            }
            link.send(&first).map_err(failed)?;
        }
        self.path = Path::Up { number: self.links, link };
        Ok(())
    }

    /// What a session is asked when it has begun: what the client asked of the one before, and whether the list of
    /// tools is still right.
    pub(super) fn first_requests(&self, client: &Client) -> Vec<u8> {
        let mut requests = self.wishes.requests();
        if client.has_empty_lists() {
            requests.extend(answers::own_ping());
        }
        if client.tools.is_client_informed() {
            requests.extend(answers::tool_list_request());
        }
        requests
    }

    fn start(&mut self, relay: &Arc<Relay>) -> Result<(), Unavailable> {
        self.has_started = true;
        let starter = Arc::clone(relay);
        let spawned = thread::Builder::new().name("start".into()).spawn(move || {
            let options = &starter.options;
            let started = instance::start_detached(&options.program, &options.home, options.gateway.port());
            starter.started(started.map_err(start_failed).err());
        });
        spawned.map_err(failed)?;
        self.path = Path::Starting { since: Instant::now(), waiting: Vec::new() };
        Ok(())
    }

    /// Sends what waited for the start. Without a gateway the reason is that of the start, if it has one.
    pub(super) fn started(&mut self, relay: &Arc<Relay>, problem: Option<Unavailable>) -> Result<(), Unavailable> {
        let Path::Starting { waiting, .. } = mem::replace(&mut self.path, Path::Idle) else { return Ok(()) };
        self.reach(relay).map_err(|reason| problem.unwrap_or(reason))?;
        let Path::Up { number, link } = &mut self.path else { return Err(Unavailable::NotRunning) };
        relay.client.ledger.hand_over(*number);
        for (_, line) in waiting {
            link.send(&line).map_err(failed)?;
        }
        Ok(())
    }
}

fn listens(host: &str, port: u16) -> bool {
    let Ok(mut addresses) = (host, port).to_socket_addrs() else { return false };
    addresses.any(|address| TcpStream::connect_timeout(&address, PROBE_TIMEOUT).is_ok())
}

fn failed(error: impl std::error::Error) -> Unavailable {
    Unavailable::Failed { reason: error.to_string() }
}

fn start_failed(error: LaunchError) -> Unavailable {
    if matches!(error, LaunchError::Stopped) {
        return Unavailable::Stopped;
    }
    Unavailable::StartFailed { reason: error.to_string().replace('\n', "; ") }
}
