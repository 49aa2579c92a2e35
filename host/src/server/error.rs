//! What a caller is told when a request fails: a stable code and one sentence, never an inner detail.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::chat::{Permission, Refusal};

/// Room for an answer as most are, so that it is not moved while it is written.
const USUAL_ANSWER_BYTES: usize = 512;

/// Every way in which a request can fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiError {
    HostNotAllowed,
    OriginNotAllowed,
    /// No key was presented.
    Unauthorized,
    /// A key was presented that is none, or not any more.
    WrongKey,
    /// The key may not do this.
    InsufficientScope(Permission),
    UnsupportedMediaType,
    BodyTooLarge {
        limit_bytes: usize,
    },
    BodyTimeout,
    IncompleteBody,
    UriTooLong {
        limit_bytes: usize,
    },
    JsonTooDeep {
        limit_levels: usize,
    },
    /// Two readers of the same JSON-RPC message could see two different ones.
    AmbiguousMessage,
    /// This caller sends more than is its share.
    TooManyRequests {
        retry_after_seconds: u64,
    },
    /// All callers together want more than can be done.
    Overloaded,
    /// The sentence says where.
    InvalidJson(String),
    MissingField(String),
    InvalidField {
        field: String,
        problem: String,
    },
    UnknownField(String),
    /// The request is right, and what it wants kept is not kept.
    Refused(Refusal),
    /// The disk, not the request.
    CannotStore,
    /// There is none of this number that is the caller's.
    NoSuchEntry,
    /// Feedback on an answer that this caller did not get for this question.
    NotServed,
    /// Look-ups did not end in time for what needs the cache alone.
    InUse,
    NotFound,
    MethodNotAllowed,
    Internal,
}

#[derive(Serialize)]
struct Body {
    error: Inner,
}

#[derive(Serialize)]
struct Inner {
    code: &'static str,
    message: String,
}

