//! Writes a database as the first format had it.

use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, TableHandle};
use serde::Serialize;

use super::record::Texts;
use super::{CANONICAL, CODES, COMMITS, FEATURES, FORMAT, HEADS, META, NEXT_ID, TEXTS, UNFIT, VECTORS};
use crate::cache::Scope;
use crate::cache::exact::{QuestionKey, ScopeKey};

#[derive(Serialize)]
struct Head<'a> {
    scope: [u8; 32],
    question: [u8; 32],
    created_milliseconds: u64,
    ends_milliseconds: u64,
    model: Option<&'a str>,
}

/// A database with these questions and answers, all stored at the same time and for ever.
pub(in crate::cache) fn write(path: &Path, entries: &[(&str, &str)]) {
    let database = Database::create(path).unwrap();
    let transaction = database.begin_write().unwrap();
    let scope = Scope { principal: "local".into(), namespace: None, context: None };
    let key = ScopeKey::of(&scope);
    for (id, (prompt, response)) in (1_u64..).zip(entries) {
        let question = QuestionKey::of(&key, prompt).0;
        let (created_milliseconds, ends_milliseconds) = (5_000, u64::MAX);
        let head = Head { scope: key.0, question, created_milliseconds, ends_milliseconds, model: None };
        let head = postcard::to_stdvec(&head).unwrap();
        let texts = Texts { principal: "local", namespace: None, prompt, response }.encode();
        transaction.open_table(HEADS).unwrap().insert(id, head.as_slice()).unwrap();
        transaction.open_table(TEXTS).unwrap().insert(id, texts.as_slice()).unwrap();
    }
    transaction.open_table(VECTORS).unwrap();
    transaction.open_table(CODES).unwrap();
    transaction.open_table(FEATURES).unwrap();
    transaction.open_table(UNFIT).unwrap();
    let mut meta = transaction.open_table(META).unwrap();
    meta.insert(FORMAT, 1).unwrap();
    meta.insert(NEXT_ID, entries.len() as u64 + 1).unwrap();
    meta.insert(COMMITS, 1).unwrap();
    drop(meta);
    transaction.commit().unwrap();
}

/// Has every question keyed as nobody would find it, by a version of the canonical text that there never was.
pub(in crate::cache) fn key_otherwise(path: &Path) {
    let database = Database::create(path).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut heads = transaction.open_table(HEADS).unwrap();
        let stored = heads.get(1).unwrap().unwrap().value().to_vec();
        let mut head = super::record::decode_head(&stored).unwrap();
        head.question = QuestionKey([7; 32]);
        heads.insert(1, super::record::encode_head(&head).as_slice()).unwrap();
        transaction.open_table(META).unwrap().insert(CANONICAL, 0).unwrap();
    }
    transaction.commit().unwrap();
}

/// Whether a database, which may be in use, has a table of this name.
pub(in crate::cache) fn has_table(path: &Path, name: &str) -> bool {
    let copy = path.with_extension("copy");
    std::fs::copy(path, &copy).unwrap();
    let transaction = Database::open(copy).unwrap().begin_read().unwrap();
    transaction.list_tables().unwrap().any(|table| table.name() == name)
}
