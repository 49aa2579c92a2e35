//! A request's body, read whole before any route sees it, within its limits of size and time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use hyper::body::{Bytes, Incoming};
use tokio::time::{Sleep, sleep};

use super::error::ApiError;
use super::limits::bodies::{Bodies, Held};
use crate::settings::ServerSettings;

/// A body that is too long is read and dropped up to this many times its limit, so that its sender gets to read the
/// answer: closing a connection with unread input resets it.
const DRAIN_FACTOR: u64 = 4;

/// A whole body, and the room that it takes until it was dealt with.
pub(super) struct Received<'a> {
    pub(super) bytes: Bytes,
    pub(super) held: Held<'a>,
}

/// What hyper reads, stopped at the limits.
pub(super) struct LimitedBody {
    incoming: Incoming,
    limit_bytes: usize,
    patience: Duration,
    read_bytes: u64,
    /// Set when the body is first waited for: most arrive with their head.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl LimitedBody {
    pub(super) fn new(incoming: Incoming, settings: &ServerSettings) -> Self {
        let (limit_bytes, patience) = (settings.max_body_bytes, settings.body_timeout);
        Self { incoming, limit_bytes, patience, read_bytes: 0, deadline: None }
    }

    /// The whole body. Copies and counts nothing when it arrived in one piece, as most do.
    pub(super) async fn read(mut self, bodies: &Bodies) -> Result<Received<'_>, ApiError> {
        let mut held = bodies.begin();
        let Some(first) = self.next().await? else { return Ok(Received { bytes: Bytes::new(), held }) };
        if self.incoming.is_end_stream() {
            return Ok(Received { bytes: first, held });
        }
        let mut whole = Vec::from(first);
        while let Some(more) = self.next().await? {
            if let Err(refusal) = self.make_room(&mut whole, more.len(), &mut held) {
                drop((whole, held));
                self.drain().await;
                return Err(refusal);
            }
            whole.extend_from_slice(&more);
        }
        Ok(Received { bytes: whole.into(), held })
    }

    /// Twice as much each time, so that little is copied, but never more than the body says it has.
    fn make_room(&self, whole: &mut Vec<u8>, more: usize, held: &mut Held<'_>) -> Result<(), ApiError> {
        let needed = whole.len() + more;
        if needed > whole.capacity() {
            let to_come = self.incoming.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
            let in_all = to_come.map_or(self.limit_bytes, |to_come| needed.saturating_add(to_come));
            let size = needed.saturating_mul(2).min(in_all).max(needed);
            held.grow_to(size)?;
            whole.reserve_exact(size - whole.len());
        }
        Ok(())
    }

    /// Reads and drops what a refused request still sends, within limits.
    pub(super) async fn drain(mut self) {
        self.read_bytes = self.limit_bytes as u64;
        while let Ok(Some(_)) = self.next().await {}
    }

    async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// What came of a body that is too long already is read and kept from its reader.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, ApiError>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) else {
                ready!(self.poll_deadline(context));
                return Poll::Ready(Err(ApiError::BodyTimeout));
            };
            let data = match frame {
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
                None | Some(Err(_)) if self.is_too_large() => return Poll::Ready(Err(self.too_large())),
                None => return Poll::Ready(Ok(None)),
                Some(Err(error)) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "a body broke off");
                    return Poll::Ready(Err(ApiError::IncompleteBody));
                }
            };
            self.read_bytes += data.len() as u64;
            if !self.is_too_large() {
                return Poll::Ready(Ok(Some(data)));
            }
            if self.is_beyond_draining() {
                return Poll::Ready(Err(self.too_large()));
            }
        }
    }

    fn is_too_large(&self) -> bool {
        self.read_bytes > self.limit_bytes as u64
    }

    fn is_beyond_draining(&self) -> bool {
        self.read_bytes > (self.limit_bytes as u64).saturating_mul(DRAIN_FACTOR)
    }

    fn too_large(&self) -> ApiError {
        ApiError::BodyTooLarge { limit_bytes: self.limit_bytes }
    }

    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let patience = self.patience;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(patience)));
        deadline.as_mut().poll(context)
    }
}

/// The body of a request that passed the edge, which has read it: all there, in one piece, and not copied.
pub(crate) async fn read(mut body: Body) -> Result<Bytes, ApiError> {
    let first = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
    let first = first.transpose().map_err(|_| ApiError::IncompleteBody)?;
    let first = first.and_then(|frame| frame.into_data().ok()).unwrap_or_default();
    if body.is_end_stream() {
        return Ok(first);
    }
    let rest = to_bytes(body, usize::MAX).await.map_err(|_| ApiError::IncompleteBody)?;
    Ok([first, rest].concat().into())
}
