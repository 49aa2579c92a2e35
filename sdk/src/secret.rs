//! Values that the user sets and this plugin never sees: the capability `secret`.
//!
//! The user sets one with `isartor plugin secret set PLUGIN KEY`. The host adds it, as the header that plugin.toml names, to
//! each request that [`http`](crate::http) sends to the hosts that plugin.toml names for it.

#[cfg(target_arch = "wasm32")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "package isartor:sdk; world use-secret { import isartor:plugin/secret@0.1.0; }",
        world: "isartor:sdk/use-secret",
        generate_all,
    });
}

/// Whether the user has set the secret called `key`. False for a key that plugin.toml does not name.
pub fn is_set(key: &str) -> bool {
    host::is_set(key)
}

#[cfg(target_arch = "wasm32")]
mod host {
    pub(super) use super::bindings::isartor::plugin::secret::is_set;
}

/// A native program has the host of its test, if any.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use crate::mock;

    pub(super) fn is_set(key: &str) -> bool {
        mock::ask(|host| host.is_set(key)).unwrap_or(false)
    }
}