impl ApiError {
    /// Stable: callers compare it.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::HostNotAllowed => "host_not_allowed",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::Unauthorized | Self::WrongKey => "unauthorized",
            Self::InsufficientScope(_) => "insufficient_scope",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::BodyTimeout => "body_timeout",
            Self::IncompleteBody => "incomplete_body",
            Self::UriTooLong { .. } => "uri_too_long",
            Self::JsonTooDeep { .. } => "json_too_deep",
            Self::AmbiguousMessage => "ambiguous_message",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Overloaded => "overloaded",
            Self::InvalidJson(_) => "invalid_json",
            Self::MissingField(_) => "missing_field",
            Self::InvalidField { .. } => "invalid_field",
            Self::UnknownField(_) => "unknown_field",
            Self::Refused(refusal) => refusal.code(),
            Self::CannotStore => "cannot_store",
            Self::NoSuchEntry => "no_such_entry",
            Self::NotServed => "not_served",
            Self::InUse => "in_use",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Internal => "internal",
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::HostNotAllowed | Self::OriginNotAllowed | Self::InsufficientScope(_) => StatusCode::FORBIDDEN,
            Self::Unauthorized | Self::WrongKey => StatusCode::UNAUTHORIZED,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::UriTooLong { .. } => StatusCode::URI_TOO_LONG,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::IncompleteBody
            | Self::JsonTooDeep { .. }
            | Self::AmbiguousMessage
            | Self::InvalidJson(_)
            | Self::MissingField(_)
            | Self::InvalidField { .. }
            | Self::UnknownField(_) => StatusCode::BAD_REQUEST,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Overloaded | Self::CannotStore => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotFound | Self::NoSuchEntry => StatusCode::NOT_FOUND,
            Self::NotServed => StatusCode::CONFLICT,
            Self::InUse => StatusCode::SERVICE_UNAVAILABLE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What a client is told of the key that it needs (RFC 6750, 3).
    fn challenge(&self) -> Option<&'static str> {
        let Self::InsufficientScope(needed) = self else {
            return match self == &Self::Unauthorized {
                true => Some("Bearer realm=\"isartor\""),
                false => (self == &Self::WrongKey).then_some("Bearer realm=\"isartor\", error=\"invalid_token\""),
            };
        };
        Some(match needed {
            Permission::Read => "Bearer realm=\"isartor\", error=\"insufficient_scope\", scope=\"read\"",
            Permission::Write => "Bearer realm=\"isartor\", error=\"insufficient_scope\", scope=\"write\"",
            Permission::Admin => "Bearer realm=\"isartor\", error=\"insufficient_scope\", scope=\"admin\"",
        })
    }

    pub(super) fn message(&self) -> String {
        let fixed = match self {
            Self::HostNotAllowed => {
                "The Host header must name this gateway: localhost, 127.0.0.1 or [::1] with its port, or a name that \
                 its settings allow."
            }
            Self::OriginNotAllowed => "Web pages of other origins may not use this gateway.",
            Self::Unauthorized => "The gateway's key is missing: send it as X-API-Key or as a bearer token.",
            Self::WrongKey => "The gateway's key is wrong, or not valid any more.",
            Self::InsufficientScope(needed) => {
                return format!("The key may not do this: it lacks the scope {}.", needed.as_str());
            }
            Self::UnsupportedMediaType => {
                "A request that writes or has a body must have the content type application/json."
            }
            Self::BodyTooLarge { limit_bytes } => return format!("The body is larger than {limit_bytes} bytes."),
            Self::BodyTimeout => "The body did not arrive in time.",
            Self::IncompleteBody => "The body ended before it was complete.",
            Self::UriTooLong { limit_bytes } => {
                return format!("The path and query are longer than {limit_bytes} bytes.");
            }
            Self::JsonTooDeep { limit_levels } => {
                return format!("The JSON of the body is nested deeper than {limit_levels} levels.");
            }
            Self::AmbiguousMessage => {
                "A member of the JSON-RPC message is given twice, in another case or with an escape in its name."
            }
            Self::TooManyRequests { retry_after_seconds } => {
                return format!("Too many requests; try again in {retry_after_seconds} s.");
            }
            Self::Overloaded => "The gateway has too much to do; try again in a second.",
            Self::InvalidJson(problem) => return format!("The body is not valid JSON: {problem}."),
            Self::MissingField(field) => return format!("The field {field} is missing."),
            Self::InvalidField { field, problem } => return format!("The field {field} {problem}."),
            Self::UnknownField(field) => return format!("There is no field called {field}."),
            Self::CannotStore => "The answer cannot be kept at present; /health says why.",
            Self::Refused(refusal) => return format!("The answer is not stored: {refusal}."),
            Self::NoSuchEntry => "There is no such entry.",
            Self::NotServed => "That entry was not lately served to you for that question.",
            Self::InUse => "The cache is in use; try again.",
            Self::NotFound => "There is nothing at this path.",
            Self::MethodNotAllowed => "This path does not take this method.",
            Self::Internal => "The gateway failed; its log says how.",
        };
        fixed.to_owned()
    }
}

impl ApiError {
    /// What a caller that does not read the body needs to know.
    pub(super) fn add_headers(&self, headers: &mut HeaderMap) {
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after_seconds() {
            headers.insert(RETRY_AFTER, seconds.into());
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        if let Self::TooManyRequests { retry_after_seconds } = self {
            return Some(*retry_after_seconds);
        }
        (*self == Self::Overloaded).then_some(1)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = Body { error: Inner { code: self.code(), message: self.message() } };
        let mut response = json(self.status(), &body);
        self.add_headers(response.headers_mut());
        response
    }
}

/// A JSON answer that no cache keeps and no browser takes for anything else.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut bytes = Vec::with_capacity(USUAL_ANSWER_BYTES);
    serde_json::to_writer(&mut bytes, body).expect("our answers are strings, numbers and lists of them");
    let mut response = Response::new(bytes.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
