//! The cache: a question's candidates, and the answers behind them. Never decides what may be served.

pub mod embedding;
mod error;
pub mod vector_index;

mod browse;
mod change;
mod entry;
mod exact;
mod feedback;
mod index;
mod lifetime;
mod models;
mod nearest;
mod origin;
mod owned;

mod contents;
mod graphs;
mod tables;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::settings::CacheSettings;

use change::{Described, Head, Prepared};
use contents::Contents;
use exact::{ScopeKey, canonical};
use feedback::Vote;
use index::{Found, Index, Owner};
use lifetime::{Lifetime, Moment};
use nearest::{Candidate, Quantised, Query, UnitVector};
use tables::{Identity, Snapshot, Tables, Texts};
use writer::{Judgement, MAX_SWEPT, Writer};

pub use browse::{Imported, Listed, NamespaceFilter, Selection};
pub use entry::{Entry, EntryId, Holdings, Near, NewEntry, Semantics, Served};
pub use error::{CacheError, Cause};
pub use exact::{Asked, ContextKey, QuestionKey, Scope};
pub use feedback::Opinion;
pub use origin::{Provenance, Reach};
pub use owned::Owned;
pub use writer::Judged;

/// Candidates that are compared in full are at least this many, and this many more than asked for: the codes order
/// near ties differently.
const MIN_COMPARED: usize = 8;
const SPARE_COMPARED: usize = 3;

/// No more texts than that are given at once to be described, or else a single one.
const MAX_UNDESCRIBED_BYTES: usize = 4 << 20;

/// Expired entries stay on disk for this long: a clock that was wrong for less than that loses nothing.
const KEPT_AFTER_END: Duration = Duration::from_hours(24);

/// A file this much larger than the texts in it, and larger than this many bytes, is compacted when it is opened.
const COMPACTED_FACTOR: u64 = 8;
const COMPACTED_BYTES: u64 = 64 << 20;
/// About what the semantic tier keeps of an entry on disk: the full vector, its codes and features.
const SEMANTICS_BYTES: u64 = 3 << 10;

/// The store and its indexes. Every method takes `now`, so that time is an argument.
/// Dropping it finishes what was asked of it, and closes the database.
pub struct Cache {
    contents: Arc<Contents>,
    writer: Writer,
    path: Arc<Path>,
    default_ttl: Option<Duration>,
}

impl Cache {
    /// Opens or creates the database with mode 0600 and loads the indexes.
    /// `embedder` is the id of the vectors in use, `policy` the digest of the policy whose features are in use:
    /// stored ones of another embedder or policy count as absent.
    pub fn open(path: &Path, settings: &CacheSettings, embedder: &str, policy: &str) -> Result<Self, CacheError> {
        let identity = Identity { embedder: embedder.to_owned(), policy: policy.to_owned() };
        Self::over(Tables::at(path, settings.page_cache_bytes, identity), settings)
    }

    /// The same, but a file that cannot be read is moved aside, under a name with the time in it, and an empty one takes
    /// its place. Says where the old one is.
    pub fn open_or_set_aside(
        path: &Path,
        settings: &CacheSettings,
        embedder: &str,
        policy: &str,
        now: SystemTime,
    ) -> Result<(Self, Option<PathBuf>), CacheError> {
        match Self::open(path, settings, embedder, policy) {
            Err(error @ CacheError::Damaged { .. }) => {
                let aside = tables::set_aside(path, now)?;
                let (error, aside_shown) = (&error as &dyn std::error::Error, aside.display());
                tracing::error!(error, aside = %aside_shown, "the cache was set aside, and an empty one begins");
                Ok((Self::open(path, settings, embedder, policy)?, Some(aside)))
            }
            opened => Ok((opened?, None)),
        }
    }

    fn over(mut tables: Tables, settings: &CacheSettings) -> Result<Self, CacheError> {
        tables.reopen()?;
        let index = tables.load(Index::new(settings.nearest))?;
        let path = tables.path();
        if is_mostly_air(&path, &index) {
            tables.compact()?;
        }
        let contents = Arc::new(Contents::new(index, tables.snapshot()?));
        let counters = tables.counters()?;
        let writer = Writer::start(tables, counters, settings, Arc::clone(&contents))?;
        Ok(Self { contents, writer, path, default_ttl: settings.default_ttl })
    }

    /// Live entries.
    pub fn len(&self, now: SystemTime) -> usize {
        self.contents.read().index.live(now.into())
    }

    pub fn holdings(&self) -> Holdings {
        let size = self.contents.read().index.size();
        let file_bytes = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        let trouble = self.contents.trouble();
        Holdings {
            entries: size.entries,
            text_bytes: size.bytes,
            file_bytes,
            evicted: self.contents.evicted(),
            trouble,
        }
    }

