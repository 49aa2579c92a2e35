//! The sessions of one gateway: who has which, how many there may be, and that they outlive a restart. Never looks at
//! what is said in one.

mod eviction;
mod replay;
mod routes;
mod saved;
mod session;
mod upkeep;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, InitializeRequest, InitializeRequestParams,
    InitializedNotification, RequestId,
};
use rmcp::serve_server;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::eviction::{Candidate, Room, given_up};
use self::saved::{Saved, seconds};
use self::session::{SessionTransport, Usage};
use super::{McpServer, Source};
use crate::chat::Principal;
use crate::server::Gateway;
use crate::settings::SessionSettings;

pub(super) use self::eviction::Full;
pub(super) use self::replay::{Event, EventId};
pub(super) use self::session::{Answers, ExchangeError, Kind, Listening, Session};

const ID_BYTES: usize = 16;

pub(super) struct Sessions {
    settings: SessionSettings,
    server: Box<dyn Fn() -> McpServer + Send + Sync>,
    known: Mutex<Known>,
    /// The file is out of date.
    changed: Notify,
}

#[derive(Default)]
struct Known {
    live: HashMap<Arc<str>, Arc<Session>>,
    /// From before a restart; each becomes live when its client comes back.
    dormant: HashMap<Arc<str>, Dormant>,
}

struct Dormant {
    principal: String,
    params: InitializeRequestParams,
    used_seconds: u64,
}

impl Sessions {
    /// Those of before a restart, and room for more. Once `stopping` is cancelled nobody listens any more.
    pub(super) fn open(gateway: &Gateway, stopping: CancellationToken) -> Arc<Self> {
        let settings = gateway.settings.server.sessions.clone();
        let file = gateway.settings.home.sessions_file();
        let saved = saved::restored(&file, settings.idle, gateway.clock.now());
        let dormant = saved
            .into_iter()
            .map(|Saved { id, principal, used_seconds, params }| (id, Dormant { principal, params, used_seconds }));
        let known = Mutex::new(Known { live: HashMap::new(), dormant: dormant.collect() });
        let (tools, token) = (Arc::clone(gateway.plugins.tools()), stopping.clone());
        let server = Box::new(move || McpServer::new(Arc::clone(&tools), Source::Requests, token.clone()));
        let sessions = Arc::new(Self { settings, server, known, changed: Notify::new() });
        tokio::spawn(upkeep::run(Arc::clone(&sessions), file, gateway.clock.clone(), stopping));
        sessions
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nothing panics while holding the sessions")
    }

    /// A new session. Where there is no room, one that its principal uses least ends.
    pub(super) fn begin(self: &Arc<Self>, principal: &Principal, kind: Kind) -> Result<Arc<Session>, Full> {
        let (session, transport) = Session::new(new_id(), principal.clone(), kind);
        let mut known = self.known();
        let room = Room { in_all: self.settings.max_sessions, each: self.settings.max_sessions_per_principal };
        for id in given_up(known.candidates(principal), room)? {
            tracing::info!(session = %id, "a session ends because its principal has begun too many");
            known.remove(&id);
        }
        known.live.insert(Arc::clone(&session.id), Arc::clone(&session));
        drop(known);
        self.serve(Arc::clone(&session), transport);
        Ok(session)
    }

    /// The session of that name, if it is the principal's.
    pub(super) fn find(self: &Arc<Self>, id: &str, principal: &Principal, kind: Kind) -> Option<Arc<Session>> {
        let mut known = self.known();
        if let Some(session) = known.live.get(id) {
            let session = Arc::clone(session);
            let is_theirs = session.principal == *principal && session.kind == kind;
            if !is_theirs || !self.is_idle(session.usage()) {
                return is_theirs.then_some(session);
            }
            known.remove(id);
            return None;
        }
        let is_theirs = |dormant: &Dormant| dormant.principal == principal.as_str() && kind == Kind::Streamable;
        known.dormant.get(id).filter(|dormant| is_theirs(dormant))?;
        let (id, dormant) = known.dormant.remove_entry(id)?;
        let (session, transport) = Session::new(id, principal.clone(), kind);
        session.replay_beginning(dormant.params);
        known.live.insert(Arc::clone(&session.id), Arc::clone(&session));
        drop(known);
        tracing::debug!(session = %session.id, "a session goes on after a restart");
        self.serve(Arc::clone(&session), transport);
        Some(session)
    }

