//! Between client and gateway: what the bridge answers itself, what it passes on as it is, and what becomes of a
//! request whose gateway is gone. Never holds its lock while it writes to the client.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rmcp::model::{ConstString, RequestId, ToolListChangedNotificationMethod};

use super::Options;
use super::answers::{self, Own};
use super::client::Client;
use super::ledger::{Carrier, Kind, Open};
use super::message::{self, Malformed, Message};
use super::unavailable::Unavailable;
use super::upstream::{Opening, Upstream};

/// How long the open requests of a client that sends nothing more are waited for: it ends us soon after.
const CLOSING_PATIENCE: Duration = Duration::from_millis(1300);

pub(super) struct Relay {
    pub(super) options: Options,
    pub(super) client: Client,
    upstream: Mutex<Upstream>,
}

impl Relay {
    pub(super) fn new(options: Options, client: Client) -> Self {
        Self { options, client, upstream: Mutex::new(Upstream::new()) }
    }

    fn upstream(&self) -> MutexGuard<'_, Upstream> {
        self.upstream.lock().expect("nothing panics while holding the upstream")
    }

    /// One line of the client, with its line end.
    pub(super) fn client_line(self: &Arc<Self>, line: &[u8]) {
        match message::parse(line) {
            Ok(Message::Request { id, method }) => self.request(id, &method, line),
            Ok(Message::Notification { method }) => self.notification(&method, line),
            Ok(Message::Response { .. }) => self.upstream().pass(line),
            Err(malformed) => self.malformed(&malformed),
        }
    }

    pub(super) fn malformed(&self, malformed: &Malformed) {
        self.client.write(&answers::malformed(malformed));
    }

    fn request(self: &Arc<Self>, id: RequestId, method: &str, line: &[u8]) {
        match method {
            "initialize" => self.initialize(id, line),
            "ping" => self.client.write(&answers::pong(id)),
            "tools/list" if !message::begins_list(line) => self.pass_on(id, method, Kind::Other, line),
            _ => self.pass_on(id, method, Kind::of(method), line),
        }
    }

    /// Answers first; the gateway is looked for afterwards.
    fn initialize(self: &Arc<Self>, id: RequestId, line: &[u8]) {
        if matches!(self.upstream().opening, Opening::Initialized(_)) {
            return self.client.write(&answers::already_initialized(id));
        }
        let (answer, handshake) = answers::initialize(id, message::params(line));
        self.client.write(&answer);
        let Some(handshake) = handshake else { return };
        let mut upstream = self.upstream();
        upstream.opening = Opening::Initialized(handshake);
        drop(upstream.leave());
        if let Err(reason) = upstream.reach(self) {
            tracing::info!(?reason, gateway = %self.options.gateway, "the gateway does not answer yet");
        }
    }

    fn pass_on(self: &Arc<Self>, id: RequestId, method: &str, kind: Kind, line: &[u8]) {
        let mut upstream = self.upstream();
        let Some(is_modern) = upstream.recognise(kind, line) else {
            drop(upstream);
            return self.client.write(&answers::not_initialized(id));
        };
        if matches!(kind, Kind::LogLevel | Kind::ResourceSubscription) && !is_modern {
            upstream.wishes.note(method, line);
        }
        let open = Open { kind, is_modern, carrier: Carrier::Waiting, since: Instant::now() };
        let carried = upstream.carry(self, &id, open, line);
        drop(upstream);
        if let Err(reason) = carried {
            self.client.write_unavailable(id, open, &reason);
        }
    }

    fn notification(&self, method: &str, line: &[u8]) {
        match method {
            // Each link has had its own.
            "notifications/initialized" => {}
            "notifications/cancelled" => {
                let mut upstream = self.upstream();
                if let Some(id) = message::cancelled(line) {
                    self.client.ledger.forget(&id);
                    upstream.forget(&id);
                }
                upstream.pass(line);
            }
            _ => self.upstream().pass(line),
        }
    }

    /// The attempt to start the gateway is over, with or without a problem.
    pub(super) fn started(self: &Arc<Self>, problem: Option<Unavailable>) {
        if let Some(problem) = &problem {
            tracing::warn!(?problem, "starting the gateway");
        }
        let reached = self.upstream().started(self, problem);
        if let Err(reason) = reached {
            self.client.give_up(|_, open| open.carrier == Carrier::Waiting, &reason);
        }
    }

    /// What has to happen now and then. Whoever is just sending, perhaps to a gateway that reads nothing, is not
    /// waited for.
    pub(super) fn tick(self: &Arc<Self>) {
        if let Ok(mut upstream) = self.upstream.try_lock() {
            let lost_patience = upstream.loses_patience();
            upstream.reconnect(self);
            if matches!(upstream.opening, Opening::Initialized(_)) && self.client.tools.is_copy_to_be_renewed() {
                upstream.pass(&answers::tool_copy_request());
            }
            drop(upstream);
            if lost_patience {
                self.client.give_up(|_, open| open.carrier == Carrier::Waiting, &Unavailable::StillStarting);
            }
        }
        self.client.answer_slow_lists();
    }

    /// The client sends nothing more: what it asked is answered, if need be without the gateway.
    pub(super) fn finish(&self) {
        self.client.ledger.wait_until_answered(CLOSING_PATIENCE);
        self.client.give_up(|_, _| true, &Unavailable::Closing);
        let link = self.upstream.try_lock().ok().and_then(|mut upstream| upstream.leave_for_good());
        if let Some(link) = link {
            link.close();
        }
    }
}

