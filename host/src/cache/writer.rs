//! The one thread that changes the store. Commits what queued up during the last commit, then shows it to look-ups,
//! then answers. A failed commit is an error to those who asked for it, and to nobody else.

mod plan;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::EntryId;
use super::change::{Change, Described, Prepared};
use super::contents::Contents;
use super::error::CacheError;
use super::feedback::Vote;
use super::graphs::GraphBuilder;
use super::index::{Index, Size};
use super::lifetime::Moment;
use super::tables::{Counters, Tables};
use crate::settings::{CacheSettings, NearestKind};
use plan::Plan;

/// Most requests in one transaction.
const MAX_BATCH: usize = 256;

/// Most requests that wait for the next transaction.
const MAX_QUEUED: usize = 1024;

/// Most bytes of texts and vectors that wait; whoever comes later waits outside the queue.
const MAX_QUEUED_BYTES: u32 = 16 << 20;

/// Most entries that one transaction sweeps, so that stores do not wait long behind it.
pub(super) const MAX_SWEPT: usize = 2_000;

/// What the semantic tier found out about an entry; none when its text is not for that tier.
pub(super) type Computed = (EntryId, Option<Box<Described>>);

type Answer<T> = oneshot::Sender<Result<T, CacheError>>;

enum Request {
    Store(Box<Prepared>, Answer<EntryId>),
    Describe(Vec<Computed>, Answer<()>),
    Rate(Judgement, Answer<Judged>),
    Remove(Vec<EntryId>, Answer<usize>),
    /// Entries that had ended at this moment.
    Sweep(Moment, Answer<usize>),
    /// Gives the space of removed entries back to the disk.
    Compact(Answer<bool>),
    /// A read failed: the database refuses everything until it is opened again.
    Recover,
}

struct Queued {
    request: Request,
    /// Given back once the request is answered.
    _room: Option<OwnedSemaphorePermit>,
}

/// One user's word on one served answer.
pub(super) struct Judgement {
    pub(super) id: EntryId,
    pub(super) vote: Vote,
    /// Of the hit that is judged.
    pub(super) cosine: f32,
}

/// What came of a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Counted for the first time.
    Counted,
    /// This user has spoken before.
    Again,
    /// One complaint too many: the entry is gone.
    Evicted,
    /// There is no such entry any more.
    Gone,
}

/// The way to the writing thread. Dropping it finishes what is queued, and closes the database.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Queued>>,
    room: Arc<Semaphore>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        tables: Tables,
        counters: Counters,
        settings: &CacheSettings,
        contents: Arc<Contents>,
    ) -> Result<Self, CacheError> {
        let kind = settings.nearest;
        let limit = Size { entries: settings.max_entries, bytes: settings.max_bytes };
        let graphs = GraphBuilder::start(kind, &contents)?;
        let committer = Committer { tables, counters, kind, limit, contents, graphs, state: State::Sound };
        let (queue, requests) = mpsc::channel(MAX_QUEUED);
        let thread = std::thread::Builder::new().name("cache-writer".into());
        let thread = thread.spawn(move || committer.run(requests));
        let thread = thread.map_err(|source| CacheError::Thread { source: Arc::new(source) })?;
        let room = Arc::new(Semaphore::new(MAX_QUEUED_BYTES as usize));
        Ok(Self { queue: Some(queue), room, thread: Some(thread) })
    }

    pub(super) async fn store(&self, entry: Prepared) -> Result<EntryId, CacheError> {
        let bytes = entry.size_bytes();
        self.ask(bytes, |answer| Request::Store(Box::new(entry), answer)).await
    }

    pub(super) async fn describe(&self, computed: Vec<Computed>) -> Result<(), CacheError> {
        let bytes =
            computed.iter().filter_map(|(_, described)| described.as_ref()).map(|found| found.size_bytes()).sum();
        self.ask(bytes, |answer| Request::Describe(computed, answer)).await
    }

    pub(super) async fn rate(&self, judgement: Judgement) -> Result<Judged, CacheError> {
        self.ask(0, |answer| Request::Rate(judgement, answer)).await
    }

    /// Says how many of them there were.
    pub(super) async fn remove(&self, ids: Vec<EntryId>) -> Result<usize, CacheError> {
        self.ask(0, |answer| Request::Remove(ids, answer)).await
    }

    /// Removes at most [`MAX_SWEPT`] entries that had ended at `moment`, and says how many.
    pub(super) async fn sweep(&self, moment: Moment) -> Result<usize, CacheError> {
        self.ask(0, |answer| Request::Sweep(moment, answer)).await
    }

    /// False when there was nothing to give back.
    pub(super) async fn compact(&self) -> Result<bool, CacheError> {
        self.ask(0, Request::Compact).await
    }

    async fn ask<T>(&self, bytes: usize, request: impl FnOnce(Answer<T>) -> Request) -> Result<T, CacheError> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).min(MAX_QUEUED_BYTES);
        let room = Arc::clone(&self.room).acquire_many_owned(bytes).await.map_err(|_| CacheError::Panicked)?;
        let (answer, answered) = oneshot::channel();
        let queued = Queued { request: request(answer), _room: Some(room) };
        self.queue().send(queued).await.map_err(|_| CacheError::Panicked)?;
        answered.await.unwrap_or(Err(CacheError::Panicked))
    }

    /// Has the database opened again. A full queue is no loss: the next failed read asks again.
    pub(super) fn recover(&self) {
        if self.queue().try_send(Queued { request: Request::Recover, _room: None }).is_err() {
            tracing::debug!("the cache's queue is full: its recovery waits for the next failed read");
        }
    }

    fn queue(&self) -> &mpsc::Sender<Queued> {
        self.queue.as_ref().expect("only drop closes the queue")
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the cache's writer panicked");
        }
    }
}

