//! How many connections one address may have open. Turns away before anything is read; counts nobody whom it does not
//! limit.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rates::subscriber;

#[derive(Debug)]
pub(in crate::server) struct Addresses {
    most_each: usize,
    open: Mutex<HashMap<IpAddr, Open>>,
}

#[derive(Debug, Default)]
struct Open {
    connections: usize,
    /// Whether the log says that they are too many: once until all of them have ended.
    is_told: bool,
}

/// One connection of an address, until it is dropped.
#[derive(Debug)]
pub(in crate::server) struct Seat {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Addresses {
    pub(in crate::server) fn new(most_each: usize) -> Arc<Self> {
        Arc::new(Self { most_each, open: Mutex::default() })
    }

    /// None: the address has as many as it may have.
    pub(in crate::server) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let address = subscriber(address);
        let mut all = self.open();
        let open = all.entry(address).or_default();
        if open.connections < self.most_each {
            open.connections += 1;
            return Some(Seat { addresses: Arc::clone(self), address });
        }
        if !open.is_told {
            open.is_told = true;
            tracing::warn!(%address, most = self.most_each, "an address has all the connections that it may have");
        }
        None
    }

    /// Counts are whole whatever became of the thread that held them.
    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut all = self.addresses.open();
        let Some(open) = all.get_mut(&self.address) else { return };
        open.connections -= 1;
        if open.connections == 0 {
            all.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_a_share_and_who_leaves_is_forgotten() {
        let addresses = Addresses::new(2);
        let from = |address: &str| addresses.enter(address.parse().unwrap());
        let (first, second) = (from("198.51.100.1").unwrap(), from("::ffff:198.51.100.1").unwrap());
        assert!(from("198.51.100.1").is_none() && from("198.51.100.1").is_none());
        let other = from("198.51.100.2").unwrap();
        let network = [from("2001:db8::1").unwrap(), from("2001:db8::2:1").unwrap()];
        assert!(from("2001:db8::3").is_none());
        assert!(from("2001:db8:0:1::3").is_some(), "another network");
        drop(first);
        let again = from("198.51.100.1").unwrap();
        assert!(from("198.51.100.1").is_none());
        drop((second, again, other, network));
        assert!(addresses.open().is_empty());
    }
}
