//! `isartor://stats` and `isartor://cache/{entry}`: the caller's part of the cache, to read and to watch.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{Body, Entries, Giving, ResourceContents, ResourceError, ResourceInfo, ResourceSource, TemplateInfo};
use crate::cache::{EntryId, Listed, Owned};
use crate::chat::{Caller, Chat, Figures, LayerState, Permission};
use crate::tools::completions::{self, Completion, SUGGESTED_MAX};
use crate::tools::visible;

const STATS: &str = "isartor://stats";
const ENTRY_PREFIX: &str = "isartor://cache/";
const ENTRY_TEMPLATE: &str = "isartor://cache/{entry}";
const ENTRY_VARIABLE: &str = "entry";
const JSON: &str = "application/json";

/// How much of a question stands for it in a list.
const TITLE_CHARACTERS: usize = 100;

/// How many names of namespaces and models the figures show.
const NAMES_SHOWN: usize = 100;

/// What somebody watches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Watched {
    Stats,
    Entry(EntryId),
    /// By its URI.
    OfPlugin(Arc<str>),
}

impl Watched {
    /// What is not isartor's own is a plugin's.
    pub fn of(uri: &str) -> Self {
        Self::parse(uri).unwrap_or_else(|| Self::OfPlugin(uri.into()))
    }

    /// None: it is not isartor's own.
    pub(super) fn parse(uri: &str) -> Option<Self> {
        if uri == STATS {
            return Some(Self::Stats);
        }
        let id = uri.strip_prefix(ENTRY_PREFIX)?;
        let is_canonical = id.bytes().all(|byte| byte.is_ascii_digit()) && (id == "0" || !id.starts_with('0'));
        is_canonical.then(|| id.parse().ok()).flatten().map(|id| Self::Entry(EntryId(id)))
    }

    pub fn uri(&self) -> String {
        match self {
            Self::Stats => STATS.to_owned(),
            Self::Entry(id) => entry_uri(*id),
            Self::OfPlugin(uri) => uri.to_string(),
        }
    }
}

/// The resources that exist without any plugin; the entries of a caller are listed apart from them.
pub(super) struct NativeResources {
    chat: Arc<Chat>,
    resources: [ResourceInfo; 1],
    templates: [TemplateInfo; 1],
}

impl NativeResources {
    pub(super) fn new(chat: Arc<Chat>) -> Self {
        Self { chat, resources: [stats()], templates: [entry_template()] }
    }
}

impl ResourceSource for NativeResources {
    fn plugin(&self) -> Option<&str> {
        None
    }

    fn resources(&self) -> &[ResourceInfo] {
        &self.resources
    }

    fn templates(&self) -> &[TemplateInfo] {
        &self.templates
    }

    fn fits(&self, uri: &str) -> bool {
        matches!(Watched::parse(uri), Some(Watched::Entry(_)))
    }

    fn read<'a>(&'a self, caller: &'a Caller, uri: &'a str) -> Giving<'a, ResourceContents> {
        Box::pin(read(&self.chat, caller, uri))
    }

    fn complete<'a>(
        &'a self,
        caller: &'a Caller,
        _: &'a str,
        variable: &'a str,
        value: &'a str,
    ) -> Giving<'a, Completion> {
        Box::pin(async move {
            match variable {
                ENTRY_VARIABLE => complete_entry(&self.chat, caller, value).await,
                _ => Ok(Completion::default()),
            }
        })
    }
}

/// What the figures say, for comparing them with what they said before.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsMark {
    revision: u64,
    semantic: LayerState,
    all: Option<Box<Figures>>,
}

impl StatsMark {
    /// Costs next to nothing, and differs when a caller would read other figures.
    pub fn of(chat: &Chat, caller: &Caller) -> Self {
        let is_admin = caller.permissions.contain(Permission::Admin);
        Self {
            revision: chat.cache().revision(caller.principal.as_str()),
            semantic: chat.semantic_layer(),
            // The history moves on by itself.
            all: is_admin.then(|| Box::new(Figures { hours: Vec::new(), days: Vec::new(), ..chat.figures() })),
        }
    }
}

pub(in crate::tools) fn entry_uri(id: EntryId) -> String {
    format!("{ENTRY_PREFIX}{}", id.0)
}

fn stats() -> ResourceInfo {
    ResourceInfo {
        uri: STATS.to_owned(),
        name: "stats".to_owned(),
        title: Some("What the cache holds and saved".to_owned()),
        description: Some("Your entries, namespaces and models; for administrators also hits and misses.".to_owned()),
        mime_type: Some(JSON.to_owned()),
    }
}

fn entry_template() -> TemplateInfo {
    TemplateInfo {
        uri_template: ENTRY_TEMPLATE.to_owned(),
        name: "cache-entry".to_owned(),
        title: Some("A stored answer".to_owned()),
        description: Some("One of your entries, by the number that isartor_chat returns as `entry`.".to_owned()),
        mime_type: Some(JSON.to_owned()),
    }
}

pub(super) async fn entries(
    chat: &Arc<Chat>,
    caller: &Caller,
    before: Option<EntryId>,
    limit: usize,
) -> Result<Entries, ResourceError> {
    let principal = caller.principal.as_str().to_owned();
    let listed = completions::off_the_runtime(chat, move |chat| {
        chat.cache().newest_of(&principal, None, before, limit.saturating_add(1), chat.now())
    });
    let mut listed = listed.await.map_err(ResourceError::Failed)?;
    let has_more = listed.len() > limit;
    listed.truncate(limit);
    let next = listed.last().filter(|_| has_more).map(|last| last.id);
    Ok(Entries { list: listed.iter().map(entry_info).collect(), next })
}

