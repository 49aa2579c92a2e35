//! What a plugin author depends on: one module per kind of plugin, each with a trait to implement and an
//! `export!` to call. The generated bindings stay inside; nothing here touches the host.
//!
//! The smallest tool:
//!
//! ```no_run
//! use isartor_plugin::tool::{self, CallContext, Content, Failure, Hints, Tool, ToolDefinition, ToolResult};
//!
//! struct Echo;
//!
//! impl Tool for Echo {
//!     fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
//!         Ok(vec![ToolDefinition {
//!             name: "echo".into(),
//!             title: Some("Echo".into()),
//!             description: "Returns its arguments.".into(),
//!             input_schema: r#"{"type":"object"}"#.into(),
//!             output_schema: None,
//!             hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: false },
//!         }])
//!     }
//!
//!     fn call(_name: String, arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
//!         Ok(ToolResult { content: vec![Content::Text(arguments)], structured: None, is_error: false })
//!     }
//! }
//!
//! # // A doctest is a native program; the export belongs into a component.
//! # #[cfg(target_arch = "wasm32")]
//! tool::export!(Echo);
//! ```
#![deny(missing_docs)]

#[cfg(feature = "config-text")]
pub mod config_text;
pub mod connector;
pub mod policy;
pub mod tool;

pub mod cache;
pub mod clock;
pub mod config;
pub mod http;
pub mod log;
pub mod secret;
pub mod store;

mod failure;
