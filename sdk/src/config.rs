//! What the user wrote under `[plugin.<id>]` in isartor.toml: the capability `config`.
//!
//! Values are text: a number or a boolean as TOML spells it, a string without its quotes. They are what they were when
//! the gateway started.

#[cfg(target_arch = "wasm32")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "package isartor:sdk; world use-config { import isartor:plugin/config@0.1.0; }",
        world: "isartor:sdk/use-config",
        generate_all,
    });
}

/// The value of `key`, if the user gave one.
pub fn get(key: &str) -> Option<String> {
    host::get(key)
}

/// Every key with its value, in key order.
pub fn all() -> Vec<(String, String)> {
    host::all()
}

#[cfg(target_arch = "wasm32")]
mod host {
    pub(super) use super::bindings::isartor::plugin::config::{all, get};
}

/// A native program has the host of its test, if any.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use crate::mock;

    pub(super) fn get(key: &str) -> Option<String> {
        mock::ask(|host| host.config_value(key)).flatten()
    }

    pub(super) fn all() -> Vec<(String, String)> {
        mock::ask(|host| host.config_all()).unwrap_or_default()
    }
}
