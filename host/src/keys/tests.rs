//! What may be done with keys, as tables.

use super::*;
use crate::chat::Principal;

const NOW: u64 = 1_800_000_000;
const DAY: u64 = 24 * 3600;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn named(name: &str) -> Wanted {
    let scopes = vec![Permission::Write, Permission::Read, Permission::Read];
    Wanted { name: Some(name.to_owned()), scopes, ..Wanted::default() }
}

fn add(keys: &mut Keys, wanted: Wanted, now: u64) -> Result<Key, KeysError> {
    keys.create(wanted, &SecretKey::generate().unwrap(), at(now))
}

fn rotate(keys: &mut Keys, wanted: &str, grace: u64, now: u64) -> Result<Key, KeysError> {
    let rotation = Rotation { grace: Duration::from_secs(grace), expires: None };
    keys.rotate(wanted, rotation, &SecretKey::generate().unwrap(), at(now))
}

fn states(keys: &Keys, now: u64) -> Vec<KeyState> {
    keys.all().iter().map(|key| key.state(at(now))).collect()
}

#[test]
fn names_and_namespaces_are_words_of_their_own() {
    let mut keys = Keys::default();
    let first = add(&mut keys, named("laptop"), NOW).unwrap();
    assert_eq!(
        (first.namespace.as_str(), first.scopes.as_slice()),
        ("laptop", &[Permission::Read, Permission::Write][..])
    );
    let unnamed = add(&mut keys, Wanted { name: None, ..named("") }, NOW).unwrap();
    assert_eq!((&unnamed.name, &unnamed.namespace), (&format!("key-{}", unnamed.id), &unnamed.name));
    let in_namespace = |name: &str, namespace: &str| Wanted { namespace: Some(namespace.to_owned()), ..named(name) };
    let cases = [
        (named("laptop"), "a key called laptop already"),
        (named("local"), "a key called local already"),
        (named(SETTINGS_KEY_NAME), "a key called gateway_api_key already"),
        (named(""), "as a key's name"),
        (named(".."), "as a key's name"),
        (named("a b"), "as a key's name"),
        (named("größe"), "as a key's name"),
        (named(&"a".repeat(65)), "as a key's name"),
        (in_namespace("b", "a/b"), "as a key's namespace"),
        (Wanted { scopes: Vec::new(), ..named("b") }, "without a scope"),
        (Wanted { expires: Some(at(NOW)), ..named("b") }, "end before it begins"),
    ];
    for (wanted, says) in cases {
        let error = add(&mut keys, wanted, NOW).unwrap_err().to_string();
        assert!(error.contains(says), "{error} does not say {says}");
    }
    assert_eq!(add(&mut keys, in_namespace("shared", "local"), NOW).unwrap().access().principal, Principal::local());
    keys.revoke("laptop", at(NOW)).unwrap();
    let error = add(&mut keys, named("laptop"), NOW).unwrap_err().to_string();
    assert!(error.contains("the namespace laptop is that of the key laptop"), "{error}");
    assert!(add(&mut keys, in_namespace("laptop", "laptop"), NOW).is_ok(), "said so, it is shared");
}

#[test]
fn a_rotated_key_gives_way_now_or_when_its_grace_is_over() {
    use KeyState::{Active, Expired, Revoked};
    let mut keys = Keys::default();
    let wanted = Wanted { expires: Some(at(NOW + 10 * DAY)), ..named("a") };
    let first = add(&mut keys, wanted, NOW).unwrap();
    let second = rotate(&mut keys, "a", 3600, NOW + DAY).unwrap();
    assert_eq!((second.name, second.namespace, second.scopes), (first.name, first.namespace, first.scopes));
    assert_eq!(second.expires_at, Some(NOW + 11 * DAY), "it lives as long");
    assert_eq!(states(&keys, NOW + DAY + 3599), [Active, Active]);
    assert_eq!(states(&keys, NOW + DAY + 3600), [Expired, Active]);
    let third = rotate(&mut keys, "a", 0, NOW + DAY + 1).unwrap();
    assert_eq!(states(&keys, NOW + DAY + 2), [Active, Revoked, Active]);
    assert_eq!(keys.all()[1].replaced_by, Some(third.id));
    let last = rotate(&mut keys, &third.id.to_string(), 100 * DAY, NOW + DAY + 2).unwrap();
    assert_eq!(keys.all()[2].expires_at, third.expires_at, "a grace makes no life longer");
    let again = rotate(&mut keys, &third.id.to_string(), 0, NOW + DAY + 2).unwrap_err();
    assert!(again.to_string().contains("not active"), "{again}");
    let revoked = keys.revoke("a", at(NOW + DAY + 3)).unwrap();
    assert_eq!(revoked.len(), 3);
    assert!(revoked.iter().any(|key| key.id == last.id));
    assert!(keys.revoke("a", at(NOW + DAY + 3)).unwrap().is_empty());
    assert!(rotate(&mut keys, "a", 0, NOW + DAY + 3).unwrap_err().to_string().contains("not active"));
    assert!(rotate(&mut keys, "b", 0, NOW).unwrap_err().to_string().contains("no key called \"b\""));
    assert!(keys.revoke("b", at(NOW)).is_err());
}

#[test]
fn one_key_of_several_is_named_by_its_id() {
    let mut keys = Keys::default();
    let first = add(&mut keys, named("a"), NOW).unwrap();
    let second = rotate(&mut keys, "a", 3600, NOW).unwrap();
    assert_eq!(keys.revoke(&first.id.to_string(), at(NOW)).unwrap().len(), 1);
    assert_eq!(states(&keys, NOW), [KeyState::Revoked, KeyState::Active]);
    assert_eq!(keys.all()[1].id, second.id);
}
