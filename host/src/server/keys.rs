//! The keys in use while the gateway runs: follows `keys.json`, and says who presents a key. Fails closed: what cannot be
//! read opens to nobody, and once keys are wanted they are wanted until the gateway ends.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, timeout};

use super::SteadyClock;
use super::reload::mark;
use crate::audit::{Audit, AuthFailure, Event};
use crate::chat::{Access, Permission, Permissions, Principal};
use crate::keys::{self, Denied, KeysError, Now, Ring, SETTINGS_KEY_NAME, SecretDigest, Uses};
use crate::settings::Settings;

/// How often the file is looked at: a revoked key opens nothing 200 ms later.
const PERIOD: Duration = Duration::from_millis(100);
/// How soon the end that a key was made with is noticed where it holds something open.
const END_CHECK_PERIOD: Duration = Duration::from_millis(250);

/// What the local user's own socket is called where others say the path of a route.
pub(crate) const SOCKET_ROUTE: &str = "mcp.sock";

/// Which keys are in use, for the owner of the gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysReport {
    /// Whether nobody is answered without a key.
    pub wanted: bool,
    /// Which `keys.json` is in effect: its SHA-256, or nothing when there is none.
    pub file: String,
    /// Why none of its keys is taken.
    pub trouble: Option<String>,
}

impl From<Denied> for AuthFailure {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Malformed => Self::Malformed,
            Denied::Unknown | Denied::WrongSecret => Self::Unknown,
            Denied::Expired => Self::Expired,
            Denied::Revoked => Self::Revoked,
        }
    }
}

/// Everything that opens the gateway to somebody.
pub struct KeysInUse {
    file: PathBuf,
    uses_file: PathBuf,
    clock: SteadyClock,
    audit: Audit,
    settings_key: Option<SecretDigest>,
    are_wanted: AtomicBool,
    current: RwLock<Current>,
    /// Tells those whom a key holds something open for that others are in use now.
    changes: watch::Sender<()>,
}

#[derive(Default)]
struct Current {
    ring: Arc<Ring>,
    fingerprint: String,
    trouble: Option<String>,
}

impl KeysInUse {
    /// A file that cannot be used is an error: a gateway that starts would know no key.
    pub fn open(settings: &Settings, clock: SteadyClock, audit: Audit) -> Result<Self, KeysError> {
        let home = &settings.home;
        let (file, uses_file) = (home.keys_file(), home.key_uses_file());
        let in_use = Self::new(file, uses_file, settings.gateway_api_key.as_deref(), clock, audit);
        let (keys, fingerprint) = keys::identified(&in_use.file)?;
        in_use.put_to_use(Ok((&keys, fingerprint)));
        Ok(in_use)
    }

    fn new(file: PathBuf, uses_file: PathBuf, settings_key: Option<&str>, clock: SteadyClock, audit: Audit) -> Self {
        if settings_key.is_some_and(|key| keys::has_key_prefix(key.as_bytes())) {
            tracing::warn!(
                "{SETTINGS_KEY_NAME} looks like a created key: it opens what that key opens, and nothing else"
            );
        }
        Self {
            file,
            uses_file,
            clock,
            audit,
            settings_key: settings_key.map(|key| SecretDigest::of(key.as_bytes())),
            are_wanted: AtomicBool::new(settings_key.is_some()),
            current: RwLock::default(),
            changes: watch::Sender::default(),
        }
    }

    /// Whether nobody is answered without a key.
    pub fn are_wanted(&self) -> bool {
        self.are_wanted.load(Ordering::Acquire)
    }

    /// Who presents this key. What looks like a created key is never compared with the one of the settings.
    pub fn access(&self, presented: &[u8]) -> Result<Access, Denied> {
        if keys::has_key_prefix(presented) {
            return self.current().ring.judge(presented, self.now()).cloned();
        }
        let digest = SecretDigest::of(presented);
        match &self.settings_key {
            Some(key) if key.matches(&digest) => Ok(holder_of_settings_key()),
            Some(_) | None => Err(Denied::Unknown),
        }
    }

    /// Who presents this key on the local user's own socket, where none is needed. While no key is wanted anywhere, it
    /// means nothing; otherwise it must be right.
    pub(crate) fn access_on_socket(&self, presented: &[u8]) -> Result<Access, Denied> {
        if self.are_wanted() { self.access(presented) } else { Ok(Access::local()) }
    }

    /// Whether this key still opens the socket to the same holder.
    pub(crate) fn still_opens_socket(&self, presented: &[u8], holder: &Access) -> bool {
        if self.are_wanted() { self.still_opens(presented, holder) } else { *holder == Access::local() }
    }

    /// Whether this key still opens to the same holder; to look is not to use it.
    pub(super) fn still_opens(&self, presented: &[u8], holder: &Access) -> bool {
        if keys::has_key_prefix(presented) {
            return self.current().ring.opens_to(presented, self.now()) == Ok(holder);
        }
        self.access(presented).as_ref() == Ok(holder)
    }

