//! Whose scopes these are, as small numbers, and how often what a principal holds has changed. A name is forgotten with
//! its last scope; a count of changes never: there are as many as there are keys.

use std::collections::HashMap;
use std::sync::Arc;

/// Who holds a scope, whatever the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::cache) struct Owner {
    pub(in crate::cache) principal: String,
    pub(in crate::cache) namespace: Option<String>,
}

/// An owner's number; the same owner has the same one as long as it has a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct OwnerNumber(u32);

#[derive(Default)]
pub(super) struct Owners {
    numbers: HashMap<Arc<Owner>, OwnerNumber>,
    names: Vec<Name>,
    free: Vec<OwnerNumber>,
    revisions: HashMap<String, u64>,
    /// Changes of which it is not known whose they are; they may be anybody's.
    of_anybody: u64,
}

struct Name {
    owner: Arc<Owner>,
    scopes: usize,
}

impl Owners {
    /// Notes one more scope.
    pub(super) fn enter(&mut self, owner: &Owner) -> OwnerNumber {
        let number = match self.numbers.get(owner) {
            Some(number) => *number,
            None => self.add(Arc::new(owner.clone())),
        };
        self.names[number.0 as usize].scopes += 1;
        number
    }

    fn add(&mut self, owner: Arc<Owner>) -> OwnerNumber {
        let name = Name { owner: Arc::clone(&owner), scopes: 0 };
        let number = match self.free.pop() {
            Some(number) => {
                self.names[number.0 as usize] = name;
                number
            }
            None => {
                self.names.push(name);
                // There are no more owners than scopes, which are counted in 32 bits.
                OwnerNumber((self.names.len() - 1) as u32)
            }
        };
        self.numbers.insert(owner, number);
        number
    }

    /// Notes one scope less.
    pub(super) fn leave(&mut self, number: OwnerNumber) {
        let name = &mut self.names[number.0 as usize];
        name.scopes -= 1;
        if name.scopes == 0 {
            self.numbers.remove(&name.owner);
            self.free.push(number);
        }
    }

    /// The numbers of one principal, with the namespaces behind them.
    pub(super) fn of(&self, principal: &str) -> HashMap<OwnerNumber, Option<&str>> {
        let own = self.numbers.iter().filter(|(owner, _)| owner.principal == principal);
        own.map(|(owner, number)| (*number, owner.namespace.as_deref())).collect()
    }

    /// Notes that what an owner's principal holds has changed.
    pub(super) fn note_change(&mut self, number: OwnerNumber) {
        let principal = &self.names[number.0 as usize].owner.principal;
        match self.revisions.get_mut(principal) {
            Some(revision) => *revision += 1,
            None => drop(self.revisions.insert(principal.clone(), 1)),
        }
    }

    pub(super) fn note_change_of_anybody(&mut self) {
        self.of_anybody += 1;
    }

    /// Differs from what it was whenever the entries of this principal are others than they were.
    pub(super) fn revision(&self, principal: &str) -> u64 {
        self.revisions.get(principal).copied().unwrap_or(0) + self.of_anybody
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(principal: &str, namespace: Option<&str>) -> Owner {
        Owner { principal: principal.to_owned(), namespace: namespace.map(str::to_owned) }
    }

    #[test]
    fn a_name_is_forgotten_with_its_last_scope_and_its_changes_are_not() {
        let mut owners = Owners::default();
        let work = owners.enter(&owner("a", Some("work")));
        assert_eq!(owners.enter(&owner("a", Some("work"))), work);
        let other = owners.enter(&owner("b", None));
        assert_eq!(owners.of("a"), HashMap::from([(work, Some("work"))]));
        owners.note_change(work);
        owners.leave(work);
        assert_eq!(owners.of("a").len(), 1, "it has one more scope");
        owners.leave(work);
        assert_eq!((owners.of("a").len(), owners.of("b").len()), (0, 1));
        assert_eq!([owners.revision("a"), owners.revision("b"), owners.revision("c")], [1, 0, 0]);
        owners.note_change_of_anybody();
        assert_eq!([owners.revision("a"), owners.revision("b"), owners.revision("c")], [2, 1, 1]);
        assert_eq!(owners.enter(&owner("c", None)), work, "its number is free again");
        assert_ne!(other, work);
    }
}
