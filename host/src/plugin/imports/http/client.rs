//! What sends the requests: no redirects, no proxy, and no connection to an address that was not checked.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;

use super::address::is_public;
use super::permission::private;

/// One client for those that may reach only the internet, one for those that may reach any address, so that they
/// never share a connection. Made when first needed.
#[derive(Debug, Default)]
pub(in crate::plugin) struct HttpClients {
    public: Mutex<Option<reqwest::Client>>,
    any: Mutex<Option<reqwest::Client>>,
}

impl HttpClients {
    pub(super) fn get(&self, private_addresses: bool) -> reqwest::Result<reqwest::Client> {
        let place = if private_addresses { &self.any } else { &self.public };
        let mut client = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        let made = make(private_addresses)?;
        Ok(client.insert(made).clone())
    }
}

fn make(private_addresses: bool) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder().redirect(Policy::none()).no_proxy().referer(false);
    let builder = builder.user_agent(concat!("isartor/", env!("CARGO_PKG_VERSION")));
    let builder = if private_addresses { builder } else { builder.dns_resolver(PublicOnly) };
    builder.build()
}

/// Resolves a name to those of its addresses that are on the internet. The connection is made to exactly these, so
/// a name that changes its mind after the check gains nothing.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public = public(name.as_str(), found.collect())?;
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// A name leads to private addresses only.
#[derive(Debug, thiserror::Error)]
#[error("{}", private(name))]
pub(super) struct PrivateAddress {
    name: String,
}

impl PrivateAddress {
    /// Whether this is why a request failed.
    pub(super) fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |error| (*error).source()).find_map(|error| error.downcast_ref())
    }
}

fn public(name: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, PrivateAddress> {
    let public: Vec<SocketAddr> = found.into_iter().filter(|address| is_public(address.ip())).collect();
    if public.is_empty() { Err(PrivateAddress { name: name.to_owned() }) } else { Ok(public) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_only_to_its_public_addresses() {
        let parse = |text: &str| text.split_whitespace().map(|address| address.parse().expect(address)).collect();
        for (found, expected) in [
            ("8.8.8.8:0 127.0.0.1:0", Some("8.8.8.8:0")),
            ("[::1]:0 [2606:4700::1111]:0 10.0.0.1:0", Some("[2606:4700::1111]:0")),
            ("127.0.0.1:0 [::ffff:8.8.8.8]:0", None),
        ] {
            let expected: Option<Vec<SocketAddr>> = expected.map(parse);
            assert_eq!(public("rebinding.example", parse(found)).ok(), expected, "{found}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_connected_to() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://localhost:{}/", listener.local_addr().expect("it is bound").port());
        let clients = HttpClients::default();
        let client = clients.get(false).expect("there is a client");
        let error = client.get(&url).send().await.expect_err("it is private");
        assert!(PrivateAddress::find(&error).is_some(), "{error:?}");
        listener.set_nonblocking(true).expect("it can be set");
        assert!(listener.accept().is_err(), "nobody connected");
    }
}
