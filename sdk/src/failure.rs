//! The failure type that all kinds share, and what the results of tools, prompts and resources consist of.

#[doc(hidden)]
#[allow(missing_docs, reason = "generated from wit/, where the documentation is")]
pub(crate) mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "package isartor:sdk; world shared-types { import isartor:plugin/types@0.1.0; import isartor:plugin/content@0.1.0; }",
        world: "isartor:sdk/shared-types",
        generate_all,
        pub_export_macro: false,
        additional_derives: [PartialEq, Eq],
    });
}

use bindings::isartor::plugin::types::{Failure, FailureKind, Position};

impl Failure {
    /// A failure of kind `invalid-input`, without a position.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::InvalidInput, message: message.into(), position: None }
    }

    /// A failure of kind `invalid-input` at a place in the input; both count from 1.
    pub fn invalid_input_at(message: impl Into<String>, line: u32, column: u32) -> Self {
        Self { position: Some(Position { line, column }), ..Self::invalid_input(message) }
    }

    /// A failure of kind `unsupported`.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Unsupported, message: message.into(), position: None }
    }

    /// A failure of kind `failed`.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Failed, message: message.into(), position: None }
    }
}
