//! Scopes as small numbers, and the vectors of each. A scope is forgotten with its last entry: there may be one for
//! every conversation.

use std::collections::HashMap;

use super::owners::{Owner, OwnerNumber, Owners};
use crate::cache::exact::ScopeKey;
use crate::cache::nearest::{Quantised, Row, Slot, Vectors};
use crate::settings::NearestKind;

/// Reused after the scope is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScopeNumber(u32);

pub(super) struct Scopes {
    kind: NearestKind,
    numbers: HashMap<ScopeKey, ScopeNumber>,
    scopes: Vec<Scope>,
    free: Vec<ScopeNumber>,
    owners: Owners,
    /// Scopes whose owner has yet to be read from the disk.
    unowned: usize,
}

struct Scope {
    key: ScopeKey,
    entries: usize,
    owner: Option<OwnerNumber>,
    vectors: Option<Box<Vectors>>,
}

impl Scopes {
    pub(super) fn new(kind: NearestKind) -> Self {
        let owners = Owners::default();
        Self { kind, numbers: HashMap::new(), scopes: Vec::new(), free: Vec::new(), owners, unowned: 0 }
    }

    /// Notes one more entry.
    pub(super) fn enter(&mut self, key: ScopeKey) -> ScopeNumber {
        let number = match self.numbers.get(&key) {
            Some(number) => *number,
            None => self.add(key),
        };
        self.scope(number).entries += 1;
        number
    }

    fn add(&mut self, key: ScopeKey) -> ScopeNumber {
        let scope = Scope { key, entries: 0, owner: None, vectors: None };
        self.unowned += 1;
        let number = match self.free.pop() {
            Some(number) => {
                *self.scope(number) = scope;
                number
            }
            None => {
                self.scopes.push(scope);
                // There are no more scopes than rows, which are counted in 32 bits.
                ScopeNumber((self.scopes.len() - 1) as u32)
            }
        };
        self.numbers.insert(key, number);
        number
    }

    /// Notes one entry less.
    pub(super) fn leave(&mut self, number: ScopeNumber) {
        let scope = self.scope(number);
        scope.entries -= 1;
        if scope.entries == 0 {
            let key = scope.key;
            scope.vectors = None;
            match scope.owner.take() {
                Some(owner) => self.owners.leave(owner),
                None => self.unowned -= 1,
            }
            self.numbers.remove(&key);
            self.free.push(number);
        }
    }

    /// Notes whose a scope is, if it is still there.
    pub(super) fn own(&mut self, key: &ScopeKey, owner: &Owner) {
        let Some(number) = self.numbers.get(key).copied() else { return };
        if self.scopes[number.0 as usize].owner.is_none() {
            self.unowned -= 1;
            self.scopes[number.0 as usize].owner = Some(self.owners.enter(owner));
        }
    }

    /// The scope, unless it is known whose it is.
    pub(super) fn unowned(&self, number: ScopeNumber) -> Option<ScopeKey> {
        let scope = &self.scopes[number.0 as usize];
        scope.owner.is_none().then_some(scope.key)
    }

    pub(super) fn has_unowned(&self) -> bool {
        self.unowned > 0
    }

    pub(super) fn owner(&self, number: ScopeNumber) -> Option<OwnerNumber> {
        self.scopes[number.0 as usize].owner
    }

    pub(super) fn owners(&self) -> &Owners {
        &self.owners
    }

    /// Notes that an entry came into a scope of that owner, or left it. None: it has yet to be read whose it is.
    pub(super) fn note_change(&mut self, owner: Option<OwnerNumber>) {
        match owner {
            Some(owner) => self.owners.note_change(owner),
            None => self.owners.note_change_of_anybody(),
        }
    }

    fn scope(&mut self, number: ScopeNumber) -> &mut Scope {
        &mut self.scopes[number.0 as usize]
    }

    pub(super) fn vectors(&self, key: &ScopeKey) -> Option<&Vectors> {
        let number = self.numbers.get(key)?;
        self.scopes[number.0 as usize].vectors.as_deref()
    }

    pub(super) fn vectors_mut(&mut self, key: &ScopeKey) -> Option<&mut Vectors> {
        let number = *self.numbers.get(key)?;
        self.scope(number).vectors.as_deref_mut()
    }

    pub(super) fn add_vector(&mut self, number: ScopeNumber, row: Row, vector: &Quantised) -> Slot {
        let kind = self.kind;
        let vectors = &mut self.scope(number).vectors;
        vectors.get_or_insert_with(|| Box::new(Vectors::new(kind))).insert(row, vector)
    }

    pub(super) fn remove_vector(&mut self, number: ScopeNumber, slot: Slot) {
        let scope = self.scope(number);
        if let Some(vectors) = &mut scope.vectors {
            vectors.remove(slot);
            if vectors.is_empty() {
                scope.vectors = None;
            }
        }
    }

    /// A scope whose approximate index should be built anew.
    pub(super) fn build_due(&self) -> Option<ScopeKey> {
        let is_due = |scope: &&Scope| scope.vectors.as_ref().is_some_and(|vectors| vectors.is_build_due());
        self.scopes.iter().find(is_due).map(|scope| scope.key)
    }
}
