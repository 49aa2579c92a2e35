//! Which requests of the client are not answered yet. Each is answered exactly once: whoever claims it writes.

use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rmcp::model::RequestId;

/// A request without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) kind: Kind,
    /// Whether the client speaks a protocol version without `initialize`.
    pub(super) is_modern: bool,
    pub(super) carrier: Carrier,
    pub(super) since: Instant,
}

/// What a request is about, as far as the bridge has something to say about it without the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Discover,
    ToolList,
    ToolCall,
    PromptList,
    Prompt,
    ResourceList,
    ResourceTemplateList,
    Resource,
    /// To hear of a resource's changes, or no longer.
    ResourceSubscription,
    Completion,
    LogLevel,
    /// Stays open for as long as the client listens.
    Subscription,
    Other,
}

impl Kind {
    pub(super) fn of(method: &str) -> Self {
        match method {
            "server/discover" => Self::Discover,
            "tools/list" => Self::ToolList,
            "tools/call" => Self::ToolCall,
            "prompts/list" => Self::PromptList,
            "prompts/get" => Self::Prompt,
            "resources/list" => Self::ResourceList,
            "resources/templates/list" => Self::ResourceTemplateList,
            "resources/read" => Self::Resource,
            "resources/subscribe" | "resources/unsubscribe" => Self::ResourceSubscription,
            "completion/complete" => Self::Completion,
            "logging/setLevel" => Self::LogLevel,
            "subscriptions/listen" => Self::Subscription,
            _ => Self::Other,
        }
    }
}

/// What took a request along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    /// Nothing yet: it waits for a gateway that is starting.
    Waiting,
    /// The link of this number; they are counted from one on.
    Link(u64),
}

#[derive(Debug)]
pub(super) struct Ledger {
    entries: Mutex<Entries>,
    changed: Condvar,
}

#[derive(Debug)]
struct Entries {
    open: HashMap<RequestId, Open>,
    /// Answers that are claimed and not written yet.
    being_written: usize,
    /// What was answered in the gateway's place while it was still at it; only of clients that can be told of news.
    late: HashSet<RequestId>,
}

impl Entries {
    fn awaits_answers(&self) -> bool {
        self.being_written > 0 || self.open.values().any(|open| open.kind != Kind::Subscription)
    }
}

impl Ledger {
    pub(super) fn new() -> Self {
        let entries = Entries { open: HashMap::new(), being_written: 0, late: HashSet::new() };
        Self { entries: Mutex::new(entries), changed: Condvar::new() }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().expect("nothing panics while holding the ledger")
    }

    pub(super) fn open(&self, id: RequestId, open: Open) {
        self.entries().open.insert(id, open);
    }

    /// Takes the duty to answer `id`; none when nobody waits for it any more. `written` must follow.
    pub(super) fn claim(&self, id: &RequestId) -> Option<Open> {
        let mut entries = self.entries();
        let open = entries.open.remove(id)?;
        entries.being_written += 1;
        Some(open)
    }

    /// The same for every request that `belongs`.
    pub(super) fn claim_all(&self, belongs: impl Fn(&RequestId, Open) -> bool) -> Vec<(RequestId, Open)> {
        let mut entries = self.entries();
        let claimed: Vec<_> = entries.open.extract_if(|id, open| belongs(id, *open)).collect();
        entries.being_written += claimed.len();
        claimed
    }

    /// The same, where the gateway's own answer may still come.
    pub(super) fn claim_early(&self, belongs: impl Fn(&RequestId, Open) -> bool) -> Vec<(RequestId, Open)> {
        let mut entries = self.entries();
        let claimed: Vec<_> = entries.open.extract_if(|id, open| belongs(id, *open)).collect();
        entries.being_written += claimed.len();
        let late = claimed.iter().filter(|(_, open)| !open.is_modern).map(|(id, _)| id.clone());
        entries.late.extend(late);
        claimed
    }

    pub(super) fn has(&self, wanted: impl Fn(Open) -> bool) -> bool {
        self.entries().open.values().any(|open| wanted(*open))
    }

    /// Whether this is the answer that came too late.
    pub(super) fn take_late(&self, id: &RequestId) -> bool {
        self.entries().late.remove(id)
    }

    /// With its link, an answer is lost that nobody waits for any more.
    pub(super) fn forget_late(&self) {
        self.entries().late.clear();
    }

    /// A claimed answer has been written, or nobody is left to read it.
    pub(super) fn written(&self) {
        let mut entries = self.entries();
        entries.being_written -= 1;
        drop(entries);
        self.changed.notify_all();
    }

    /// The client no longer wants an answer.
    pub(super) fn forget(&self, id: &RequestId) {
        self.entries().open.remove(id);
        self.changed.notify_all();
    }

    /// What waited is now under way.
    pub(super) fn hand_over(&self, link: u64) {
        for open in self.entries().open.values_mut().filter(|open| open.carrier == Carrier::Waiting) {
            open.carrier = Carrier::Link(link);
        }
    }

    /// Waits until everything that will be answered is, but not longer than `patience`.
    pub(super) fn wait_until_answered(&self, patience: Duration) {
        let waited = self.changed.wait_timeout_while(self.entries(), patience, |entries| entries.awaits_answers());
        drop(waited.expect("nothing panics while holding the ledger"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(carrier: Carrier) -> Open {
        Open { kind: Kind::Other, is_modern: false, carrier, since: Instant::now() }
    }

    #[test]
    fn a_request_is_claimed_once() {
        let ledger = Ledger::new();
        let id = RequestId::Number(1);
        ledger.open(id.clone(), open(Carrier::Link(1)));
        assert!(ledger.claim(&id).is_some());
        assert_eq!(ledger.claim(&id), None);
        assert_eq!(ledger.claim_all(|_, _| true), []);
    }

    #[test]
    fn only_what_a_link_carries_is_lost_with_it() {
        let ledger = Ledger::new();
        let (first, second) = (open(Carrier::Link(1)), open(Carrier::Waiting));
        ledger.open(RequestId::Number(1), first);
        ledger.open(RequestId::Number(2), second);
        ledger.hand_over(2);
        let lost = ledger.claim_all(|_, open| open.carrier == Carrier::Link(1));
        assert_eq!(lost, [(RequestId::Number(1), first)]);
        assert_eq!(ledger.claim(&RequestId::Number(2)), Some(Open { carrier: Carrier::Link(2), ..second }));
    }

    #[test]
    fn what_is_answered_early_is_known_when_its_answer_comes() {
        let ledger = Ledger::new();
        let id = RequestId::Number(1);
        ledger.open(id.clone(), open(Carrier::Link(1)));
        assert_eq!(ledger.claim_early(|_, _| true).len(), 1);
        assert_eq!(ledger.claim(&id), None);
        assert!(ledger.take_late(&id) && !ledger.take_late(&id));
    }

    #[test]
    fn a_claimed_answer_is_waited_for() {
        let ledger = Ledger::new();
        ledger.open(RequestId::Number(1), open(Carrier::Waiting));
        ledger.claim(&RequestId::Number(1));
        let patience = Duration::from_millis(20);
        let began = Instant::now();
        ledger.wait_until_answered(patience);
        assert!(began.elapsed() >= patience);
        ledger.written();
        ledger.wait_until_answered(Duration::from_secs(600));
        assert!(began.elapsed() < Duration::from_secs(600));
    }
}
