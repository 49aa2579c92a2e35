//! Who is asking, and through what.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Access, Permissions};

const LOCAL: &str = "local";

/// Whose answers these are: the cache keeps them apart by it. Only the guard makes one. Cheap to clone: each request
/// carries one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// None: the user of this machine.
    namespace: Option<Arc<str>>,
}

impl Principal {
    /// The user of this machine: everybody who reaches a loopback gateway without authentication, and whoever
    /// presents the key of the settings.
    pub fn local() -> Self {
        Self { namespace: None }
    }

    /// Whoever presents a key with this cache namespace.
    pub fn of_key_namespace(namespace: &str) -> Self {
        Self { namespace: (namespace != LOCAL).then(|| namespace.into()) }
    }

    /// The one whom a plugin's call was made for; `name` is what [`Self::as_str`] gave when it began.
    pub(crate) fn of_call(name: &str) -> Self {
        Self::of_key_namespace(name)
    }

    pub fn as_str(&self) -> &str {
        self.namespace.as_deref().unwrap_or(LOCAL)
    }
}

/// The way a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Http,
    /// A model decides what is asked and stored.
    Mcp,
    Plugin,
}

/// A principal with all that is known of how it reached us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub principal: Principal,
    pub channel: Channel,
    /// What the program calls itself.
    pub client: Option<String>,
    /// The connection or the conversation.
    pub session: Option<String>,
    /// The name of the API key that was used.
    pub key: Option<String>,
    pub permissions: Permissions,
}

/// What a caller says of itself in a request; what its connection says comes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    pub client: Option<String>,
    pub session: Option<String>,
}

impl Caller {
    /// One who may do everything.
    pub fn new(principal: Principal, channel: Channel) -> Self {
        Self { principal, channel, client: None, session: None, key: None, permissions: Permissions::all() }
    }

    /// One who passed the guard.
    pub fn admitted(access: Access, channel: Channel) -> Self {
        let Access { principal, permissions, key } = access;
        Self { principal, channel, client: None, session: None, key, permissions }
    }

    /// The user of this machine, over HTTP.
    pub fn local() -> Self {
        Self::new(Principal::local(), Channel::Http)
    }

    pub(super) fn knowing(&self, said: Said) -> Cow<'_, Self> {
        if said == Said::default() {
            return Cow::Borrowed(self);
        }
        let Self { principal, channel, client, session, key, permissions } = self.clone();
        let (client, session) = (client.or(said.client), session.or(said.session));
        Cow::Owned(Self { principal, channel, client, session, key, permissions })
    }
}
