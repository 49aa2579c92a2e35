//! The cache: a question's candidates, and the answers behind them. Never decides what may be served.

pub mod embedding;
mod error;

mod change;
mod exact;
mod index;
mod lifetime;
mod models;
mod nearest;

mod contents;
mod graphs;
mod tables;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::settings::CacheSettings;

use change::{Described, Head, Prepared};
use contents::Contents;
use exact::{QuestionKey, ScopeKey, canonical};
use index::{Found, Index};
use lifetime::Lifetime;
use nearest::{Candidate, Quantised, Query, UnitVector};
use tables::{Identity, Snapshot, Tables, Texts};
use writer::{MAX_SWEPT, Writer};

pub use error::{CacheError, Cause};
pub use exact::Scope;

/// Candidates that are compared in full are at least this many, and this many more than asked for: the codes order
/// near ties differently.
const MIN_COMPARED: usize = 8;
const SPARE_COMPARED: usize = 3;

/// An entry's number; shown to callers as a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub u64);

/// One stored answer, as it is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: EntryId,
    /// The question exactly as it was stored.
    pub prompt: String,
    pub response: String,
    pub model: Option<String>,
    pub created: SystemTime,
}

/// A stored question near the one asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    pub id: EntryId,
    /// Cosine similarity of the full vectors.
    pub cosine: f32,
    pub created: SystemTime,
    /// What the policy said of the stored text, if this policy ever did.
    pub features: Option<Vec<u8>>,
}

/// What the semantic tier needs to know of a text; computed outside the cache.
#[derive(Debug, Clone)]
pub struct Semantics {
    /// Unit length, 384 numbers.
    pub vector: Vec<f32>,
    /// What the policy described, under the digest of that policy.
    pub features: Vec<u8>,
}

/// An answer to store.
#[derive(Debug, Clone)]
pub struct NewEntry {
    pub scope: Scope,
    pub prompt: String,
    pub response: String,
    pub model: Option<String>,
    pub ttl: Option<Duration>,
    /// None when there is no model yet, or the text is not for the semantic tier.
    pub semantics: Option<Semantics>,
}

/// The store and its indexes. Every method takes `now`, so that time is an argument.
/// Dropping it finishes what was asked of it, and closes the database.
pub struct Cache {
    contents: Arc<Contents>,
    writer: Writer,
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

    fn over(mut tables: Tables, settings: &CacheSettings) -> Result<Self, CacheError> {
        tables.reopen()?;
        let index = tables.load(Index::new(settings.nearest))?;
        let contents = Arc::new(Contents::new(index, tables.snapshot()?));
        let counters = tables.counters()?;
        let writer = Writer::start(tables, counters, settings.nearest, Arc::clone(&contents))?;
        Ok(Self { contents, writer, default_ttl: settings.default_ttl })
    }

    /// Live entries.
    pub fn len(&self, now: SystemTime) -> usize {
        self.contents.read().index.live(now.into())
    }

    /// The newest live entry whose canonical question is the same; `model` filters as the design says.
    pub fn exact(
        &self,
        scope: &Scope,
        prompt: &str,
        model: Option<&str>,
        now: SystemTime,
    ) -> Result<Option<Entry>, CacheError> {
        let asked = canonical(prompt);
        let question = QuestionKey::of(&ScopeKey::of(scope), &asked);
        let (found, snapshot) = {
            let current = self.contents.read();
            let visible = current.index.visible(model, now.into());
            let Some(found) = current.index.newest(&question, &visible) else { return Ok(None) };
            (found, Arc::clone(&current.snapshot))
        };
        let is_asked = |texts: &Texts<'_>| texts.is_of(scope) && canonical(texts.prompt) == asked;
        let entry = snapshot.texts(found.id, |texts| is_asked(&texts).then(|| entry(&found, &texts)));
        self.recovering(entry).map(Option::flatten)
    }

    /// At most `limit` live entries nearest to `vector`, nearest first, newer first among equals.
    pub fn nearest(
        &self,
        scope: &Scope,
        vector: &[f32],
        model: Option<&str>,
        limit: usize,
        now: SystemTime,
    ) -> Result<Vec<Near>, CacheError> {
        let vector = UnitVector::new(vector.to_vec())?;
        let (vectors, visible, snapshot) = {
            let current = self.contents.read();
            let Some(vectors) = current.index.vectors(&ScopeKey::of(scope)) else { return Ok(Vec::new()) };
            (vectors, current.index.visible(model, now.into()), Arc::clone(&current.snapshot))
        };
        let compared = MIN_COMPARED.max(limit.saturating_add(SPARE_COMPARED));
        let candidates = vectors.search(&Query::new(&vector), &visible, compared);
        self.recovering(compare(&vector, candidates, limit, &snapshot))
    }

    /// One entry, unless it is gone or has expired.
    pub fn get(&self, id: EntryId, now: SystemTime) -> Result<Option<Entry>, CacheError> {
        let (found, snapshot) = {
            let current = self.contents.read();
            let Some(found) = current.index.get(id, now.into()) else { return Ok(None) };
            (found, Arc::clone(&current.snapshot))
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
            (current.index.undescribed(limit, now.into()), Arc::clone(&current.snapshot))
        };
        let entries = found.iter().map(|found| snapshot.texts(found.id, |texts| entry(found, &texts)));
        self.recovering(entries.filter_map(Result::transpose).collect())
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

    /// Removes the entries that have expired from the disk; look-ups see none of them even before. Returns how many.
    pub async fn sweep(&self, now: SystemTime) -> Result<usize, CacheError> {
        let mut total = 0;
        loop {
            let swept = self.writer.sweep(now.into()).await?;
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
    let NewEntry { scope, prompt, response, model, semantics, .. } = entry;
    let scope_key = ScopeKey::of(&scope);
    let question = QuestionKey::of(&scope_key, &canonical(&prompt));
    let texts = Texts {
        principal: &scope.principal,
        namespace: scope.namespace.as_deref(),
        prompt: &prompt,
        response: &response,
    };
    Ok(Prepared {
        texts: texts.encode(),
        head: Head { scope: scope_key, question, model, lifetime },
        described: semantics.map(described).transpose()?,
    })
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
        Ok(Near { id: row.id, cosine: score, created: row.lifetime.created.into(), features })
    })
    .collect()
}

#[cfg(test)]
mod test_random;
#[cfg(test)]
mod tests;
