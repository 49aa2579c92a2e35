//! Policies: decide whether a stored answer may be served. Pure; no imports; a failure means "miss".
//! Implement [`Policy`], then call `policy::export!(YourType)`.

#[doc(hidden)]
#[allow(missing_docs, reason = "generated from wit/, where the documentation is")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "policy-plugin",
        pub_export_macro: true,
        default_bindings_module: "isartor_plugin::policy::bindings",
        with: { "isartor:plugin/types@0.1.0": crate::failure::bindings::isartor::plugin::types },
        additional_derives: [PartialEq],
    });
}

#[doc(inline)]
pub use crate::failure::bindings::isartor::plugin::types::{Failure, FailureKind, Position};
pub use bindings::export;
#[doc(inline)]
pub use bindings::exports::isartor::plugin::policy::{
    Candidate, Guest as Policy, MissReason, Question, ServeReason, Served, Verdict,
};
