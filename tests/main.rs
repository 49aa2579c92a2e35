//! One test binary that drives the built `isartor` as its users do. A table of contents.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

mod chat;
mod connect;
mod gateway;
mod http;
mod mcp;
mod model;
mod plugins;
mod tidy;
