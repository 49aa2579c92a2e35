//! A request's body within its limits of size and time, for every route. Never holds more than one frame.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use hyper::body::{Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Sleep, sleep};

use super::error::ApiError;
use crate::settings::ServerSettings;

/// A body that is too long is read and dropped up to this many times its limit, so that its sender gets to read the
/// answer: closing a connection with unread input resets it.
const DRAIN_FACTOR: u64 = 4;

/// Why a body cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
    #[error("the body did not arrive in time")]
    TooSlow,
    #[error("the body ended before it was complete")]
    Incomplete(#[source] hyper::Error),
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

    /// Reads and drops what a refused request still sends, within limits.
    pub(super) async fn drain(mut self) {
        self.read_bytes = self.limit_bytes as u64;
        while let Some(Ok(_)) = std::future::poll_fn(|context| Pin::new(&mut self).poll_frame(context)).await {}
    }

    fn is_too_large(&self) -> bool {
        self.read_bytes > self.limit_bytes as u64
    }

    fn is_beyond_draining(&self) -> bool {
        self.read_bytes > (self.limit_bytes as u64).saturating_mul(DRAIN_FACTOR)
    }

    fn too_large(&self) -> BodyError {
        BodyError::TooLarge { limit_bytes: self.limit_bytes }
    }

    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let patience = self.patience;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(patience)));
        deadline.as_mut().poll(context)
    }
}

impl HttpBody for LimitedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) else {
                ready!(self.poll_deadline(context));
                return Poll::Ready(Some(Err(BodyError::TooSlow)));
            };
            match frame {
                Some(Ok(frame)) => {
                    self.read_bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                    if !self.is_too_large() {
                        return Poll::Ready(Some(Ok(frame)));
                    }
                    if self.is_beyond_draining() {
                        return Poll::Ready(Some(Err(self.too_large())));
                    }
                }
                None if self.is_too_large() => return Poll::Ready(Some(Err(self.too_large()))),
                None => return Poll::Ready(None),
                Some(Err(_)) if self.is_too_large() => return Poll::Ready(Some(Err(self.too_large()))),
                Some(Err(error)) => return Poll::Ready(Some(Err(BodyError::Incomplete(error)))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream() && !self.is_too_large()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The whole body.
pub(crate) async fn read(body: Body) -> Result<Bytes, ApiError> {
    to_bytes(body, usize::MAX).await.map_err(|error| refusal(&error))
}

fn refusal(error: &axum::Error) -> ApiError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        match error.downcast_ref::<BodyError>() {
            Some(BodyError::TooLarge { limit_bytes }) => return ApiError::BodyTooLarge { limit_bytes: *limit_bytes },
            Some(BodyError::TooSlow) => return ApiError::BodyTimeout,
            Some(BodyError::Incomplete(_)) => return ApiError::IncompleteBody,
            None => cause = error.source(),
        }
    }
    ApiError::IncompleteBody
}
