//! `/metrics`: the figures in the OpenMetrics text that Prometheus reads. Counts nothing itself.

use std::collections::BTreeMap;

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::Response;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::error::ApiError;
use crate::cache::Holdings;
use crate::chat::{Chat, Figures, LayerState};

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// One label and its value.
type Label = Vec<(&'static str, String)>;

pub(super) fn metrics(chat: &Chat) -> Result<Response, ApiError> {
    let mut registry = Registry::with_prefix("isartor");
    add_figures(&mut registry, &chat.figures());
    add_holdings(&mut registry, &chat.cache().holdings(), chat.entries(), chat.semantic_layer());
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot write the metrics");
        ApiError::Internal
    })?;
    let mut response = Response::new(text.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, MEDIA_TYPE);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

fn add_figures(registry: &mut Registry, figures: &Figures) {
    let hits = [("exact", figures.hits.exact), ("semantic", figures.hits.semantic)];
    family(registry, "hits", "Look-ups that were answered, by layer", "layer", hits);
    family(registry, "misses", "Look-ups that were not answered, by reason", "reason", named(&figures.misses));
    family(registry, "near_misses", "Misses by the policy, by reason", "reason", named(&figures.near_misses));
    family(registry, "refused_stores", "Answers that were not kept, by reason", "reason", named(&figures.refused));
    let said = figures.feedback;
    let said = [("right", said.right), ("wrong", said.wrong), ("ignored", said.ignored)];
    family(registry, "feedback", "What users said of answers", "verdict", said);
    let explored = figures.explored;
    let explored = [("agreed", explored.agreed), ("differed", explored.differed)];
    family(registry, "explored", "Hits that were answered as misses, by what was stored next", "outcome", explored);
    family(registry, "shadow_decisions", "Decisions of the policy in the shadow", "outcome", named(&figures.shadow));
    counter(registry, "stores", "Answers that were kept", figures.stored);
    counter(registry, "evictions", "Entries that left to make room", figures.evicted);
    counter(registry, "feedback_evictions", "Entries that left after complaints", figures.feedback.evicted);
    counter(registry, "expirations", "Entries that ended and left the disk", figures.expired);
    counter(registry, "saved_tokens", "Tokens that no model had to write, four bytes each", figures.saved.tokens);
    counter(registry, "saved_seconds", "Time that no model took, fifty tokens a second", figures.saved.seconds);
    let client = |count: fn(&crate::chat::statistics::ClientFigures) -> u64| {
        figures.clients.iter().map(move |(name, figures)| (name.as_str(), count(figures)))
    };
    family(registry, "client_hits", "Look-ups that were answered, by client", "client", client(|client| client.hits));
    family(registry, "client_misses", "Look-ups that were not, by client", "client", client(|client| client.misses));
}

fn add_holdings(registry: &mut Registry, holdings: &Holdings, live: usize, semantic: LayerState) {
    gauge(registry, "entries", "Entries that may be served", live as u64);
    gauge(registry, "text_bytes", "Bytes of questions and answers", holdings.text_bytes);
    gauge(registry, "file_bytes", "Bytes of the database", holdings.file_bytes);
    gauge(registry, "storing", "Whether answers can be stored", u64::from(holdings.trouble.is_none()));
    gauge(registry, "semantic_active", "Whether the semantic tier answers", u64::from(semantic == LayerState::Active));
}

fn named(counts: &BTreeMap<String, u64>) -> impl Iterator<Item = (&str, u64)> {
    counts.iter().map(|(name, count)| (name.as_str(), *count))
}

fn family<'a>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    counts: impl IntoIterator<Item = (&'a str, u64)>,
) {
    let family = Family::<Label, Counter>::default();
    for (value, count) in counts {
        family.get_or_create(&vec![(label, value.to_owned())]).inc_by(count);
    }
    registry.register(name, help, family);
}

fn counter(registry: &mut Registry, name: &str, help: &str, count: u64) {
    let counter = Counter::<u64>::default();
    counter.inc_by(count);
    registry.register(name, help, counter);
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let gauge = Gauge::<i64>::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    registry.register(name, help, gauge);
}