/// What the writing thread owns.
struct Committer {
    tables: Tables,
    counters: Counters,
    kind: NearestKind,
    limit: Size,
    contents: Arc<Contents>,
    graphs: Option<GraphBuilder>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The database is open, and the contents are what is in it.
    Sound,
    /// A read or a commit failed. If it was a commit, the disk may hold it all the same.
    Failed,
    /// A panic: the contents may be anything.
    Panicked,
}

impl Committer {
    fn run(mut self, mut requests: mpsc::Receiver<Queued>) {
        while let Some(first) = requests.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < MAX_BATCH
                && let Ok(next) = requests.try_recv()
            {
                batch.push(next);
            }
            // Whoever is in the batch learns of the panic because the way to answer is dropped with it.
            if catch_unwind(AssertUnwindSafe(|| self.work(batch))).is_err() {
                tracing::error!("the cache's writer panicked; it loads the cache again");
                self.state = State::Panicked;
            }
        }
    }

    fn work(&mut self, batch: Vec<Queued>) {
        if batch.iter().any(|queued| matches!(queued.request, Request::Recover)) && self.state == State::Sound {
            self.state = State::Failed;
        }
        let recovered = self.recover();
        let plan = Plan::of(&self.contents.read().index, self.limit, self.counters.next_id, batch);
        let Plan { changes, answers, compactions, next_id, evicted, room } = plan;
        let outcome = recovered.and_then(|()| self.commit(changes, next_id));
        if let Err(error) = &outcome {
            tracing::error!(error = error as &dyn std::error::Error, "the cache could not be changed");
        }
        if outcome.is_ok() {
            self.contents.add_evicted(evicted);
        }
        answers.into_iter().for_each(|answer| answer.send(&outcome));
        drop(room);
        if !compactions.is_empty() {
            let compacted = outcome.and_then(|()| self.compact());
            compactions.into_iter().for_each(|answer| plan::send(answer, compacted.clone()));
        }
        self.wake_graph_builder();
    }

    fn compact(&mut self) -> Result<bool, CacheError> {
        let tables = &mut self.tables;
        let compacted = self.contents.alone(|| {
            let compacted = tables.compact();
            match tables.snapshot() {
                Ok(snapshot) => (compacted, Some(snapshot)),
                Err(error) => (compacted.and(Err(error)), None),
            }
        });
        let compacted = compacted.unwrap_or(Err(CacheError::InUse));
        if matches!(compacted, Err(CacheError::Write { .. } | CacheError::Read { .. } | CacheError::Damaged { .. })) {
            self.state = State::Failed;
            self.recover()?;
        }
        compacted
    }

    fn commit(&mut self, changes: Vec<Change>, next_id: u64) -> Result<(), CacheError> {
        if changes.is_empty() {
            return Ok(());
        }
        let counters = Counters { next_id, commits: self.counters.commits + 1 };
        self.state = State::Failed;
        if let Err(error) = self.tables.commit(&changes, counters) {
            let resolved = self.resolve(error, counters);
            self.contents.set_trouble(resolved.as_ref().err().cloned());
            return resolved;
        }
        self.learn_owners(&changes);
        self.contents.apply(changes, self.tables.snapshot()?);
        self.contents.set_trouble(None);
        self.counters = counters;
        self.state = State::Sound;
        Ok(())
    }

    /// Finds out whose entries leave, where that is not known yet, so that whoever watches them is told. The snapshot in
    /// use still has them.
    fn learn_owners(&self, changes: &[Change]) {
        for change in changes {
            let Change::Remove { id } = change else { continue };
            let (unowned, snapshot) = {
                let current = self.contents.read();
                (current.index.unowned_scope(*id), current.snapshot())
            };
            let Some(scope) = unowned else { continue };
            match snapshot.and_then(|snapshot| snapshot.texts(*id, |texts| texts.owner())) {
                Ok(Some(owner)) => self.contents.write().index.own(&scope, &owner),
                Ok(None) => {}
                Err(error) => tracing::debug!(error = &error as &dyn std::error::Error, "nobody hears of its removal"),
            }
        }
    }

    /// What a failed commit came to. Recovers at once, and not before the next commit: until then nobody could read.
    fn resolve(&mut self, error: CacheError, attempted: Counters) -> Result<(), CacheError> {
        match self.recover() {
            Ok(()) if self.counters == attempted => Ok(()),
            Ok(()) => Err(error),
            Err(again) => {
                tracing::error!(error = &again as &dyn std::error::Error, "the cache stays closed until the next try");
                Err(error)
            }
        }
    }

    /// Opens the database again after a failure; loads it too when its contents are not those in memory.
    fn recover(&mut self) -> Result<(), CacheError> {
        if self.state == State::Sound {
            return Ok(());
        }
        self.tables.reopen()?;
        let counters = self.tables.counters()?;
        let snapshot = self.tables.snapshot()?;
        if self.state == State::Failed && counters == self.counters {
            self.contents.apply(Vec::new(), snapshot);
        } else {
            self.contents.replace(self.tables.load(Index::new(self.kind))?, snapshot);
        }
        self.counters = counters;
        self.state = State::Sound;
        Ok(())
    }

    fn wake_graph_builder(&self) {
        if let Some(graphs) = &self.graphs
            && self.contents.read().index.build_due().is_some()
        {
            graphs.wake();
        }
    }
}
