//! What callers send to select, delete and import entries, and the one place that checks it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use url::form_urlencoded;

use crate::cache::{ContextKey, EntryId, Imported, NamespaceFilter, Scope, Selection};
use crate::chat::Store;
use crate::chat::request::{LABEL_MAX_CHARACTERS, StoreFields};
use crate::server::error::ApiError;

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 1_000;
/// Most entries in one import; a caller sends more in several.
const IMPORT_MAX: usize = 1_000;

/// A part of the entries of one principal.
pub(super) struct Page {
    pub(super) selection: Selection,
    pub(super) first: EntryId,
    pub(super) limit: usize,
}

/// What to delete. An empty namespace is the default one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeleteFields {
    prompt: Option<String>,
    namespace: Option<String>,
    client: Option<String>,
    session: Option<String>,
    key: Option<String>,
    /// Stored at this time or later, in seconds since 1970.
    since_seconds: Option<u64>,
    /// Stored before this time.
    until_seconds: Option<u64>,
}

/// `{}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClearFields {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportFields {
    pub(super) entries: Vec<ImportedFields>,
}

/// A line of an export. What says where it was kept is ignored: it is kept here, for whoever imports it.
#[derive(Debug, Deserialize)]
pub(super) struct ImportedFields {
    prompt: String,
    response: String,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    context: Option<String>,
    created_seconds: u64,
    #[serde(default)]
    expires_seconds: Option<u64>,
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    session: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    exact_only: bool,
}

impl Page {
    pub(super) fn of_query(query: &str, principal: &str) -> Result<Self, ApiError> {
        let (mut first, mut limit, mut fields) = (EntryId(0), LIMIT_DEFAULT, DeleteFields::default());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = || value.parse::<u64>().map_err(|_| invalid(&name, "must be a number"));
            match name.as_ref() {
                "after" => first = EntryId(number()?.saturating_add(1)),
                "limit" => limit = within(number()?)?,
                "prompt" => fields.prompt = Some(value.into_owned()),
                "namespace" => fields.namespace = Some(value.into_owned()),
                "client" => fields.client = Some(value.into_owned()),
                "session" => fields.session = Some(value.into_owned()),
                "key" => fields.key = Some(value.into_owned()),
                "since_seconds" => fields.since_seconds = Some(number()?),
                "until_seconds" => fields.until_seconds = Some(number()?),
                _ => return Err(ApiError::UnknownField(name.chars().take(80).collect())),
            }
        }
        Ok(Self { selection: fields.selected(principal)?, first, limit })
    }
}

impl DeleteFields {
    /// What is to be deleted; everything is not said by leaving everything out.
    pub(super) fn selection(self, principal: &str) -> Result<Selection, ApiError> {
        let selection = self.selected(principal)?;
        if selection == Selection::of(principal) {
            return Err(ApiError::MissingField("prompt, namespace, client, session, key or a time".to_owned()));
        }
        Ok(selection)
    }

    fn selected(self, principal: &str) -> Result<Selection, ApiError> {
        let Self { prompt, namespace, client, session, key, since_seconds, until_seconds } = self;
        let namespace = namespace.map(|name| match name.as_str() {
            "" => NamespaceFilter::Default,
            _ => NamespaceFilter::Named(name),
        });
        let (since, until) = (time("since_seconds", since_seconds)?, time("until_seconds", until_seconds)?);
        Ok(Selection { namespace, prompt, client, session, key, since, until, ..Selection::of(principal) })
    }
}

/// All of them, or what is wrong with the first that cannot be imported.
pub(super) fn all_imported(entries: Vec<ImportedFields>, principal: &str) -> Result<Vec<Imported>, ApiError> {
    if entries.len() > IMPORT_MAX {
        return Err(invalid("entries", &format!("must be at most {IMPORT_MAX}")));
    }
    entries.into_iter().map(|entry| imported(entry, principal)).collect()
}

