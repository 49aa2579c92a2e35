//! Where a package comes from: a folder, a file, an address. Fetches it once; never follows it to a less safe place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use url::{Host, Url};

use super::InstallError;
use crate::plugin::package::{SIGNATURE_MAX_BYTES, SIGNATURE_SUFFIX};
use crate::plugin::{Limits, Package};

/// How long a download may take altogether.
const FETCH_PATIENCE: Duration = Duration::from_secs(120);
const REDIRECTS_MAX: usize = 5;

/// Parsed once from what the user typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder or a packed file; absolute, so that `plugin update` finds it from anywhere.
    Path(PathBuf),
    /// `https://`, or `http://` on this machine.
    Url(Url),
}

impl Source {
    pub fn parse(text: &str) -> Result<Self, InstallError> {
        let refuse = |message: &str| InstallError::Source { text: text.to_owned(), message: message.to_owned() };
        if text.contains("://") {
            let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
            return match is_safe(&url) {
                true => Ok(Self::Url(url)),
                false => Err(refuse("it is neither https nor on this machine")),
            };
        }
        std::path::absolute(Path::new(text)).map(Self::Path).map_err(|error| refuse(&error.to_string()))
    }

    /// As the lock keeps it.
    pub fn as_text(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Url(url) => url.to_string(),
        }
    }

    /// Everything that belongs to the package, read once.
    pub async fn fetch(&self) -> Result<Package, InstallError> {
        match self {
            Self::Path(path) => Ok(Package::read(path)?),
            Self::Url(url) => download(url).await,
        }
    }
}

async fn download(url: &Url) -> Result<Package, InstallError> {
    let failed = |error: &reqwest::Error| fetch_error(url, error.to_string());
    let redirects =
        Policy::custom(|attempt| match attempt.previous().len() < REDIRECTS_MAX && is_safe(attempt.url()) {
            true => attempt.follow(),
            false => attempt.error("it leads to an address that is not safe, or too far"),
        });
    let client = Client::builder().redirect(redirects).timeout(FETCH_PATIENCE).build();
    let client = client.map_err(|error| failed(&error))?;
    let component = get(&client, url, Limits::COMPONENT_MAX_BYTES).await?;
    let component = component.ok_or_else(|| fetch_error(url, "there is nothing at this address".to_owned()))?;
    let mut signature_url = url.clone();
    signature_url.set_path(&format!("{}{SIGNATURE_SUFFIX}", url.path()));
    let signature = get(&client, &signature_url, SIGNATURE_MAX_BYTES).await?;
    let signature = signature.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(Package::packed(url.as_str(), component, signature)?)
}

/// None when the address holds nothing.
async fn get(client: &Client, url: &Url, max_bytes: u64) -> Result<Option<Vec<u8>>, InstallError> {
    let failed = |error: reqwest::Error| fetch_error(url, error.to_string());
    let mut response = client.get(url.clone()).send().await.map_err(failed)?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    if !response.status().is_success() {
        return Err(fetch_error(url, format!("the answer is {}", response.status())));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > max_bytes {
            return Err(fetch_error(url, format!("it has more than {max_bytes} bytes")));
        }
    }
    Ok(Some(bytes))
}

fn fetch_error(url: &Url, message: String) -> InstallError {
    InstallError::Fetch { url: url.to_string(), message }
}

fn is_safe(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_are_sources() {
        for text in ["https://example.org/a.wasm", "http://localhost:1/a.wasm", "http://[::1]/a", "./a", "/a"] {
            assert!(Source::parse(text).is_ok(), "{text}");
        }
        for text in ["http://example.org/a.wasm", "ftp://localhost/a", "file:///etc/passwd", "https://"] {
            assert!(Source::parse(text).is_err(), "{text}");
        }
    }
}
