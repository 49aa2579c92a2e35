//! HTTP/1.1 on an accepted connection: its time limits, the guard, then the router. Never lets a request past the
//! guard.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::http::header::EXPECT;
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::Service;

use super::body::LimitedBody;
use super::guard::Guard;
use super::keys::KeysInUse;
use crate::settings::Settings;

const MAX_HEAD_BYTES: usize = 64 * 1024;

/// What every connection shares. Cheap to clone.
#[derive(Clone)]
pub(super) struct Http {
    guard: Arc<Guard>,
    router: Router,
    protocol: http1::Builder,
    settings: Arc<Settings>,
}

impl Http {
    pub(super) fn new(router: Router, address: SocketAddr, settings: Arc<Settings>, keys: Arc<KeysInUse>) -> Self {
        let server = &settings.server;
        let guard = Arc::new(Guard::new(address, keys, server.max_body_bytes));
        let mut protocol = http1::Builder::new();
        protocol.timer(TokioTimer::new()).header_read_timeout(server.head_timeout).max_buf_size(MAX_HEAD_BYTES);
        Self { guard, router, protocol, settings }
    }

    /// Serves one connection until it ends; after `shutdown` it may finish the request it is at.
    pub(super) async fn serve(self, stream: TcpStream, shutdown: CancellationToken) {
        let protocol = self.protocol.clone();
        let service = service_fn(move |request| self.answer(request));
        let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended early");
        }
    }

    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Result<Response, Infallible>> + use<> {
        let admitted = self.guard.admit(&request);
        let expects_continue = request.headers().contains_key(EXPECT);
        let mut request = request.map(|body| LimitedBody::new(body, &self.settings.server));
        let mut router = self.router.clone();
        async move {
            match admitted {
                Ok(access) => {
                    if let Some(access) = access {
                        request.extensions_mut().insert(access);
                    }
                    router.call(request).await
                }
                Err(refusal) => {
                    tracing::debug!(code = refusal.code(), "refused a request");
                    if !expects_continue {
                        request.into_body().drain().await;
                    }
                    Ok(refusal.into_response())
                }
            }
        }
    }
}
