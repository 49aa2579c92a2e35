//! Who has which session, and how many there may be. Runs nothing: a session that begins here still has to be served.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::eviction::{Candidate, Full, Room, given_up};
use super::saved::{Saved, seconds};
use super::session::{Kind, Session, SessionTransport, Usage};
use crate::chat::Principal;
use crate::mcp::log_levels;
use crate::tools::resources::Watched;

const ID_BYTES: usize = 16;

#[derive(Default)]
pub(super) struct Known {
    live: HashMap<Arc<str>, Arc<Session>>,
    /// From before a restart; each becomes live when its client comes back.
    dormant: HashMap<Arc<str>, Saved>,
}

/// A session that was asked for.
pub(super) enum Found {
    Live(Arc<Session>),
    /// It goes on after a restart, and nothing serves it yet.
    Woken(Arc<Session>, SessionTransport),
}

impl Known {
    pub(super) fn from_before(saved: Vec<Saved>) -> Self {
        let dormant = saved.into_iter().map(|saved| (Arc::clone(&saved.id), saved));
        Self { live: HashMap::new(), dormant: dormant.collect() }
    }

    /// A new session. Where there is no room, one that its principal uses least ends.
    pub(super) fn begin(
        &mut self,
        principal: &Principal,
        kind: Kind,
        room: Room,
    ) -> Result<(Arc<Session>, SessionTransport), Full> {
        for id in given_up(self.candidates(principal), room)? {
            tracing::info!(session = %id, "a session ends because its principal has begun too many");
            self.remove(&id);
        }
        let (session, transport) = Session::new(new_id(), principal.clone(), kind, Arc::default());
        self.live.insert(Arc::clone(&session.id), Arc::clone(&session));
        Ok((session, transport))
    }

    /// Dormant sessions come before all others when one has to go.
    fn candidates(&self, principal: &Principal) -> Vec<Candidate<Arc<str>>> {
        let live = self.live.values().map(|session| Candidate {
            id: Arc::clone(&session.id),
            is_own: session.principal == *principal,
            usage: session.usage(),
        });
        let oldest = live.clone().map(|candidate| candidate.usage.used).min().unwrap_or_else(Instant::now);
        let before = oldest.checked_sub(Duration::from_secs(1)).unwrap_or(oldest);
        let dormant = self.dormant.iter().map(|(id, dormant)| Candidate {
            id: Arc::clone(id),
            is_own: dormant.principal == principal.as_str(),
            usage: Usage { is_busy: false, used: before },
        });
        dormant.chain(live).collect()
    }

    /// The session of that name, if it is the principal's and was used within `idle`.
    pub(super) fn find(&mut self, id: &str, principal: &Principal, kind: Kind, idle: Duration) -> Option<Found> {
        let Some(session) = self.live.get(id) else { return self.wake(id, principal, kind) };
        let session = Arc::clone(session);
        if session.principal != *principal || session.kind != kind {
            return None;
        }
        if session.usage().is_idle_for(idle) {
            self.remove(id);
            return None;
        }
        Some(Found::Live(session))
    }

    fn wake(&mut self, id: &str, principal: &Principal, kind: Kind) -> Option<Found> {
        let is_theirs = |dormant: &Saved| dormant.principal == principal.as_str() && kind == Kind::Streamable;
        self.dormant.get(id).filter(|dormant| is_theirs(dormant))?;
        let (id, dormant) = self.dormant.remove_entry(id)?;
        let wishes = Arc::new(dormant.wishes());
        let (session, transport) = Session::new(id, principal.clone(), kind, wishes);
        session.replay_beginning(dormant.params);
        self.live.insert(Arc::clone(&session.id), Arc::clone(&session));
        Some(Found::Woken(session, transport))
    }

