//! HTTP/1.1 on an accepted connection: its time limits, the guard, the body, then the router. Never lets a request
//! past the guard, nor a body past its limits.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::EXPECT;
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::Service;

use super::Gateway;
use super::body::{LimitedBody, Received};
use super::error::ApiError;
use super::guard::{self, Admission, Admitted, Guard, Peer};
use super::head_timer::HeadTimer;
use super::json_rpc;
use super::limits::Room;
use super::limits::addresses::Addresses;
use super::limits::bodies::Bodies;
use super::limits::json_shape::{is_ambiguous_message, is_deeper_than};
use super::patient_stream::PatientStream;
use crate::chat::Access;
use crate::settings::Settings;

const MAX_HEAD_BYTES: usize = 32 * 1024;
/// Of bytes that were read and not yet used; a head must fit.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// What every connection shares.
pub(super) struct Http {
    guard: Guard,
    router: Router,
    room: Room,
    bodies: Bodies,
    addresses: Arc<Addresses>,
    protocol: http1::Builder,
    settings: Arc<Settings>,
}

impl Http {
    pub(super) fn new(router: Router, address: SocketAddr, gateway: &Gateway) -> Self {
        let settings = Arc::clone(&gateway.settings);
        let server = &settings.server;
        let mut protocol = http1::Builder::new();
        protocol
            .header_read_timeout(server.head_timeout)
            .max_header_size(MAX_HEAD_BYTES)
            .max_buf_size(MAX_BUFFER_BYTES);
        let guard = Guard::new(address, &settings, Arc::clone(&gateway.keys), gateway.audit.clone());
        let room = Room::new(server.limits.max_requests_in_flight);
        let bodies = Bodies::new(server.limits.max_total_body_bytes);
        let addresses = Addresses::new(server.limits.max_connections_per_address);
        Self { guard, router, room, bodies, addresses, protocol, settings }
    }

    /// A connection as it is served until it ends. None: it is lost, or its address has enough of them.
    pub(super) fn welcome(
        self: &Arc<Self>,
        stream: TcpStream,
        shutdown: CancellationToken,
    ) -> Option<impl Future<Output = ()> + use<>> {
        let peer = self.peer(&stream)?;
        let seat = match peer.stranger() {
            Some(address) => Some(self.addresses.enter(address)?),
            None => None,
        };
        let this = Arc::clone(self);
        Some(async move {
            this.serve(stream, peer, shutdown).await;
            drop(seat);
        })
    }

    fn peer(&self, stream: &TcpStream) -> Option<Peer> {
        match (stream.peer_addr(), stream.local_addr()) {
            (Ok(theirs), Ok(ours)) => Some(self.guard.peer(theirs.ip(), ours.ip())),
            (Err(error), _) | (_, Err(error)) => {
                tracing::debug!(%error, "a connection was lost");
                None
            }
        }
    }

    /// After `shutdown` it may finish the request it is at.
    async fn serve(&self, stream: TcpStream, peer: Peer, shutdown: CancellationToken) {
        let stream = TokioIo::new(PatientStream::new(stream, self.patience_with_readers()));
        let service = service_fn(|request| self.answer(request, &peer));
        let mut protocol = self.protocol.clone();
        protocol.timer(HeadTimer::default());
        let mut connection = pin!(protocol.serve_connection(stream, service));
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

    /// Who does not read an answer gets as long as who does not send a body.
    fn patience_with_readers(&self) -> Duration {
        self.settings.server.body_timeout
    }

    async fn answer(&self, mut request: Request<Incoming>, peer: &Peer) -> Result<Response, Infallible> {
        let Admission { page, verdict } = self.guard.admit(&mut request, peer);
        let mut response = match verdict {
            Ok(Admitted::Request(access)) => self.serve_admitted(request, access).await,
            Ok(Admitted::Preflight) => guard::preflight(request.headers()),
            Err(refusal) => self.send_away(request, &refusal).await,
        };
        if let Some(origin) = page {
            guard::let_read(origin, &mut response);
        }
        Ok(response)
    }

    async fn send_away(&self, request: Request<Incoming>, refusal: &ApiError) -> Response {
        let speaks_json_rpc = json_rpc::is_spoken_at(request.uri().path());
        if !request.headers().contains_key(EXPECT) {
            LimitedBody::new(request.into_body(), &self.settings.server).drain().await;
        }
        refused(refusal, speaks_json_rpc)
    }

    /// Takes room for the work only once the body is here: who sends slowly keeps it from nobody.
    async fn serve_admitted(&self, request: Request<Incoming>, access: Option<Access>) -> Response {
        let (mut head, body) = request.into_parts();
        let speaks_json_rpc = json_rpc::is_spoken_at(head.uri.path());
        let received = self.receive(body, speaks_json_rpc).await;
        match received.and_then(|body| Ok((body, self.room.enter()?))) {
            Ok((Received { bytes, held }, place)) => {
                if let Some(access) = access {
                    head.extensions.insert(access);
                }
                let may_go_on = speaks_json_rpc && !json_rpc::only_listens(&head);
                let Ok(response) = self.router.clone().call(Request::from_parts(head, Body::from(bytes))).await;
                drop(held);
                let goes_on = may_go_on && json_rpc::is_stream(&response);
                if goes_on { response.map(|answer| self.room.until_end_of(answer, place)) } else { response }
            }
            Err(refusal) => refused(&refusal, speaks_json_rpc),
        }
    }

    /// The body, whole and of a shape that is safe to parse.
    async fn receive(&self, body: Incoming, speaks_json_rpc: bool) -> Result<Received<'_>, ApiError> {
        if body.is_end_stream() {
            return Ok(Received { bytes: Bytes::new(), held: self.bodies.begin() });
        }
        let server = &self.settings.server;
        let body = LimitedBody::new(body, server).read(&self.bodies).await?;
        let limit_levels = server.limits.max_json_depth;
        if is_deeper_than(&body.bytes, limit_levels) {
            Err(ApiError::JsonTooDeep { limit_levels })
        } else if speaks_json_rpc && is_ambiguous_message(&body.bytes) {
            Err(ApiError::AmbiguousMessage)
        } else {
            Ok(body)
        }
    }
}

/// In words that the client of this path understands: most show their user nothing else.
fn refused(refusal: &ApiError, speaks_json_rpc: bool) -> Response {
    tracing::debug!(code = refusal.code(), "refused a request");
    if speaks_json_rpc { json_rpc::refusal(refusal) } else { refusal.clone().into_response() }
}
