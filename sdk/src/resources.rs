//! Resources: what a client can read, offered by a tool plugin whose plugin.toml says
//! `offers = ["tools", "resources"]`. Implement [`Resources`], then call `resources::export!(YourType)`.
//!
//! ```
//! use isartor_plugin::resources::{self, OfferedResources, ReadContents, ResourceDefinition, Resources};
//! use isartor_plugin::tool::{CallContext, Failure};
//!
//! struct Totals;
//!
//! impl Resources for Totals {
//!     fn definitions() -> Result<OfferedResources, Failure> {
//!         let totals = ResourceDefinition::new("word-count://totals", "totals", "All that was counted.");
//!         Ok(OfferedResources { resources: vec![totals], templates: Vec::new() })
//!     }
//!
//!     fn read(uri: String, _context: CallContext) -> Result<Option<ReadContents>, Failure> {
//!         Ok((uri == "word-count://totals").then(|| ReadContents::text("text/plain", "0 words")))
//!     }
//! }
//!
//! #[cfg(target_arch = "wasm32")]
//! resources::export!(Totals);
//! ```

#[doc(hidden)]
#[allow(missing_docs, reason = "generated from wit/, where the documentation is")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "resources-plugin",
        pub_export_macro: true,
        export_macro_name: "export_resources",
        default_bindings_module: "isartor_plugin::resources::bindings",
        with: {
            "isartor:plugin/types@0.1.0": crate::failure::bindings::isartor::plugin::types,
            "isartor:plugin/content@0.1.0": crate::failure::bindings::isartor::plugin::content,
        },
        additional_derives: [PartialEq],
    });
}

use crate::tool::Body;
pub use bindings::export_resources as export;
#[doc(inline)]
pub use bindings::exports::isartor::plugin::resources::{
    Guest as Resources, OfferedResources, ReadContents, ResourceDefinition, ResourceTemplate,
};

impl ResourceDefinition {
    /// A resource of no particular media type.
    pub fn new(uri: impl Into<String>, name: impl Into<String>, description: impl Into<String>) -> Self {
        let (uri, name, description) = (uri.into(), name.into(), description.into());
        Self { uri, name, title: None, description, mime_type: None }
    }
}

impl ReadContents {
    /// A text of this media type.
    pub fn text(mime_type: impl Into<String>, text: impl Into<String>) -> Self {
        Self { mime_type: Some(mime_type.into()), body: Body::Text(text.into()) }
    }

    /// Bytes of this media type.
    pub fn blob(mime_type: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { mime_type: Some(mime_type.into()), body: Body::Blob(bytes.into()) }
    }
}