    fn serve(self: &Arc<Self>, session: Arc<Session>, transport: SessionTransport) {
        let (sessions, server) = (Arc::clone(self), (self.server)());
        tokio::spawn(async move {
            let ended = match serve_server(server, transport).await {
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
    pub(super) fn begun(&self, session: &Session, params: InitializeRequestParams) -> bool {
        let is_agreed = session.agree(params);
        self.changed.notify_one();
        is_agreed
    }

    pub(super) fn end(&self, session: &Session) {
        session.close();
        if self.known().live.remove(&session.id).is_some() {
            self.changed.notify_one();
        }
    }

    fn is_idle(&self, usage: Usage) -> bool {
        !usage.is_busy && usage.used.elapsed() > self.settings.idle
    }

    fn end_idle(&self) {
        let mut known = self.known();
        let idle: Vec<Arc<str>> =
            known.live.values().filter(|session| self.is_idle(session.usage())).map(|it| Arc::clone(&it.id)).collect();
        for id in &idle {
            known.remove(id);
        }
        let now = Instant::now();
        known.live.values().for_each(|session| session.forget_old_events(now));
        if !idle.is_empty() {
            self.changed.notify_one();
        }
    }

    fn stop_listening(&self) {
        self.known().live.values().for_each(|session| session.stop());
    }

    fn snapshot(&self, now: SystemTime) -> Vec<Saved> {
        let known = self.known();
        let live = known.live.values().filter_map(|session| {
            let (id, principal) = (Arc::clone(&session.id), session.principal.as_str().to_owned());
            let used_seconds = seconds(now).saturating_sub(session.usage().used.elapsed().as_secs());
            Some(Saved { id, principal, used_seconds, params: session.agreed()?.clone() })
        });
        let dormant = known.dormant.iter().map(|(id, Dormant { principal, params, used_seconds })| Saved {
            id: Arc::clone(id),
            principal: principal.clone(),
            used_seconds: *used_seconds,
            params: params.clone(),
        });
        live.chain(dormant).collect()
    }
}

impl Known {
    /// Dormant sessions come before all others when one has to go.
    fn candidates(&self, principal: &Principal) -> Vec<Candidate<Arc<str>>> {
        let live = self.live.values().map(|session| Candidate {
            id: Arc::clone(&session.id),
            is_own: session.principal == *principal,
            usage: session.usage(),
        });
        let oldest = live.clone().map(|candidate| candidate.usage.used).min().unwrap_or_else(Instant::now);
        let dormant = self.dormant.iter().map(|(id, dormant)| Candidate {
            id: Arc::clone(id),
            is_own: dormant.principal == principal.as_str(),
            usage: Usage { is_busy: false, used: oldest.checked_sub(Duration::from_secs(1)).unwrap_or(oldest) },
        });
        dormant.chain(live).collect()
    }

    fn remove(&mut self, id: &str) {
        self.dormant.remove(id);
        if let Some(session) = self.live.remove(id) {
            session.close();
        }
    }
}

impl Session {
    /// Has the service of a restored session see its beginning again; nobody waits for that answer.
    fn replay_beginning(&self, params: InitializeRequestParams) {
        let mut initialize = InitializeRequest::default();
        initialize.params = params.clone();
        let id = RequestId::String("restored".into());
        let begin = ClientJsonRpcMessage::request(ClientRequest::InitializeRequest(initialize), id);
        let initialized = ClientNotification::InitializedNotification(InitializedNotification::default());
        self.restore(params, [begin, ClientJsonRpcMessage::notification(initialized)]);
    }
}

/// Unguessable.
fn new_id() -> Arc<str> {
    let mut bytes = [0; ID_BYTES];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}
