//! How much is served at a time and how fast anybody may ask. Turns away at once, before any work is done; nobody
//! waits in a queue.

pub(super) mod addresses;
pub(super) mod bodies;
pub(super) mod json_shape;
pub(super) mod rates;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::Error;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::error::ApiError;

/// Room for the requests that are worked on at once. A request is worked on from when its body is here until its
/// answer is: who sends slowly or reads slowly takes no room from others, nor who listens for hours to what may happen.
/// These the limit of connections bounds.
#[derive(Debug)]
pub(super) struct Room {
    taken: Arc<AtomicUsize>,
    most: usize,
}

/// One request's part of the room, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a>(&'a AtomicUsize);

impl Room {
    pub(super) fn new(most: usize) -> Self {
        Self { taken: Arc::default(), most }
    }

    pub(super) fn enter(&self) -> Result<Place<'_>, ApiError> {
        let others = self.taken.fetch_add(1, Ordering::Relaxed);
        let place = Place(&self.taken);
        if others < self.most { Ok(place) } else { Err(ApiError::Overloaded) }
    }

    /// An answer that begins before the work is done, and keeps the place of the request until it ends.
    pub(super) fn until_end_of(&self, answer: Body, place: Place<'_>) -> Body {
        let taken = Arc::clone(&self.taken);
        // The place goes to the answer: it is not given back here.
        std::mem::forget(place);
        Body::new(LongAnswer { answer, taken })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

struct LongAnswer {
    answer: Body,
    taken: Arc<AtomicUsize>,
}

impl Drop for LongAnswer {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HttpBody for LongAnswer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.answer).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.answer.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.answer.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_leaves_or_was_turned_away_leaves_room() {
        let room = Room::new(2);
        let (first, second) = (room.enter().unwrap(), room.enter().unwrap());
        for _ in 0..3 {
            assert_eq!(room.enter().unwrap_err(), ApiError::Overloaded);
        }
        drop(first);
        let third = room.enter().unwrap();
        assert_eq!(room.enter().unwrap_err(), ApiError::Overloaded);
        let answer = room.until_end_of(Body::empty(), second);
        assert_eq!(room.enter().unwrap_err(), ApiError::Overloaded);
        drop((answer, third));
        assert_eq!(room.taken.load(Ordering::Relaxed), 0);
    }
}