/// Where a link delivers what the gateway says on it.
#[derive(Clone)]
pub(super) struct Answers {
    relay: Arc<Relay>,
    number: u64,
}

impl Answers {
    pub(super) fn new(relay: Arc<Relay>, number: u64) -> Self {
        Self { relay, number }
    }

    /// One line of the gateway, with its line end.
    pub(super) fn line(&self, line: &[u8]) {
        match message::parse(line) {
            Ok(Message::Response { id: Some(id) }) => match Own::of(&id) {
                Some(own) => self.own_answer(own, line),
                None => self.relay.client.answer(&id, line),
            },
            Ok(Message::Notification { method }) => {
                self.relay.client.write(line);
                if method == ToolListChangedNotificationMethod::VALUE {
                    self.relay.client.tools.copy_is_old();
                }
            }
            Ok(Message::Request { .. } | Message::Response { id: None }) => self.relay.client.write(line),
            Err(malformed) => tracing::warn!(%malformed, "dropping what the gateway said"),
        }
    }

    fn own_answer(&self, own: Own, line: &[u8]) {
        match (own, message::error_message(line)) {
            (Own::Credential, Some(_)) => self.lost(&Unavailable::KeyRefused),
            (Own::Handshake, Some(reason)) => self.lost(&Unavailable::Failed { reason }),
            (Own::ToolList, None) => self.relay.client.compare_tools(line),
            (Own::ToolCopy, None) => self.relay.client.tools.renew_copy(line),
            (Own::Return, None) => self.relay.client.announce_lists(),
            (Own::ToolList | Own::ToolCopy | Own::Wish | Own::Return, Some(reason)) => {
                tracing::debug!(?own, reason, "the gateway refuses")
            }
            (Own::Credential | Own::Handshake | Own::Wish, None) => {}
        }
    }

    /// What a session has to be asked when it has begun.
    pub(super) fn first_requests(&self) -> Vec<u8> {
        self.relay.upstream().first_requests(&self.relay.client)
    }

    /// This one request gets no answer, unless it already has one.
    pub(super) fn failed(&self, id: &RequestId, reason: &Unavailable) {
        let carrier = Carrier::Link(self.number);
        self.relay.client.give_up(|open_id, open| open_id == id && open.carrier == carrier, reason);
    }

    /// The link is gone, and with it every answer that it owed.
    pub(super) fn lost(&self, reason: &Unavailable) {
        self.relay.upstream().lose(self.number, reason);
        self.relay.client.ledger.forget_late();
        self.relay.client.give_up(|_, open| open.carrier == Carrier::Link(self.number), reason);
    }
}
