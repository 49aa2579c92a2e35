//! Keys and values that outlive the call, on the user's disk: the capability `store`.
//!
//! A key is 1 to 256 bytes of text. Keys and values together, and 64 bytes for each key, may take what `quota_bytes`
//! in plugin.toml says, 1 MiB when it says nothing. Each write is durable when it returns, and two calls of one plugin
//! may write at the same time: the later one wins. No other plugin sees what is stored here.

#[cfg(target_arch = "wasm32")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "package isartor:sdk; world use-store { import isartor:plugin/store@0.1.0; }",
        world: "isartor:sdk/use-store",
        generate_all,
    });
}

/// Why the store did not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreError {
    /// The key is not 1 to 256 bytes long.
    InvalidKey,
    /// It would go beyond the quota. Nothing was changed.
    Quota {
        /// How much the plugin may keep, in bytes.
        quota_bytes: u64,
    },
    /// The disk failed; isartor's log says how.
    Failed,
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InvalidKey => formatter.write_str("a key is not 1 to 256 bytes long"),
            Self::Quota { quota_bytes } => write!(formatter, "the store would need more than {quota_bytes} bytes"),
            Self::Failed => formatter.write_str("the store failed"),
        }
    }
}

impl std::error::Error for StoreError {}

/// The value of `key`, if there is one.
///
/// # Errors
/// [`StoreError::InvalidKey`] and [`StoreError::Failed`].
pub fn get(key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    host::get(key)
}

/// Stores `value` under `key`, in the place of what was there.
///
/// # Errors
/// All of [`StoreError`].
pub fn set(key: &str, value: &[u8]) -> Result<(), StoreError> {
    host::set(key, value)
}

/// Removes `key`. One that is not there is no error.
///
/// # Errors
/// [`StoreError::InvalidKey`] and [`StoreError::Failed`].
pub fn delete(key: &str) -> Result<(), StoreError> {
    host::delete(key)
}

/// The keys that start with `prefix` and come after `after`, at most 1,000, in byte order. For the next page give the
/// last key of this one.
///
/// # Errors
/// [`StoreError::Failed`].
pub fn keys(prefix: &str, after: Option<&str>) -> Result<Vec<String>, StoreError> {
    host::keys(prefix, after)
}

#[cfg(target_arch = "wasm32")]
mod host {
    use super::StoreError;
    use super::bindings::isartor::plugin::store;

    impl From<store::StoreError> for StoreError {
        fn from(error: store::StoreError) -> Self {
            match error {
                store::StoreError::InvalidKey => Self::InvalidKey,
                store::StoreError::Quota(quota_bytes) => Self::Quota { quota_bytes },
                store::StoreError::Failed => Self::Failed,
            }
        }
    }

    pub(super) fn get(key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(store::get(key)?)
    }

    pub(super) fn set(key: &str, value: &[u8]) -> Result<(), StoreError> {
        Ok(store::set(key, value)?)
    }

    pub(super) fn delete(key: &str) -> Result<(), StoreError> {
        Ok(store::delete(key)?)
    }

    pub(super) fn keys(prefix: &str, after: Option<&str>) -> Result<Vec<String>, StoreError> {
        Ok(store::keys(prefix, after)?)
    }
}

/// A native program has the host of its test, if any.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use super::StoreError;
    use crate::mock;

    pub(super) fn get(key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        mock::ask(|host| host.get(key)).unwrap_or(Err(StoreError::Failed))
    }

    pub(super) fn set(key: &str, value: &[u8]) -> Result<(), StoreError> {
        mock::ask(|host| host.set(key, value)).unwrap_or(Err(StoreError::Failed))
    }

    pub(super) fn delete(key: &str) -> Result<(), StoreError> {
        mock::ask(|host| host.delete(key)).unwrap_or(Err(StoreError::Failed))
    }

    pub(super) fn keys(prefix: &str, after: Option<&str>) -> Result<Vec<String>, StoreError> {
        mock::ask(|host| host.keys(prefix, after)).ok_or(StoreError::Failed)
    }
}
