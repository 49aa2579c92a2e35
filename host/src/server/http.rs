//! HTTP/1.1 on an accepted connection: its time limits, the guard, then the router. Never lets a request past the
//! guard.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

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
use crate::settings::Settings;

/// A head must be complete this long after its connection was opened or last answered.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// What every connection shares. Cheap to clone.
#[derive(Clone)]
pub(super) struct Http {
    guard: Arc<Guard>,
    router: Router,
    protocol: http1::Builder,
    max_body_bytes: usize,
}

impl Http {
    pub(super) fn new(router: Router, address: SocketAddr, settings: &Settings) -> Self {
        let max_body_bytes = settings.server.max_body_bytes;
        let guard = Arc::new(Guard::new(address, settings.gateway_api_key.clone(), max_body_bytes));
        let mut protocol = http1::Builder::new();
        protocol.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).max_buf_size(MAX_HEAD_BYTES);
        Self { guard, router, protocol, max_body_bytes }
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
        let mut request = request.map(|body| LimitedBody::new(body, self.max_body_bytes));
        let mut router = self.router.clone();
        async move {
            match admitted {
                Ok(principal) => {
                    if let Some(principal) = principal {
                        request.extensions_mut().insert(principal);
                    }
                    router.call(request).await
                }
                Err(refusal) => {
                    if !expects_continue {
                        request.into_body().drain().await;
                    }
                    Ok(refusal.into_response())
                }
            }
        }
    }
}
