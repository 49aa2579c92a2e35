//! Entries and figures as callers see them.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::cache::Listed;
use crate::chat::{Chat, Figures, Hit, Layer, Miss};

#[derive(Serialize)]
pub(super) struct Listing<Entry> {
    pub(super) entries: Vec<Entry>,
    /// After which entry the next page begins; null at the end.
    pub(super) next: Option<String>,
}

/// An entry in a list, or in full, which is also a line of an export.
#[derive(Serialize)]
pub(super) struct EntryBody<'a> {
    entry: String,
    prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a str>,
    response_bytes: usize,
    model: Option<&'a str>,
    namespace: Option<&'a str>,
    context: Option<String>,
    created_seconds: u64,
    expires_seconds: Option<u64>,
    client: Option<&'a str>,
    session: Option<&'a str>,
    key: Option<&'a str>,
    exact_only: bool,
    complaints: u32,
    threshold: f32,
}

/// What the cache holds, and what it was good for.
#[derive(Serialize)]
pub(super) struct StatsBody {
    /// Live ones.
    entries: usize,
    /// With those that ended and are still on disk.
    entries_on_disk: usize,
    text_bytes: u64,
    file_bytes: u64,
    semantic: &'static str,
    /// Which policy decides beside the active one, serving nothing.
    shadow_policy: Option<String>,
    trouble: Option<String>,
    now_seconds: u64,
    #[serde(flatten)]
    figures: Figures,
}

#[derive(Serialize)]
pub(super) struct HitBody<'a> {
    hit: bool,
    layer: &'static str,
    response: &'a str,
    score: f32,
    age_seconds: u64,
    matched_prompt: &'a str,
    entry: String,
}

#[derive(Serialize)]
pub(super) struct MissBody {
    hit: bool,
    reason: &'static str,
}

#[derive(Serialize)]
pub(super) struct StoredBody {
    pub(super) stored: bool,
    pub(super) entry: String,
}

impl<'a> From<&'a Hit> for HitBody<'a> {
    fn from(hit: &'a Hit) -> Self {
        let layer = match hit.layer {
            Layer::Exact => "exact",
            Layer::Semantic => "semantic",
        };
        Self {
            hit: true,
            layer,
            response: &hit.response,
            score: hit.score,
            age_seconds: hit.age.as_secs(),
            matched_prompt: &hit.matched_prompt,
            entry: hit.entry.0.to_string(),
        }
    }
}

impl From<Miss> for MissBody {
    fn from(miss: Miss) -> Self {
        Self { hit: false, reason: miss.code() }
    }
}

impl<'a> EntryBody<'a> {
    pub(super) fn in_a_list(listed: &'a Listed) -> Self {
        Self { response: None, ..Self::in_full(listed) }
    }

    pub(super) fn in_full(listed: &'a Listed) -> Self {
        Self {
            entry: listed.id.0.to_string(),
            prompt: &listed.prompt,
            response: Some(&listed.response),
            response_bytes: listed.response.len(),
            model: listed.model.as_deref(),
            namespace: listed.scope.namespace.as_deref(),
            context: listed.scope.context.map(|context| context.to_string()),
            created_seconds: seconds(listed.created),
            expires_seconds: listed.expires.map(seconds),
            client: listed.provenance.client.as_deref(),
            session: listed.provenance.session.as_deref(),
            key: listed.provenance.key.as_deref(),
            exact_only: listed.is_exact_only,
            complaints: listed.complaints,
            threshold: listed.threshold,
        }
    }
}

impl StatsBody {
    pub(super) fn of(chat: &Chat) -> Self {
        let holdings = chat.cache().holdings();
        Self {
            entries: chat.entries(),
            entries_on_disk: holdings.entries,
            text_bytes: holdings.text_bytes,
            file_bytes: holdings.file_bytes,
            semantic: chat.semantic_layer().as_str(),
            shadow_policy: chat.shadow().map(|(policy, _)| policy.to_owned()),
            trouble: holdings.trouble.as_ref().map(ToString::to_string),
            now_seconds: seconds(chat.now()),
            figures: chat.figures(),
        }
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}
