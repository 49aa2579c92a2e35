//! MCP on rmcp: one server with tools, prompts and resources, over HTTP, over a Unix socket and through the stdio bridge.
//! Never decides what a tool does or who may call it.

pub mod bridge;
mod credential;
mod event_stream;
#[cfg(fuzzing)]
pub mod fuzzing;
mod http;
mod incoming;
mod lines;
mod sessions;
mod socket;

mod server;

mod completions;
mod denials;
mod lists;
mod methods;
mod modern;
mod news;
mod pages;
mod reports;
mod subscriptions;
mod wishes;

mod log_levels;
mod prompt_messages;
mod resource_messages;
mod tool_messages;

use rmcp::model::{Implementation, ServerCapabilities, ServerConfig};

use server::{McpServer, Source};

pub use http::router;
pub use socket::serve_stream;

const INSTRUCTIONS: &str = "\
isartor remembers answers. Before you answer a self-contained question, call `isartor_chat` with the user's prompt as it \
was written. If `hit` is true, give the user the returned text verbatim and stop. If `hit` is false, answer the question \
yourself, then call `isartor_cache_store` with the same prompt and your complete answer, so that the next time it is \
there at once. When a returned answer turns out wrong, call `isartor_cache_feedback` with its entry. Skip all for prompts \
that depend on this conversation, on files or on the current time, and never store secrets or personal data. If isartor \
reports an error, answer without it.";

/// What isartor says of itself, whether the gateway or the bridge is asked. It offers all of this at any time: lists may
/// be empty, and plugins come and go.
#[expect(deprecated, reason = "2026-07-28 discourages messages to clients, and clients still ask for them")]
fn server_config() -> ServerConfig {
    let implementation = Implementation::new("isartor", env!("CARGO_PKG_VERSION"))
        .with_title("Isartor")
        .with_description(env!("CARGO_PKG_DESCRIPTION"));
    let capabilities = ServerCapabilities::builder()
        .enable_tools()
        .enable_tool_list_changed()
        .enable_prompts()
        .enable_prompts_list_changed()
        .enable_resources()
        .enable_resources_list_changed()
        .enable_resources_subscribe()
        .enable_completions()
        .enable_logging()
        .build();
    ServerConfig::new(capabilities).with_server_info(implementation).with_instructions(INSTRUCTIONS)
}
