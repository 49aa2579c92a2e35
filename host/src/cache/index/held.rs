//! What one principal holds, told from memory. Whose a scope is is not in memory until somebody asked: then the cache
//! reads it from the disk.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::{EntryId, Index, Moment, Owner, ScopeKey};

/// An entry as its owner may know it without reading the disk.
pub(in crate::cache) struct Held<'a> {
    pub(in crate::cache) id: EntryId,
    pub(in crate::cache) namespace: Option<&'a str>,
    pub(in crate::cache) model: Option<&'a Arc<str>>,
    /// Of the texts on disk.
    pub(in crate::cache) bytes: u32,
}

impl Index {
    /// How many places there are, for [`Self::held_by`].
    pub(in crate::cache) fn places(&self) -> usize {
        self.rows.places()
    }

    /// The live entries of a principal at these places; none of a scope of which it is not known whose it is.
    pub(in crate::cache) fn held_by(
        &self,
        principal: &str,
        places: Range<usize>,
        now: Moment,
    ) -> impl Iterator<Item = Held<'_>> {
        let own = self.scopes.owners().of(principal);
        let live = places.filter_map(|place| self.rows.at(place)).filter(move |row| row.lifetime.includes(now));
        live.filter_map(move |row| {
            let namespace = *own.get(&self.scopes.owner(row.scope)?)?;
            let model = row.model.map(|model| self.models.name(model));
            Some(Held { id: row.id, namespace, model, bytes: row.bytes })
        })
    }

    /// Differs from what it was whenever the entries of this principal are others than they were.
    pub(in crate::cache) fn revision(&self, principal: &str) -> u64 {
        self.scopes.owners().revision(principal)
    }

    /// At most `limit` scopes of which it is not known whose they are, with one entry of each.
    pub(in crate::cache) fn unowned(&self, limit: usize) -> Vec<(ScopeKey, EntryId)> {
        if !self.scopes.has_unowned() {
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let unowned = self.rows.iter().filter_map(|row| Some((self.scopes.unowned(row.scope)?, row.id)));
        unowned.filter(|(scope, _)| seen.insert(*scope)).take(limit).collect()
    }

    /// The scope of an entry, if it is not known whose it is.
    pub(in crate::cache) fn unowned_scope(&self, id: EntryId) -> Option<ScopeKey> {
        self.scopes.unowned(self.row(id)?.scope)
    }

    pub(in crate::cache) fn own(&mut self, scope: &ScopeKey, owner: &Owner) {
        self.scopes.own(scope, owner);
    }
}
