//! Every HTTP route, as one table: what is answered where, and what it needs of whoever asks. The router is built from
//! the table, so there is no route without an entry.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on, on_service};

use super::audited::record_removal;
use super::cache_routes::{self, CacheEndpoint};
use super::error::{ApiError, json};
use super::health::Health;
use super::{Gateway, metrics};
use crate::audit::{Audit, AuthFailure, Event};
use crate::chat::{Access, Caller, Channel, Chat, Permission};

/// The path that answers without a key.
pub(super) const HEALTH_PATH: &str = "/health";

/// One method of one path.
#[derive(Debug)]
pub struct Route {
    pub method: Method,
    /// As the router matches it: `{entry}` stands for one segment.
    pub path: &'static str,
    pub needs: Need,
    endpoint: Endpoint,
}

/// What a route needs of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Answers without a key, and says less then.
    Nothing,
    Permission(Permission),
    /// A key, whatever it may do: each tool asks for its own permission.
    EachTool,
}

/// What answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Health,
    Metrics,
    Cache(CacheEndpoint),
    /// Streamable HTTP, and the event streams of the oldest version.
    Mcp,
}

/// Every route there is.
pub static ROUTES: &[Route] = &[
    route(Method::GET, HEALTH_PATH, Need::Nothing, Endpoint::Health),
    route(Method::GET, "/metrics", ADMIN, Endpoint::Metrics),
    route(Method::POST, "/mcp", Need::EachTool, Endpoint::Mcp),
    route(Method::GET, "/mcp", Need::EachTool, Endpoint::Mcp),
    route(Method::DELETE, "/mcp", Need::EachTool, Endpoint::Mcp),
    route(Method::POST, "/mcp/", Need::EachTool, Endpoint::Mcp),
    route(Method::GET, "/mcp/", Need::EachTool, Endpoint::Mcp),
    route(Method::DELETE, "/mcp/", Need::EachTool, Endpoint::Mcp),
    route(Method::GET, "/sse", Need::EachTool, Endpoint::Mcp),
    route(Method::POST, "/messages", Need::EachTool, Endpoint::Mcp),
    cache(Method::POST, "/api/v1/cache/lookup", READ, CacheEndpoint::Lookup),
    cache(Method::POST, "/api/v1/cache/store", WRITE, CacheEndpoint::Store),
    cache(Method::POST, "/api/v1/cache/feedback", WRITE, CacheEndpoint::Feedback),
    cache(Method::GET, "/api/v1/cache/entries", READ, CacheEndpoint::Entries),
    cache(Method::GET, "/api/v1/cache/entries/{entry}", READ, CacheEndpoint::Entry),
    cache(Method::DELETE, "/api/v1/cache/entries/{entry}", WRITE, CacheEndpoint::DeleteEntry),
    cache(Method::GET, "/api/v1/cache/export", READ, CacheEndpoint::Export),
    cache(Method::POST, "/api/v1/cache/import", WRITE, CacheEndpoint::Import),
    cache(Method::POST, "/api/v1/cache/delete", WRITE, CacheEndpoint::Delete),
    cache(Method::POST, "/api/v1/cache/clear", WRITE, CacheEndpoint::Clear),
    cache(Method::GET, "/api/v1/cache/stats", ADMIN, CacheEndpoint::Stats),
    cache(Method::POST, "/api/v1/cache/compact", ADMIN, CacheEndpoint::Compact),
];

const READ: Need = Need::Permission(Permission::Read);
const WRITE: Need = Need::Permission(Permission::Write);
const ADMIN: Need = Need::Permission(Permission::Admin);

const fn route(method: Method, path: &'static str, needs: Need, endpoint: Endpoint) -> Route {
    Route { method, path, needs, endpoint }
}

const fn cache(method: Method, path: &'static str, needs: Need, endpoint: CacheEndpoint) -> Route {
    route(method, path, needs, Endpoint::Cache(endpoint))
}

/// The table as a router. What `mcp` serves is reached through its entries only.
pub(super) fn router(gateway: &Arc<Gateway>, mcp: Router) -> Router {
    let mcp = mcp.fallback(not_found).method_not_allowed_fallback(method_not_allowed);
    let chat = &gateway.chat;
    let entrance = |route| Entrance { route, audit: Some(gateway.audit.clone()) };
    let answering = ROUTES.iter().map(|route| {
        let answering = match route.endpoint {
            Endpoint::Health => health(route, gateway),
            Endpoint::Metrics => entrance(route).answered(chat, |chat, _| async move { metrics::metrics(&chat) }),
            Endpoint::Cache(endpoint) if endpoint.removes() => {
                let recording = from_fn_with_state(gateway.audit.clone(), record_removal);
                cache_routes::answering(entrance(route), endpoint, chat).route_layer(recording)
            }
            Endpoint::Cache(endpoint) => cache_routes::answering(entrance(route), endpoint, chat),
            Endpoint::Mcp => on_service(route.filter(), mcp.clone()),
        };
        (route.path, answering)
    });
    built(answering)
}

