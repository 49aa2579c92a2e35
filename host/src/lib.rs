//! isartor: a cache-first MCP server and a host for WebAssembly plugins.
//!
//! # The country
//!
//! An AI client asks over HTTP or over stdio; one use case answers from the cache; a plugin decides what may be
//! served, another writes the client's configuration, others add tools. The host owns transports, storage and
//! embeddings; everything that differs from client to client, or from taste to taste, is a plugin.
//!
//! ```text
//! edge                 use case            engine                         contract
//! cli, server, mcp ->  chat, tools,   ->   cache, plugin, client_config,  -> wit  <- sdk <- plugins/*
//!                      evaluate, connect,       keys
//!                      install, model,
//!                      bundle
//! ```
//!
//! Imports point one way, left to right. Engines never import each other; a use case joins them. What edges and use
//! cases did to keys, plugins and files they tell `audit`, which knows none of them; no engine knows it.
//!
//! # Invariants, kept by `tests/tidy`
//!
//! - Only `cli` knows clap, only `cache/tables.rs` and `plugin/store.rs` know redb, only `cache/embedding.rs` knows
//!   fastembed, only `plugin/` knows wasmtime, only `client_config` changes a user's file.
//! - No plugin is named under `host/`: a plugin exists because its folder does.
//! - A plugin's fault ends its call, never the host; a policy's fault is a miss, never a hit.
//! - Nothing but JSON-RPC is ever written to the standard output of `isartor mcp`.
//! - The environment, the home directory and the clock are read at the edge and passed on.
//! - What operating systems do differently is in `system`, once for Unix and once for Windows, and nowhere else.

pub mod cli;
pub mod settings;

pub mod server;

pub mod mcp;

pub mod author;
pub mod bench;
pub mod bundle;
pub mod chat;
pub mod connect;
pub mod evaluate;
pub mod install;
pub mod model;
pub mod tools;

pub mod audit;

pub mod cache;
pub mod client_config;
pub mod keys;
pub mod plugin;

mod system;
