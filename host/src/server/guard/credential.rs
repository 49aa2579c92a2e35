//! The credentials of a request: every one that is presented must be right, and they must be of one and the same
//! holder. What fails is never tried another way.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Request};

use crate::audit::AuthFailure;
use crate::chat::Access;
use crate::keys::Denied;
use crate::server::error::ApiError;
use crate::server::keys::KeysInUse;
use crate::server::routes::HEALTH_PATH;

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What a key in a URL would be called. There it ends up in logs and histories, so it counts as given away.
const QUERY_NAMES: [&str; 8] =
    ["api_key", "apikey", "api-key", "x-api-key", "access_token", "token", "authorization", "gateway_api_key"];
/// What every created key begins with.
const KEY_PREFIX: &str = "isk_";

/// Why a request is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Failure {
    Missing,
    InQuery,
    /// Not a bearer token.
    Scheme,
    /// Each is right, and they are of several.
    Conflicting,
    Denied(Denied),
    /// It is the key of this name, and that has ended.
    Ended(Denied, String),
}

impl From<&Failure> for AuthFailure {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Missing => Self::Missing,
            Failure::InQuery | Failure::Scheme => Self::Malformed,
            Failure::Conflicting => Self::Unknown,
            Failure::Denied(denied) | Failure::Ended(denied, _) => (*denied).into(),
        }
    }
}

impl From<Failure> for ApiError {
    /// Nobody is told how near they were.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Missing => Self::Unauthorized,
            Failure::InQuery | Failure::Scheme | Failure::Conflicting | Failure::Denied(_) | Failure::Ended(..) => {
                Self::WrongKey
            }
        }
    }
}

/// What a request was let in with, for what it holds open.
pub(in crate::server) struct Credentials {
    keys: Arc<KeysInUse>,
    /// None: something among them was no key, when none was wanted.
    presented: Option<Vec<Vec<u8>>>,
    holder: Access,
}

impl Credentials {
    /// None: nobody has let it in.
    pub(in crate::server) fn of(head: &Parts, keys: &Arc<KeysInUse>) -> Option<Self> {
        let holder = head.extensions.get::<Access>()?.clone();
        let presented = presented(&head.headers).map(|key| key.map(<[u8]>::to_vec)).collect::<Result<_, _>>();
        Some(Self { keys: Arc::clone(keys), presented: presented.ok(), holder })
    }

    /// Waits until they do not open to the same holder any more.
    pub(in crate::server) async fn ended(self) {
        self.keys.until(|| !self.are_right()).await;
    }

    fn are_right(&self) -> bool {
        if !self.keys.are_wanted() {
            return self.holder == Access::local();
        }
        let is_right = |key: &Vec<u8>| self.keys.still_opens(key, &self.holder);
        self.presented.as_ref().is_some_and(|presented| !presented.is_empty() && presented.iter().all(is_right))
    }
}

/// Who is asking. None: somebody without a key, who may only see whether we are well. `peer` is for the audit log.
pub(super) fn access<B>(
    request: &Request<B>,
    keys: &KeysInUse,
    peer: Option<IpAddr>,
) -> Result<Option<Access>, ApiError> {
    judged(request, keys).map_err(|failure| {
        let key = if let Failure::Ended(_, name) = &failure { Some(name.as_str()) } else { None };
        keys.refused(AuthFailure::from(&failure), key, request.uri().path(), peer);
        failure.into()
    })
}

fn judged<B>(request: &Request<B>, keys: &KeysInUse) -> Result<Option<Access>, Failure> {
    if !keys.are_wanted() {
        return Ok(Some(Access::local()));
    }
    if request.uri().query().is_some_and(carries_key) {
        return Err(Failure::InQuery);
    }
    let mut holder: Option<Access> = None;
    for presented in presented(request.headers()) {
        let presented = presented?;
        let access = keys.access(presented).map_err(|denied| failure(presented, denied, keys))?;
        if holder.as_ref().is_some_and(|holder| *holder != access) {
            return Err(Failure::Conflicting);
        }
        holder = Some(access);
    }
    match holder {
        None if request.uri().path() != HEALTH_PATH => Err(Failure::Missing),
        holder => Ok(holder),
    }
}