    /// False: there is none.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let was_dormant = self.dormant.remove(id).is_some();
        let Some(session) = self.live.remove(id) else { return was_dormant };
        session.close();
        true
    }

    /// Whether any session ended.
    pub(super) fn end_idle(&mut self, idle: Duration) -> bool {
        let is_idle = |session: &&Arc<Session>| session.usage().is_idle_for(idle);
        let ids: Vec<Arc<str>> = self.live.values().filter(is_idle).map(|session| Arc::clone(&session.id)).collect();
        for id in &ids {
            self.remove(id);
        }
        !ids.is_empty()
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &Arc<Session>> {
        self.live.values()
    }

    /// What has to outlive a restart.
    pub(super) fn to_save(&self, now: SystemTime) -> Vec<Saved> {
        let live = self.live.values().filter_map(|session| {
            let (id, principal) = (Arc::clone(&session.id), session.principal.as_str().to_owned());
            let used_seconds = seconds(now).saturating_sub(session.usage().used.elapsed().as_secs());
            let params = session.agreed()?.clone();
            let level = session.wishes.level().map(log_levels::to_protocol);
            let watched = session.wishes.watched().iter().map(Watched::uri).collect();
            Some(Saved { id, principal, used_seconds, params, level, watched })
        });
        live.chain(self.dormant.values().cloned()).collect()
    }
}

/// Unguessable.
fn new_id() -> Arc<str> {
    let mut bytes = [0; ID_BYTES];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tools::LogLevel;

    const DAY: Duration = Duration::from_secs(86_400);

    fn own() -> Principal {
        Principal::of_key_namespace("own")
    }

    fn other() -> Principal {
        Principal::of_key_namespace("other")
    }

    fn begin(known: &mut Known, principal: &Principal, kind: Kind) -> Arc<Session> {
        known.begin(principal, kind, Room { in_all: 2, each: 2 }).expect("there is room").0
    }

    #[test]
    fn a_session_is_its_principals_alone_and_of_one_kind() {
        let mut known = Known::default();
        let session = begin(&mut known, &own(), Kind::Streamable);
        for (principal, kind, is_found) in [
            (own(), Kind::Streamable, true),
            (own(), Kind::EventStream, false),
            (other(), Kind::Streamable, false),
            (other(), Kind::EventStream, false),
        ] {
            assert_eq!(known.find(&session.id, &principal, kind, DAY).is_some(), is_found, "{principal:?} {kind:?}");
        }
        assert!(known.find("", &own(), Kind::Streamable, DAY).is_none());
    }

    #[test]
    fn nobody_loses_a_session_to_somebody_else() {
        let mut known = Known::default();
        let first = begin(&mut known, &own(), Kind::Streamable);
        let second = begin(&mut known, &own(), Kind::EventStream);
        let room = Room { in_all: 2, each: 2 };
        assert!(known.begin(&other(), Kind::Streamable, room).is_err());
        begin(&mut known, &own(), Kind::Streamable);
        assert!(known.find(&first.id, &own(), Kind::Streamable, DAY).is_none());
        assert!(known.find(&second.id, &own(), Kind::EventStream, DAY).is_some());
    }

    #[test]
    fn what_is_saved_wakes_for_its_principal() {
        let client = json!({ "name": "a", "version": "1" });
        let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
        let saved = json!({ "id": "a", "principal": "own", "used_seconds": 7, "params": params });
        let saved: Saved = serde_json::from_value(saved).expect("an earlier isartor wrote no wishes");
        let watched = vec!["isartor://stats".to_owned()];
        let saved = Saved { level: Some(log_levels::to_protocol(LogLevel::Error)), watched, ..saved };
        let mut known = Known::from_before(vec![saved.clone()]);
        assert!(known.find("a", &other(), Kind::Streamable, DAY).is_none());
        assert!(known.find("a", &own(), Kind::EventStream, DAY).is_none());
        assert_eq!(known.to_save(SystemTime::UNIX_EPOCH)[0].used_seconds, 7);
        assert!(matches!(known.find("a", &own(), Kind::Streamable, DAY), Some(Found::Woken(..))));
        assert!(matches!(known.find("a", &own(), Kind::Streamable, DAY), Some(Found::Live(_))));
        let again = &known.to_save(SystemTime::UNIX_EPOCH)[0];
        assert_eq!((&again.params, again.level, &again.watched), (&saved.params, saved.level, &saved.watched));
        assert!(known.remove("a") && !known.remove("a"));
        assert!(known.to_save(SystemTime::UNIX_EPOCH).is_empty());
    }
}
