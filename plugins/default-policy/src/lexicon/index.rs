//! Words with what is known of each, found by hash.

use crate::hash::key;

pub(super) type List<T> = Vec<(&'static str, T)>;

pub(super) fn first_word(words: &'static str) -> &'static str {
    words.split(' ').next().unwrap_or(words)
}

pub(super) struct Index<T> {
    pub(super) list: List<T>,
    /// The hash of each word and its place in the list, sorted.
    places: Vec<(u32, u16)>,
}

impl<T> Index<T> {
    pub(super) fn new(list: List<T>) -> Self {
        let mut places: Vec<(u32, u16)> = list.iter().map(|(word, _)| key(word.as_bytes())).zip(0..).collect();
        places.sort_unstable();
        Self { list, places }
    }

    pub(super) fn find(&self, word: &str) -> Option<&T> {
        self.all(word).next()
    }

    pub(super) fn all(&self, word: &str) -> impl Iterator<Item = &T> {
        let hash = key(word.as_bytes());
        let start = self.places.partition_point(|(other, _)| *other < hash);
        let same_hash = self.places[start..].iter().take_while(move |(other, _)| *other == hash);
        let entries = same_hash.map(|(_, place)| &self.list[usize::from(*place)]);
        entries.filter(move |(entry, _)| *entry == word).map(|(_, value)| value)
    }
}