/// Only who knows its secret makes a key's name appear in the audit log.
fn failure(presented: &[u8], denied: Denied, keys: &KeysInUse) -> Failure {
    match denied {
        Denied::Malformed | Denied::Unknown | Denied::WrongSecret => Failure::Denied(denied),
        Denied::Revoked | Denied::Expired => match keys.name_of(presented) {
            Some(name) => Failure::Ended(denied, name),
            None => Failure::Denied(denied),
        },
    }
}

fn presented(headers: &HeaderMap) -> impl Iterator<Item = Result<&[u8], Failure>> {
    let own = headers.get_all(API_KEY).iter().map(|value| Ok(value.as_bytes()));
    let bearers = headers.get_all(AUTHORIZATION).iter();
    own.chain(bearers.map(|value| bearer(value.as_bytes()).ok_or(Failure::Scheme)))
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(b"Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
}

fn carries_key(query: &str) -> bool {
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    query.contains(KEY_PREFIX) || query.split('&').any(|pair| QUERY_NAMES.contains(&name(pair).as_str()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// Where it is sent, with which headers, and what must be found.
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

    #[test]
    fn every_credential_must_be_right() {
        const API_KEY: &str = "x-api-key";
        const AUTHORIZATION: &str = "authorization";
        let (right, nobody) = ("right", "nobody");
        let (missing, wrong) = ("Missing", "Denied(Unknown)");
        let keys = KeysInUse::of_settings(Some("s3cret"));
        let cases: [Case; 24] = [
            ("/x", &[(API_KEY, "s3cret")], right),
            ("/x", &[(AUTHORIZATION, "Bearer s3cret")], right),
            ("/x", &[(AUTHORIZATION, "bearer s3cret")], right),
            ("/x", &[(API_KEY, "s3cret"), (AUTHORIZATION, "Bearer s3cret")], right),
            ("/x", &[(API_KEY, "s3cret"), (API_KEY, "s3cret")], right),
            ("/health", &[(API_KEY, "s3cret")], right),
            ("/health", &[], nobody),
            ("/x", &[], missing),
            ("/health/", &[], missing),
            ("/x", &[(API_KEY, "S3cret")], wrong),
            ("/x", &[(API_KEY, "")], wrong),
            ("/x", &[(API_KEY, "s3cret"), (API_KEY, "")], wrong),
            ("/x", &[(API_KEY, "s3cret"), (AUTHORIZATION, "Bearer other")], wrong),
            ("/x", &[(API_KEY, "other"), (AUTHORIZATION, "Bearer s3cret")], wrong),
            ("/x", &[(AUTHORIZATION, "Bearer  s3cret")], wrong),
            ("/x", &[(API_KEY, "isk_s3cret")], "Denied(Malformed)"),
            ("/x", &[(AUTHORIZATION, "s3cret")], "Scheme"),
            ("/x", &[(AUTHORIZATION, "")], "Scheme"),
            ("/x", &[(AUTHORIZATION, "Basic s3cret")], "Scheme"),
            ("/x", &[(API_KEY, "s3cret"), (AUTHORIZATION, "Basic czNjcmV0")], "Scheme"),
            ("/health", &[(API_KEY, "wrong")], wrong),
            ("/x?api_key=s3cret", &[], "InQuery"),
            ("/x?a=b&Access_Token=", &[(API_KEY, "s3cret")], "InQuery"),
            ("/health?x=isk_1", &[(API_KEY, "s3cret")], "InQuery"),
        ];
        for (uri, headers, expected) in cases {
            let mut request = Request::get(uri).body(()).unwrap();
            for (name, value) in headers {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
            }
            let found = match judged(&request, &keys) {
                Ok(Some(access)) => {
                    assert_eq!(access.key.as_deref(), Some(crate::keys::SETTINGS_KEY_NAME));
                    right.to_owned()
                }
                Ok(None) => nobody.to_owned(),
                Err(failure) => format!("{failure:?}"),
            };
            assert_eq!(found, expected, "{uri} {headers:?}");
        }
        let request = Request::get("/x?api_key=1").header(API_KEY, "whatever").body(()).unwrap();
        assert_eq!(judged(&request, &KeysInUse::of_settings(None)), Ok(Some(Access::local())));
    }
}
