//! Tells clients what has changed: a list, or a resource that they watch. Each in the way of its protocol version. Never
//! says how it has changed.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::ResourceUpdatedNotificationParam;
use rmcp::service::{Peer, SubscriptionContext};
use tokio::sync::watch::{self, error::RecvError};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::wishes::Wishes;
use crate::chat::Caller;
use crate::tools::resources::{StatsMark, Watched};
use crate::tools::{CurrentTools, Tools};

/// News of the cache and of plugins' resources come no closer together than this, however much is stored or said.
const PAUSE: Duration = Duration::from_secs(1);

/// Ends with the server it belongs to, so that nobody goes on announcing to a session that is over. Made when it is
/// first needed, which for a request without a session is never.
#[derive(Default)]
pub(super) struct SessionEnd(OnceLock<DropGuard>);

impl SessionEnd {
    pub(super) fn token(&self) -> CancellationToken {
        self.0.get_or_init(|| CancellationToken::new().drop_guard()).token().clone()
    }
}

/// Something that a client may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
enum News {
    Tools,
    Prompts,
    Resources,
    Updated(Watched),
}

/// Who is told.
pub(super) enum Audience<'a> {
    /// A session: lists without being asked, resources that it subscribed to.
    Session { peer: Peer<RoleServer>, wishes: Arc<Wishes> },
    /// A client of the versions without `initialize`, on the stream that it opened for this.
    Stream { context: &'a SubscriptionContext, caller: Caller, watched: Vec<Watched> },
}

impl Audience<'_> {
    fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Session { wishes, .. } => wishes.caller(),
            Self::Stream { caller, .. } => Some(caller),
        }
    }

    fn watched(&self) -> Vec<Watched> {
        match self {
            Self::Session { wishes, .. } => wishes.watched(),
            Self::Stream { watched, .. } => watched.clone(),
        }
    }

    /// Until something else is watched than before.
    async fn asked(&self) {
        match self {
            Self::Session { wishes, .. } => wishes.asked_anew().await,
            Self::Stream { .. } => std::future::pending().await,
        }
    }

    /// What is gone stays gone: its number is never given again.
    fn forget(&mut self, resource: &Watched) {
        match self {
            Self::Session { wishes, .. } => wishes.unwatch(resource),
            Self::Stream { watched, .. } => watched.retain(|other| other != resource),
        }
    }

    fn wants(&self, news: &News) -> bool {
        let Self::Stream { context, .. } = self else { return true };
        let accepted = context.accepted();
        match news {
            News::Tools => accepted.tools_list_changed == Some(true),
            News::Prompts => accepted.prompts_list_changed == Some(true),
            News::Resources => accepted.resources_list_changed == Some(true),
            // Only what was asked for is watched.
            News::Updated(_) => true,
        }
    }

    /// False when nobody hears it any more.
    async fn tell(&self, news: &News) -> bool {
        let told = match self {
            Self::Session { peer, .. } => tell_session(peer, news).await,
            Self::Stream { context, .. } => tell_stream(context, news).await,
        };
        if let Err(error) = &told {
            tracing::debug!(error, "cannot tell a client what has changed");
        }
        told.is_ok()
    }
}

async fn tell_session(peer: &Peer<RoleServer>, news: &News) -> Result<(), String> {
    let told = match news {
        News::Tools => peer.notify_tool_list_changed().await,
        News::Prompts => peer.notify_prompt_list_changed().await,
        News::Resources => peer.notify_resource_list_changed().await,
        News::Updated(resource) => {
            peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(resource.uri())).await
        }
    };
    told.map_err(|error| error.to_string())
}

async fn tell_stream(context: &SubscriptionContext, news: &News) -> Result<(), String> {
    let sink = context.sink();
    let told = match news {
        News::Tools => sink.notify_tool_list_changed().await,
        News::Prompts => sink.notify_prompt_list_changed().await,
        News::Resources => sink.notify_resource_list_changed().await,
        News::Updated(resource) => sink.notify_resource_updated(resource.uri()).await,
    };
    told.map_err(|error| error.to_string())
}

/// What has been told so far.
pub(super) struct Newsroom {
    tools: watch::Receiver<Arc<Tools>>,
    seen: Arc<Tools>,
    cache: watch::Receiver<u64>,
    /// Of the caller's entries, once it is known who that is.
    revision: Option<u64>,
    stats: Option<StatsMark>,
    /// Counts what plugins say of their resources.
    updates: watch::Receiver<u64>,
    /// Up to which count that was looked at.
    heard: u64,
}

