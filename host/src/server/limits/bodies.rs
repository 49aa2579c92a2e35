//! How many bytes of bodies are held at a time, over all connections. What is short is never counted nor turned away: it
//! is the limit of connections that bounds it.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::server::error::ApiError;

/// As much as any connection may have in its buffer anyway.
const UNCOUNTED_BYTES: usize = 64 * 1024;

#[derive(Debug)]
pub(in crate::server) struct Bodies {
    held_bytes: AtomicUsize,
    most_bytes: usize,
}

/// What one body takes, until it is dropped.
#[derive(Debug)]
pub(in crate::server) struct Held<'a> {
    bodies: &'a Bodies,
    bytes: usize,
}

impl Bodies {
    pub(in crate::server) fn new(most_bytes: usize) -> Self {
        Self { held_bytes: AtomicUsize::new(0), most_bytes }
    }

    /// A body of which nothing is here yet.
    pub(in crate::server) fn begin(&self) -> Held<'_> {
        Held { bodies: self, bytes: 0 }
    }
}

impl Held<'_> {
    /// Counts memory for a body that has become this large. Where the others leave too little, it stays as it was.
    pub(in crate::server) fn grow_to(&mut self, size_bytes: usize) -> Result<(), ApiError> {
        let counted = size_bytes.saturating_sub(UNCOUNTED_BYTES);
        let Some(more) = counted.checked_sub(self.bytes).filter(|more| *more > 0) else { return Ok(()) };
        let Bodies { held_bytes, most_bytes } = self.bodies;
        let with = |held: usize| held.checked_add(more).filter(|all| all <= most_bytes);
        match held_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with) {
            Ok(_) => {
                self.bytes = counted;
                Ok(())
            }
            Err(_) => Err(ApiError::Overloaded),
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.bodies.held_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_free_and_what_is_over_gives_its_room_back() {
        let bodies = Bodies::new(1_000);
        let of = |bytes: usize| UNCOUNTED_BYTES + bytes;
        let (mut short, mut large, mut late) = (bodies.begin(), bodies.begin(), bodies.begin());
        assert_eq!((large.grow_to(of(600)), large.grow_to(of(200)), large.grow_to(of(900))), (Ok(()), Ok(()), Ok(())));
        assert_eq!(late.grow_to(of(101)), Err(ApiError::Overloaded));
        assert_eq!((late.grow_to(of(100)), short.grow_to(of(0))), (Ok(()), Ok(())));
        assert_eq!(late.grow_to(usize::MAX), Err(ApiError::Overloaded));
        drop(large);
        assert_eq!(late.grow_to(of(1_000)), Ok(()));
        drop((short, late));
        assert_eq!(bodies.held_bytes.load(Ordering::Relaxed), 0);
    }
}
