//! Which stream each message of the server belongs to. Holds the sending ends; sends nothing itself.

use std::collections::HashMap;
use std::time::Instant;

use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, GetExtensions, GetMeta, JsonRpcMessage, ProgressToken, RequestId,
    ServerJsonRpcMessage, ServerNotification,
};
use rmcp::service::OriginatingRequestId;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::replay::{Event, EventId, LISTENING, Replay};
use crate::mcp::incoming::Message;

/// Events that wait for a client to read them.
const STREAM_CAPACITY: usize = 32;
/// Streams that only listen; one more ends the oldest.
const MAX_LISTENERS: usize = 8;

/// A second request with the id of one that is not answered yet.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a request with the id {0} is not answered yet")]
pub(in crate::mcp) struct DuplicateRequest(RequestId);

struct Call {
    stream: u64,
    progress: Option<ProgressToken>,
}

/// The answers to one POST.
struct Answers {
    /// None once its client stopped reading.
    sender: Option<Sender<Event>>,
    outstanding: usize,
    /// Its client reads an event stream, and may come back for what it missed.
    is_streaming: bool,
}

pub(super) struct Routes {
    calls: HashMap<RequestId, Call>,
    answers: HashMap<u64, Answers>,
    listeners: Vec<Sender<Event>>,
    last_stream: u64,
    is_resumable: bool,
    pub(super) replay: Replay,
}

impl Routes {
    /// `is_resumable`: clients may come back for what they missed.
    pub(super) fn new(is_resumable: bool) -> Self {
        let (calls, answers, listeners) = (HashMap::new(), HashMap::new(), Vec::new());
        Self { calls, answers, listeners, last_stream: LISTENING, is_resumable, replay: Replay::default() }
    }

    /// Has the answers to `messages` go to a stream of their own. None: there is no request among them.
    pub(super) fn answer_apart(
        &mut self,
        messages: &[Message],
    ) -> Result<Option<(u64, Receiver<Event>)>, DuplicateRequest> {
        let stream = self.last_stream + 1;
        let outstanding = self.register(messages, stream)?;
        if outstanding == 0 {
            return Ok(None);
        }
        self.last_stream = stream;
        let (sender, receiver) = mpsc::channel(STREAM_CAPACITY);
        self.answers.insert(stream, Answers { sender: Some(sender), outstanding, is_streaming: false });
        Ok(Some((stream, receiver)))
    }

    /// Has the answers to `messages` go to the stream on which their client listens.
    pub(super) fn answer_to_listener(&mut self, messages: &[Message]) -> Result<(), DuplicateRequest> {
        self.register(messages, LISTENING).map(drop)
    }

    fn register(&mut self, messages: &[Message], stream: u64) -> Result<usize, DuplicateRequest> {
        let mut new: Vec<(RequestId, Call)> = Vec::new();
        for message in messages {
            let JsonRpcMessage::Request(request) = &**message else { continue };
            if self.calls.contains_key(&request.id) || new.iter().any(|(id, _)| *id == request.id) {
                return Err(DuplicateRequest(request.id.clone()));
            }
            let progress = request.request.get_meta().get_progress_token();
            new.push((request.id.clone(), Call { stream, progress }));
        }
        let count = new.len();
        self.calls.extend(new);
        Ok(count)
    }

    /// A cancelled request is not answered: its stream ends without.
    pub(super) fn forget_cancelled(&mut self, message: &ClientJsonRpcMessage) {
        let JsonRpcMessage::Notification(notification) = message else { return };
        let ClientNotification::CancelledNotification(cancelled) = &notification.notification else { return };
        let Some(call) = cancelled.params.request_id.as_ref().and_then(|id| self.calls.remove(id)) else { return };
        drop(self.answered(call.stream));
    }

    /// Where a message goes, and as what. None: nobody waits for it any more.
    pub(super) fn route(
        &mut self,
        message: &ServerJsonRpcMessage,
        data: String,
        now: Instant,
    ) -> Option<(Sender<Event>, Event)> {
        let (stream, is_answer) = match message {
            JsonRpcMessage::Response(response) => (self.calls.remove(&response.id)?.stream, true),
            JsonRpcMessage::Error(error) => (self.calls.remove(error.id.as_ref()?)?.stream, true),
            JsonRpcMessage::Request(request) => (self.stream_of(request.request.extensions().get()), false),
            JsonRpcMessage::Notification(said) => (self.stream_of_notification(&said.notification)?, false),
        };
        if stream == LISTENING {
            return self.for_listener(data, is_answer, now);
        }
        self.for_answers(stream, data, is_answer, now)
    }

