//! A stream on which a client only listens ends with what the client was let in with; a call that has begun is answered
//! all the same. Knows no key.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Error;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::request::Parts;
use axum::response::Response;
use hyper::body::Frame;

use super::guard::Credentials;
use super::keys::KeysInUse;

/// The end of what a request was let in with.
pub(crate) struct EndOfAdmission(Pin<Box<dyn Future<Output = ()> + Send>>);

impl EndOfAdmission {
    /// None: nobody has let the request in.
    pub(crate) fn of(head: &Parts, keys: &Arc<KeysInUse>) -> Option<Self> {
        Credentials::of(head, keys).map(|credentials| Self(Box::pin(credentials.ended())))
    }

    /// The same answer, which is over when that has come.
    pub(crate) fn bound(self, answer: Response) -> Response {
        answer.map(|body| Body::new(Listened { body, end: self.0 }))
    }
}

struct Listened {
    body: Body,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl HttpBody for Listened {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.end.as_mut().poll(context).is_ready() {
            self.body = Body::empty();
            // Who asks again hears the same.
            self.end = Box::pin(std::future::ready(()));
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }
}