    /// Waits for what only the keys in use decide.
    pub(crate) async fn until(&self, has_come: impl Fn() -> bool) {
        let mut changes = self.changes.subscribe();
        while !has_come() {
            let has_ends = self.current().ring.has_ends();
            let changed = async { changes.changed().await.expect("whoever tells of changes is here") };
            match has_ends {
                // What has not changed may have ended.
                true => drop(timeout(END_CHECK_PERIOD, changed).await),
                false => changed.await,
            }
        }
    }

    /// Tells the audit log of a key that opened nothing on the local user's own socket.
    pub(crate) fn refused_on_socket(&self, denied: Denied, presented: &[u8]) {
        let has_ended = matches!(denied, Denied::Expired | Denied::Revoked);
        let key = has_ended.then(|| self.name_of(presented)).flatten();
        self.refused(denied.into(), key.as_deref(), SOCKET_ROUTE, None);
    }

    /// What the key of this id is called, whoever presents it.
    pub(super) fn name_of(&self, presented: &[u8]) -> Option<String> {
        self.current().ring.name_of(presented).map(str::to_owned)
    }

    /// Tells the audit log of somebody who was not let in; `key` has ended.
    pub(super) fn refused(&self, reason: AuthFailure, key: Option<&str>, path: &str, peer: Option<IpAddr>) {
        self.audit.record(match key {
            Some(key) => Event::auth_failed_of(key, reason, path, peer),
            None => Event::auth_failed(reason, path, peer),
        });
    }

    pub fn report(&self) -> KeysReport {
        let current = self.current();
        KeysReport { wanted: self.are_wanted(), file: current.fingerprint.clone(), trouble: current.trouble.clone() }
    }

    /// Until the gateway ends.
    pub async fn follow(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = None;
        loop {
            ticks.tick().await;
            let mark = mark(&self.file);
            if mark != seen {
                seen = mark;
                let this = Arc::clone(&self);
                spawn_blocking(move || this.take_over()).await.expect("reading keys does not panic");
            }
        }
    }

    fn take_over(&self) {
        match keys::identified(&self.file) {
            Ok((_, fingerprint)) if self.has(&fingerprint) => {}
            Ok((keys, fingerprint)) => {
                if !keys.were_ever_made() && self.are_wanted() {
                    tracing::warn!("there is no key any more; keys are wanted until the gateway is started again");
                }
                self.put_to_use(Ok((&keys, fingerprint)));
                tracing::info!("the keys are as keys.json says");
            }
            Err(error) => {
                tracing::error!(error = error.chain(), "no key of keys.json is taken before it can be read");
                self.remember_uses();
                self.put_to_use(Err(error));
            }
        }
    }

    fn has(&self, fingerprint: &str) -> bool {
        let current = self.current();
        current.fingerprint == fingerprint && current.trouble.is_none()
    }

    fn put_to_use(&self, read: Result<(&keys::Keys, String), KeysError>) {
        let (next, is_any) = match read {
            Ok((keys, fingerprint)) => {
                let ring = Ring::new(keys, &self.uses(), self.now());
                (Current { ring: Arc::new(ring), fingerprint, trouble: None }, keys.were_ever_made())
            }
            Err(error) => (Current { trouble: Some(error.chain()), ..Current::default() }, true),
        };
        if is_any {
            self.are_wanted.store(true, Ordering::Release);
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        self.changes.send_replace(());
    }

    /// As they are known here, or else as they were written down.
    fn uses(&self) -> Uses {
        let ring = Arc::clone(&self.current().ring);
        if !ring.is_empty() {
            return ring.uses();
        }
        Uses::read(&self.uses_file).unwrap_or_else(|error| {
            tracing::warn!(%error, file = %self.uses_file.display(), "when keys were used last is not known");
            Uses::default()
        })
    }

    /// Writes down when each key was used last, for `isartor keys list` and the next gateway.
    pub fn remember_uses(&self) {
        let ring = Arc::clone(&self.current().ring);
        if let Err(error) = written_if_new(&ring.uses(), &self.uses_file) {
            tracing::warn!(%error, file = %self.uses_file.display(), "cannot write down when keys were used");
        }
    }

    fn current(&self) -> RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Now {
        Now { calendar: SystemTime::now(), steady: self.clock.now() }
    }

    /// Without a file, for tests of those who ask.
    #[cfg(any(test, fuzzing))]
    pub(super) fn of_settings(key: Option<&str>) -> Self {
        let nowhere = PathBuf::from("/dev/null/keys.json");
        let clock = SteadyClock::start(PathBuf::from("/dev/null/clock.json"));
        let audit = crate::audit::AuditFile::at("/dev/null".into(), 1, 0);
        Self::new(nowhere.clone(), nowhere, key, clock, Audit::start(audit).expect("a thread can be started"))
    }
}

/// It sits in the configuration of every client, so it administers nothing.
fn holder_of_settings_key() -> Access {
    Access {
        principal: Principal::local(),
        permissions: Permissions::from_iter([Permission::Read, Permission::Write]),
        key: Some(SETTINGS_KEY_NAME.to_owned()),
    }
}

fn written_if_new(uses: &Uses, file: &std::path::Path) -> io::Result<()> {
    if *uses == Uses::default() || Uses::read(file).is_ok_and(|written| written == *uses) {
        return Ok(());
    }
    uses.write(file)
}