/// Every text meets the same rules as in a store.
fn imported(fields: ImportedFields, principal: &str) -> Result<Imported, ApiError> {
    let ImportedFields { prompt, response, model, namespace, client, session, key, exact_only, .. } = fields;
    let context = fields.context.as_deref().map(|context| {
        ContextKey::parse(context).ok_or_else(|| invalid("context", "must be 64 hexadecimal digits, as exported"))
    });
    let created = time("created_seconds", Some(fields.created_seconds))?.unwrap_or(UNIX_EPOCH);
    let expires = time("expires_seconds", fields.expires_seconds)?;
    let store = StoreFields { prompt, response, model, namespace, client, session, ..StoreFields::default() };
    let Store { prompt, response, model, namespace, said, .. } =
        Store::try_from(store).map_err(|error| invalid(error.field, &error.problem))?;
    if key.as_ref().is_some_and(|key| key.chars().count() > LABEL_MAX_CHARACTERS || key.contains(char::is_control)) {
        return Err(invalid("key", "must be a short name"));
    }
    Ok(Imported {
        scope: Scope { principal: principal.to_owned(), namespace, context: context.transpose()? },
        prompt,
        response,
        model,
        created,
        expires,
        client: said.client,
        session: said.session,
        key,
        is_exact_only: exact_only,
    })
}

fn time(field: &str, seconds: Option<u64>) -> Result<Option<SystemTime>, ApiError> {
    let time = |seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    seconds.map(|seconds| time(seconds).ok_or_else(|| invalid(field, "is beyond the end of time"))).transpose()
}

fn within(limit: u64) -> Result<usize, ApiError> {
    let limit = usize::try_from(limit).ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| invalid("limit", &format!("must be between 1 and {LIMIT_MAX}")))
}

fn invalid(field: &str, problem: &str) -> ApiError {
    ApiError::InvalidField { field: field.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_selects() {
        let page = Page::of_query("namespace=a%20b&client=x&limit=7&after=12&since_seconds=5", "p").unwrap();
        assert_eq!((page.first, page.limit), (EntryId(13), 7));
        let expected = Selection {
            namespace: Some(NamespaceFilter::Named("a b".to_owned())),
            client: Some("x".to_owned()),
            since: Some(UNIX_EPOCH + Duration::from_secs(5)),
            ..Selection::of("p")
        };
        assert_eq!(page.selection, expected);
        let default = Page::of_query("namespace=", "p").unwrap().selection;
        assert_eq!(default.namespace, Some(NamespaceFilter::Default));
    }

    #[test]
    fn a_wrong_query_says_what_is_wrong() {
        for (query, code) in [
            ("limit=0", "invalid_field"),
            ("limit=1001", "invalid_field"),
            ("limit=x", "invalid_field"),
            ("after=-1", "invalid_field"),
            ("until_seconds=18446744073709551615", "invalid_field"),
            ("principal=other", "unknown_field"),
        ] {
            assert_eq!(Page::of_query(query, "p").err().map(|error| error.code()), Some(code), "{query}");
        }
    }

    #[test]
    fn what_is_imported_is_checked_as_what_is_stored() {
        let entry = |more: serde_json::Value| {
            let mut entry = serde_json::json!({ "prompt": "q", "response": "a", "created_seconds": 5 });
            entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let fields = serde_json::from_value(entry).unwrap();
            imported(fields, "p").map_err(|error| error.code())
        };
        let plain = entry(serde_json::json!({ "namespace": "n", "client": "c", "exact_only": true })).unwrap();
        assert_eq!((plain.scope.principal.as_str(), plain.scope.namespace.as_deref()), ("p", Some("n")));
        assert_eq!((plain.client.as_deref(), plain.is_exact_only), (Some("c"), true));
        for wrong in [
            serde_json::json!({ "prompt": " " }),
            serde_json::json!({ "response": "a\u{0}" }),
            serde_json::json!({ "namespace": "" }),
            serde_json::json!({ "client": "a\nb" }),
            serde_json::json!({ "key": "k".repeat(257) }),
            serde_json::json!({ "context": "abc" }),
            serde_json::json!({ "expires_seconds": u64::MAX }),
        ] {
            assert_eq!(entry(wrong.clone()), Err("invalid_field"), "{wrong}");
        }
    }

    #[test]
    fn deleting_everything_is_not_an_oversight() {
        assert!(DeleteFields::default().selection("p").is_err());
        let fields = DeleteFields { namespace: Some(String::new()), ..DeleteFields::default() };
        assert!(fields.selection("p").is_ok());
    }
}
