//! Tools: extra MCP tools, each call in a fresh instance.
//! Implement [`Tool`], then call `tool::export!(YourType)`.

mod arguments;
mod definition;
mod panics;

#[doc(hidden)]
#[allow(missing_docs, reason = "generated from wit/, where the documentation is")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "tool-plugin",
        pub_export_macro: true,
        default_bindings_module: "isartor_plugin::tool::bindings",
        with: {
            "isartor:plugin/types@0.1.0": crate::failure::bindings::isartor::plugin::types,
            "isartor:plugin/content@0.1.0": crate::failure::bindings::isartor::plugin::content,
        },
        additional_derives: [PartialEq],
    });
}

#[doc(inline)]
pub use crate::__export_tool_with_log as export_with_log;
#[doc(inline)]
pub use crate::failure::bindings::isartor::plugin::content::{
    Body, CallContext, Content, Media, ResourceContents, ResourceLink,
};
#[doc(inline)]
pub use crate::failure::bindings::isartor::plugin::types::{Failure, FailureKind, Position};
pub use arguments::{arguments, schema_of};
pub use bindings::export;
#[doc(inline)]
pub use bindings::exports::isartor::plugin::tool::{Guest as Tool, Hints, ToolDefinition, ToolResult};
#[doc(hidden)]
pub use panics::LogPanics;
