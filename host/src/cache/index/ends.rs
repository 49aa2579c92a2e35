//! When entries end: which ones have, and how many. Entries that never end are not in it.

use std::collections::BTreeSet;

use super::slab::{Row, RowNumber, Slab};
use crate::cache::lifetime::Moment;

/// By whole seconds, which take half the memory; what ends in the very second that is asked about is looked at.
#[derive(Default)]
pub(super) struct Ends(BTreeSet<(u32, RowNumber)>);

impl Ends {
    pub(super) fn insert(&mut self, ends: Moment, number: RowNumber) {
        if ends != Moment::NEVER {
            self.0.insert((ends.seconds(), number));
        }
    }

    pub(super) fn remove(&mut self, ends: Moment, number: RowNumber) {
        self.0.remove(&(ends.seconds(), number));
    }

    /// Rows that had ended at `moment`, those that ended in an earlier second before the others.
    pub(super) fn until(&self, moment: Moment, slab: &Slab) -> impl Iterator<Item = RowNumber> {
        let last = moment.seconds();
        let has_ended = move |number| slab.get(number).is_some_and(|row| !row.lifetime.includes(moment));
        let ended = self.0.iter().take_while(move |(seconds, _)| *seconds <= last);
        ended.filter(move |(seconds, number)| *seconds < last || has_ended(*number)).map(|(_, number)| *number)
    }
    /// Rows that ended after one moment and had at the other.
    pub(super) fn between<'a>(&'a self, after: Moment, until: Moment, slab: &'a Slab) -> impl Iterator<Item = &'a Row> {
        let later = self.0.range((after.seconds(), RowNumber::FIRST)..);
        let maybe = later.take_while(move |(seconds, _)| *seconds <= until.seconds());
        let rows = maybe.filter_map(|(_, number)| slab.get(*number));
        rows.filter(move |row| row.lifetime.ends > after && row.lifetime.ends <= until)
    }
}
