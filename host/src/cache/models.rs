//! Model names as small numbers, and the filter made of them.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// A model's number; the same name always has the same one while the process runs.
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

impl ModelFilter {
    pub(super) fn admits(self, model: Option<ModelId>) -> bool {
        match self {
            Self::Every => true,
            Self::Named(named) => model.is_none() || model == named,
        }
    }
}

/// Every model name that an entry was stored under.
#[derive(Debug, Default)]
pub(super) struct Models {
    ids: HashMap<Arc<str>, ModelId>,
    names: Vec<Arc<str>>,
}

impl Models {
    pub(super) fn id(&mut self, name: &str) -> ModelId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        let number = u32::try_from(self.names.len()).ok().and_then(NonZeroU32::new);
        let id = ModelId(number.expect("four billion model names do not fit into memory"));
        self.ids.insert(name, id);
        id
    }

    pub(super) fn known(&self, name: &str) -> Option<ModelId> {
        self.ids.get(name).copied()
    }

    pub(super) fn name(&self, id: ModelId) -> &Arc<str> {
        &self.names[id.0.get() as usize - 1]
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
        let (a, b) = (models.id("a"), models.id("b"));
        assert_eq!(models.id("a"), a);
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
}
