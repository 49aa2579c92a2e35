//! Connectors: install isartor into one AI client's configuration. Text in, text out; never a file.
//! Implement [`Connector`], then call `connector::export!(YourType)`.

#[doc(hidden)]
#[allow(missing_docs, reason = "generated from wit/, where the documentation is")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "connector-plugin",
        pub_export_macro: true,
        default_bindings_module: "isartor_plugin::connector::bindings",
        with: { "isartor:plugin/types@0.1.0": crate::failure::bindings::isartor::plugin::types },
        additional_derives: [PartialEq],
    });
}

#[doc(inline)]
pub use crate::failure::bindings::isartor::plugin::types::{Failure, FailureKind, Position};
pub use bindings::export;
#[doc(inline)]
pub use bindings::exports::isartor::plugin::connector::{
    FoundEntry, Guest as Connector, HttpServer, Os, Scope, ServerEntry, StdioServer, Target, Transport,
};
