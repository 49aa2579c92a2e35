//! From an older format, or an older way to key questions, to today's: in one transaction, so that a kill leaves the
//! old state or the new one.

use redb::{Database, ReadableTable, Table, WriteTransaction};

use super::record::{HeadVersion1, Texts, decode_head, encode_head};
use super::{CANONICAL, FEEDBACK, FORMAT, HEADS, KNOWN_FORMAT, META, PROVENANCE, TEXTS};
use crate::cache::change::Head;
use crate::cache::exact::{CANONICAL_VERSION, QuestionKey, canonical};

type Rows<'a> = Table<'a, u64, &'static [u8]>;

/// Format 1 had no provenance and no feedback, and heads without a weight.
pub(super) fn from_format_1(database: &Database) -> Result<(), redb::Error> {
    rewrite(database, |head, texts| {
        let weight = u32::try_from(texts.len()).unwrap_or(u32::MAX);
        Ok(HeadVersion1::decode(head).map_err(corrupted)?.into_head(weight))
    })
}

/// Keys every question anew, as [`canonical`] has it today.
pub(super) fn to_canonical_version(database: &Database) -> Result<(), redb::Error> {
    rewrite(database, |head, texts| {
        let head = decode_head(head).map_err(corrupted)?;
        let texts = Texts::decode(texts).map_err(corrupted)?;
        let question = QuestionKey::of(&head.scope, &canonical(texts.prompt));
        Ok(Head { question, ..head })
    })
}

fn corrupted(error: postcard::Error) -> redb::Error {
    redb::Error::Corrupted(format!("an entry cannot be decoded: {error}"))
}

fn rewrite(database: &Database, head: impl Fn(&[u8], &[u8]) -> Result<Head, redb::Error>) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    rewrite_heads(&transaction, head)?;
    transaction.open_table(PROVENANCE)?;
    transaction.open_table(FEEDBACK)?;
    let mut meta = transaction.open_table(META)?;
    meta.insert(FORMAT, KNOWN_FORMAT)?;
    meta.insert(CANONICAL, CANONICAL_VERSION)?;
    drop(meta);
    Ok(transaction.commit()?)
}

fn rewrite_heads(
    transaction: &WriteTransaction,
    head: impl Fn(&[u8], &[u8]) -> Result<Head, redb::Error>,
) -> Result<(), redb::Error> {
    let texts: Rows<'_> = transaction.open_table(TEXTS)?;
    let mut heads: Rows<'_> = transaction.open_table(HEADS)?;
    let mut next = heads.first()?.map(|(id, _)| id.value());
    while let Some(id) = next {
        let before = heads.get(id)?.map(|row| row.value().to_vec());
        if let (Some(before), Some(texts)) = (before, texts.get(id)?) {
            heads.insert(id, encode_head(&head(&before, texts.value())?).as_slice())?;
        }
        next = heads.range(id + 1..)?.next().transpose()?.map(|(id, _)| id.value());
    }
    Ok(())
}
