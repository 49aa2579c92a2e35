//! What 2026-07-28 wants in results and earlier versions do not know: who the server is, and how long a result is fresh.

use rmcp::RoleServer;
use rmcp::model::{CacheScope, MetaObject, ProtocolVersion};
use rmcp::service::RequestContext;
use serde_json::{Map, Value};

use crate::server::VERSION;

const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// How long what only another isartor says differently is fresh, what plugins can change, and what any call can change.
pub(super) const DISCOVERY_FRESH_MILLISECONDS: u64 = 3_600_000;
pub(super) const LIST_FRESH_MILLISECONDS: u64 = 10_000;
pub(super) const CONTENT_FRESH_MILLISECONDS: u64 = 0;

/// What a result carries beside what it says.
pub(super) struct Extras {
    pub(super) meta: Option<MetaObject>,
    pub(super) ttl_ms: Option<u64>,
    pub(super) cache_scope: Option<CacheScope>,
}

impl Extras {
    /// Nothing for a peer that would not know it. Nobody but the caller may keep a result: what is listed depends on the
    /// key.
    pub(super) fn of(context: &RequestContext<RoleServer>, fresh_milliseconds: u64) -> Self {
        match is_modern(context) {
            true => Self {
                meta: Some(server_info()),
                ttl_ms: Some(fresh_milliseconds),
                cache_scope: Some(CacheScope::Private),
            },
            false => Self { meta: None, ttl_ms: None, cache_scope: None },
        }
    }
}

pub(super) fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    let version = context.protocol_version();
    version.is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// For each result of a modern peer, so no more than the protocol asks for.
pub(super) fn server_info() -> MetaObject {
    let mut info = Map::new();
    info.insert("name".to_owned(), Value::from("isartor"));
    info.insert("version".to_owned(), Value::from(VERSION));
    let mut meta = MetaObject::new();
    meta.insert(SERVER_INFO.to_owned(), Value::Object(info));
    meta
}
