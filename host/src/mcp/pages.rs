//! Lists in pages: where one ends and the next begins. A cursor is opaque to clients; one that we did not make, or made
//! for another list, is refused.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rmcp::model::{ErrorData, PaginatedRequestParams};

/// So many fit on a page that a client which reads only the first of tools or prompts misses none.
pub(super) const PAGE_ITEMS: usize = 256;

/// Which list a cursor belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Tools,
    Prompts,
    Resources,
    /// The entries that follow the fixed resources.
    Entries,
    Templates,
}

/// Where a page begins: behind so many items, and behind the one with this number where the list grows at its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) list: List,
    pub(super) behind: usize,
    pub(super) last: u64,
}

impl List {
    const ALL: [Self; 5] = [Self::Tools, Self::Prompts, Self::Resources, Self::Entries, Self::Templates];

    fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
            Self::Entries => "entries",
            Self::Templates => "templates",
        }
    }
}

impl Position {
    /// Where the page begins that is asked for: the first of `lists` unless a cursor says otherwise.
    pub(super) fn asked(request: Option<PaginatedRequestParams>, lists: &[List]) -> Result<Self, ErrorData> {
        match request.and_then(|request| request.cursor) {
            None => Ok(Self { list: lists[0], behind: 0, last: 0 }),
            Some(cursor) => Self::parse(&cursor)
                .filter(|position| lists.contains(&position.list))
                .ok_or_else(|| ErrorData::invalid_params("the cursor is not one of this list", None)),
        }
    }

    pub(super) fn cursor(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("{} {} {}", self.list.name(), self.behind, self.last))
    }

    fn parse(cursor: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let mut words = text.split(' ');
        let name = words.next()?;
        let list = List::ALL.into_iter().find(|list| list.name() == name)?;
        let position = Self { list, behind: words.next()?.parse().ok()?, last: words.next()?.parse().ok()? };
        // Only what we would have written ourselves.
        (position.cursor() == cursor).then_some(position)
    }
}

/// One page of a list that is there as a whole, and the cursor of the next.
pub(super) fn page<T>(items: &[T], position: Position) -> Result<(&[T], Option<String>), ErrorData> {
    let rest = items.get(position.behind..);
    let rest = rest.ok_or_else(|| ErrorData::invalid_params("the list has become shorter than the cursor", None))?;
    let shown = &rest[..rest.len().min(PAGE_ITEMS)];
    let next = Position { behind: position.behind + shown.len(), ..position };
    Ok((shown, (shown.len() < rest.len()).then(|| next.cursor())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(cursor: &str) -> Option<PaginatedRequestParams> {
        Some(PaginatedRequestParams::default().with_cursor(Some(cursor.to_owned())))
    }

    #[test]
    fn pages_cover_a_list_once() {
        for count in [0, 1, PAGE_ITEMS, PAGE_ITEMS + 1, 3 * PAGE_ITEMS] {
            let items: Vec<usize> = (0..count).collect();
            let (mut seen, mut asked) = (Vec::new(), None);
            loop {
                let position = Position::asked(asked, &[List::Tools]).unwrap();
                let (shown, next) = page(&items, position).unwrap();
                seen.extend_from_slice(shown);
                let Some(cursor) = next else { break };
                asked = request(&cursor);
            }
            assert_eq!(seen, items);
        }
    }

    #[test]
    fn only_our_cursors_of_the_same_list_are_taken() {
        let position = Position { list: List::Prompts, behind: 256, last: 17 };
        assert_eq!(Position::asked(request(&position.cursor()), &[List::Prompts]), Ok(position));
        let forged = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        for cursor in [
            position.cursor(),
            String::new(),
            "256".to_owned(),
            "%%%".to_owned(),
            forged("tools 256"),
            forged("tools -1 0"),
            forged("tools 0256 0"),
            forged("tools 256 0 0"),
            forged("others 256 0"),
        ] {
            assert!(Position::asked(request(&cursor), &[List::Tools]).is_err(), "{cursor}");
        }
        let far = Position { list: List::Tools, behind: 9, last: 0 };
        assert!(page(&[1, 2, 3], far).is_err());
    }
}
