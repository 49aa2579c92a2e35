//! A key as its holder has it: `isk_<id>_<secret>`, both in hexadecimal. The id is for looking up, the secret is 256
//! random bits, and all that is kept of it is a hash. Never prints a secret unless asked by name.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::KeysError;

const PREFIX: &[u8] = b"isk_";
const ID_DIGITS: usize = 12;
const SECRET_BYTES: usize = 32;
const KEY_BYTES: usize = PREFIX.len() + ID_DIGITS + 1 + 2 * SECRET_BYTES;

/// Which key it is; no secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(u64);

/// A key in the hands of whoever makes or presents it.
pub struct SecretKey {
    id: KeyId,
    secret: [u8; SECRET_BYTES],
}

/// SHA-256 of a secret: of 256 random bits nobody finds it by trying, so no slow hash is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretDigest([u8; 32]);

/// Whether it means to be one of our keys. Then nothing else is asked whether it may pass.
pub fn has_key_prefix(presented: &[u8]) -> bool {
    presented.starts_with(PREFIX)
}

impl SecretKey {
    pub fn generate() -> Result<Self, KeysError> {
        let (mut id, mut secret) = ([0; 8], [0; SECRET_BYTES]);
        getrandom::fill(&mut id[2..]).and_then(|()| getrandom::fill(&mut secret)).map_err(KeysError::Random)?;
        Ok(Self { id: KeyId(u64::from_be_bytes(id)), secret })
    }

    /// One spelling only: what differs in a single character is no key.
    pub fn parse(presented: &[u8]) -> Option<Self> {
        let rest = presented.strip_prefix(PREFIX).filter(|_| presented.len() == KEY_BYTES)?;
        let (id, rest) = rest.split_at(ID_DIGITS);
        let (id, digits) = (KeyId::parse(id)?, rest.strip_prefix(b"_")?);
        let mut secret = [0; SECRET_BYTES];
        decode(digits, &mut secret)?;
        Some(Self { id, secret })
    }

    pub fn id(&self) -> KeyId {
        self.id
    }

    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(&self.secret)
    }

    /// The whole key, to be shown once.
    pub fn expose(&self) -> String {
        let secret: String = self.secret.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("isk_{}_{secret}", self.id)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "isk_{}_[secret]", self.id)
    }
}

impl KeyId {
    fn parse(digits: &[u8]) -> Option<Self> {
        let mut bytes = [0; 8];
        decode(digits, &mut bytes[2..])?;
        Some(Self(u64::from_be_bytes(bytes)))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:012x}", self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl FromStr for KeyId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = Some(text.as_bytes()).filter(|digits| digits.len() == ID_DIGITS);
        digits.and_then(Self::parse).ok_or("a key's id is 12 digits of lower-case hexadecimal")
    }
}

impl SecretDigest {
    /// What no secret hashes to, for a key that is not there.
    pub(super) const NONE: Self = Self([0; 32]);

    pub fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// Takes the same time wherever the first difference is.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[digest]")
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for SecretDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for SecretDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut digest = [0; 32];
        decode(text.as_bytes(), &mut digest).ok_or_else(|| D::Error::custom("a digest is 64 hexadecimal digits"))?;
        Ok(Self(digest))
    }
}

/// Lower-case digits, exactly as many as fill `bytes`.
fn decode(digits: &[u8], bytes: &mut [u8]) -> Option<()> {
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(())
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_spelling() {
        let key = SecretKey::generate().unwrap();
        let text = key.expose();
        let parsed = SecretKey::parse(text.as_bytes()).unwrap();
        assert!(parsed.id() == key.id() && parsed.digest().matches(&key.digest()));
        assert!(!format!("{key:?}").contains(&text[17..]));
        let spellings = [
            text.to_uppercase(),
            text.replacen("isk_", "ISK_", 1),
            text.replacen("isk_", "isk-", 1),
            format!("{text}0"),
            format!(" {text}"),
            text[..text.len() - 1].to_owned(),
            format!("{}g", &text[..text.len() - 1]),
            format!("{}_{}", &text[..17], &text[18..]),
            text.replace('_', ""),
            "isk_".to_owned(),
            String::new(),
        ];
        for spelling in spellings {
            assert!(SecretKey::parse(spelling.as_bytes()).is_none(), "{spelling}");
        }
    }

    #[test]
    fn no_two_keys_are_alike() {
        let (one, other) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
        assert!(one.id() != other.id() && !one.digest().matches(&other.digest()));
    }
}
