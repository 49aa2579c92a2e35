//! Nobody sees what is another's, and who may not read sees nothing.

use std::time::SystemTime;

use super::*;
use crate::cache::Cache;
use crate::chat::{Access, Channel, Permissions, Principal, Store, Stored};
use crate::settings::CacheSettings;
use crate::tools::prompts::{Arguments, Prompts};

fn caller(principal: &str, permissions: &[Permission]) -> Caller {
    let permissions: Permissions = permissions.iter().copied().collect();
    let access = Access { principal: Principal::of_key_namespace(principal), permissions, key: None };
    Caller::admitted(access, Channel::Mcp)
}

async fn store(chat: &Chat, caller: &Caller, prompt: &str, namespace: &str) -> EntryId {
    let store =
        Store { namespace: Some(namespace.to_owned()), ..Store::of(prompt.to_owned(), "An answer.".to_owned()) };
    match chat.store(caller, store).await.unwrap() {
        Stored::Kept(id) => id,
        Stored::Refused(refusal) => panic!("{refusal}"),
    }
}

fn text(contents: ResourceContents) -> String {
    match contents.body {
        Body::Text(text) => text,
        Body::Blob(_) => panic!("it is text"),
    }
}

#[tokio::test]
async fn each_sees_their_own_and_only_who_may() {
    let dir = tempfile::tempdir().unwrap();
    let settings = CacheSettings::default();
    let cache = Cache::open(&dir.path().join("cache.redb"), &settings, "", "").unwrap();
    let chat = Arc::new(Chat::new(Arc::new(cache), None, &settings, Arc::new(SystemTime::now)));
    let (resources, prompts) = (Resources::native(Arc::clone(&chat)), Prompts::native(Arc::clone(&chat)));
    let (one, other) = (caller("one", &[Permission::Read]), caller("other", &[Permission::Read]));
    let own = store(&chat, &one, "What is a cache?", "mine").await;
    let foreign = store(&chat, &other, "What is a secret?", "theirs").await;

    let listed = resources.entries(&one, None, 10).await.unwrap().list;
    assert_eq!(listed.iter().map(|info| &info.uri).collect::<Vec<_>>(), [&entry_uri(own)]);
    assert!(resources.read(&one, &entry_uri(own)).await.is_ok());
    assert!(matches!(resources.read(&one, &entry_uri(foreign)).await, Err(ResourceError::Unknown { .. })));
    assert!(!resources.exists(&one, &entry_uri(foreign)).unwrap());
    let ids = resources.complete(&one, "isartor://cache/{entry}", "entry", "").await.unwrap();
    assert_eq!(ids.values, [own.0.to_string()]);
    let nothing = Arguments::new();
    let namespaces = prompts.complete(&one, "ask-cached", "namespace", "", &nothing).await.unwrap();
    assert_eq!(namespaces.values, ["mine"]);
    let stats = text(resources.read(&one, "isartor://stats").await.unwrap());
    assert!(stats.contains("\"entries\": 1") && !stats.contains("theirs") && !stats.contains("figures"), "{stats}");
    let admin = caller("one", &[Permission::Read, Permission::Admin]);
    assert!(text(resources.read(&admin, "isartor://stats").await.unwrap()).contains("figures"));

    let writer = caller("one", &[Permission::Write, Permission::Admin]);
    assert_eq!(resources.entries(&writer, None, 10).await.unwrap().list, []);
    assert!(matches!(resources.read(&writer, "isartor://stats").await, Err(ResourceError::Denied)));
    assert!(matches!(resources.exists(&writer, &entry_uri(own)), Err(ResourceError::Denied)));
    assert_eq!(resources.complete(&writer, "isartor://cache/{entry}", "entry", "").await.unwrap().values, [""; 0]);
    assert_eq!(prompts.complete(&writer, "ask-cached", "namespace", "", &nothing).await.unwrap().values, [""; 0]);
    assert!(prompts.get(&writer, "review-cache", nothing).await.is_err());
}
