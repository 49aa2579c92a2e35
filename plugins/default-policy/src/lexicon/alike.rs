//! Words that a question may exchange in one of their senses: the first of a row with each of the others, which are not
//! exchangeable among themselves. Base forms. Only looked at when nothing else explains what differs.

mod deeds;
mod things;

pub(super) fn rows() -> impl Iterator<Item = &'static str> {
    deeds::DEEDS.iter().chain(things::THINGS).copied()
}