    /// The newest live entry whose canonical question is the same, and that nobody called wrong for it.
    pub fn exact(&self, asked: &Asked<'_>, now: SystemTime) -> Result<Option<Entry>, CacheError> {
        let (found, snapshot) = {
            let current = self.contents.read();
            let visible = current.index.visible(asked.model, now.into());
            let Some(found) = current.index.newest(&asked.question, &visible) else { return Ok(None) };
            current.index.touch(found.id, now.into());
            (found, current.snapshot()?)
        };
        let is_asked = |texts: &Texts<'_>| {
            texts.is_of(asked.scope) && (texts.prompt == asked.canonical || canonical(texts.prompt) == asked.canonical)
        };
        let entry = snapshot.texts(found.id, |texts| is_asked(&texts).then(|| entry(&found, &texts)));
        self.recovering(entry).map(Option::flatten)
    }

    /// The entry that answered this question before, unless it is gone, is not to be seen, or users have said since that
    /// it should not.
    pub fn again(&self, asked: &Asked<'_>, before: &Served, now: SystemTime) -> Result<Option<Entry>, CacheError> {
        let (found, snapshot) = {
            let current = self.contents.read();
            let visible = current.index.visible(asked.model, now.into());
            let Some(found) = current.index.again(before, &visible) else { return Ok(None) };
            current.index.touch(found.id, now.into());
            (found, current.snapshot()?)
        };
        self.recovering(snapshot.texts(found.id, |texts| entry(&found, &texts)))
    }

    /// At most `limit` live entries nearest to `vector`, nearest first, newer first among equals; none that somebody
    /// called wrong for this question.
    pub fn nearest(
        &self,
        asked: &Asked<'_>,
        vector: &[f32],
        limit: usize,
        now: SystemTime,
    ) -> Result<Vec<Near>, CacheError> {
        let vector = UnitVector::new(vector.to_vec())?;
        let (vectors, visible, snapshot) = {
            let current = self.contents.read();
            let Some(vectors) = current.index.vectors(&asked.scope_key) else { return Ok(Vec::new()) };
            (vectors, current.index.visible(asked.model, now.into()), current.snapshot()?)
        };
        let compared = MIN_COMPARED.max(limit.saturating_add(SPARE_COMPARED));
        let candidates = vectors.search(&Query::new(&vector), &visible, compared);
        let candidates = self.unrejected(candidates, &asked.question);
        let near = compare(&vector, candidates, limit, &snapshot).map(|near| self.with_standing(near));
        self.recovering(near)
    }

    fn unrejected(&self, mut candidates: Vec<Candidate>, question: &QuestionKey) -> Vec<Candidate> {
        let current = self.contents.read();
        candidates.retain(|candidate| !current.index.rejects(candidate.row.id, question));
        candidates
    }

    fn with_standing(&self, mut near: Vec<Near>) -> Vec<Near> {
        let current = self.contents.read();
        for near in &mut near {
            (near.threshold, near.complaints) = current.index.standing(near.id);
        }
        near
    }

    /// Notes that an entry was served for a similar question: what is used is not removed to make room.
    pub fn touch(&self, id: EntryId, now: SystemTime) {
        self.contents.read().index.touch(id, now.into());
    }

    /// One entry, unless it is gone or has expired.
    pub fn get(&self, id: EntryId, now: SystemTime) -> Result<Option<Entry>, CacheError> {
        let (found, snapshot) = {
            let current = self.contents.read();
            let Some(found) = current.index.get(id, now.into()) else { return Ok(None) };
            (found, current.snapshot()?)
        };
        self.recovering(snapshot.texts(found.id, |texts| entry(&found, &texts)))
    }

    /// Stores an answer, replacing the entry of the same scope, canonical question and model.
    /// Returns once it is durable and visible to every later look-up.
    pub async fn store(&self, entry: NewEntry, now: SystemTime) -> Result<EntryId, CacheError> {
        let lifetime = Lifetime::new(now, entry.ttl.or(self.default_ttl));
        self.writer.store(prepared(entry, lifetime)?).await
    }

    /// Entries that have no vector of this embedder or no features of this policy yet, and were never marked
    /// as unfit, at most `limit`, oldest first.
    pub fn without_semantics(&self, limit: usize, now: SystemTime) -> Result<Vec<Entry>, CacheError> {
        let (found, snapshot) = {
            let current = self.contents.read();
            (current.index.undescribed(limit, now.into()), current.snapshot()?)
        };
        let (mut entries, mut bytes) = (Vec::with_capacity(found.len()), 0);
        for found in &found {
            let Some(entry) = self.recovering(snapshot.texts(found.id, |texts| entry(found, &texts)))? else {
                continue;
            };
            bytes += entry.prompt.len() + entry.response.len();
            entries.push(entry);
            if bytes > MAX_UNDESCRIBED_BYTES {
                break;
            }
        }
        Ok(entries)
    }

    /// Whether [`Self::without_semantics`] will give this entry.
    pub fn is_without_semantics(&self, id: EntryId) -> bool {
        self.contents.read().index.is_undescribed(id)
    }

    /// The vector of an entry, when one of this embedder is stored.
    pub fn vector(&self, id: EntryId) -> Result<Option<Vec<f32>>, CacheError> {
        let snapshot = self.contents.read().snapshot()?;
        let vector = snapshot.vector(id).map(|vector| vector.map(|vector| vector.as_slice().to_vec()));
        self.recovering(vector)
    }

    /// How many entries [`Self::without_semantics`] would give if there were no limit, expired ones included.
    pub fn without_semantics_count(&self) -> usize {
        self.contents.read().index.undescribed_count()
    }

    /// Adds what was computed later; none marks a text that is too long for the semantic tier.
    /// What has gone or was replaced meanwhile is skipped.
    pub async fn add_semantics(&self, computed: Vec<(EntryId, Option<Semantics>)>) -> Result<(), CacheError> {
        let mut checked = Vec::with_capacity(computed.len());
        for (id, semantics) in computed {
            checked.push((id, semantics.map(described).transpose()?.map(Box::new)));
        }
        self.writer.describe(checked).await
    }

    /// Stores what was exported, as old as it was. It replaces what is stored for the same question.
    pub async fn import(&self, imported: Imported) -> Result<EntryId, CacheError> {
        let lifetime = Lifetime::until(imported.created, imported.expires);
        let reach = if imported.is_exact_only { Reach::Same } else { Reach::Similar };
        let Imported { scope, prompt, response, model, client, session, key, .. } = imported;
        let entry =
            NewEntry { scope, prompt, response, model, ttl: None, reach, client, session, key, semantics: None };
        self.writer.store(prepared(entry, lifetime)?).await
    }

    /// Takes one user's word on an answer that was served to them.
    pub async fn judge(&self, principal: &str, hit: &Served, opinion: Opinion) -> Result<Judged, CacheError> {
        let vote = Vote::of(principal, &hit.question, opinion);
        self.writer.rate(Judgement { id: hit.entry, vote, cosine: hit.cosine }).await
    }

    /// Gives the space of removed entries back to the disk; look-ups wait meanwhile. False when there was none.
    pub async fn compact(&self) -> Result<bool, CacheError> {
        self.writer.compact().await
    }

    /// Removes the entries that expired a day ago from the disk; look-ups see none of them even before. Returns how
    /// many.
    pub async fn sweep(&self, now: SystemTime) -> Result<usize, CacheError> {
        let moment = Moment::from(now).minus(KEPT_AFTER_END);
        let mut total = 0;
        loop {
            let swept = self.writer.sweep(moment).await?;
            total += swept;
            if swept < MAX_SWEPT {
                return Ok(total);
            }
        }
    }

    /// After a failed read the database refuses everything until it is opened again, which only the writer can do.
    fn recovering<T>(&self, read: Result<T, CacheError>) -> Result<T, CacheError> {
        if let Err(CacheError::Read { .. }) = &read {
            self.writer.recover();
        }
        read
    }
}

