//! The events of one session that may have to be sent again. Bounded in number, bytes and age; what falls out is lost.

use std::collections::VecDeque;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;
use std::time::{Duration, Instant};

const MAX_EVENTS: usize = 256;
const MAX_BYTES: usize = 512 * 1024;
const MAX_AGE: Duration = Duration::from_secs(5 * 60);

/// The stream on which a client only listens.
pub(super) const LISTENING: u64 = 0;

/// Which event of which stream: what a client names to go on after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mcp) struct EventId {
    pub(super) stream: u64,
    /// Counted over all streams of the session, from 1.
    pub(super) number: u64,
}

impl Display for EventId {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.stream, self.number)
    }
}

/// It was not one of ours.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mcp) struct NoEventId;

impl FromStr for EventId {
    type Err = NoEventId;

    fn from_str(text: &str) -> Result<Self, NoEventId> {
        let (stream, number) = text.split_once('-').ok_or(NoEventId)?;
        let whole = |text: &str| text.parse().map_err(|_| NoEventId);
        Ok(Self { stream: whole(stream)?, number: whole(number)? })
    }
}

/// One message for the client, as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mcp) struct Event {
    /// None where nobody can ask for it again.
    pub(in crate::mcp) id: Option<EventId>,
    pub(in crate::mcp) data: String,
    /// Whether it answers a request.
    pub(in crate::mcp) is_answer: bool,
}

#[derive(Debug)]
struct Kept {
    id: EventId,
    data: String,
    kept: Instant,
    is_answer: bool,
    /// Nobody listened when it came.
    is_unheard: bool,
}

impl Kept {
    fn told(&mut self) -> Event {
        self.is_unheard = false;
        Event { id: Some(self.id), data: self.data.clone(), is_answer: self.is_answer }
    }
}

#[derive(Debug, Default)]
pub(super) struct Replay {
    events: VecDeque<Kept>,
    bytes: usize,
    last_number: u64,
}

impl Replay {
    pub(super) fn keep(&mut self, stream: u64, data: &str, is_answer: bool, now: Instant) -> EventId {
        self.last_number += 1;
        let id = EventId { stream, number: self.last_number };
        self.bytes += data.len();
        self.events.push_back(Kept { id, data: data.to_owned(), kept: now, is_answer, is_unheard: false });
        self.forget_old(now);
        id
    }

    /// Drops what is too old, and what is too much.
    pub(super) fn forget_old(&mut self, now: Instant) {
        while let Some(oldest) = self.events.front() {
            let is_old = now.saturating_duration_since(oldest.kept) > MAX_AGE;
            if !is_old && self.bytes <= MAX_BYTES && self.events.len() <= MAX_EVENTS {
                break;
            }
            self.bytes -= oldest.data.len();
            self.events.pop_front();
        }
    }

    /// The last event was for those who listen, and nobody does.
    pub(super) fn last_is_unheard(&mut self) {
        if let Some(last) = self.events.back_mut() {
            last.is_unheard = true;
        }
    }

    /// What came for those who listen while nobody did; each is told once.
    pub(super) fn unheard(&mut self) -> Vec<Event> {
        let unheard = self.events.iter_mut().filter(|kept| kept.is_unheard);
        unheard.map(Kept::told).collect()
    }

    /// What the stream of `id` said after it.
    pub(super) fn after(&mut self, id: EventId) -> Vec<Event> {
        let later = self.events.iter_mut().filter(|kept| kept.id.stream == id.stream && kept.id.number > id.number);
        later.map(Kept::told).collect()
    }

    /// Where a stream begins that is heard from now on.
    pub(super) fn now(&self, stream: u64) -> EventId {
        EventId { stream, number: self.last_number }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(events: &[Event]) -> Vec<&str> {
        events.iter().map(|event| event.data.as_str()).collect()
    }

    #[test]
    fn a_stream_goes_on_after_its_own_event() {
        let (mut replay, now) = (Replay::default(), Instant::now());
        let first = replay.keep(1, "a", false, now);
        replay.keep(2, "other", false, now);
        replay.keep(1, "b", true, now);
        assert_eq!(data(&replay.after(first)), ["b"]);
        assert_eq!(data(&replay.after(EventId { stream: 1, number: 0 })), ["a", "b"]);
        assert!(replay.after(replay.now(1)).is_empty());
    }

    #[test]
    fn what_nobody_heard_is_told_once() {
        let (mut replay, now) = (Replay::default(), Instant::now());
        replay.keep(LISTENING, "heard", false, now);
        replay.keep(LISTENING, "unheard", false, now);
        replay.last_is_unheard();
        assert_eq!(data(&replay.unheard()), ["unheard"]);
        assert!(replay.unheard().is_empty());
    }

    #[test]
    fn it_is_bounded_in_number_bytes_and_age() {
        let (mut replay, now) = (Replay::default(), Instant::now());
        let begin = EventId { stream: 1, number: 0 };
        for _ in 0..MAX_EVENTS + 10 {
            replay.keep(1, "x", false, now);
        }
        assert_eq!(replay.after(begin).len(), MAX_EVENTS);
        replay.keep(1, &"x".repeat(MAX_BYTES), false, now);
        assert_eq!(replay.after(begin).len(), 1, "the longest that fits");
        replay.keep(1, &"x".repeat(MAX_BYTES + 1), false, now);
        assert_eq!((replay.after(begin).len(), replay.bytes), (0, 0));
        replay.keep(1, "old", false, now);
        replay.forget_old(now + MAX_AGE + Duration::from_secs(1));
        assert!(replay.after(begin).is_empty());
    }

    #[test]
    fn only_our_event_ids_are_read() {
        for (text, expected) in [
            ("1-2", Ok(EventId { stream: 1, number: 2 })),
            ("0-0", Ok(EventId { stream: 0, number: 0 })),
            ("1", Err(NoEventId)),
            ("1-", Err(NoEventId)),
            ("-1-2", Err(NoEventId)),
            ("1-2-3", Err(NoEventId)),
            ("", Err(NoEventId)),
            ("99999999999999999999-1", Err(NoEventId)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
    }
}
