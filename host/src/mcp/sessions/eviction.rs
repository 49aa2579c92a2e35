//! Which session has to make room for a new one of the same principal. Pure; nobody loses a session to somebody else.

use super::session::Usage;

/// What is known of one session when there is no room.
#[derive(Debug, Clone)]
pub(super) struct Candidate<Id> {
    pub(super) id: Id,
    pub(super) is_own: bool,
    pub(super) usage: Usage,
}

/// How many there may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) in_all: usize,
    pub(super) each: usize,
}

/// There is no room, and nothing of the principal's own to give up.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are as many sessions as there may be")]
pub(in crate::mcp) struct Full;

/// The sessions that end so that one more may begin, those first that nobody uses.
pub(super) fn given_up<Id>(candidates: Vec<Candidate<Id>>, room: Room) -> Result<Vec<Id>, Full> {
    let in_all = candidates.len();
    let mut own: Vec<Candidate<Id>> = candidates.into_iter().filter(|candidate| candidate.is_own).collect();
    let too_many = (in_all + 1).saturating_sub(room.in_all).max((own.len() + 1).saturating_sub(room.each));
    if too_many > own.len() {
        return Err(Full);
    }
    own.sort_by_key(|candidate| candidate.usage);
    own.truncate(too_many);
    Ok(own.into_iter().map(|candidate| candidate.id).collect())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// `name`, `name*` for a busy one; in the order in which they were used; capitals are somebody else's.
    fn candidates(names: &str) -> Vec<Candidate<char>> {
        let begin = Instant::now();
        let mut candidates = Vec::new();
        for (second, name) in names.split(' ').filter(|name| !name.is_empty()).enumerate() {
            let id = name.chars().next().expect("a name");
            let used = begin + Duration::from_secs(u64::try_from(second).expect("it is small"));
            let usage = Usage { is_busy: name.ends_with('*'), used };
            candidates.push(Candidate { id, is_own: id.is_lowercase(), usage });
        }
        candidates
    }

    #[test]
    fn only_the_own_and_the_least_used_make_room() {
        for (names, in_all, each, expected) in [
            ("", 1, 1, Ok("")),
            ("a b", 9, 3, Ok("")),
            ("a b c", 9, 3, Ok("a")),
            ("a* b c", 9, 3, Ok("b")),
            ("a* b* c*", 9, 3, Ok("a")),
            ("A B c d", 9, 3, Ok("")),
            ("A B c d", 4, 3, Ok("c")),
            ("A B C D", 4, 3, Err(Full)),
            ("A B C D e", 4, 3, Err(Full)),
            ("a b c d", 9, 2, Ok("abc")),
        ] {
            let room = Room { in_all, each };
            let given_up = given_up(candidates(names), room).map(String::from_iter);
            assert_eq!(given_up, expected.map(str::to_owned), "{names} in {room:?}");
        }
    }
}
