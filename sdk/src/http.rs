//! Requests to the hosts, ports and methods that plugin.toml names and the user granted: the capability `http`.
//!
//! One call may send 16 requests, one after the other. No redirect is followed: a 3xx comes back as it is. The headers
//! of granted secrets are added by the host, and a secret that an answer repeats is replaced by `[secret KEY]`.

use std::time::Duration;

#[cfg(target_arch = "wasm32")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "package isartor:sdk; world use-http { import isartor:plugin/http@0.1.0; }",
        world: "isartor:sdk/use-http",
        generate_all,
    });
}

/// A request that is not sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Such as `GET`; upper case.
    pub method: String,
    /// `https://host[:port]/path`; `http://` only when plugin.toml asks for `plain` and the user granted it.
    pub url: String,
    /// Names and values. The host sets `host`, `content-length`, `connection`, `transfer-encoding`, `proxy-*` and the
    /// headers of granted secrets; to ask for one is denied.
    pub headers: Vec<(String, String)>,
    /// What is sent, if anything.
    pub body: Option<Vec<u8>>,
    /// How long the answer may take, to the millisecond; never more than what is left of the call, which is the default.
    pub timeout: Option<Duration>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Such as 200.
    pub status: u16,
    /// In the order received, names in lower case. A value that is not visible ASCII is left out.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// The user did not grant this request; the text says in which point.
    Denied(String),
    /// No answer in time.
    Timeout,
    /// The answer is larger than a plugin may receive.
    TooLarge {
        /// How much that is, in bytes.
        max_bytes: u64,
    },
    /// The network failed, or the request is malformed; one sentence.
    Failed(String),
}

impl std::fmt::Display for HttpError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Denied(reason) => write!(formatter, "the request was denied: {reason}"),
            Self::Timeout => formatter.write_str("there was no answer in time"),
            Self::TooLarge { max_bytes } => write!(formatter, "the answer has more than {max_bytes} bytes"),
            Self::Failed(reason) => write!(formatter, "the request failed: {reason}"),
        }
    }
}

impl std::error::Error for HttpError {}

impl Request {
    /// A request without headers and body.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { method: method.into(), url: url.into(), headers: Vec::new(), body: None, timeout: None }
    }

    /// A `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A `POST` of `body`.
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..Self::new("POST", url) }
    }

    /// The same with one header more.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same with its own timeout, to the millisecond.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends it and waits for the whole answer. A status of 400 or more is no error.
    ///
    /// # Errors
    /// All of [`HttpError`].
    pub fn send(self) -> Result<Response, HttpError> {
        host::send(self)
    }
}

impl Response {
    /// The first header called `name`, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(target_arch = "wasm32")]
mod host {
    use super::bindings::isartor::plugin::http;
    use super::{HttpError, Request, Response};

    pub(super) fn send(request: Request) -> Result<Response, HttpError> {
        let timeout = request.timeout.map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        let sent = http::send(&http::Request {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout_milliseconds: timeout,
        });
        match sent {
            Ok(response) => Ok(Response { status: response.status, headers: response.headers, body: response.body }),
            Err(http::HttpError::Denied(reason)) => Err(HttpError::Denied(reason)),
            Err(http::HttpError::Timeout) => Err(HttpError::Timeout),
            Err(http::HttpError::TooLarge(max_bytes)) => Err(HttpError::TooLarge { max_bytes }),
            Err(http::HttpError::Failed(reason)) => Err(HttpError::Failed(reason)),
        }
    }
}

/// A native program has the host of its test, if any.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use super::{HttpError, Request, Response};
    use crate::mock;

    pub(super) fn send(request: Request) -> Result<Response, HttpError> {
        let none = || Err(HttpError::Failed("there is no host here".to_owned()));
        mock::ask(|host| host.send(request)).unwrap_or_else(none)
    }
}
