//! One test binary that drives the built `isartor` as its users do. A table of contents.

mod support;

mod audit;
mod author;
mod bench;
mod cache;
mod canary;
mod capabilities;
mod chat;
mod clients;
mod config;
mod conformance;
mod connect;
mod durability;
mod gateway;
mod hostile;
mod http;
mod keys;
mod lifecycle;
mod mcp;
mod model;
mod peers;
mod plugins;
mod policy;
mod replay;
mod tidy;
mod trust;