/// The part of it that is about the cache alone, for whoever may do everything.
pub(super) fn cache_router(chat: &Arc<Chat>) -> Router {
    built(ROUTES.iter().filter_map(|route| match route.endpoint {
        Endpoint::Cache(endpoint) => {
            let entrance = Entrance { route, audit: None };
            Some((route.path, cache_routes::answering(entrance, endpoint, chat)))
        }
        Endpoint::Health | Endpoint::Metrics | Endpoint::Mcp => None,
    }))
}

/// All share one answer to unknown paths and methods.
fn built(answering: impl Iterator<Item = (&'static str, MethodRouter)>) -> Router {
    let router = answering.fold(Router::new(), |router, (path, answering)| router.route(path, answering));
    router.fallback(not_found).method_not_allowed_fallback(method_not_allowed)
}

/// A request that may be answered, and who asks.
pub(super) struct Asked {
    pub(super) caller: Caller,
    pub(super) request: Request,
}

/// A route as its requests come in.
pub(super) struct Entrance {
    route: &'static Route,
    /// Who hears of those that may not.
    audit: Option<Audit>,
}

impl Entrance {
    /// `handler` as the answer to this route, once the caller has what it needs.
    pub(super) fn answered<State, Handler, Answering>(self, state: &Arc<State>, handler: Handler) -> MethodRouter
    where
        State: Send + Sync + 'static,
        Handler: FnOnce(Arc<State>, Asked) -> Answering + Clone + Send + Sync + 'static,
        Answering: Future<Output = Result<Response, ApiError>> + Send,
    {
        let (filter, this, state) = (self.route.filter(), Arc::new(self), Arc::clone(state));
        on(filter, move |request: Request| async move { handler(state, this.admit(request)?).await })
    }

    /// A request that no guard has seen goes nowhere.
    fn admit(&self, mut request: Request) -> Result<Asked, ApiError> {
        let access: Access = request.extensions_mut().remove().ok_or(ApiError::Unauthorized)?;
        match self.route.needs {
            Need::Permission(needed) if !access.permissions.contain(needed) => {
                self.tell(&access, request.uri().path());
                Err(ApiError::InsufficientScope(needed))
            }
            Need::Permission(_) | Need::Nothing | Need::EachTool => {
                Ok(Asked { caller: Caller::admitted(access, Channel::Http), request })
            }
        }
    }

    fn tell(&self, access: &Access, path: &str) {
        if let (Some(audit), Some(key)) = (&self.audit, &access.key) {
            audit.record(Event::auth_failed_of(key, AuthFailure::NotPermitted, path, None));
        }
    }
}

impl Route {
    fn filter(&self) -> MethodFilter {
        MethodFilter::try_from(self.method.clone()).expect("the table holds methods of HTTP")
    }
}

/// Whoever has no key learns whether we are well, and nothing else.
fn health(route: &Route, gateway: &Arc<Gateway>) -> MethodRouter {
    let gateway = Arc::clone(gateway);
    on(route.filter(), move |request: Request| {
        let health = Health::of(&gateway);
        let is_known = request.extensions().get::<Access>().is_some();
        async move { if is_known { json(StatusCode::OK, &health) } else { json(StatusCode::OK, &health.in_brief()) } }
    })
}

async fn not_found() -> ApiError {
    ApiError::NotFound
}

async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_route_is_in_the_table_once_and_only_health_is_open() {
        let mut seen = BTreeSet::new();
        for route in ROUTES {
            assert!(seen.insert((route.path, route.method.as_str())), "{} {} is there twice", route.method, route.path);
            assert_eq!(route.needs == Need::Nothing, route.path == HEALTH_PATH, "{}", route.path);
            let changes = [Method::POST, Method::DELETE].contains(&route.method) && !route.path.ends_with("/lookup");
            if let Need::Permission(permission) = route.needs {
                assert_eq!(
                    changes,
                    permission == Permission::Write || route.path.ends_with("/compact"),
                    "{}",
                    route.path
                );
            }
        }
    }
}