fn entry_info(listed: &Listed) -> ResourceInfo {
    let about = [("namespace", &listed.scope.namespace), ("model", &listed.model)];
    let about = about.into_iter().filter_map(|(what, name)| Some(format!("{what} {}", name.as_deref()?)));
    let about = about.collect::<Vec<_>>().join(", ");
    ResourceInfo {
        uri: entry_uri(listed.id),
        name: format!("cache/{}", listed.id.0),
        title: Some(visible::one_line(&listed.prompt, TITLE_CHARACTERS)),
        description: (!about.is_empty()).then_some(about),
        mime_type: Some(JSON.to_owned()),
    }
}

async fn read(chat: &Arc<Chat>, caller: &Caller, uri: &str) -> Result<ResourceContents, ResourceError> {
    let unknown = || ResourceError::Unknown { uri: uri.to_owned() };
    let text = match Watched::parse(uri).ok_or_else(unknown)? {
        Watched::Stats => stats_text(chat, caller).await?,
        Watched::Entry(id) => {
            let own = chat.cache().own(caller.principal.as_str(), id, chat.now()).map_err(|error| unread(&error))?;
            format!("{:#}", entry_body(&own.ok_or_else(unknown)?))
        }
        Watched::OfPlugin(_) => return Err(unknown()),
    };
    Ok(ResourceContents { mime_type: Some(JSON.to_owned()), body: Body::Text(text) })
}

pub(super) fn exists(chat: &Chat, caller: &Caller, id: EntryId) -> Result<bool, ResourceError> {
    let own = chat.cache().own(caller.principal.as_str(), id, chat.now()).map_err(|error| unread(&error))?;
    Ok(own.is_some())
}

async fn complete_entry(chat: &Arc<Chat>, caller: &Caller, value: &str) -> Result<Completion, ResourceError> {
    let (principal, value) = (caller.principal.as_str().to_owned(), value.to_owned());
    let newest = completions::off_the_runtime(chat, move |chat| {
        let begins = |id: EntryId| id.0.to_string().starts_with(&value);
        chat.cache().newest_ids(&principal, begins, SUGGESTED_MAX, chat.now())
    });
    let (ids, total) = newest.await.map_err(ResourceError::Failed)?;
    Ok(Completion { values: ids.iter().map(|id| id.0.to_string()).collect(), total })
}

/// The caller's own figures; those of everybody only for who may see them.
async fn stats_text(chat: &Arc<Chat>, caller: &Caller) -> Result<String, ResourceError> {
    let principal = caller.principal.as_str().to_owned();
    let owned = completions::off_the_runtime(chat, move |chat| chat.cache().owned_by(&principal, chat.now()));
    let owned = owned.await.map_err(ResourceError::Failed)?;
    let mut body = json!({
        "own": own_figures(&owned),
        "semantic": chat.semantic_layer().as_str(),
        "now_seconds": seconds(chat.now()),
    });
    if caller.permissions.contain(Permission::Admin) {
        body["entries"] = chat.entries().into();
        body["figures"] = serde_json::to_value(chat.figures()).expect("figures are numbers and names");
    }
    Ok(format!("{body:#}"))
}

fn own_figures(owned: &Owned) -> Value {
    json!({
        "entries": owned.entries,
        "text_bytes": owned.text_bytes,
        "namespaces": owned.namespaces.keys().take(NAMES_SHOWN).collect::<Vec<_>>(),
        "models": owned.models.iter().take(NAMES_SHOWN).collect::<Vec<_>>(),
    })
}

fn entry_body(listed: &Listed) -> Value {
    json!({
        "entry": listed.id.0.to_string(),
        "prompt": listed.prompt,
        "response": listed.response,
        "model": listed.model,
        "namespace": listed.scope.namespace,
        "created_seconds": seconds(listed.created),
        "expires_seconds": listed.expires.map(seconds),
        "exact_only": listed.is_exact_only,
        "complaints": listed.complaints,
    })
}

fn unread(error: &crate::cache::CacheError) -> ResourceError {
    tracing::error!(error = error as &dyn std::error::Error, "cannot read an entry");
    ResourceError::Failed("the cache could not be read; isartor's log says why".to_owned())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_uris_are_ours_and_each_has_one_spelling() {
        for (uri, expected) in [
            ("isartor://stats", Some(Watched::Stats)),
            ("isartor://cache/0", Some(Watched::Entry(EntryId(0)))),
            ("isartor://cache/17", Some(Watched::Entry(EntryId(17)))),
            ("isartor://cache/017", None),
            ("isartor://cache/+17", None),
            ("isartor://cache/", None),
            ("isartor://cache/17/", None),
            ("isartor://cache/99999999999999999999", None),
            ("isartor://stats/", None),
            ("isartor://other", None),
            ("ISARTOR://stats", None),
            ("file:///etc/passwd", None),
        ] {
            let watched = Watched::parse(uri);
            assert_eq!(watched, expected, "{uri}");
            assert!(watched.is_none_or(|watched| watched.uri() == uri));
        }
    }
}
