//! Prompts: texts that a user picks to begin with, offered by a tool plugin whose plugin.toml says
//! `offers = ["tools", "prompts"]`. Implement [`Prompts`], then call `prompts::export!(YourType)`.
//!
//! ```
//! use isartor_plugin::prompts::{self, Prompts, PromptDefinition, PromptMessage};
//! use isartor_plugin::tool::{CallContext, Failure};
//!
//! struct Review;
//!
//! impl Prompts for Review {
//!     fn definitions() -> Result<Vec<PromptDefinition>, Failure> {
//!         Ok(vec![PromptDefinition::new("review", "Reviews a text.").argument("text", "What is reviewed.")])
//!     }
//!
//!     fn get(
//!         _name: String,
//!         arguments: Vec<(String, String)>,
//!         _context: CallContext,
//!     ) -> Result<Vec<PromptMessage>, Failure> {
//!         let (_, text) = &arguments[0];
//!         Ok(vec![PromptMessage::user(format!("Review this:\n{text}"))])
//!     }
//!
//!     fn complete(_: String, _: String, _: String, _: CallContext) -> Result<Vec<String>, Failure> {
//!         Ok(Vec::new())
//!     }
//! }
//!
//! #[cfg(target_arch = "wasm32")]
//! prompts::export!(Review);
//! ```

#[doc(hidden)]
#[allow(missing_docs, reason = "generated from wit/, where the documentation is")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "prompts-plugin",
        pub_export_macro: true,
        export_macro_name: "export_prompts",
        default_bindings_module: "isartor_plugin::prompts::bindings",
        with: {
            "isartor:plugin/types@0.1.0": crate::failure::bindings::isartor::plugin::types,
            "isartor:plugin/content@0.1.0": crate::failure::bindings::isartor::plugin::content,
        },
        additional_derives: [PartialEq],
    });
}

use crate::tool::Content;
pub use bindings::export_prompts as export;
#[doc(inline)]
pub use bindings::exports::isartor::plugin::prompts::{
    Guest as Prompts, PromptArgument, PromptDefinition, PromptMessage, Role,
};

impl PromptDefinition {
    /// A prompt without arguments. `name` is as a tool's.
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self { name: name.into(), title: None, description: description.into(), arguments: Vec::new() }
    }

    /// With one more argument, which it requires.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        let (name, description) = (name.into(), description.into());
        self.arguments.push(PromptArgument { name, title: None, description, required: true });
        self
    }
}

impl PromptMessage {
    /// A text that the user says.
    pub fn user(text: impl Into<String>) -> Self {
        Self { role: Role::User, content: Content::Text(text.into()) }
    }
}
