//! The sessions of one gateway: each is served by an MCP server of its own, ends when nobody needs it, and outlives a
//! restart. Never looks at what is said in one.

mod eviction;
mod known;
mod replay;
mod routes;
mod saved;
mod session;
mod upkeep;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

use rmcp::model::InitializeRequestParams;
use rmcp::serve_server;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::eviction::{Full, Room};
use self::known::{Found, Known};
use self::saved::Saved;
use self::session::SessionTransport;
use super::wishes::Wishes;
use super::{McpServer, Source};
use crate::chat::{Access, Caller, Channel, Principal};
use crate::server::Gateway;
use crate::settings::SessionSettings;

pub(super) use self::replay::{Event, EventId};
pub(super) use self::session::{Answers, ExchangeError, Kind, Listening, Session};

/// How long a client whose session has changed waits for the file at most.
const SAVE_PATIENCE: Duration = Duration::from_secs(1);

pub(super) struct Sessions {
    settings: SessionSettings,
    server: Box<dyn Fn(Arc<Wishes>) -> McpServer + Send + Sync>,
    known: Mutex<Known>,
    /// How often something changed that outlives a restart, and which change the file shows.
    changes: AtomicU64,
    changed: Notify,
    saved: watch::Sender<u64>,
}

impl Sessions {
    /// Those of before a restart, and room for more. Once `stopping` is cancelled nobody listens any more.
    pub(super) fn open(gateway: &Gateway, stopping: CancellationToken) -> Arc<Self> {
        let settings = gateway.settings.server.sessions.clone();
        let file = gateway.settings.home.sessions_file();
        let known = Known::from_before(saved::restored(&file, settings.idle, gateway.clock.now()));
        let (served, token) = (gateway.clone(), stopping.clone());
        let server =
            Box::new(move |wishes| McpServer::new(&served, Source::Requests, token.clone()).with_wishes(wishes));
        let (changes, changed, saved) = (AtomicU64::new(0), Notify::new(), watch::Sender::new(0));
        let sessions = Arc::new(Self { settings, server, known: Mutex::new(known), changes, changed, saved });
        tokio::spawn(upkeep::run(Arc::clone(&sessions), file, gateway.clock.clone(), stopping));
        sessions
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nothing panics while holding the sessions")
    }

    /// A new session. Where there is no room, one that its principal uses least ends.
    pub(super) fn begin(self: &Arc<Self>, principal: &Principal, kind: Kind) -> Result<Arc<Session>, Full> {
        let room = Room { in_all: self.settings.max_sessions, each: self.settings.max_sessions_per_principal };
        let (session, transport) = self.known().begin(principal, kind, room)?;
        self.serve(Arc::clone(&session), transport);
        Ok(session)
    }

    /// The session of that name, if it is the principal's.
    pub(super) fn find(self: &Arc<Self>, id: &str, access: &Access, kind: Kind) -> Option<Arc<Session>> {
        let found = self.known().find(id, &access.principal, kind, self.settings.idle)?;
        match found {
            Found::Live(session) => Some(session),
            Found::Woken(session, transport) => {
                tracing::debug!(session = %session.id, "a session goes on after a restart");
                session.wishes.belong_to(&Caller::admitted(access.clone(), Channel::Mcp));
                self.serve(Arc::clone(&session), transport);
                Some(session)
            }
        }
    }

    fn serve(self: &Arc<Self>, session: Arc<Session>, transport: SessionTransport) {
        let (sessions, server) = (Arc::clone(self), (self.server)(Arc::clone(&session.wishes)));
        tokio::spawn(async move {
            // Apart: how it begins takes memory only while it begins.
            let ended = match Box::pin(serve_server(server, transport)).await {
                Ok(running) => running.waiting().await.map(drop).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            if let Err(error) = ended {
                tracing::debug!(error, session = %session.id, "a session ended early");
            }
            sessions.end(&session);
        });
    }

    /// Notes what `session` was begun with, so that it outlives a restart. False: it could not be begun.
    pub(super) async fn begun(&self, session: &Session, params: InitializeRequestParams) -> bool {
        let is_agreed = session.agree(params);
        self.save(self.note_change()).await;
        is_agreed
    }

    /// Notes that a session has asked for something, which outlives a restart as it does.
    pub(super) async fn asked(&self) {
        self.save(self.note_change()).await;
    }

    /// Ends a session for good: it does not come back after a restart.
    pub(super) async fn end_for_good(&self, session: &Session) {
        self.end(session);
        self.save(self.note_change()).await;
    }

    fn note_change(&self) -> u64 {
        let change = self.changes.fetch_add(1, Ordering::Release) + 1;
        self.changed.notify_one();
        change
    }

    /// Waits until the file shows that change, but not for a disk that is stuck.
    async fn save(&self, change: u64) {
        let mut saved = self.saved.subscribe();
        if timeout(SAVE_PATIENCE, saved.wait_for(|saved| *saved >= change)).await.is_err() {
            tracing::warn!("writing the sessions takes long");
        }
    }

    pub(super) fn end(&self, session: &Session) {
        session.close();
        if self.known().remove(&session.id) {
            self.note_change();
        }
    }

    fn end_idle(&self) {
        let mut known = self.known();
        if known.end_idle(self.settings.idle) {
            self.note_change();
        }
        let now = Instant::now();
        known.live().for_each(|session| session.forget_old_events(now));
    }

    fn stop_listening(&self) {
        self.known().live().for_each(|session| session.stop());
    }

    fn to_save(&self, now: SystemTime) -> Vec<Saved> {
        self.known().to_save(now)
    }
}