fn prepared(entry: NewEntry, lifetime: Lifetime) -> Result<Prepared, CacheError> {
    let NewEntry { scope, prompt, response, model, reach, client, session, key, semantics, .. } = entry;
    let scope_key = ScopeKey::of(&scope);
    let question = QuestionKey::of(&scope_key, &canonical(&prompt));
    let texts = Texts {
        principal: &scope.principal,
        namespace: scope.namespace.as_deref(),
        prompt: &prompt,
        response: &response,
    };
    let texts = texts.encode();
    let bytes = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    Ok(Prepared {
        texts,
        owner: Owner { principal: scope.principal, namespace: scope.namespace },
        head: Head { scope: scope_key, question, model, lifetime, reach, bytes },
        provenance: Provenance { client, session, key, context: scope.context },
        described: semantics.map(described).transpose()?,
    })
}

fn is_mostly_air(path: &Path, index: &Index) -> bool {
    // A file that cannot be looked at is not worth a compaction; opening it has reported what is wrong.
    let file_bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let held = index.size();
    let needed_bytes = held.bytes + held.entries as u64 * SEMANTICS_BYTES;
    file_bytes > COMPACTED_BYTES && file_bytes / COMPACTED_FACTOR > needed_bytes
}

fn described(semantics: Semantics) -> Result<Described, CacheError> {
    let vector = UnitVector::new(semantics.vector)?;
    Ok(Described { quantised: Quantised::of(&vector), vector, features: semantics.features })
}

fn entry(found: &Found, texts: &Texts<'_>) -> Entry {
    Entry {
        id: found.id,
        prompt: texts.prompt.to_owned(),
        response: texts.response.to_owned(),
        model: found.model.as_deref().map(str::to_owned),
        created: found.created.into(),
    }
}

/// Orders the candidates by their full vectors, and adds the features of the best.
fn compare(
    vector: &UnitVector,
    candidates: Vec<Candidate>,
    limit: usize,
    snapshot: &Snapshot,
) -> Result<Vec<Near>, CacheError> {
    let mut compared = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        if let Some(stored) = snapshot.vector(candidate.row.id)? {
            compared.push(Candidate { score: vector.cosine(&stored), ..candidate });
        }
    }
    compared.sort_by(Candidate::rank);
    let best = compared.into_iter().take(limit);
    best.map(|Candidate { score, row }| {
        let features = snapshot.features(row.id)?;
        let created = row.lifetime.created.into();
        Ok(Near { id: row.id, cosine: score, created, threshold: 0.0, complaints: 0, features })
    })
    .collect()
}

#[cfg(test)]
mod test_random;
#[cfg(test)]
mod tests;
