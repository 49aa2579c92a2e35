//! Entries by what is known of them: listing, exporting and removing many at once. Reads the disk from end to end;
//! look-ups never come here.

use std::ops::ControlFlow;
use std::time::SystemTime;

use super::exact::canonical;
use super::tables::Stored;
use super::{Cache, CacheError, ContextKey, EntryId, Provenance, Scope};

/// Which entries; every part that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    pub principal: Option<String>,
    pub namespace: Option<NamespaceFilter>,
    /// Compared as look-ups do.
    pub prompt: Option<String>,
    pub client: Option<String>,
    pub session: Option<String>,
    pub key: Option<String>,
    /// Stored at this time or later.
    pub since: Option<SystemTime>,
    /// Stored before this time.
    pub until: Option<SystemTime>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamespaceFilter {
    /// Stored without one.
    Default,
    Named(String),
}

/// An entry with all that is known of it, as people see it and as it is exported.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub id: EntryId,
    pub scope: Scope,
    pub prompt: String,
    pub response: String,
    pub model: Option<String>,
    pub created: SystemTime,
    /// None: never.
    pub expires: Option<SystemTime>,
    pub provenance: Provenance,
    /// Only ever served for the same question.
    pub is_exact_only: bool,
    pub complaints: u32,
    /// The least cosine at which users let it be served; 0 when nobody complained.
    pub threshold: f32,
}

impl Cache {
    /// At most `limit` live entries that are selected, in the order they were stored, from `first` on.
    pub fn list(
        &self,
        selection: &Selection,
        first: EntryId,
        limit: usize,
        now: SystemTime,
    ) -> Result<Vec<Listed>, CacheError> {
        let mut listed = Vec::new();
        if limit == 0 {
            return Ok(listed);
        }
        self.each(selection, first, now, |stored| {
            listed.push(self.listed(stored));
            if listed.len() == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(listed)
    }

    /// Removes what is selected, also what has expired. Returns how many entries that were.
    pub async fn delete(&self, selection: &Selection) -> Result<usize, CacheError> {
        let mut ids = Vec::new();
        self.each(selection, EntryId(0), SystemTime::UNIX_EPOCH, |stored| {
            ids.push(stored.id);
            ControlFlow::Continue(())
        })?;
        self.writer.remove(ids).await
    }

    /// Removes one entry; false when there is none.
    pub async fn delete_entry(&self, id: EntryId) -> Result<bool, CacheError> {
        Ok(self.writer.remove(vec![id]).await? == 1)
    }

    fn each(
        &self,
        selection: &Selection,
        first: EntryId,
        now: SystemTime,
        mut visit: impl FnMut(Stored<'_>) -> ControlFlow<()>,
    ) -> Result<(), CacheError> {
        let snapshot = self.contents.read().snapshot()?;
        let prompt = selection.prompt.as_deref().map(canonical);
        let walked = snapshot.walk(first, |stored| {
            let is_selected = stored.head.lifetime.includes(now.into())
                && selection.holds(&stored)
                && prompt.as_ref().is_none_or(|prompt| canonical(stored.texts.prompt) == *prompt);
            if is_selected { visit(stored) } else { ControlFlow::Continue(()) }
        });
        self.recovering(walked)
    }

    pub(super) fn listed(&self, stored: Stored<'_>) -> Listed {
        let Stored { id, head, texts, provenance } = stored;
        let (threshold, complaints) = self.contents.read().index.standing(id);
        Listed {
            id,
            scope: Scope {
                principal: texts.principal.to_owned(),
                namespace: texts.namespace.map(str::to_owned),
                context: provenance.context,
            },
            prompt: texts.prompt.to_owned(),
            response: texts.response.to_owned(),
            created: head.lifetime.created.into(),
            expires: head.lifetime.expires(),
            is_exact_only: head.reach == super::Reach::Same,
            model: head.model,
            provenance,
            complaints,
            threshold,
        }
    }
}

impl Selection {
    /// What belongs to one principal.
    pub fn of(principal: &str) -> Self {
        Self { principal: Some(principal.to_owned()), ..Self::default() }
    }

    /// All but the prompt, which only the cache can compare.
    fn holds(&self, stored: &Stored<'_>) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| wanted.is_none() || wanted.as_deref() == found;
        let created = SystemTime::from(stored.head.lifetime.created);
        let namespace = stored.texts.namespace;
        is(&self.principal, Some(stored.texts.principal))
            && is(&self.client, stored.provenance.client.as_deref())
            && is(&self.session, stored.provenance.session.as_deref())
            && is(&self.key, stored.provenance.key.as_deref())
            && self.namespace.as_ref().is_none_or(|filter| filter.admits(namespace))
            && self.since.is_none_or(|since| created >= since)
            && self.until.is_none_or(|until| created < until)
    }
}

impl NamespaceFilter {
    fn admits(&self, namespace: Option<&str>) -> bool {
        match self {
            Self::Default => namespace.is_none(),
            Self::Named(name) => namespace == Some(name),
        }
    }
}

/// An entry that was exported, to be stored again as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub scope: Scope,
    pub prompt: String,
    pub response: String,
    pub model: Option<String>,
    pub created: SystemTime,
    pub expires: Option<SystemTime>,
    pub client: Option<String>,
    pub session: Option<String>,
    pub key: Option<String>,
    pub is_exact_only: bool,
}

impl ContextKey {
    /// 64 hexadecimal digits, as [`ContextKey`] prints itself.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl std::fmt::Display for ContextKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}
