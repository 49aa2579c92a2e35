//! What happened to the gateway, its keys, its plugins and the files of clients: lines of JSON that are only ever added
//! to. Never holds a secret, a prompt or an answer; decides nothing.

mod event;
mod file;
mod flood;
mod peer_text;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

pub use event::{
    AuthFailure, CacheRemoval, ConfigAction, ConfigEdit, EndOfRun, Event, KeyGrant, PluginChange, Rejection, Start,
};
pub use file::{AuditError, AuditFile};
use flood::Flood;
pub use peer_text::PeerText;

/// What may wait to be written; a flood never gets as far as the queue.
const QUEUE_EVENTS: usize = 1_024;
/// How often it is looked whether something is to be summed up.
const LOOK_PERIOD: Duration = Duration::from_secs(5);
/// How long the end of the process waits for the last lines.
const PATIENCE_AT_THE_END: Duration = Duration::from_secs(2);

/// The running gateway's way to the audit log: takes an event at once, and has it written by a thread of its own.
#[derive(Debug, Clone)]
pub struct Audit {
    queue: SyncSender<Message>,
    state: Arc<State>,
}

#[derive(Debug)]
enum Message {
    Write(SystemTime, Event),
    End(SyncSender<()>),
}

#[derive(Debug)]
struct State {
    flood: Mutex<Flood>,
    /// Events that could not be written since the last line that says so.
    lost: AtomicU64,
    trouble: Mutex<Option<String>>,
}

impl Audit {
    /// Begins to write to `file`.
    pub fn start(file: AuditFile) -> std::io::Result<Self> {
        let (queue, messages) = mpsc::sync_channel(QUEUE_EVENTS);
        let flood = Mutex::new(Flood::new(Instant::now()));
        let state = Arc::new(State { flood, lost: AtomicU64::new(0), trouble: Mutex::new(None) });
        let writer = Writer { file, state: Arc::clone(&state) };
        thread::Builder::new().name("audit".to_owned()).spawn(move || writer.run(&messages))?;
        Ok(Self { queue, state })
    }

    /// Never waits. Of many failures of one kind the first are written one by one, the rest is summed up.
    pub fn record(&self, event: Event) {
        let Some(event) = locked(&self.state.flood).pass(event) else { return };
        if self.queue.try_send(Message::Write(SystemTime::now(), event)).is_err() {
            self.state.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Why events cannot be written at present, in a sentence.
    pub fn trouble(&self) -> Option<String> {
        locked(&self.state.trouble).clone()
    }

    /// Returns once everything is written that was recorded before, or after a moment.
    pub fn end(&self) {
        let (done, ended) = mpsc::sync_channel(1);
        let is_told = self.queue.try_send(Message::End(done)).is_ok();
        if !is_told || ended.recv_timeout(PATIENCE_AT_THE_END).is_err() {
            tracing::error!("the end of the audit log may be missing");
        }
    }
}

struct Writer {
    file: AuditFile,
    state: Arc<State>,
}

impl Writer {
    fn run(&self, messages: &Receiver<Message>) {
        loop {
            match messages.recv_timeout(LOOK_PERIOD) {
                Ok(Message::Write(time, event)) => self.write(time, &event),
                Ok(Message::End(done)) => {
                    self.sum_up(true);
                    match done.try_send(()) {
                        // Whoever waited may have lost patience.
                        Ok(()) | Err(_) => return,
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.sum_up(true),
            }
            self.sum_up(false);
        }
    }

    /// What was counted instead of written: when its time has come, or because this is the end.
    fn sum_up(&self, is_the_end: bool) {
        let sums = locked(&self.state.flood).sums(Instant::now(), is_the_end);
        sums.iter().for_each(|sum| self.write(SystemTime::now(), sum));
        let events = self.state.lost.swap(0, Ordering::Relaxed);
        if events > 0 && self.append(SystemTime::now(), &Event::Lost { events }).is_err() {
            self.state.lost.fetch_add(events, Ordering::Relaxed);
        }
    }

    fn write(&self, time: SystemTime, event: &Event) {
        if self.append(time, event).is_err() {
            self.state.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Says so in the log when writing begins to fail, and when it works again.
    fn append(&self, time: SystemTime, event: &Event) -> Result<(), AuditError> {
        let appended = self.file.append(time, event);
        let mut trouble = locked(&self.state.trouble);
        match &appended {
            Ok(()) if trouble.take().is_some() => tracing::info!("the audit log is written again"),
            Ok(()) => {}
            Err(error) => {
                if trouble.replace(error.chain()).is_none() {
                    tracing::error!(error = error as &dyn std::error::Error, "the audit log is not written");
                }
            }
        }
        appended
    }
}

/// A counter or a sentence is whole whatever became of the thread that held it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::net::IpAddr;

    use super::*;

    fn failure(peer: &str) -> Event {
        let peer: IpAddr = peer.parse().unwrap();
        Event::auth_failed(AuthFailure::Unknown, "/mcp?key=secret", Some(peer))
    }

    #[test]
    fn a_flood_is_summed_up_and_what_matters_is_written() {
        let home = tempfile::tempdir().unwrap();
        let audit = Audit::start(AuditFile::at(home.path().join("audit.jsonl"), 1 << 20, 2)).unwrap();
        for _ in 0..10_000 {
            audit.record(failure("192.0.2.1"));
        }
        audit.record(Event::CacheRemoved { by: CacheRemoval::Cleared, entries: 7, key: None });
        audit.end();
        let text = fs::read_to_string(home.path().join("audit.jsonl")).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |name: &str| lines.iter().filter(|line| line["event"] == name).collect::<Vec<_>>();
        let written = of("auth_failed").len() as u64;
        assert!(written < 10, "{text}");
        assert_eq!(of("repeated")[0]["times"], 10_000 - written, "{text}");
        assert_eq!(of("cache_removed")[0]["entries"], 7, "{text}");
        assert!(!text.contains("secret"), "{text}");
    }

    #[test]
    fn what_cannot_be_written_is_said_and_counted() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("audit.jsonl");
        fs::create_dir(&path).unwrap();
        let audit = Audit::start(AuditFile::at(home.path().join("audit.jsonl"), 1 << 20, 2)).unwrap();
        audit.record(failure("192.0.2.1"));
        while audit.trouble().is_none() {
            thread::yield_now();
        }
        assert!(audit.trouble().unwrap().contains("cannot write the audit log"), "{:?}", audit.trouble());
        fs::remove_dir(&path).unwrap();
        audit.record(failure("192.0.2.1"));
        audit.end();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("auth_failed") && text.contains(r#""event":"lost","events":1"#), "{text}");
        assert_eq!(audit.trouble(), None);
    }
}
