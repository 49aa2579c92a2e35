//! What somebody who types may mean: names that exist in their own part of the cache. Bounded, the likeliest first.

use std::sync::Arc;

use crate::cache::CacheError;
use crate::chat::Chat;

/// As many as the protocol lets a server suggest.
pub(super) const SUGGESTED_MAX: usize = 100;

/// Suggestions, and how many there would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    pub values: Vec<String>,
    pub total: usize,
}

impl Completion {
    pub fn has_more(&self) -> bool {
        self.total > self.values.len()
    }
}

/// The names that begin with what was typed, and after them those that contain it, whatever the case.
pub(super) fn suggest<'a>(names: impl IntoIterator<Item = &'a String>, typed: &str) -> Completion {
    let typed = typed.to_lowercase();
    let (mut beginning, mut containing) = (Vec::new(), Vec::new());
    for name in names {
        match name.to_lowercase().find(&typed) {
            Some(0) => beginning.push(name),
            Some(_) => containing.push(name),
            None => {}
        }
    }
    let total = beginning.len() + containing.len();
    let values = beginning.into_iter().chain(containing).take(SUGGESTED_MAX).cloned().collect();
    Completion { values, total }
}

/// Goes through the cache on a thread where that holds up nobody. The error is a sentence for a client; the log gets the
/// whole of it.
pub(super) async fn off_the_runtime<T: Send + 'static>(
    chat: &Arc<Chat>,
    read: impl FnOnce(&Chat) -> Result<T, CacheError> + Send + 'static,
) -> Result<T, String> {
    let chat = Arc::clone(chat);
    let read = tokio::task::spawn_blocking(move || read(&chat)).await;
    read.map_err(|error| error.to_string()).and_then(|read| read.map_err(|error| error.to_string())).map_err(|error| {
        tracing::error!(error, "cannot go through the cache");
        "the cache could not be read; isartor's log says why".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_come_first_and_no_more_than_a_hundred() {
        let names = ["Alpha", "beta", "gamma-alpha", "alphabet"].map(str::to_owned);
        for (typed, expected) in [
            ("", &["Alpha", "beta", "gamma-alpha", "alphabet"][..]),
            ("alpha", &["Alpha", "alphabet", "gamma-alpha"]),
            ("BET", &["beta", "alphabet"]),
            ("x", &[]),
        ] {
            let completion = suggest(&names, typed);
            assert_eq!(completion.values, expected, "{typed:?}");
            assert!(!completion.has_more());
        }
        let many: Vec<String> = (0..250).map(|number| format!("n{number}")).collect();
        let completion = suggest(&many, "n");
        assert_eq!((completion.values.len(), completion.total, completion.has_more()), (100, 250, true));
    }
}
