//! The capability `http`: a granted request, sent within limits, with granted secrets on the way out and none back in.

mod address;
mod client;
mod permission;

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::secret::{GrantedSecret, SecretsUnreadable};
use super::{Sandbox, Surroundings};
use crate::plugin::bindings::capabilities::isartor::plugin::http::{Host, HttpError, Request, Response};
use crate::plugin::error::printable;
use crate::plugin::manifest::capability::{CapabilityName, CapabilityRequest, HttpRequest, SecretRequest};
use client::PrivateAddress;
use permission::{Permitted, Refusal, permit};

pub(in crate::plugin) use client::HttpClients;

/// Most requests in one call.
const REQUESTS_MAX: u32 = 16;

/// Most bytes of an answer's header names and values.
const HEADERS_MAX_BYTES: usize = 64 << 10;

/// What is kept of a call's time for the plugin to say that there was no answer.
const RESERVE: Duration = Duration::from_millis(100);

impl Host for Sandbox {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, HttpError>> {
        let sent = request.url.len() + fields_bytes(&request.headers) + request.body.as_ref().map_or(0, Vec::len);
        self.used(CapabilityName::Http, sent)?;
        // What a query holds is nobody's business but the plugin's.
        let url = printable(request.url.split(['?', '#']).next().unwrap_or_default());
        let result = self.exchange(request).await;
        match &result {
            Ok(response) => {
                self.receipt.moved(CapabilityName::Http, fields_bytes(&response.headers) + response.body.len());
            }
            // What goes beyond the number of requests is said once: a call may ask a thousand times.
            Err(HttpError::Denied(reason)) if self.requests <= REQUESTS_MAX + 1 => {
                let plugin = self.surroundings.id();
                tracing::warn!(target: "isartor::receipt", plugin, url, reason, "request denied");
            }
            Err(HttpError::Denied(_) | HttpError::Timeout | HttpError::TooLarge(_) | HttpError::Failed(_)) => {}
        }
        Ok(result)
    }
}

impl Sandbox {
    async fn exchange(&mut self, mut request: Request) -> Result<Response, HttpError> {
        self.requests += 1;
        if self.requests > REQUESTS_MAX {
            return Err(HttpError::Denied(format!("more than {REQUESTS_MAX} requests in one call")));
        }
        let surroundings = Arc::clone(&self.surroundings);
        let granted = surroundings.http_request();
        let secret_requests: Vec<&SecretRequest> = surroundings.secret_requests().collect();
        let permitted = permit(granted, &secret_requests, &request)?;
        let secrets = surroundings.secrets()?;
        let Some(clients) = surroundings.outside.clients() else {
            return Err(HttpError::Denied("nothing can be reached while the plugin is only looked at".to_owned()));
        };
        self.receipt.contacted(permitted.destination());
        let exchange = Exchange { surroundings: &surroundings, clients, granted, secrets };
        let timeout = self.timeout(request.timeout_milliseconds);
        let transfer = exchange.transfer(permitted, request.body.take());
        tokio::time::timeout(timeout, transfer).await.unwrap_or(Err(HttpError::Timeout))
    }

    fn timeout(&self, asked_milliseconds: Option<u64>) -> Duration {
        let left = self.deadline.saturating_duration_since(Instant::now()).saturating_sub(RESERVE);
        asked_milliseconds.map_or(left, |asked| left.min(Duration::from_millis(asked)))
    }
}

impl Surroundings {
    fn http_request(&self) -> &HttpRequest {
        let request = self.plugin.grants().granted().iter().find_map(CapabilityRequest::http);
        request.expect("http is linked only when it was granted")
    }
}

/// One request and its answer.
struct Exchange<'a> {
    surroundings: &'a Surroundings,
    clients: &'a HttpClients,
    granted: &'a HttpRequest,
    secrets: Vec<GrantedSecret<'a>>,
}