    fn stream_of(&self, origin: Option<&OriginatingRequestId>) -> u64 {
        origin.and_then(|origin| self.calls.get(&origin.0)).map_or(LISTENING, |call| call.stream)
    }

    /// None: progress of what is over.
    fn stream_of_notification(&self, notification: &ServerNotification) -> Option<u64> {
        if let ServerNotification::ProgressNotification(progress) = notification {
            let token = &progress.params.progress_token;
            let of_call = self.calls.values().find(|call| call.progress.as_ref() == Some(token));
            return of_call.map(|call| call.stream);
        }
        Some(self.stream_of(notification.extensions().get()))
    }

    fn for_listener(&mut self, data: String, is_answer: bool, now: Instant) -> Option<(Sender<Event>, Event)> {
        self.listeners.retain(|listener| !listener.is_closed());
        let id = self.is_resumable.then(|| self.replay.keep(LISTENING, &data, is_answer, now));
        if let Some(listener) = self.listeners.first() {
            return Some((listener.clone(), Event { id, data, is_answer }));
        }
        if self.is_resumable {
            self.replay.last_is_unheard();
        }
        None
    }

    fn for_answers(
        &mut self,
        stream: u64,
        data: String,
        is_answer: bool,
        now: Instant,
    ) -> Option<(Sender<Event>, Event)> {
        let answers = self.answers.get_mut(&stream)?;
        answers.is_streaming |= !is_answer;
        let id = answers.is_streaming.then(|| self.replay.keep(stream, &data, is_answer, now));
        let sender = if is_answer { self.answered(stream) } else { answers.sender.clone() };
        sender.map(|sender| (sender, Event { id, data, is_answer }))
    }

    /// Counts one answer; with the last one the stream ends when its sender is dropped.
    fn answered(&mut self, stream: u64) -> Option<Sender<Event>> {
        let answers = self.answers.get_mut(&stream)?;
        answers.outstanding -= 1;
        if answers.outstanding > 0 {
            return answers.sender.clone();
        }
        self.answers.remove(&stream)?.sender
    }

    /// The answers to a POST become an event stream.
    pub(super) fn stream_answers(&mut self, stream: u64) {
        if let Some(answers) = self.answers.get_mut(&stream) {
            answers.is_streaming = true;
        }
    }

    /// What a new listener missed, and what it hears from now on.
    pub(super) fn listen(&mut self, after: Option<EventId>) -> (Vec<Event>, Receiver<Event>) {
        let missed = match after {
            Some(after) => self.replay.after(after),
            None => self.replay.unheard(),
        };
        self.listeners.retain(|listener| !listener.is_closed());
        if self.listeners.len() >= MAX_LISTENERS {
            self.listeners.remove(0);
        }
        let (sender, receiver) = mpsc::channel(STREAM_CAPACITY);
        self.listeners.push(sender);
        (missed, receiver)
    }

    /// What the stream of a POST said after an event, and what it says from now on unless it is over.
    pub(super) fn resume(&mut self, after: EventId) -> (Vec<Event>, Receiver<Event>) {
        let (sender, receiver) = mpsc::channel(STREAM_CAPACITY);
        if let Some(answers) = self.answers.get_mut(&after.stream) {
            answers.sender = Some(sender);
            answers.is_streaming = true;
        }
        (self.replay.after(after), receiver)
    }

    /// A stream whose client does not read.
    pub(super) fn give_up(&mut self, stream: &Sender<Event>) {
        self.listeners.retain(|listener| !listener.same_channel(stream));
        for answers in self.answers.values_mut() {
            answers.sender.take_if(|sender| sender.same_channel(stream));
        }
    }

    pub(super) fn stop_listening(&mut self) {
        self.listeners.clear();
    }

    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    pub(super) fn is_listening(&self) -> bool {
        self.listeners.iter().any(|listener| !listener.is_closed())
    }
}
