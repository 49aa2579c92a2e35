//! What a plugin author depends on: one module per kind of plugin, each with a trait to implement and an
//! `export!` to call. The generated bindings stay inside; nothing here touches the host.
//!
//! The smallest tool:
//!
//! ```
//! use isartor_plugin::tool::{self, CallContext, Failure, Tool, ToolDefinition, ToolResult};
//!
//! /// Who is greeted.
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Greeting {
//!     /// A name.
//!     name: String,
//! }
//!
//! struct Greet;
//!
//! impl Tool for Greet {
//!     fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
//!         Ok(vec![ToolDefinition::new("greet", "Greets somebody by name.").takes::<Greeting>().pure()])
//!     }
//!
//!     fn call(_name: String, arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
//!         let greeting: Greeting = tool::arguments(&arguments)?;
//!         Ok(ToolResult::text(format!("Hello, {}!", greeting.name)))
//!     }
//! }
//!
//! // A plugin is a component; its tests are native programs, which export nothing.
//! #[cfg(target_arch = "wasm32")]
//! tool::export!(Greet);
//! #
//! # let context = CallContext { principal: "local".into(), deadline_milliseconds: 10_000 };
//! # let result = Greet::call("greet".into(), r#"{"name":"Ada"}"#.into(), context).unwrap();
//! # assert_eq!(result, ToolResult::text("Hello, Ada!"));
//! ```
//!
//! The smallest policy, which serves what is nearly identical:
//!
//! ```
//! use isartor_plugin::policy::{self, Candidate, Failure, MissReason, Policy, Question, ServeReason, Served, Verdict};
//!
//! struct Near;
//!
//! impl Policy for Near {
//!     fn configure(_settings: Vec<(String, String)>) -> Result<(), Failure> {
//!         Ok(())
//!     }
//!
//!     fn describe(_text: String) -> Vec<u8> {
//!         Vec::new()
//!     }
//!
//!     fn decide(_question: Question, candidates: Vec<Candidate>) -> Verdict {
//!         match candidates.first() {
//!             None => Verdict::Miss(MissReason::NoCandidate),
//!             Some(nearest) if nearest.cosine < 0.99 => Verdict::Miss(MissReason::BelowThreshold),
//!             Some(nearest) => {
//!                 Verdict::Serve(Served { index: 0, confidence: nearest.cosine, reason: ServeReason::Similar })
//!             }
//!         }
//!     }
//! }
//!
//! #[cfg(target_arch = "wasm32")]
//! policy::export!(Near);
//! #
//! # assert_eq!(Near::decide(Question { features: vec![] }, vec![]), Verdict::Miss(MissReason::NoCandidate));
//! ```
//!
//! The smallest connector, for a client whose JSON file holds its servers under `mcpServers`:
//!
#![cfg_attr(feature = "config-text", doc = "```")]
#![cfg_attr(not(feature = "config-text"), doc = "```ignore")]
//! use isartor_plugin::config_text::{Client, HTTP, Json, STDIO, Table};
//!
//! struct Cursor;
//!
//! impl Table for Cursor {
//!     type Format = Json;
//!     const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(HTTP);
//! }
//!
//! #[cfg(target_arch = "wasm32")]
//! isartor_plugin::connector::export!(Cursor);
//! ```
#![deny(missing_docs)]

#[cfg(feature = "config-text")]
pub mod config_text;
pub mod connector;
pub mod policy;
pub mod prompts;
pub mod resources;
pub mod tool;

pub mod cache;
pub mod client;
pub mod clock;
pub mod config;
pub mod http;
pub mod log;
pub mod secret;
pub mod store;

#[cfg(not(target_arch = "wasm32"))]
pub mod mock;

mod failure;
