//! Model names as small numbers, and the filter made of them.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// A model's number; the same name has the same one as long as there are entries of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ModelId(NonZeroU32);

/// Which entries a look-up may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ModelFilter {
    /// No model was named.
    Every,
    /// A model was named: its entries and those stored without one. None is a name that no entry was stored under.
    Named(Option<ModelId>),
}

impl ModelId {
    fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl ModelFilter {
    pub(super) fn admits(self, model: Option<ModelId>) -> bool {
        match self {
            Self::Every => true,
            Self::Named(named) => model.is_none() || model == named,
        }
    }
}

/// The model names of all entries. A name is forgotten with its last entry: callers may name what they like.
#[derive(Debug, Default)]
pub(super) struct Models {
    ids: HashMap<Arc<str>, ModelId>,
    names: Vec<Name>,
    free: Vec<ModelId>,
}

#[derive(Debug)]
struct Name {
    name: Arc<str>,
    entries: usize,
}

impl Models {
    /// Notes one more entry.
    pub(super) fn enter(&mut self, name: &str) -> ModelId {
        let id = match self.ids.get(name) {
            Some(id) => *id,
            None => self.add(name.into()),
        };
        self.names[id.place()].entries += 1;
        id
    }

    fn add(&mut self, name: Arc<str>) -> ModelId {
        let named = Name { name: Arc::clone(&name), entries: 0 };
        let id = match self.free.pop() {
            Some(id) => {
                self.names[id.place()] = named;
                id
            }
            None => {
                self.names.push(named);
                let number = u32::try_from(self.names.len()).ok().and_then(NonZeroU32::new);
                ModelId(number.expect("four billion model names do not fit into memory"))
            }
        };
        self.ids.insert(name, id);
        id
    }

    /// Notes one entry less.
    pub(super) fn leave(&mut self, id: ModelId) {
        let named = &mut self.names[id.place()];
        named.entries -= 1;
        if named.entries == 0 {
            self.ids.remove(&named.name);
            self.free.push(id);
        }
    }

    pub(super) fn known(&self, name: &str) -> Option<ModelId> {
        self.ids.get(name).copied()
    }

    pub(super) fn name(&self, id: ModelId) -> &Arc<str> {
        &self.names[id.place()].name
    }

    pub(super) fn filter(&self, name: Option<&str>) -> ModelFilter {
        name.map_or(ModelFilter::Every, |name| ModelFilter::Named(self.known(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        let mut models = Models::default();
        let (a, b) = (models.enter("a"), models.enter("b"));
        assert_eq!(models.enter("a"), a);
        assert_eq!(&**models.name(b), "b");
        let cases = [
            (None, None, true),
            (None, Some(a), true),
            (Some("a"), None, true),
            (Some("a"), Some(a), true),
            (Some("a"), Some(b), false),
            (Some("unheard of"), None, true),
            (Some("unheard of"), Some(a), false),
        ];
        for (asked, stored, seen) in cases {
            assert_eq!(models.filter(asked).admits(stored), seen, "{asked:?} {stored:?}");
        }
    }

    #[test]
    fn names_are_forgotten_with_their_last_entry() {
        let mut models = Models::default();
        let (a, b) = (models.enter("a"), models.enter("b"));
        models.enter("a");
        models.leave(a);
        assert_eq!(models.known("a"), Some(a));
        models.leave(a);
        assert_eq!((models.known("a"), models.known("b")), (None, Some(b)));
        for number in 0..1_000 {
            let id = models.enter(&number.to_string());
            models.leave(id);
        }
        assert_eq!(models.names.len(), 2);
    }
}