impl Newsroom {
    /// Tells everything that changes from now on.
    pub(super) fn open(tools: &CurrentTools) -> Self {
        let mut receiver = tools.changes();
        let seen = Arc::clone(&receiver.borrow_and_update());
        let cache = seen.resources().chat().cache().changes();
        let mut updates = seen.resources().updates().changes();
        let heard = *updates.borrow_and_update();
        Self { tools: receiver, seen, cache, revision: None, stats: None, updates, heard }
    }

    /// Until nobody listens any more; dropping it is one way to end it.
    pub(super) async fn tell(mut self, mut audience: Audience<'_>) {
        // Due at once: who watched something before a restart may have missed its end.
        let (mut is_due, mut earliest, mut next_look) = (true, Instant::now(), Instant::now());
        self.revision = self.revision_for(&audience);
        loop {
            let news = tokio::select! {
                changed = self.tools.changed() => match changed {
                    Ok(()) => self.of_tools(),
                    Err(_) => return,
                },
                changed = either_changed(&mut self.cache, &mut self.updates), if !is_due => match changed {
                    Ok(()) => {
                        is_due = true;
                        continue;
                    }
                    Err(_) => return,
                },
                () = sleep_until(earliest), if is_due => {
                    (is_due, earliest) = (false, Instant::now() + PAUSE);
                    [self.of_entries(&audience), self.of_plugins(&audience)].concat()
                }
                () = audience.asked() => self.of_stats(&audience),
                () = sleep_until(next_look), if audience.watched().contains(&Watched::Stats) => {
                    next_look = Instant::now() + PAUSE;
                    self.of_stats(&audience)
                }
            };
            for news in news {
                if audience.wants(&news) && !audience.tell(&news).await {
                    return;
                }
                if let News::Updated(entry @ Watched::Entry(_)) = &news {
                    audience.forget(entry);
                }
            }
        }
    }

    fn of_tools(&mut self) -> Vec<News> {
        let now = Arc::clone(&self.tools.borrow_and_update());
        let changed = now.differences(&self.seen);
        self.seen = now;
        let lists =
            [(changed.tools, News::Tools), (changed.prompts, News::Prompts), (changed.resources, News::Resources)];
        lists.into_iter().filter_map(|(has_changed, news)| has_changed.then_some(news)).collect()
    }

    fn of_entries(&mut self, audience: &Audience<'_>) -> Vec<News> {
        let revision = self.revision_for(audience);
        let are_others = revision != self.revision;
        self.revision = revision;
        let chat = self.seen.resources().chat();
        let is_gone = |watched: &Watched| match watched {
            Watched::Stats | Watched::OfPlugin(_) => false,
            Watched::Entry(id) => !chat.cache().holds(*id, chat.now()),
        };
        let gone = audience.watched().into_iter().filter(is_gone).map(News::Updated);
        gone.chain(are_others.then_some(News::Resources)).collect()
    }

    fn of_plugins(&mut self, audience: &Audience<'_>) -> Vec<News> {
        let seen = std::mem::replace(&mut self.heard, *self.updates.borrow_and_update());
        if seen == self.heard {
            return Vec::new();
        }
        let updates = self.seen.resources().updates();
        let has_changed = |watched: &Watched| match watched {
            Watched::Stats | Watched::Entry(_) => false,
            Watched::OfPlugin(uri) => updates.has_changed(uri, seen),
        };
        audience.watched().into_iter().filter(has_changed).map(News::Updated).collect()
    }

    /// The first look is what later ones are compared with; there is none while nobody watches.
    fn of_stats(&mut self, audience: &Audience<'_>) -> Vec<News> {
        let is_watched = audience.watched().contains(&Watched::Stats);
        let Some(caller) = audience.caller().filter(|_| is_watched) else {
            self.stats = None;
            return Vec::new();
        };
        let mark = StatsMark::of(self.seen.resources().chat(), caller);
        let before = self.stats.replace(mark);
        if before.is_some() && before != self.stats { vec![News::Updated(Watched::Stats)] } else { Vec::new() }
    }

    fn revision_for(&self, audience: &Audience<'_>) -> Option<u64> {
        let principal = audience.caller()?.principal.as_str();
        Some(self.seen.resources().chat().cache().revision(principal))
    }
}

async fn either_changed(one: &mut watch::Receiver<u64>, other: &mut watch::Receiver<u64>) -> Result<(), RecvError> {
    tokio::select! {
        changed = one.changed() => changed,
        changed = other.changed() => changed,
    }
}