impl Exchange<'_> {
    async fn transfer(&self, permitted: Permitted, body: Option<Vec<u8>>) -> Result<Response, HttpError> {
        let _place = self.surroundings.activity.requests.acquire().await.expect("the semaphore is never closed");
        let client = self.clients.get(self.granted.private_addresses).map_err(network_error)?;
        let secret_headers = self.secret_headers(&permitted)?;
        let mut request = client.request(permitted.method, permitted.url).headers(permitted.headers);
        request = request.headers(secret_headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await.map_err(network_error)?;
        self.check_address(&answer)?;
        self.receive(answer).await
    }

    /// The resolver lets no private address through. Should one be connected to all the same, its answer stays here.
    fn check_address(&self, answer: &reqwest::Response) -> Result<(), HttpError> {
        match answer.remote_addr() {
            Some(address) if !self.granted.private_addresses && !address::is_public(address.ip()) => {
                Err(HttpError::Denied(permission::private(&address.ip().to_string())))
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn receive(&self, mut answer: reqwest::Response) -> Result<Response, HttpError> {
        let received: usize = answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if received > HEADERS_MAX_BYTES {
            return Err(HttpError::TooLarge(HEADERS_MAX_BYTES as u64));
        }
        let max_bytes = self.surroundings.plugin.limits().data_max_bytes.saturating_sub(HEADERS_MAX_BYTES);
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(network_error)? {
            if body.len() + chunk.len() > max_bytes {
                return Err(HttpError::TooLarge(max_bytes as u64));
            }
            body.extend_from_slice(&chunk);
        }
        let text = |value: &HeaderValue| Some(self.without_secrets(value.to_str().ok()?.as_bytes().to_vec()));
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            Some((name.as_str().to_owned(), String::from_utf8(text(value)?).ok()?))
        };
        let headers = answer.headers().iter().filter_map(header).collect();
        Ok(Response { status: answer.status().as_u16(), headers, body: self.without_secrets(body) })
    }

    fn secret_headers(&self, permitted: &Permitted) -> Result<HeaderMap, HttpError> {
        let mut headers = HeaderMap::new();
        for secret in self.secrets.iter().filter(|secret| permitted.goes_to(&secret.request.hosts)) {
            let unusable = || HttpError::Failed(format!("the secret {} fits no header", secret.request.key));
            let name = HeaderName::from_bytes(secret.request.header.as_bytes()).map_err(|_| unusable())?;
            let value = format!("{}{}", secret.request.prefix, secret.value.expose());
            let mut value = HeaderValue::from_str(&value).map_err(|_| unusable())?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        Ok(headers)
    }

    /// Some servers send back what they were sent.
    fn without_secrets(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.secrets.iter().fold(bytes, |bytes, secret| {
            replace(bytes, secret.value.expose().as_bytes(), format!("[secret {}]", secret.request.key).as_bytes())
        })
    }
}

/// Every occurrence of `from`, which is not empty, as `to`.
fn replace(bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let find = |bytes: &[u8]| {
        // Comparing one byte first is several times faster on a body of megabytes.
        (0..bytes.len()).find(|&at| bytes[at] == from[0] && bytes[at..].starts_with(from))
    };
    let Some(mut at) = find(&bytes) else { return bytes };
    let (mut replaced, mut rest) = (Vec::with_capacity(bytes.len()), bytes.as_slice());
    loop {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(to);
        rest = &rest[at + from.len()..];
        match find(rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    replaced.extend_from_slice(rest);
    replaced
}

fn fields_bytes(fields: &[(String, String)]) -> usize {
    fields.iter().map(|(name, value)| name.len() + value.len()).sum()
}

fn network_error(error: reqwest::Error) -> HttpError {
    if let Some(private) = PrivateAddress::find(&error) {
        return HttpError::Denied(private.to_string());
    }
    if error.is_timeout() {
        return HttpError::Timeout;
    }
    let error = error.without_url();
    let last = std::iter::successors(Some(&error as &dyn std::error::Error), |error| (*error).source()).last();
    HttpError::Failed(printable(&last.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))))
}

impl From<Refusal> for HttpError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(reason) => Self::Denied(reason),
            Refusal::Malformed(reason) => Self::Failed(reason),
        }
    }
}

impl From<SecretsUnreadable> for HttpError {
    fn from(_: SecretsUnreadable) -> Self {
        Self::Failed("the secrets cannot be read; isartor's log says why".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn an_echo_is_replaced_wherever_it_is() {
        for (bytes, expected) in [
            ("", ""),
            ("nothing", "nothing"),
            ("hunter22", "[x]"),
            ("hunter2hunter22", "hunter2[x]"),
            ("a hunter22hunter22 b", "a [x][x] b"),
            ("{\"k\":\"hunter22\"}", "{\"k\":\"[x]\"}"),
        ] {
            let replaced = replace(bytes.as_bytes().to_vec(), b"hunter22", b"[x]");
            assert_eq!(String::from_utf8_lossy(&replaced), expected, "{bytes}");
        }
    }
}
